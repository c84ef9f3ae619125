# What is kept and what is heard of: database, secrets, erasures, alerts; and which values are refused.
mock_provider "archive" {}
mock_provider "time" {}
mock_provider "google" {}

# The functions have tests of their own.
override_module {
  target          = module.archive
  override_during = plan
  outputs         = { name = "function-0123.zip", path = ".archives/function.zip", files = [] }
}

override_module {
  target          = module.function
  override_during = plan
  outputs = {
    uri     = "https://function.example.com"
    service = "a-function"
    account = { email = "function@acme-outreach.iam.gserviceaccount.com", unique_id = "1" }
    deployed = {
      ingress     = "ALLOW_INTERNAL_ONLY"
      environment = {}
      invokers    = {}
      secrets     = []
      queues      = []
    }
  }
}

override_data {
  target = data.google_project.this
  values = { number = "123456789012" }
}

# All of those that matter here, so that it is all the same which were given on the command line.
variables {
  project           = "acme-outreach"
  region            = "europe-west1"
  webapp_issuer     = "https://login.example.com"
  webapp_audience   = "recruiting"
  webapp_jwks_url   = "https://login.example.com/keys"
  webapp_origins    = ["https://app.example.com"]
  alert_emails      = ["oncall@example.com"]
  backup_days       = 14
  tasks_per_second  = 50
  events_per_second = 50
  warm              = []
  secrets_backend   = "gcp"
  aws               = null
  keyset_key        = false
  domain            = null
  budget            = null
}

run "the_database_can_be_brought_back_and_every_query_answered" {
  command = plan

  assert {
    condition     = google_firestore_database.store.delete_protection_state == "DELETE_PROTECTION_ENABLED" && google_firestore_database.store.deletion_policy == "ABANDON"
    error_message = "Neither Terraform nor a slip in the console deletes the data."
  }

  assert {
    condition     = google_firestore_database.store.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    error_message = "Any minute of the last week can be brought back."
  }

  assert {
    condition     = google_firestore_backup_schedule.daily.retention == "1209600s" && local.environment.OUTREACH_BACKUP_DAYS == "14"
    error_message = "Receipts of erasure name the day on which the last backup ends."
  }

  assert {
    condition     = google_logging_project_bucket_config.erasures.retention_days > var.backup_days && strcontains(google_logging_project_sink.erasures.filter, "\"erased\"") && endswith(google_logging_project_sink.erasures.destination, "/buckets/outreach-erasures")
    error_message = "The list of erasures outlasts the backups that it is replayed on."
  }

  assert {
    condition = toset([for index in google_firestore_index.composite : jsonencode([index.collection, index.query_scope, [for field in index.fields : [field.field_path, field.order]]])]) == toset(
      [for one in jsondecode(file("firestore_indexes.json")) : jsonencode([one.collection, one.scope, [for field in one.fields : [field.path, field.order]]])]
    )
    error_message = "An index of firestore_indexes.json is missing."
  }

  assert {
    condition     = toset([for field in google_firestore_field.changed : field.collection if length(field.ttl_config) == 1 && field.field == "expires_at"]) == toset(["connections", "events", "invitations", "oauth_states", "parts", "pending", "uploads", "usage"])
    error_message = "These expire by themselves; the record of reads must not, since its chain would break."
  }

  assert {
    condition     = toset([for field in google_firestore_field.changed : field.collection if length([for index in field.index_config[0].indexes : index if index.query_scope == "COLLECTION_GROUP"]) == 1]) == toset(["campaigns", "enrollments", "erasures", "events"])
    error_message = "maintain looks for what is due across all orgs."
  }
}

run "secrets_are_made_without_values_and_kept" {
  command = plan

  assert {
    condition     = keys(google_secret_manager_secret.app) == ["address-key", "oauth-client", "ticket-key", "token-keyset"]
    error_message = "These are the names that the code reads."
  }

  assert {
    condition     = alltrue([for secret in google_secret_manager_secret.app : secret.deletion_protection])
    error_message = "A lost key can't be made again."
  }

  assert {
    condition     = length(google_kms_crypto_key.keyset) == 0
    error_message = "A KMS key is an option."
  }

  assert {
    condition     = length(google_secret_manager_secret.app) == 4 && length(flatten([for name in fileset(".", "**/*.tf") : regexall("resource \"google_(?:service_account_key|secret_manager_secret_version)\"", file(name))])) == 0
    error_message = "Key files and the values of secrets would lie in the state."
  }
}

