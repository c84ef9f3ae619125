"""List, connect and set up mailboxes; give their owners the record of what was read."""

from __future__ import annotations

from functools import partial

from lib.core.mailbox_settings import ChangedMailbox
from lib.entrypoint.answers import json_lines, json_response
from lib.entrypoint.routes import Route
from lib.flows.connecting import ConnectionRequest, ask
from lib.flows.exporting_reads import export
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
    ),
    Route("GET", "{}/settings", show_mailbox),
    Route("PATCH", "{}/settings", change_mailbox, body=ChangedMailbox),
    Route("POST", "{}/resume", resume_mailbox),
    Route("GET", "{}/reads", export, answer=partial(json_lines, name="reads.jsonl")),
)
