# Who hears of what. terraform/OPERATING.md says for each alert what it means and what to do.
locals {
  # Names of log events, as the code has them; a test compares. more_than: within five minutes. What maintain tries again
  # each minute is worth hearing of when it stays.
  alerted_events = {
    admin_block = {
      title     = "A Workspace admin blocks the app"
      severity  = "ERROR"
      more_than = 0
    }
    campaign_failed = {
      title     = "A campaign could not be carried on"
      severity  = "WARNING"
      more_than = 2
    }
    crashed = {
      title     = "A bug: a function failed in an unforeseen way"
      severity  = "ERROR"
      more_than = 0
    }
    departure_failed = {
      title     = "A disconnect did not get on"
      severity  = "ERROR"
      more_than = 0
    }
    enrollment_failed = {
      title     = "A candidate's step could not be brought on"
      severity  = "WARNING"
      more_than = 2
    }
    erasure_failed = {
      title     = "An erasure did not get on"
      severity  = "ERROR"
      more_than = 0
    }
    events_failed = {
      title     = "Events for webhooks could not be queued"
      severity  = "WARNING"
      more_than = 2
    }
    gmail_refuses = {
      title     = "Gmail refuses to send from a mailbox"
      severity  = "WARNING"
      more_than = 0
    }
    inbox_failed = {
      title     = "A mailbox could not be looked into"
      severity  = "WARNING"
      more_than = 2
    }
    mailbox_disconnected = {
      title     = "A mailbox's grant is gone"
      severity  = "WARNING"
      more_than = 0
    }
    not_set_up = {
      title     = "Google does not accept the OAuth client, or the Gmail API is off in the project"
      severity  = "CRITICAL"
      more_than = 0
    }
    org_failed = {
      title     = "An org's old records could not be swept"
      severity  = "WARNING"
      more_than = 2
    }
    project_limit = {
      title     = "The project's limit at Gmail is used up: nothing is sent until midnight, Pacific time"
      severity  = "CRITICAL"
      more_than = 0
    }
    settled_badly = {
      title     = "Work was given up for a reason that should not occur"
      severity  = "ERROR"
      more_than = 0
    }
    step_held = {
      title     = "A mail may or may not have gone out: a person has to decide"
      severity  = "WARNING"
      more_than = 0
    }
    watch_renewal_failed = {
      title     = "A mailbox's watch could not be renewed"
      severity  = "ERROR"
      more_than = 0
    }
  }

  # What Google measures itself.
  alerted_measures = {
    dead_letters = {
      title    = "Notifications of Gmail were given up"
      severity = "ERROR"
      filter   = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead.name}\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      align    = "ALIGN_MAX"
      reduce   = "REDUCE_SUM"
      group_by = []
      above    = 0
      duration = "0s"
    }
    late_notifications = {
      title    = "Gmail's notifications wait for half an hour"
      severity = "WARNING"
      filter   = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.push.name}\" AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      align    = "ALIGN_MAX"
      reduce   = "REDUCE_MAX"
      group_by = []
      above    = 1800
      duration = "300s"
    }
    late_tasks = {
      title    = "Tasks are worked on ten minutes late"
      severity = "WARNING"
      filter   = "resource.type=\"cloud_tasks_queue\" AND resource.labels.queue_id=${local.queue_ids} AND metric.type=\"cloudtasks.googleapis.com/queue/task_attempt_delays\""
      align    = "ALIGN_PERCENTILE_99"
      reduce   = "REDUCE_MAX"
      group_by = ["resource.label.queue_id"]
      above    = 600000
      duration = "600s"
    }
    # Queued functions answer 503 for what should come again: there it is no fault.
    server_errors = {
      title    = "A function for the web app or for browsers answers with errors"
      severity = "ERROR"
      filter   = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of(${join(", ", [for name in sort(keys(local.public_functions)) : "\"${replace(name, "_", "-")}\""])}) AND metric.type=\"run.googleapis.com/request_count\" AND metric.labels.response_code_class=\"5xx\""
      align    = "ALIGN_DELTA"
      reduce   = "REDUCE_SUM"
      group_by = ["resource.label.service_name"]
      above    = 5
      duration = "0s"
    }
  }

  channels = [for channel in google_monitoring_notification_channel.email : channel.id]
}

resource "google_monitoring_notification_channel" "email" {
  for_each = var.alert_emails

  display_name = "Outreach: ${each.key}"
  type         = "email"
  labels       = { email_address = each.key }

  depends_on = [google_project_service.enabled]
}

resource "google_monitoring_alert_policy" "event" {
  for_each = local.alerted_events

  display_name          = "Outreach: ${each.key}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.events.name}\" AND metric.labels.event=\"${each.key}\""
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.more_than
      duration        = "0s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  alert_strategy {
    auto_close = "3600s"
  }

  documentation {
    subject = "Outreach: ${each.value.title}"
    content = "${each.value.title}. What to do: terraform/OPERATING.md, \"${each.key}\". The log: `jsonPayload.event=\"${each.key}\"`."
  }

  depends_on = [time_sleep.metric_known]
}

resource "google_monitoring_alert_policy" "measure" {
  for_each = local.alerted_measures

  display_name          = "Outreach: ${each.key}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = each.value.duration

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = each.value.align
        cross_series_reducer = each.value.reduce
        group_by_fields      = each.value.group_by
      }
    }
  }

  documentation {
    subject = "Outreach: ${each.value.title}"
    content = "${each.value.title}. What to do: terraform/OPERATING.md, \"${each.key}\"."
  }

  depends_on = [google_project_service.enabled]
}

resource "google_monitoring_alert_policy" "maintain_silent" {
  display_name          = "Outreach: maintain_silent"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "maintain has not run for a quarter of an hour"

    condition_absent {
      filter   = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.events.name}\" AND metric.labels.event=\"maintained\""
      duration = "900s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    subject = "Outreach: maintain has not run for a quarter of an hour"
    content = "Nothing is queued, settled or renewed meanwhile. What to do: terraform/OPERATING.md, \"maintain_silent\"."
  }

  depends_on = [time_sleep.metric_known]
}
