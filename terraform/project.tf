data "google_project" "this" {
  project_id = var.project
}

locals {
  services = [
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "cloudtasks.googleapis.com",
    "firestore.googleapis.com",
    "gmail.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
  ]
  optional_services = {
    "billingbudgets.googleapis.com" = var.budget != null
    "cloudkms.googleapis.com"       = var.keyset_key
    "compute.googleapis.com"        = var.domain != null
  }
}

resource "google_project_service" "enabled" {
  for_each = toset(concat(local.services, [for name, wanted in local.optional_services : name if wanted]))

  service = each.key
  # Others in the project may need them too.
  disable_on_destroy = false
}
