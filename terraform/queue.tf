# A task is a hint: what is due stands in Firestore, and maintain queues it again. So a task is not tried for ever.
resource "google_cloud_tasks_queue" "tasks" {
  name     = "outreach-tasks"
  location = var.region

  rate_limits {
    max_dispatches_per_second = var.tasks_per_second
    max_concurrent_dispatches = 100
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
