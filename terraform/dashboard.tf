locals {
  of_queue   = "resource.type=\"cloud_tasks_queue\" resource.labels.queue_id=${local.queue_ids}"
  of_push    = "resource.type=\"pubsub_subscription\" resource.labels.subscription_id=\"${google_pubsub_subscription.push.name}\""
  of_dead    = "resource.type=\"pubsub_subscription\" resource.labels.subscription_id=\"${google_pubsub_subscription.dead.name}\""
  of_service = "resource.type=\"cloud_run_revision\" resource.labels.service_name=one_of(${join(", ", [for name in sort(keys(local.functions)) : "\"${replace(name, "_", "-")}\""])})"

  # Two in a row, from the top: what went wrong, what waits, what is asked for, what it costs.
  charts = [
    { title = "Events, by name", filter = "resource.type=\"cloud_run_revision\" metric.type=\"logging.googleapis.com/user/${google_logging_metric.events.name}\"", align = "ALIGN_DELTA", by = ["metric.label.event"] },
    { title = "Notifications given up", filter = "${local.of_dead} metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\"", align = "ALIGN_MAX", by = [] },
    { title = "Tasks in the queues", filter = "${local.of_queue} metric.type=\"cloudtasks.googleapis.com/queue/depth\"", align = "ALIGN_MEAN", by = ["resource.label.queue_id"] },
    { title = "Tasks tried, by answer", filter = "${local.of_queue} metric.type=\"cloudtasks.googleapis.com/queue/task_attempt_count\"", align = "ALIGN_DELTA", by = ["resource.label.queue_id", "metric.label.response_code"] },
    { title = "Lateness of tasks (99th percentile, ms)", filter = "${local.of_queue} metric.type=\"cloudtasks.googleapis.com/queue/task_attempt_delays\"", align = "ALIGN_PERCENTILE_99", by = ["resource.label.queue_id"] },
    { title = "Oldest waiting notification (s)", filter = "${local.of_push} metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"", align = "ALIGN_MAX", by = [] },
    { title = "Requests, by function and status", filter = "${local.of_service} metric.type=\"run.googleapis.com/request_count\"", align = "ALIGN_DELTA", by = ["resource.label.service_name", "metric.label.response_code_class"] },
    { title = "Time of a request (95th percentile, ms)", filter = "${local.of_service} metric.type=\"run.googleapis.com/request_latencies\"", align = "ALIGN_PERCENTILE_95", by = ["resource.label.service_name"] },
    { title = "Instances", filter = "${local.of_service} metric.type=\"run.googleapis.com/container/instance_count\"", align = "ALIGN_MAX", by = ["resource.label.service_name"] },
    { title = "Documents written", filter = "resource.type=\"firestore_instance\" metric.type=\"firestore.googleapis.com/document/write_count\"", align = "ALIGN_DELTA", by = ["metric.label.op"] },
  ]
}

resource "google_monitoring_dashboard" "outreach" {
  dashboard_json = jsonencode({
    displayName = "Outreach"
    mosaicLayout = {
      columns = 48
      tiles = [
        for place, chart in local.charts : {
          xPos   = place % 2 * 24
          yPos   = floor(place / 2) * 16
          width  = 24
          height = 16
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = chart.filter
                    aggregation = {
                      alignmentPeriod    = "300s"
                      perSeriesAligner   = chart.align
                      crossSeriesReducer = chart.align == "ALIGN_MAX" || startswith(chart.align, "ALIGN_PERCENTILE") ? "REDUCE_MAX" : "REDUCE_SUM"
                      groupByFields      = chart.by
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })

  depends_on = [google_project_service.enabled]
}
