# Who may call what, and what each function may reach, with whatever variables are given (examples/*.tfvars).
mock_provider "archive" {}
mock_provider "time" {}
mock_provider "google" {}

# Reading all of the code nine times takes a quarter of a minute; archive.tftest.hcl does once.
override_module {
  target          = module.archive
  override_during = plan
  outputs         = { name = "function-0123.zip", path = ".archives/function.zip", files = ["main.py"] }
}

override_resource {
  target          = google_service_account.caller["tasks"]
  override_during = plan
  values          = { email = "outreach-caller-tasks@acme-outreach.iam.gserviceaccount.com" }
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

run "each_function_is_open_to_its_callers_alone" {
  command = plan

  assert {
    condition = toset([for name, one in module.function : name if contains(values(one.deployed.invokers), "allUsers")]) == toset(
      ["campaigns", "console", "enqueue_campaign", "mailboxes", "oauth_callback", "settings", "unsubscribe"]
    )
    error_message = "These functions check a token, a ticket or a link themselves; no other may be open to all."
  }

  assert {
    condition     = alltrue([for one in module.function : length(one.deployed.invokers) > 0 && !contains(values(one.deployed.invokers), "allAuthenticatedUsers")])
    error_message = "Somebody may call each function, but never everybody with a Google account."
  }

  assert {
    condition     = alltrue([for one in module.function : one.deployed.ingress == (contains(values(one.deployed.invokers), "allUsers") ? (var.domain == null ? "ALLOW_ALL" : "ALLOW_INTERNAL_AND_GCLB") : "ALLOW_INTERNAL_ONLY")])
    error_message = "Internal functions have internal ingress; with a domain, public ones are reached by the load balancer alone."
  }

  assert {
    condition     = module.function["send_step"].deployed.invokers == { tasks = "serviceAccount:outreach-caller-tasks@acme-outreach.iam.gserviceaccount.com" }
    error_message = "Only Cloud Tasks calls send_step."
  }

  assert {
    condition     = module.function["maintain"].deployed.invokers == { scheduler = "serviceAccount:outreach-caller-scheduler@acme-outreach.iam.gserviceaccount.com" }
    error_message = "Only Cloud Scheduler calls maintain."
  }

  assert {
    condition = module.function["watch_notification"].deployed.invokers == {
      push  = "serviceAccount:outreach-caller-push@acme-outreach.iam.gserviceaccount.com"
      tasks = "serviceAccount:outreach-caller-tasks@acme-outreach.iam.gserviceaccount.com"
    }
    error_message = "Pub/Sub and continuation tasks call watch_notification."
  }

  assert {
    condition     = length(setsubtract(module.function["unsubscribe"].deployed.secrets, ["address-key"])) == 0 && length(module.function["unsubscribe"].deployed.queues) == 0
    error_message = "unsubscribe, which anybody reaches, reads no token and no client secret, and queues nothing."
  }

  assert {
    condition     = alltrue([for name, one in module.function : sort(one.deployed.secrets) == sort(var.secrets_backend == "gcp" ? local.functions[name].secrets : [])])
    error_message = "A function reads the secrets that the map names, and no other."
  }

  assert {
    condition     = alltrue([for one in module.function : { for name, value in one.deployed.environment : name => value if name != "THREADS" } == local.environment])
    error_message = "All functions get the same variables, and all of them."
  }

  assert {
    condition     = alltrue([for name in keys(google_compute_backend_service.function) : contains(values(module.function[name].deployed.invokers), "allUsers")])
    error_message = "The load balancer leads to public functions alone."
  }

  assert {
    condition     = local.environment.OUTREACH_BASE_URL == (var.domain == null ? "https://${var.region}-${var.project}.cloudfunctions.net" : "https://${var.domain}") && output.redirect_uri == "${local.environment.OUTREACH_BASE_URL}/oauth_callback"
    error_message = "Links lead to one host, which is the domain if there is one."
  }
}
