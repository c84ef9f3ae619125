output "redirect_uri" {
  description = "To be entered at Google as the OAuth client's authorised redirect URI, letter by letter."
  value       = "${local.base_url}/oauth_callback"
}

output "console" {
  description = "Where people find the console; the redirect URI of its client at the issuer, letter by letter."
  value       = "${local.base_url}/console/"
}

output "urls" {
  description = "Where the web app finds the functions."
  value       = { for name in keys(local.public_functions) : name => "${local.base_url}/${name}" }
}

output "address" {
  description = "What the domain's A record must say; null without a domain."
  value       = one(google_compute_global_address.domain[*].address)
}

output "secrets_to_fill" {
  description = "Secrets that Terraform leaves empty; terraform/README.md has the commands."
  value       = var.secrets_backend == "gcp" ? keys(local.secrets) : []
}

output "accounts" {
  description = "The functions' service accounts; AWS knows them by their unique ids."
  value       = { for name in keys(local.functions) : name => module.function[name].account }
}

output "dead_letters" {
  description = "The subscription that keeps the notifications that were given up."
  value       = google_pubsub_subscription.dead.name
}
