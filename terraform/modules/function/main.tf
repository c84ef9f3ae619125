# One function: what it is made of, as whom it runs, who may call it, and what it may reach.
locals {
  # Cloud Functions takes "_" in names, the Cloud Run service behind one has "-" instead.
  service = replace(var.name, "_", "-")
}

resource "google_storage_bucket_object" "archive" {
  bucket = var.bucket
  name   = var.archive.name
  source = var.archive.path
}

resource "google_service_account" "this" {
  account_id   = "outreach-${local.service}"
  display_name = "Runs the function ${var.name}"

  depends_on = [var.after]
}

resource "google_cloudfunctions2_function" "this" {
  name        = var.name
  location    = var.region
  description = var.description

  build_config {
    runtime           = "python311"
    entry_point       = var.name
    docker_repository = var.registry
    service_account   = var.build_as

    source {
      storage_source {
        bucket = var.bucket
        object = google_storage_bucket_object.archive.name
      }
    }
  }

  service_config {
    available_memory                 = var.memory
    available_cpu                    = var.cpu
    max_instance_request_concurrency = var.concurrency
    min_instance_count               = var.min_instances
    max_instance_count               = var.max_instances
    timeout_seconds                  = var.timeout_seconds
    ingress_settings                 = var.ingress
    all_traffic_on_latest_revision   = true
    service_account_email            = google_service_account.this.email
    # THREADS is read by functions-framework: else it takes four for each processor that it sees.
    environment_variables = merge(var.environment, { THREADS = tostring(var.concurrency) })
  }

  depends_on = [var.after]
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = var.invokers

  name     = local.service
  location = google_cloudfunctions2_function.this.location
  role     = "roles/run.invoker"
  member   = each.value
}

# Firestore's data has no IAM of its own: a role in the project, on condition of the database.
resource "google_project_iam_member" "firestore" {
  count = var.store ? 1 : 0

  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.this.member

  condition {
    title      = "this database alone"
    expression = "resource.name == \"projects/${var.project}/databases/${var.database}\""
  }
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = var.secrets

  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.this.member
}

resource "google_cloud_tasks_queue_iam_member" "enqueuer" {
  for_each = var.queues

  name     = each.value
  location = var.region
  role     = "roles/cloudtasks.enqueuer"
  member   = google_service_account.this.member
}

# Not taken away and given again, in whatever order: the right would be gone.
moved {
  from = google_cloud_tasks_queue_iam_member.enqueuer[0]
  to   = google_cloud_tasks_queue_iam_member.enqueuer["tasks"]
}

# To queue a task that carries an account's token, one must be allowed to act as that account.
resource "google_service_account_iam_member" "calls_as" {
  count = length(var.queues) > 0 ? 1 : 0

  service_account_id = var.calls_as
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.this.member
}
