"""Read and change the org's settings and its list of those who get no mail, for admins."""

from __future__ import annotations

from functools import partial

from lib.core.errors import Conflict, Forbidden, NotFound, Outdated
from lib.core.limits import EXPORTING, PLANNING
from lib.core.seen import tag_of
from lib.entrypoint.answers import csv_response
from lib.entrypoint.erasures import accepted
from lib.entrypoint.routes import Route
from lib.flows import org_settings, subscribing, suppressing
from lib.flows.auditing import AuditPage, show_org_audit
from lib.flows.erasing import asking, showing
from lib.flows.exporting_candidates import ExportRequest, export_candidate
from lib.flows.figuring import Wanted, org_figures

ROUTES = (
    Route("GET", "", org_settings.show_settings, tag=tag_of, errors=(Forbidden,)),
    Route(
        "PATCH",
        "",
        org_settings.change_settings,
        body=org_settings.ChangedSettings,
        tag=tag_of,
        errors=(Forbidden, Conflict, Outdated),
    ),
    Route("GET", "figures", org_figures, query=Wanted, errors=(Forbidden,)),
    Route("GET", "audit", show_org_audit, query=AuditPage, errors=(Forbidden,)),
    Route("GET", "suppressions", suppressing.list_suppressed, query=suppressing.Page, errors=(Forbidden,)),
    Route(
        "POST",
        "suppressions",
        suppressing.add_suppressed,
        body=bytes,
        form=suppressing.ListedEntries,
        limit=PLANNING,
        errors=(Forbidden, Conflict),
    ),
    Route(
        "POST",
        "suppressions/removals",
        suppressing.remove_suppressed,
        body=bytes,
        form=suppressing.ListedEntries,
        limit=PLANNING,
        errors=(Forbidden, Conflict),
    ),
    Route(
        "GET",
        "suppressions.csv",
        suppressing.export_suppressed,
        answer=partial(csv_response, name="suppressions.csv"),
        limit=EXPORTING,
        errors=(Forbidden,),
    ),
    Route("GET", "webhooks", subscribing.list_webhooks, errors=(Forbidden,)),
    Route(
        "POST",
        "webhooks",
        subscribing.add_webhook,
        body=subscribing.WantedWebhook,
        errors=(Forbidden, Conflict),
    ),
    Route("DELETE", "webhooks/{}", subscribing.remove_webhook, errors=(Forbidden, Conflict)),
    Route(
        "POST",
        "webhooks/{}/replay",
        subscribing.replay,
        query=subscribing.Since,
        limit=EXPORTING,
        errors=(Forbidden,),
    ),
    Route(
        "POST",
        "exports",
        export_candidate,
        body=ExportRequest,
        limit=EXPORTING,
        errors=(Forbidden, NotFound),
    ),
    Route(
        "POST",
        "erasures",
        asking.ask,
        body=asking.ErasureRequest,
        answer=accepted,
        statuses=(202,),
        limit=EXPORTING,
        errors=(Forbidden, NotFound, Conflict),
    ),
    Route("GET", "erasures", showing.list_erasures, query=showing.Page, errors=(Forbidden,)),
    Route("GET", "erasures/{}", showing.show_erasure),
)
