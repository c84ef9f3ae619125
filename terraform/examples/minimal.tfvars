# The least that has to be said.
project         = "acme-outreach"
webapp_issuer   = "https://login.example.com"
webapp_audience = "recruiting"
webapp_jwks_url = "https://login.example.com/.well-known/jwks.json"
webapp_origins  = ["https://app.example.com"]
