# A task is a hint: what is due stands in Firestore, and maintain queues it again. So a task is not tried for ever.
#
# Events have a queue of their own. maintain queues them by the thousand, and a webhook of others that hangs keeps its
# delivery for ten seconds: neither may hold up a mail.
locals {
  queues = {
    tasks = { name = "outreach-tasks", per_second = var.tasks_per_second, at_once = 100 }

    # So many deliveries at once as deliver_event's instances take. They take 0.3 s each, so that 80 of them are far more
    # than the rate needs; where all hang, eight a second still get through.
    events = { name = "outreach-events", per_second = var.events_per_second, at_once = 80 }
  }

  queue_ids = "one_of(${join(", ", [for one in local.queues : "\"${one.name}\""])})"
}

resource "google_cloud_tasks_queue" "queue" {
  for_each = local.queues

  name     = each.value.name
  location = var.region

  rate_limits {
    max_dispatches_per_second = each.value.per_second
    max_concurrent_dispatches = each.value.at_once
  }

  # Retries end when both limits are used up. A Retry-After that a function answers goes before the backoff.
  retry_config {
    max_attempts       = 10
    max_retry_duration = "3600s"
    min_backoff        = "10s"
    max_backoff        = "600s"
    max_doublings      = 6
  }

  stackdriver_logging_config {
    sampling_ratio = 0.01
  }

  depends_on = [google_project_service.enabled]
}

moved {
  from = google_cloud_tasks_queue.tasks
  to   = google_cloud_tasks_queue.queue["tasks"]
}
