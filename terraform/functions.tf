# All there is to say about each function; a new one is a folder in functions/ and an entry here.
#
# callers: "public" for browsers and the web app, which bring tokens or tickets that the function itself checks; else
#   whose identity Cloud Run lets in: tasks, push, scheduler (callers.tf).
# secrets, queues, store: what it may read, into which queues it may put tasks (queue.tf), and whether it reads and
#   writes Firestore.
# concurrency: requests to one instance at once, and gunicorn's threads. They wait for Gmail and Firestore most of the
#   time: of the second that a send takes, a twentieth is work for the processor. More than one request at a time
#   needs a whole cpu.
locals {
  functions = {
    campaigns = {
      description     = "Show and steer campaigns, for the web app"
      callers         = ["public"]
      secrets         = ["address-key", "oauth-client", "token-keyset"]
      queues          = ["tasks"]
      store           = true
      memory          = "1Gi"
      cpu             = "1"
      concurrency     = 8
      min_instances   = 0
      max_instances   = 10
      timeout_seconds = 120
    }

    console = {
      description     = "A page over the web app's interface"
      callers         = ["public"]
      secrets         = []
      queues          = []
      store           = false
      memory          = "256Mi"
      cpu             = "1"
      concurrency     = 32
      min_instances   = 0
      max_instances   = 3
      timeout_seconds = 30
    }

    deliver_event = {
      description = "Tell webhooks of others what happened"
      callers     = ["tasks"]
      secrets     = ["address-key"]
      queues      = ["events"]
      store       = true
      memory      = "512Mi"
      cpu         = "1"
      # It waits for the servers of others, up to ten seconds each.
      concurrency     = 16
      min_instances   = 0
      max_instances   = 5
      timeout_seconds = 300
    }

    enqueue_campaign = {
      description = "Plan, try and accept campaigns, for the web app"
      callers     = ["public"]
      secrets     = ["address-key", "oauth-client", "token-keyset"]
      queues      = ["tasks"]
      store       = true
      # Whatever a shortlist holds, it is gone through in pieces; four at once, and their plans, fit easily.
      memory          = "2Gi"
      cpu             = "1"
      concurrency     = 4
      min_instances   = 0
      max_instances   = 10
      timeout_seconds = 540
    }

    mailboxes = {
      description     = "List, connect, share and set up mailboxes, for the web app"
      callers         = ["public"]
      secrets         = ["address-key", "oauth-client", "ticket-key", "token-keyset"]
      queues          = ["tasks"]
      store           = true
      memory          = "512Mi"
      cpu             = "1"
      concurrency     = 8
      min_instances   = 0
      max_instances   = 10
      timeout_seconds = 120
    }

    maintain = {
      description = "Queue what is due, settle what is stuck, look into silent mailboxes"
      callers     = ["scheduler"]
      secrets     = ["address-key", "oauth-client", "token-keyset"]
      queues      = ["events", "tasks"]
      store       = true
      memory      = "1Gi"
      cpu         = "1"
      # One run at a time. A run that takes longer than a minute is not cut off: the next one is refused or put off
      # until it is through, and looks at whatever is due by then.
      concurrency     = 1
      min_instances   = 0
      max_instances   = 1
      timeout_seconds = 300
    }

    oauth_callback = {
      description     = "Take browsers to Google's consent and back"
      callers         = ["public"]
      secrets         = ["address-key", "oauth-client", "ticket-key", "token-keyset"]
      queues          = []
      store           = true
      memory          = "512Mi"
      cpu             = "1"
      concurrency     = 8
      min_instances   = 0
      max_instances   = 5
      timeout_seconds = 60
    }

    send_step = {
      description   = "Send one step to one candidate"
      callers       = ["tasks"]
      secrets       = ["address-key", "oauth-client", "token-keyset"]
      queues        = ["tasks"]
      store         = true
      memory        = "512Mi"
      cpu           = "1"
      concurrency   = 16
      min_instances = 0
      max_instances = 10
      # Below the five minutes after which others settle an attempt.
      timeout_seconds = 120
    }

    settings = {
      description     = "Settings, suppressions, audit and erasure, for admins of the web app"
      callers         = ["public"]
      secrets         = ["address-key"]
      queues          = []
      store           = true
      memory          = "512Mi"
      cpu             = "1"
      concurrency     = 8
      min_instances   = 0
      max_instances   = 5
      timeout_seconds = 300
    }

    unsubscribe = {
      description     = "Opt candidates out, by the link in each mail"
      callers         = ["public"]
      secrets         = ["address-key"]
      queues          = []
      store           = true
      memory          = "512Mi"
      cpu             = "1"
      concurrency     = 16
      min_instances   = 0
      max_instances   = 5
      timeout_seconds = 30
    }

    watch_notification = {
      description     = "Find the answers among new mail"
      callers         = ["push", "tasks"]
      secrets         = ["address-key", "oauth-client", "token-keyset"]
      queues          = ["tasks"]
      store           = true
      memory          = "1Gi"
      cpu             = "1"
      concurrency     = 8
      min_instances   = 0
      max_instances   = 20
      timeout_seconds = 300
    }
  }

  public_functions = { for name, one in local.functions : name => one if contains(one.callers, "public") }
}

module "archive" {
  source   = "./modules/archive"
  for_each = local.functions

  function = each.key
  root     = "${path.root}/.."
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name            = each.key
  description     = each.value.description
  memory          = each.value.memory
  cpu             = each.value.cpu
  concurrency     = each.value.concurrency
  min_instances   = contains(var.warm, each.key) ? 1 : each.value.min_instances
  max_instances   = each.value.max_instances
  timeout_seconds = each.value.timeout_seconds
  environment     = local.environment

  project  = var.project
  region   = var.region
  database = google_firestore_database.store.name
  invokers = { for caller in each.value.callers : caller => local.callers[caller] }
  ingress  = local.ingress[contains(each.value.callers, "public") ? "public" : "internal"]
  secrets  = var.secrets_backend == "gcp" ? { for name in each.value.secrets : name => google_secret_manager_secret.app[name].id } : {}
  store    = each.value.store
  queues   = { for name in each.value.queues : name => google_cloud_tasks_queue.queue[name].name }
  calls_as = google_service_account.caller["tasks"].name

  archive  = module.archive[each.key]
  bucket   = google_storage_bucket.source.name
  registry = google_artifact_registry_repository.images.id
  build_as = google_service_account.build.name
  after    = [time_sleep.build_may.id]
}
