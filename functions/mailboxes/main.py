"""List, connect and set up mailboxes for the web app; give their owners the record of what was read."""

from __future__ import annotations

import flask

from lib.core.callers import VerifiedCaller
from lib.core.errors import NotFound
from lib.core.mailbox_settings import ChangedMailbox
from lib.entrypoint import decoded, json_lines, json_response, user_function
from lib.flows.connecting import ConnectionRequest, ask
from lib.flows.exporting_reads import export
from lib.flows.setting import change_mailbox, resume_mailbox, show_mailbox
from lib.flows.showing import list_mailboxes
from lib.ports import Services


@user_function
def mailboxes(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 201 with the URL where the browser goes to consent, else 200."""
    match request.method, *request.path.strip("/").split("/"):
        case "GET", "":
            return json_response({"mailboxes": list_mailboxes(services, caller)})
        case "POST", "connections":
            wanted = decoded(request.get_data(), ConnectionRequest)
            return json_response({"url": ask(services, caller, wanted)}, 201)
        case "GET", id_, "settings":
            return json_response(show_mailbox(services, caller, id_))
        case "PATCH", id_, "settings":
            wish = decoded(request.get_data(), ChangedMailbox)
            return json_response(change_mailbox(services, caller, id_, wish))
        case "POST", id_, "resume":
            resume_mailbox(services, caller, id_)
            return json_response({"resumed": True})
        case "GET", id_, "reads":
            return json_lines(export(services, caller, id_), "reads.jsonl")
    raise NotFound("there is GET /, POST /connections, and of a mailbox settings, resume and reads here")
