resource "google_cloud_scheduler_job" "maintain" {
  name        = "outreach-maintain"
  description = "Calls maintain every minute"
  region      = var.region
  schedule    = "* * * * *"
  time_zone   = "Etc/UTC"

  # Scheduler starts no run of a job before the last one has ended.
  attempt_deadline = "${local.functions.maintain.timeout_seconds + 30}s"

  # The next minute is the retry.
  retry_config {
    retry_count = 0
  }

  http_target {
    http_method = "POST"
    uri         = module.function["maintain"].uri

    oidc_token {
      service_account_email = google_service_account.caller["scheduler"].email
      audience              = module.function["maintain"].uri
    }
  }

  depends_on = [google_project_service.enabled]
}