run "with_a_key_of_ones_own_the_keyset_alone_lies_under_it" {
  command = plan

  variables {
    keyset_key = true
  }

  assert {
    condition     = [for name, secret in google_secret_manager_secret.app : name if length(secret.replication[0].user_managed[0].replicas[0].customer_managed_encryption) > 0] == ["token-keyset"]
    error_message = "The keyset lies under the key."
  }

  assert {
    condition     = google_kms_crypto_key_iam_member.secret_manager[0].member == "serviceAccount:service-123456789012@gcp-sa-secretmanager.iam.gserviceaccount.com" && google_kms_crypto_key_iam_member.secret_manager[0].role == "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    error_message = "Secret Manager alone uses the key."
  }
}

run "with_secrets_at_aws_there_are_none_here" {
  command = plan

  variables {
    secrets_backend = "aws"
    aws             = { region = "eu-central-1", role = "arn:aws:iam::123456789012:role/outreach" }
  }

  assert {
    condition     = length(google_secret_manager_secret.app) == 0 && length(output.secrets_to_fill) == 0
    error_message = "No secret is made that nobody reads."
  }

  assert {
    condition     = contains(["aws"], local.environment.SECRETS_BACKEND) && local.environment.OUTREACH_AWS_ROLE == var.aws.role && local.environment.AWS_REGION == var.aws.region
    error_message = "The functions are told where the secrets are."
  }
}

run "somebody_hears_of_every_event" {
  command = plan

  assert {
    condition     = alltrue([for event in concat(keys(local.alerted_events), ["maintained"]) : strcontains(google_logging_metric.events.filter, "\"${event}\"")])
    error_message = "An event with an alert is not counted."
  }

  assert {
    condition     = alltrue([for name in keys(local.functions) : strcontains(google_logging_metric.events.filter, "\"${replace(name, "_", "-")}\"")])
    error_message = "The events of a function are not counted."
  }

  assert {
    condition     = alltrue([for event, policy in google_monitoring_alert_policy.event : strcontains(policy.conditions[0].condition_threshold[0].filter, "metric.labels.event=\"${event}\"") && policy.display_name == "Outreach: ${event}"])
    error_message = "An alert looks at another event than its own."
  }

  assert {
    condition     = keys(google_monitoring_alert_policy.measure) == ["dead_letters", "late_notifications", "late_tasks", "server_errors"]
    error_message = "Dead letters, lateness and errors have an alert."
  }

  assert {
    condition     = google_monitoring_notification_channel.email["oncall@example.com"].labels.email_address == "oncall@example.com"
    error_message = "Alerts go to the addresses named."
  }

  assert {
    condition     = alltrue([for one in ["oauth-callback", "console", "unsubscribe"] : strcontains(google_logging_project_exclusion.urls.filter, "\"${one}\"")]) && strcontains(google_logging_project_exclusion.urls.filter, "run.googleapis.com/requests")
    error_message = "Google's code and state must stand in no log."
  }
}

run "wrong_values_are_refused" {
  command = plan

  variables {
    project         = "Acme"
    webapp_issuer   = "http://login.example.com"
    webapp_jwks_url = "http://login.example.com/keys"
    webapp_origins  = ["https://app.example.com/path"]
    backup_days     = 99
    warm            = ["no_such_function"]
    secrets_backend = "aws"
    domain          = "https://outreach.example.com"
    budget          = { billing_account = "mine", amount = 100 }
  }

  expect_failures = [
    var.project,
    var.webapp_issuer,
    var.webapp_jwks_url,
    var.webapp_origins,
    var.backup_days,
    var.warm,
    var.aws,
    var.domain,
    var.budget,
  ]
}
