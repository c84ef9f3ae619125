# One identity for each kind of caller, which may do nothing but call the functions that expect it.
resource "google_service_account" "caller" {
  for_each = {
    tasks     = "Cloud Tasks calls functions as this"
    push      = "Pub/Sub pushes notifications as this"
    scheduler = "Cloud Scheduler calls maintain as this"
  }

  account_id   = "outreach-caller-${each.key}"
  display_name = each.value

  depends_on = [google_project_service.enabled]
}

locals {
  callers = merge(
    { public = "allUsers" },
    { for name, account in google_service_account.caller : name => "serviceAccount:${account.email}" },
  )

  # Tasks, push and scheduler of the same project count as internal, as long as they call the run.app address.
  ingress = {
    internal = "ALLOW_INTERNAL_ONLY"
    public   = var.domain == null ? "ALLOW_ALL" : "ALLOW_INTERNAL_AND_GCLB"
  }
}
