"""Read and change the org's settings and its list of those who get no mail, for admins."""

from __future__ import annotations

from functools import partial

from lib.core.limits import EXPORTING, PLANNING
from lib.entrypoint.answers import csv_response
from lib.entrypoint.erasures import accepted
from lib.entrypoint.routes import Route
from lib.flows import org_settings, subscribing, suppressing
from lib.flows.auditing import AuditPage, show_org_audit
from lib.flows.erasing import asking, showing
from lib.flows.exporting_candidates import ExportRequest, export_candidate
from lib.flows.figuring import Wanted, org_figures

ROUTES = (
    Route("GET", "", org_settings.show_settings),
    Route("PATCH", "", org_settings.change_settings, body=org_settings.ChangedSettings),
    Route("GET", "figures", org_figures, query=Wanted),
    Route("GET", "audit", show_org_audit, query=AuditPage),
    Route("GET", "suppressions", suppressing.list_suppressed, query=suppressing.Page),
    Route("POST", "suppressions", suppressing.add_suppressed, body=bytes, limit=PLANNING),
    Route("POST", "suppressions/removals", suppressing.remove_suppressed, body=bytes, limit=PLANNING),
    Route(
        "GET",
        "suppressions.csv",
        suppressing.export_suppressed,
        answer=partial(csv_response, name="suppressions.csv"),
        limit=EXPORTING,
    ),
    Route("GET", "webhooks", subscribing.list_webhooks),
    Route("POST", "webhooks", subscribing.add_webhook, body=subscribing.WantedWebhook),
    Route("DELETE", "webhooks/{}", subscribing.remove_webhook),
    Route("POST", "webhooks/{}/replay", subscribing.replay, query=subscribing.Since, limit=EXPORTING),
    Route("POST", "exports", export_candidate, body=ExportRequest, limit=EXPORTING),
    Route("POST", "erasures", asking.ask, body=asking.ErasureRequest, answer=accepted, limit=EXPORTING),
    Route("GET", "erasures", showing.list_erasures, query=showing.Page),
    Route("GET", "erasures/{}", showing.show_erasure),
)
