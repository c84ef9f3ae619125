# A domain of one's own: a load balancer in front of the public functions, and of those alone. It takes the function's
# name off the path, as cloudfunctions.net does.
locals {
  balanced = var.domain == null ? {} : local.public_functions
}

resource "google_compute_global_address" "domain" {
  count = var.domain == null ? 0 : 1

  name = "outreach"

  depends_on = [google_project_service.enabled]
}

resource "google_compute_managed_ssl_certificate" "domain" {
  count = var.domain == null ? 0 : 1

  # Named by the domain, since it can't be changed in place.
  name = "outreach-${substr(sha256(var.domain), 0, 8)}"

  managed {
    domains = [var.domain]
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_project_service.enabled]
}

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = local.balanced

  name                  = "outreach-${module.function[each.key].service}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = module.function[each.key].service
  }

  depends_on = [google_project_service.enabled]
}

# Without logs: URLs of oauth_callback hold Google's code.
resource "google_compute_backend_service" "function" {
  for_each = local.balanced

  name                  = "outreach-${module.function[each.key].service}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }
}

resource "google_compute_url_map" "domain" {
  count = var.domain == null ? 0 : 1

  name = "outreach"

  # Whatever names no function goes to the one that answers strangers most plainly.
  default_service = google_compute_backend_service.function["unsubscribe"].id

  host_rule {
    hosts        = [var.domain]
    path_matcher = "functions"
  }

  path_matcher {
    name            = "functions"
    default_service = google_compute_backend_service.function["unsubscribe"].id

    dynamic "path_rule" {
      for_each = local.balanced

      content {
        paths   = ["/${path_rule.key}", "/${path_rule.key}/*"]
        service = google_compute_backend_service.function[path_rule.key].id

        route_action {
          url_rewrite {
            path_prefix_rewrite = "/"
          }
        }
      }
    }
  }
}

resource "google_compute_target_https_proxy" "domain" {
  count = var.domain == null ? 0 : 1

  name             = "outreach"
  url_map          = google_compute_url_map.domain[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.domain[0].id]
}

resource "google_compute_global_forwarding_rule" "domain" {
  count = var.domain == null ? 0 : 1

  name                  = "outreach"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.domain[0].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.domain[0].id
}
