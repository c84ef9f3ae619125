# What lib/config.py reads, the same for every function; its table gives the meanings.
locals {
  base_url = var.domain == null ? "https://${var.region}-${var.project}.cloudfunctions.net" : "https://${var.domain}"

  environment = merge(
    {
      OUTREACH_PROJECT         = var.project
      OUTREACH_REGION          = var.region
      OUTREACH_BASE_URL        = local.base_url
      OUTREACH_TASK_URL        = "https://{service}-${data.google_project.this.number}.${var.region}.run.app"
      OUTREACH_ALLOWED_ORIGINS = join(",", var.webapp_origins)
      OUTREACH_QUEUE           = "projects/${var.project}/locations/${var.region}/queues/${google_cloud_tasks_queue.queue["tasks"].name}"
      OUTREACH_EVENT_QUEUE     = "projects/${var.project}/locations/${var.region}/queues/${google_cloud_tasks_queue.queue["events"].name}"
      OUTREACH_TOPIC           = "projects/${var.project}/topics/${google_pubsub_topic.notifications.name}"
      OUTREACH_INVOKER         = google_service_account.caller["tasks"].email
      OUTREACH_BACKUP_DAYS     = tostring(var.backup_days)
      SECRETS_BACKEND          = var.secrets_backend
      WEBAPP_ISSUER            = var.webapp_issuer
      WEBAPP_AUDIENCE          = var.webapp_audience
      WEBAPP_JWKS_URL          = var.webapp_jwks_url
      WEBAPP_ORG_CLAIM         = var.webapp_org_claim
      WEBAPP_ROLE_CLAIM        = var.webapp_role_claim
    },
    var.console_client_id == null ? {} : {
      OUTREACH_CONSOLE_CLIENT_ID = var.console_client_id
      OUTREACH_CONSOLE_CONNECTS  = join(",", var.console_connects)
    },
    var.aws == null ? {} : {
      OUTREACH_AWS_ROLE = var.aws.role
      AWS_REGION        = var.aws.region
    },
  )
}
