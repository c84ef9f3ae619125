resource "google_firestore_database" "store" {
  name        = "(default)"
  location_id = coalesce(var.firestore_location, var.region)
  type        = "FIRESTORE_NATIVE"
  # Writes carry preconditions: there is nothing that a lock would be waited for.
  concurrency_mode                  = "OPTIMISTIC"
  app_engine_integration_mode       = "DISABLED"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  deletion_policy                   = "ABANDON"

  depends_on = [google_project_service.enabled]
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.store.name
  retention = "${var.backup_days * 86400}s"

  daily_recurrence {}
}

locals {
  # Data, so that a test compares it with the queries that the code makes.
  firestore_indexes = {
    for one in jsondecode(file("${path.module}/firestore_indexes.json")) :
    "${one.collection}: ${join(", ", [for field in one.fields : "${field.path} ${field.order}"])}" => one
  }
  firestore_fields = {
    for one in jsondecode(file("${path.module}/firestore_fields.json")) : "${one.collection}.${one.field}" => one
  }
}

resource "google_firestore_index" "composite" {
  for_each = local.firestore_indexes

  database    = google_firestore_database.store.name
  collection  = each.value.collection
  query_scope = each.value.scope

  dynamic "fields" {
    for_each = each.value.fields

    content {
      field_path = fields.value.path
      order      = fields.value.order
    }
  }
}

# Fields for which the automatic indexes are changed: none, or a collection group's own; and those that expire.
resource "google_firestore_field" "changed" {
  for_each = local.firestore_fields

  database   = google_firestore_database.store.name
  collection = each.value.collection
  field      = each.value.field

  index_config {
    dynamic "indexes" {
      for_each = each.value.indexes

      content {
        order       = indexes.value.order
        query_scope = indexes.value.scope
      }
    }
  }

  dynamic "ttl_config" {
    for_each = each.value.ttl ? [true] : []

    content {}
  }
}
