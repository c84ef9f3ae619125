# What the functions log are one-line JSON objects with an event's name and ids (lib/entrypoint/logs.py).
locals {
  logs_of_functions = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(${join(" OR ", [for name in sort(keys(local.functions)) : "\"${replace(name, "_", "-")}\""])})"
}

resource "google_logging_metric" "events" {
  name        = "outreach-events"
  description = "Events that somebody should hear of, and the runs of maintain"
  # settled_badly is a warning, too, where it is the world's doing and no fault of ours.
  filter = "${local.logs_of_functions} AND jsonPayload.event=(${join(" OR ", [for event in sort(concat(keys(local.alerted_events), ["maintained"])) : "\"${event}\""])}) AND (severity>=ERROR OR NOT jsonPayload.event=\"settled_badly\")"

  label_extractors = {
    event = "EXTRACT(jsonPayload.event)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key         = "event"
      value_type  = "STRING"
      description = "Name of the event"
    }
  }

  depends_on = [google_project_service.enabled]
}

# An alert on a metric that Monitoring has not heard of yet is refused.
resource "time_sleep" "metric_known" {
  create_duration = "120s"

  depends_on = [google_logging_metric.events]
}

# Cloud Run logs each request with its whole URL: for these it holds a code of Google's or of the issuer's, or an opt-out link.
resource "google_logging_project_exclusion" "urls" {
  name        = "outreach-urls"
  description = "Request logs of functions whose URLs are secrets"
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(\"oauth-callback\" OR \"console\" OR \"unsubscribe\") AND log_id(\"run.googleapis.com/requests\")"

  depends_on = [google_project_service.enabled]
}

# Who was erased, by ids: a backup that is restored holds them again, and the erasures are repeated from this list
# (python -m lib.entrypoint.replay_erasures). So it outlasts every backup.
resource "google_logging_project_bucket_config" "erasures" {
  project        = var.project
  location       = var.region
  bucket_id      = "outreach-erasures"
  description    = "Erasures, for as long as a backup may hold what they erased"
  retention_days = var.backup_days + 30

  depends_on = [google_project_service.enabled]
}

resource "google_logging_project_sink" "erasures" {
  name                   = "outreach-erasures"
  description            = "Erasures, to a bucket that keeps them longer"
  destination            = "logging.googleapis.com/projects/${var.project}/locations/${google_logging_project_bucket_config.erasures.location}/buckets/${google_logging_project_bucket_config.erasures.bucket_id}"
  filter                 = "${local.logs_of_functions} AND jsonPayload.event=(\"erasing\" OR \"erased\")"
  unique_writer_identity = true
}
