# Every option on. secrets_backend = "aws" shuts keyset_key out: examples/aws.tfvars has that.
project            = "acme-outreach"
region             = "europe-west3"
firestore_location = "eur3"
webapp_issuer      = "https://login.example.com"
webapp_audience    = "recruiting"
webapp_jwks_url    = "https://login.example.com/.well-known/jwks.json"
webapp_origins     = ["https://app.example.com", "https://staging.example.com"]
webapp_org_claim   = "https://example.com/org"
webapp_role_claim  = "https://example.com/role"
console_client_id  = "outreach-console"
console_connects   = ["https://tokens.example.com"]
alert_emails       = ["oncall@example.com", "recruiting-it@example.com"]
backup_days        = 98
tasks_per_second   = 200
events_per_second  = 100
warm               = ["oauth_callback", "send_step"]
secrets_backend    = "gcp"
keyset_key         = true
domain             = "outreach.example.com"
budget             = { billing_account = "012345-6789AB-CDEF01", amount = 200, currency = "EUR" }
labels             = { team = "recruiting", cost-centre = "4711" }
