# Gmail publishes to one topic; its pushes are hints too, but the quickest way to an answer.
locals {
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic" "notifications" {
  name = "outreach-notifications"

  depends_on = [google_project_service.enabled]
}

resource "google_pubsub_topic_iam_member" "gmail_publishes" {
  topic  = google_pubsub_topic.notifications.name
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:gmail-api-push@system.gserviceaccount.com"
}

resource "google_pubsub_subscription" "push" {
  name  = "outreach-notifications-push"
  topic = google_pubsub_topic.notifications.name

  # The deadline is the push's time-out: beyond that of the function, or a second delivery would run beside the first.
  ack_deadline_seconds       = local.functions.watch_notification.timeout_seconds + 30
  message_retention_duration = "604800s"

  push_config {
    push_endpoint = module.function["watch_notification"].uri

    oidc_token {
      service_account_email = google_service_account.caller["push"].email
      audience              = module.function["watch_notification"].uri
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead.id
    max_delivery_attempts = 20
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [google_pubsub_topic_iam_member.agent_publishes_dead]
}

resource "google_pubsub_topic" "dead" {
  name = "outreach-notifications-dead"

  depends_on = [google_project_service.enabled]
}

# Keeps what could not be worked off, to be looked at: it holds an address and a history id, no mail.
resource "google_pubsub_subscription" "dead" {
  name  = "outreach-notifications-dead"
  topic = google_pubsub_topic.dead.name

  ack_deadline_seconds       = 60
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }
}

# Pub/Sub itself moves the dead: it publishes them there and acknowledges them here.
resource "google_pubsub_topic_iam_member" "agent_publishes_dead" {
  topic  = google_pubsub_topic.dead.name
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent

  # The agent comes to be with the first topic.
  depends_on = [google_pubsub_topic.notifications]
}

resource "google_pubsub_subscription_iam_member" "agent_acknowledges" {
  subscription = google_pubsub_subscription.push.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
