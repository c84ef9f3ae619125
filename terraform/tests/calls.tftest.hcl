# What calls the functions and what builds them: notifications, queue, schedule, identities.
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

override_resource {
  target          = google_service_account.caller["push"]
  override_during = plan
  values          = { email = "outreach-caller-push@acme-outreach.iam.gserviceaccount.com" }
}

override_resource {
  target          = google_service_account.caller["scheduler"]
  override_during = plan
  values          = { email = "outreach-caller-scheduler@acme-outreach.iam.gserviceaccount.com" }
}

override_resource {
  target          = google_artifact_registry_repository.images
  override_during = plan
  values          = { name = "outreach" }
}

override_resource {
  target          = google_pubsub_topic.dead
  override_during = plan
  values          = { id = "projects/acme-outreach/topics/outreach-notifications-dead" }
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

run "notifications_come_from_gmail_alone_and_none_is_lost" {
  command = plan

  assert {
    condition     = google_pubsub_subscription.push.dead_letter_policy[0].dead_letter_topic == google_pubsub_topic.dead.id && google_pubsub_subscription.push.dead_letter_policy[0].max_delivery_attempts >= 5
    error_message = "The push subscription gives the dead to their topic."
  }

  assert {
    condition = (google_pubsub_topic_iam_member.agent_publishes_dead.topic == google_pubsub_topic.dead.name &&
      google_pubsub_topic_iam_member.agent_publishes_dead.role == "roles/pubsub.publisher" &&
    google_pubsub_topic_iam_member.agent_publishes_dead.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com")
    error_message = "Without this binding Pub/Sub can't publish the dead, and delivers them for ever."
  }

  assert {
    condition = (google_pubsub_subscription_iam_member.agent_acknowledges.subscription == google_pubsub_subscription.push.name &&
      google_pubsub_subscription_iam_member.agent_acknowledges.role == "roles/pubsub.subscriber" &&
    google_pubsub_subscription_iam_member.agent_acknowledges.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com")
    error_message = "Without this binding Pub/Sub can't take the dead off the push subscription."
  }

  assert {
    condition     = google_pubsub_subscription.dead.topic == google_pubsub_topic.dead.name && google_pubsub_subscription.dead.message_retention_duration == "2678400s" && google_pubsub_subscription.dead.expiration_policy[0].ttl == ""
    error_message = "A subscription keeps the dead for a month, and never goes away by itself."
  }

  assert {
    condition     = google_pubsub_subscription.push.expiration_policy[0].ttl == ""
    error_message = "A quiet month must not delete the subscription."
  }

  assert {
    condition = (google_pubsub_topic_iam_member.gmail_publishes.topic == google_pubsub_topic.notifications.name &&
      google_pubsub_topic_iam_member.gmail_publishes.role == "roles/pubsub.publisher" &&
    google_pubsub_topic_iam_member.gmail_publishes.member == "serviceAccount:gmail-api-push@system.gserviceaccount.com")
    error_message = "Gmail publishes notifications as this account."
  }

  assert {
    condition     = google_pubsub_subscription.push.push_config[0].oidc_token[0].service_account_email == "outreach-caller-push@acme-outreach.iam.gserviceaccount.com"
    error_message = "Pub/Sub pushes with its own identity."
  }

  assert {
    condition     = google_pubsub_subscription.push.push_config[0].push_endpoint == module.function["watch_notification"].uri && google_pubsub_subscription.push.push_config[0].oidc_token[0].audience == module.function["watch_notification"].uri
    error_message = "The push goes to Cloud Run's own address, else it does not count as internal."
  }

  assert {
    condition     = google_pubsub_subscription.push.ack_deadline_seconds > local.functions.watch_notification.timeout_seconds && google_pubsub_subscription.push.ack_deadline_seconds <= 600
    error_message = "A second delivery must not start while the first may still run."
  }
}

run "each_kind_of_caller_comes_with_its_own_identity_at_its_own_pace" {
  command = plan

  assert {
    condition     = { for caller, account in google_service_account.caller : caller => account.account_id } == { push = "outreach-caller-push", scheduler = "outreach-caller-scheduler", tasks = "outreach-caller-tasks" }
    error_message = "Tasks, pushes and the scheduler call with their own identities."
  }

  assert {
    condition     = alltrue(flatten([for one in local.functions : [for caller in one.callers : contains(["public", "push", "scheduler", "tasks"], caller)]]))
    error_message = "A kind of caller is not known."
  }

  assert {
    condition     = alltrue([for one in local.functions : !contains(one.callers, "public") || length(one.callers) == 1])
    error_message = "A public function needs no other caller, an internal one must not be public."
  }

  assert {
    condition     = local.ingress == { internal = "ALLOW_INTERNAL_ONLY", public = "ALLOW_ALL" }
    error_message = "Without a domain, public functions alone are open to the internet."
  }

  assert {
    condition     = google_cloud_scheduler_job.maintain.schedule == "* * * * *" && google_cloud_scheduler_job.maintain.retry_config[0].retry_count == 0
    error_message = "maintain runs every minute; the next minute is its retry."
  }

  assert {
    condition     = local.functions.maintain.max_instances == 1 && local.functions.maintain.concurrency == 1
    error_message = "Two runs at once would do the same work."
  }

  assert {
    condition     = google_cloud_scheduler_job.maintain.http_target[0].uri == module.function["maintain"].uri && google_cloud_scheduler_job.maintain.http_target[0].oidc_token[0].service_account_email == "outreach-caller-scheduler@acme-outreach.iam.gserviceaccount.com"
    error_message = "The scheduler calls Cloud Run's own address with its own identity."
  }

  assert {
    condition     = alltrue([for one in google_cloud_tasks_queue.queue : one.rate_limits[0].max_dispatches_per_second == 50 && one.retry_config[0].max_attempts > 0 && one.retry_config[0].max_retry_duration == "3600s"])
    error_message = "A task is tried for an hour or so; maintain queues it again."
  }

  assert {
    condition = alltrue([for queue, worker in { tasks = local.functions.send_step, events = local.functions.deliver_event } :
    google_cloud_tasks_queue.queue[queue].rate_limits[0].max_concurrent_dispatches <= worker.concurrency * worker.max_instances])
    error_message = "A queue hands out more than its function's instances take."
  }

  assert {
    condition     = local.environment.OUTREACH_QUEUE == "projects/acme-outreach/locations/europe-west1/queues/outreach-tasks" && local.environment.OUTREACH_EVENT_QUEUE == "projects/acme-outreach/locations/europe-west1/queues/outreach-events" && local.environment.OUTREACH_TASK_URL == "https://{service}-123456789012.europe-west1.run.app"
    error_message = "Tasks and events go into these queues and call Cloud Run's own addresses."
  }
}

run "the_build_may_only_read_sources_and_write_images" {
  command = plan

  assert {
    condition     = google_storage_bucket_iam_member.build_source.role == "roles/storage.objectViewer" && google_storage_bucket_iam_member.build_source.bucket == google_storage_bucket.source.name
    error_message = "The build reads the bucket of the sources."
  }

  assert {
    condition     = google_project_iam_member.build_copies.role == "roles/storage.objectViewer" && google_project_iam_member.build_copies.condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-123456789012-europe-west1\")"
    error_message = "In the project the build reads the copies of the sources and no other bucket."
  }

  assert {
    condition     = google_project_iam_member.build_logs.role == "roles/logging.logWriter"
    error_message = "Writing logs is the only role in the project that is without a condition."
  }

  assert {
    condition     = google_artifact_registry_repository_iam_member.build_images.role == "roles/artifactregistry.writer" && google_artifact_registry_repository_iam_member.build_images.repository == google_artifact_registry_repository.images.name
    error_message = "The build writes images to one repository."
  }

  assert {
    condition     = google_storage_bucket.source.public_access_prevention == "enforced" && google_storage_bucket.source.uniform_bucket_level_access
    error_message = "Nobody outside gets at the sources."
  }

  # Looked for in what is written here: a plan does not say what else is in it.
  assert {
    condition = toset(flatten([
      for name in fileset(".", "**/*.tf") : [for found in regexall("resource \"(google_(?:project|folder|organization)_iam_\\w+)\" \"(\\w+)\"", file(name)) : join(".", found)]
      ])) == toset(concat(["google_project_iam_member.firestore"], [
      for name in keys({ build_copies = google_project_iam_member.build_copies, build_logs = google_project_iam_member.build_logs }) : "google_project_iam_member.${name}"
    ]))
    error_message = "A role in the whole project: is there no single resource that it could be given on?"
  }
}
