# The application's secrets, without values: those are put in by command, so that none ever lies in a state file.
locals {
  secrets = {
    oauth-client = "OAuth client at Google: JSON with client_id and client_secret"
    token-keyset = "Tink keyset under which refresh tokens are sealed; rotates"
    address-key  = "Key under which addresses are hashed; never rotates, and lost with it are all contacts"
    ticket-key   = "Key that signs tickets and links; a new one ends those under way"
  }
}

resource "google_secret_manager_secret" "app" {
  for_each = var.secrets_backend == "gcp" ? local.secrets : {}

  secret_id           = each.key
  annotations         = { purpose = each.value }
  deletion_protection = true
  # A destroyed version can be brought back for a week: without the keyset or the address key nothing can be read.
  version_destroy_ttl = "604800s"

  replication {
    user_managed {
      replicas {
        location = var.region

        dynamic "customer_managed_encryption" {
          for_each = var.keyset_key && each.key == "token-keyset" ? [google_kms_crypto_key.keyset[0].id] : []

          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.enabled, google_kms_crypto_key_iam_member.secret_manager]
}

resource "google_kms_key_ring" "app" {
  count = var.keyset_key ? 1 : 0

  name     = "outreach"
  location = var.region

  depends_on = [google_project_service.enabled]
}

resource "google_kms_crypto_key" "keyset" {
  count = var.keyset_key ? 1 : 0

  name                       = "token-keyset"
  key_ring                   = google_kms_key_ring.app[0].id
  rotation_period            = "7776000s"
  destroy_scheduled_duration = "2592000s"

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_kms_crypto_key_iam_member" "secret_manager" {
  count = var.keyset_key ? 1 : 0

  crypto_key_id = google_kms_crypto_key.keyset[0].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-secretmanager.iam.gserviceaccount.com"
}
