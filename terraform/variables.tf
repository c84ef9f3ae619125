variable "project" {
  description = "Id of the Google Cloud project, used for nothing else: the state lies in its default Firestore database."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project id has 6 to 30 lower-case letters, digits and hyphens, without a domain in front."
  }
}

variable "region" {
  description = "Region of functions, queue, scheduler and secrets."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "A region looks like europe-west1."
  }
}

variable "firestore_location" {
  description = "Where Firestore keeps the data, for good: a region, or eur3 or nam5. Null: the region of the functions."
  type        = string
  default     = null
}

variable "webapp_issuer" {
  description = "The claim iss of the web app's user tokens."
  type        = string

  validation {
    condition     = startswith(var.webapp_issuer, "https://")
    error_message = "An OIDC issuer is an https URL."
  }
}

variable "webapp_audience" {
  description = "The claim aud of the web app's user tokens."
  type        = string

  validation {
    condition     = length(var.webapp_audience) > 0
    error_message = "Without an audience anybody's token of the same issuer would do."
  }
}

variable "webapp_jwks_url" {
  description = "Where the keys lie that sign the web app's user tokens."
  type        = string

  validation {
    condition     = startswith(var.webapp_jwks_url, "https://")
    error_message = "The keys must come over https."
  }
}

variable "webapp_org_claim" {
  description = "The claim of user tokens that names the org."
  type        = string
  default     = "org"
}

variable "webapp_role_claim" {
  description = "The claim of user tokens that names the role: member or admin."
  type        = string
  default     = "role"
}

variable "webapp_origins" {
  description = "Origins of the web app: its pages may call the functions, and browsers go back there after connecting."
  type        = list(string)

  validation {
    condition     = length(var.webapp_origins) > 0 && alltrue([for one in var.webapp_origins : can(regex("^https://[^/,]+$", one))])
    error_message = "Name at least one origin like https://app.example.com, without a path."
  }
}

variable "console_client_id" {
  description = "Client id of the console at the issuer: a public client (code, PKCE) whose ID tokens carry the claims. Null: nobody can sign in to it."
  type        = string
  default     = null
}

variable "console_connects" {
  description = "Further origins of the issuer's that the console's sign-in calls, where its tokens do not come from its own."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.console_connects : can(regex("^https://[^/,]+$", one))])
    error_message = "An origin looks like https://tokens.example.com, without a path."
  }
}

variable "alert_emails" {
  description = "Who hears of alerts. Empty: they show in the console alone."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+$", one))])
    error_message = "These must be e-mail addresses."
  }
}

variable "backup_days" {
  description = "For how many days the daily backups of Firestore are kept; receipts of erasure name the last one's end."
  type        = number
  default     = 30

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 98 && floor(var.backup_days) == var.backup_days
    error_message = "Firestore keeps backups for 1 to 98 whole days."
  }
}

variable "tasks_per_second" {
  description = "How many tasks but events the queue hands out a second. A send costs about 250 units of Gmail's 20,000 a second."
  type        = number
  default     = 50

  validation {
    condition     = var.tasks_per_second > 0 && var.tasks_per_second <= 500
    error_message = "A queue hands out at most 500 tasks a second."
  }
}

variable "events_per_second" {
  description = "How many events a second go to webhooks at most. In a minute, as many as a run of maintain queues."
  type        = number
  default     = 50

  validation {
    condition     = var.events_per_second > 0 && var.events_per_second <= 500
    error_message = "A queue hands out at most 500 tasks a second."
  }
}

variable "warm" {
  description = "Names of functions that keep one instance running, which costs money around the clock and saves cold starts."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.warm, keys(local.functions))) == 0
    error_message = "These must be functions of local.functions."
  }
}

variable "secrets_backend" {
  description = "Where the application's secrets lie: gcp (Secret Manager) or aws (AWS Secrets Manager)."
  type        = string
  default     = "gcp"

  validation {
    condition     = contains(["gcp", "aws"], var.secrets_backend)
    error_message = "Must be gcp or aws."
  }
}

variable "aws" {
  description = "With secrets_backend aws: region of the secrets, and the role that the functions take on there."
  type        = object({ region = string, role = string })
  default     = null

  validation {
    condition     = (var.aws != null) == (var.secrets_backend == "aws")
    error_message = "Goes together with secrets_backend = \"aws\"."
  }

  validation {
    condition     = var.aws == null ? true : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.aws.role))
    error_message = "The role is an ARN like arn:aws:iam::123456789012:role/outreach."
  }
}

variable "keyset_key" {
  description = "Whether the keyset lies under a KMS key of the project's own, whose use is logged and can be ended."
  type        = bool
  default     = false

  validation {
    condition     = !(var.keyset_key && var.secrets_backend == "aws")
    error_message = "With secrets_backend = \"aws\" there is no secret here to encrypt."
  }
}

variable "domain" {
  description = "A domain of one's own for the functions, behind a load balancer. Null: cloudfunctions.net, at no cost."
  type        = string
  default     = null

  validation {
    condition     = var.domain == null ? true : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "A domain looks like outreach.example.com."
  }
}

variable "budget" {
  description = "A monthly budget that warns at 50, 90 and 100 percent; it stops nothing. Null: none."
  type        = object({ billing_account = string, amount = number, currency = optional(string, "USD") })
  default     = null

  validation {
    condition     = var.budget == null ? true : can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account)) && var.budget.amount >= 1
    error_message = "A billing account looks like 012345-6789AB-CDEF01; the amount is at least 1."
  }
}

variable "labels" {
  description = "Labels on everything that takes labels."
  type        = map(string)
  default     = {}
}
