output "uri" {
  description = "Its address at Cloud Run, by which internal callers come."
  value       = google_cloudfunctions2_function.this.service_config[0].uri
}

output "service" {
  description = "Name of the Cloud Run service behind it."
  value       = local.service
}

output "account" {
  description = "The service account that it runs as: e-mail and unique id, by which AWS knows it."
  value = {
    email     = google_service_account.this.email
    unique_id = google_service_account.this.unique_id
  }
}

output "deployed" {
  description = "What came of it, for the tests: who may call, what it may reach, how it runs."
  value = {
    ingress     = google_cloudfunctions2_function.this.service_config[0].ingress_settings
    environment = google_cloudfunctions2_function.this.service_config[0].environment_variables
    invokers    = { for caller, binding in google_cloud_run_v2_service_iam_member.invoker : caller => binding.member }
    secrets     = sort(keys(google_secret_manager_secret_iam_member.reader))
    queues      = sort(keys(google_cloud_tasks_queue_iam_member.enqueuer))
  }
}
