# Secrets in AWS Secrets Manager.
project         = "acme-outreach"
webapp_issuer   = "https://login.example.com"
webapp_audience = "recruiting"
webapp_jwks_url = "https://login.example.com/.well-known/jwks.json"
webapp_origins  = ["https://app.example.com"]
secrets_backend = "aws"
aws             = { region = "eu-central-1", role = "arn:aws:iam::123456789012:role/outreach" }
