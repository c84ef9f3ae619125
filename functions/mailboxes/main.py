"""List, connect and set up mailboxes for the web app; give their owners the record of what was read."""

from __future__ import annotations

from functools import partial

import flask

from lib.core.callers import VerifiedCaller
from lib.core.mailbox_settings import ChangedMailbox
from lib.entrypoint import json_lines, json_response, user_function
from lib.entrypoint.routes import Route, routed
from lib.flows.connecting import ConnectionRequest, ask
from lib.flows.exporting_reads import export
from lib.flows.setting import change_mailbox, resume_mailbox, show_mailbox
from lib.flows.showing import list_mailboxes
from lib.ports import Services

ROUTES = (
    Route("GET", "", list_mailboxes, answer=lambda found: json_response({"mailboxes": found})),
    Route(
        "POST",
        "connections",
        ask,
        body=ConnectionRequest,
        answer=lambda url: json_response({"url": url}, 201),
    ),
    Route("GET", "{}/settings", show_mailbox),
    Route("PATCH", "{}/settings", change_mailbox, body=ChangedMailbox),
    Route("POST", "{}/resume", resume_mailbox),
    Route("GET", "{}/reads", export, answer=partial(json_lines, name="reads.jsonl")),
)


@user_function
def mailboxes(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 201 with the URL where the browser goes to consent, else 200."""
    return routed(ROUTES, services, caller, request)
