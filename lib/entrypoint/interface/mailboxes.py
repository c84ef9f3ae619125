"""List, connect and set up mailboxes; give their owners the record of what was read."""

from __future__ import annotations

from functools import partial

from lib.core.delegating import Accepting, Gift, Plea
from lib.core.inviting import InvitationRequest
from lib.core.limits import ASKING, EXPORTING
from lib.core.mailbox_settings import ChangedMailbox
from lib.core.wishes import ConnectionRequest
from lib.entrypoint.answers import json_lines, json_response
from lib.entrypoint.erasures import accepted
from lib.entrypoint.routes import Route
from lib.flows.auditing import AuditPage, show_mailbox_audit
from lib.flows.connecting import ask
from lib.flows.delegating import accept, end, give, list_grants
from lib.flows.delegating import ask as ask_for_grant
from lib.flows.erasing.asking import erase_mailbox
from lib.flows.exporting_reads import export
from lib.flows.figuring import Wanted, mailbox_figures
from lib.flows.inviting import invite, list_invitations, withdraw
from lib.flows.leaving import disconnect
from lib.flows.setting import change_mailbox, resume_mailbox, show_mailbox
from lib.flows.showing import list_mailboxes

ROUTES = (
    Route("GET", "", list_mailboxes, answer=lambda found: json_response({"mailboxes": found})),
    Route(
        "POST",
        "connections",
        ask,
        body=ConnectionRequest,
        answer=lambda url: json_response({"url": url}, 201),
        limit=ASKING,
    ),
    Route(
        "POST",
        "invitations",
        invite,
        body=InvitationRequest,
        answer=lambda made: json_response(made, 201),
        limit=ASKING,
    ),
    Route(
        "GET",
        "invitations",
        list_invitations,
        answer=lambda found: json_response({"invitations": found}),
    ),
    Route("DELETE", "invitations/{}", withdraw),
    Route("GET", "{}/settings", show_mailbox),
    Route("PATCH", "{}/settings", change_mailbox, body=ChangedMailbox),
    Route("POST", "{}/resume", resume_mailbox),
    Route("POST", "{}/disconnect", disconnect),
    Route("POST", "requests", ask_for_grant, body=Plea, limit=ASKING),
    Route("GET", "{}/grants", list_grants, answer=lambda found: json_response({"grants": found})),
    Route("POST", "{}/grants", give, body=Gift),
    Route("POST", "{}/grants/{}/accept", accept, body=Accepting),
    Route("DELETE", "{}/grants/{}", end),
    Route("DELETE", "{}", erase_mailbox, answer=accepted, limit=EXPORTING),
    Route("GET", "{}/audit", show_mailbox_audit, query=AuditPage),
    Route("GET", "{}/figures", mailbox_figures, query=Wanted),
    Route("GET", "{}/reads", export, answer=partial(json_lines, name="reads.jsonl"), limit=EXPORTING),
)
