# The module of one function: what it is, and that it may do no more.
mock_provider "google" {}

override_resource {
  target          = google_service_account.this
  override_during = plan
  values = {
    email  = "outreach-send-step@acme-outreach.iam.gserviceaccount.com"
    member = "serviceAccount:outreach-send-step@acme-outreach.iam.gserviceaccount.com"
  }
}

variables {
  name            = "send_step"
  description     = "Send"
  memory          = "512Mi"
  cpu             = "1"
  concurrency     = 16
  min_instances   = 0
  max_instances   = 10
  timeout_seconds = 120
  environment     = { OUTREACH_PROJECT = "acme-outreach" }
  project         = "acme-outreach"
  region          = "europe-west1"
  database        = "(default)"
  invokers        = { tasks = "serviceAccount:outreach-caller-tasks@acme-outreach.iam.gserviceaccount.com" }
  ingress         = "ALLOW_INTERNAL_ONLY"
  store           = true
  secrets         = { address-key = "projects/acme-outreach/secrets/address-key" }
  queues          = { events = "outreach-events", tasks = "outreach-tasks" }
  calls_as        = "projects/acme-outreach/serviceAccounts/outreach-caller-tasks@acme-outreach.iam.gserviceaccount.com"
  archive         = { name = "send_step-0123.zip", path = ".archives/send_step.zip" }
  bucket          = "source"
  registry        = "projects/acme-outreach/locations/europe-west1/repositories/outreach"
  build_as        = "projects/acme-outreach/serviceAccounts/outreach-build@acme-outreach.iam.gserviceaccount.com"
  after           = []
}

run "a_function_is_built_from_its_archive_runs_as_itself_and_has_each_right_on_one_resource" {
  command = plan

  module {
    source = "./modules/function"
  }

  assert {
    condition     = google_service_account.this.account_id == "outreach-send-step"
    error_message = "Each function has a service account of its own."
  }

  assert {
    condition     = google_cloudfunctions2_function.this.service_config[0].service_account_email == google_service_account.this.email
    error_message = "It runs as that account, never as the default one."
  }

  assert {
    condition     = google_cloudfunctions2_function.this.build_config[0].service_account == var.build_as
    error_message = "It is built by the build's account, never by the default one."
  }

  assert {
    condition     = google_cloudfunctions2_function.this.build_config[0].entry_point == "send_step" && google_cloudfunctions2_function.this.name == "send_step"
    error_message = "Folder, function and entry point have one name."
  }

  assert {
    condition     = google_cloudfunctions2_function.this.service_config[0].environment_variables == tomap({ OUTREACH_PROJECT = "acme-outreach", THREADS = "16" })
    error_message = "It gets the variables, and as many threads as requests."
  }

  assert {
    condition     = google_cloudfunctions2_function.this.build_config[0].source[0].storage_source[0].object == google_storage_bucket_object.archive.name && google_storage_bucket_object.archive.name == "send_step-0123.zip"
    error_message = "It is built from its archive, by the name that the content gives."
  }

  assert {
    condition     = [for binding in google_cloud_run_v2_service_iam_member.invoker : [binding.name, binding.role, binding.member]] == [["send-step", "roles/run.invoker", var.invokers.tasks]]
    error_message = "It may be called by those named, and by nobody else."
  }

  assert {
    condition     = google_project_iam_member.firestore[0].role == "roles/datastore.user" && google_project_iam_member.firestore[0].condition[0].expression == "resource.name == \"projects/acme-outreach/databases/(default)\""
    error_message = "It reads and writes documents of one database, and makes no changes to databases."
  }

  assert {
    condition     = [for binding in google_secret_manager_secret_iam_member.reader : [binding.secret_id, binding.role]] == [["projects/acme-outreach/secrets/address-key", "roles/secretmanager.secretAccessor"]]
    error_message = "It reads the secrets named, and no other."
  }

  assert {
    condition     = [for binding in google_cloud_tasks_queue_iam_member.enqueuer : [binding.name, binding.role]] == [["outreach-events", "roles/cloudtasks.enqueuer"], ["outreach-tasks", "roles/cloudtasks.enqueuer"]]
    error_message = "It puts tasks into the queues named, and neither sees nor deletes any."
  }

  assert {
    condition     = [for binding in google_service_account_iam_member.calls_as : [binding.service_account_id, binding.role]] == [[var.calls_as, "roles/iam.serviceAccountUser"]]
    error_message = "It acts as the account of tasks alone."
  }

  assert {
    condition = alltrue([
      for member in concat(
        [google_project_iam_member.firestore[0].member],
        [for binding in google_secret_manager_secret_iam_member.reader : binding.member],
        [for binding in google_cloud_tasks_queue_iam_member.enqueuer : binding.member],
        [for binding in google_service_account_iam_member.calls_as : binding.member],
      ) : member == google_service_account.this.member
    ])
    error_message = "It gives rights to its own account, and to nobody else."
  }
}

run "a_function_without_queue_secrets_and_store_has_no_right_to_them" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    queues  = {}
    secrets = {}
    store   = false
  }

  assert {
    condition     = length(google_cloud_tasks_queue_iam_member.enqueuer) == 0 && length(google_service_account_iam_member.calls_as) == 0 && length(google_secret_manager_secret_iam_member.reader) == 0 && length(google_project_iam_member.firestore) == 0
    error_message = "Rights that were not asked for were given."
  }
}

run "open_ingress_needs_a_public_function_and_concurrency_a_whole_cpu" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    ingress = "ALLOW_ALL"
    cpu     = "0.5"
  }

  expect_failures = [var.ingress, var.concurrency]
}
