"""Steer and show campaigns: figures, candidates, answers; pause, resume, approve, cancel, edit."""

from __future__ import annotations

from functools import partial

from lib.core.campaigns.asked import AskedCandidates, AskedEdit
from lib.core.campaigns.editing import Edit
from lib.core.errors import Conflict, Forbidden, MailboxDisconnected, MailboxPaused, MailboxRefused, Outdated
from lib.core.limits import EXPORTING, PLANNING, READING
from lib.core.seen import tag_of_revision
from lib.entrypoint.answers import csv_response, json_file
from lib.entrypoint.interface.document import show_document
from lib.entrypoint.routes import Route
from lib.flows.adding import add
from lib.flows.charting import show_days
from lib.flows.controlling import Approval, Decision, Reason, approve, cancel, decide, pause, resume
from lib.flows.editing import edit
from lib.flows.exporting_campaigns import export_csv, export_json
from lib.flows.figuring import Wanted, campaign_figures
from lib.flows.forecasting import show_forecast
from lib.flows.listing import CampaignsPage, list_campaigns
from lib.flows.marking import Mark, mark, read
from lib.flows.showing_answers import AnswersPage, list_answers, show_answer
from lib.flows.showing_campaigns import show_campaign, show_pulse
from lib.flows.showing_candidates import Page, Sought, find_candidate, list_candidates, skip
from lib.flows.telling import show_timeline

#: What a caller meets who may see a campaign and not do this, and where it is not in the state for it.
REFUSED = (Forbidden,)
STATE = (Forbidden, Conflict)
#: What a mailbox comes to that Gmail does not let us use.
GMAIL = (MailboxDisconnected, MailboxRefused, MailboxPaused)

ROUTES = (
    Route("GET", "", list_campaigns, query=CampaignsPage),
    Route("GET", "{}", show_campaign, tag=tag_of_revision),
    Route(
        "PATCH",
        "{}",
        edit,
        body=Edit,
        form=AskedEdit,
        tag=tag_of_revision,
        errors=(*STATE, Outdated),
    ),
    Route("POST", "{}/pause", pause, body=Reason, errors=STATE),
    Route("POST", "{}/resume", resume, errors=STATE),
    Route("POST", "{}/cancel", cancel, body=Reason, errors=STATE),
    Route("POST", "{}/approve", approve, body=Approval, errors=STATE),
    Route(
        "GET",
        "{}/export.json",
        export_json,
        answer=partial(json_file, name="campaign.json"),
        limit=EXPORTING,
        errors=REFUSED,
    ),
    Route(
        "GET",
        "{}/export.csv",
        export_csv,
        answer=partial(csv_response, name="campaign.csv"),
        limit=EXPORTING,
        errors=REFUSED,
    ),
    Route("GET", "{}/pulse", show_pulse),
    Route("GET", "{}/days", show_days),
    Route("GET", "{}/figures", campaign_figures, query=Wanted),
    Route("GET", "{}/forecast", show_forecast),
    Route("GET", "{}/candidates", list_candidates, query=Page, errors=REFUSED),
    Route(
        "POST",
        "{}/candidates",
        add,
        body=bytes,
        form=AskedCandidates,
        limit=PLANNING,
        errors=STATE,
    ),
    Route("POST", "{}/candidates/search", find_candidate, body=Sought, errors=REFUSED),
    Route("GET", "{}/candidates/{}", show_timeline, errors=REFUSED),
    Route("POST", "{}/candidates/{}/skip", skip, errors=REFUSED),
    Route("POST", "{}/candidates/{}/decision", decide, body=Decision, errors=(*STATE, *GMAIL)),
    Route("GET", "{}/answers", list_answers, query=AnswersPage, errors=REFUSED),
    Route("GET", "{}/answers/{}", show_answer, errors=REFUSED),
    Route("PATCH", "{}/answers/{}", mark, body=Mark, errors=REFUSED),
    Route("POST", "{}/answers/{}/read", read, limit=READING, errors=(*STATE, *GMAIL)),
    Route("GET", "openapi.json", show_document),
)
