"""List, connect and set up mailboxes; give their owners the record of what was read."""

from __future__ import annotations

from functools import partial

from lib.core.delegating import Accepting, Gift, Plea
from lib.core.errors import Conflict, Forbidden, NotFound, Outdated
from lib.core.inviting import InvitationRequest
from lib.core.limits import ASKING, EXPORTING
from lib.core.mailbox_settings import ChangedMailbox
from lib.core.seen import tag_of
from lib.core.wishes import ConnectionRequest
from lib.entrypoint.answers import Answer, json_lines
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
    Route("GET", "", list_mailboxes, answer=Answer(under="mailboxes")),
    Route(
        "POST",
        "connections",
        ask,
        body=ConnectionRequest,
        answer=Answer(201, under="url"),
        limit=ASKING,
        errors=(Forbidden, Conflict),
    ),
    Route(
        "POST",
        "invitations",
        invite,
        body=InvitationRequest,
        answer=Answer(201),
        limit=ASKING,
        errors=(Forbidden, Conflict),
    ),
    Route(
        "GET",
        "invitations",
        list_invitations,
        answer=Answer(under="invitations"),
        errors=(Forbidden,),
    ),
    Route("DELETE", "invitations/{}", withdraw, errors=(Forbidden, Conflict)),
    Route("GET", "{}/settings", show_mailbox, tag=tag_of),
    Route("PATCH", "{}/settings", change_mailbox, body=ChangedMailbox, tag=tag_of, errors=(Outdated,)),
    Route("POST", "{}/resume", resume_mailbox),
    Route("POST", "{}/disconnect", disconnect),
    Route("POST", "requests", ask_for_grant, body=Plea, limit=ASKING, errors=(NotFound, Conflict)),
    Route("GET", "{}/grants", list_grants, answer=Answer(under="grants")),
    Route("POST", "{}/grants", give, body=Gift, errors=(Conflict,)),
    Route("POST", "{}/grants/{}/accept", accept, body=Accepting, errors=(Conflict,)),
    Route("DELETE", "{}/grants/{}", end),
    Route(
        "DELETE", "{}", erase_mailbox, answer=accepted, limit=EXPORTING, statuses=(202,), errors=(Conflict,)
    ),
    Route("GET", "{}/audit", show_mailbox_audit, query=AuditPage),
    Route("GET", "{}/figures", mailbox_figures, query=Wanted),
    Route("GET", "{}/reads", export, answer=partial(json_lines, name="reads.jsonl"), limit=EXPORTING),
)
