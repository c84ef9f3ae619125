"""List mailboxes (``GET /``) and ask for one to be connected (``POST /connections``), for the web app."""

from __future__ import annotations

import flask

from lib.core.callers import VerifiedCaller
from lib.core.errors import NotFound
from lib.entrypoint import decoded, json_response, user_function
from lib.flows.connecting import ConnectionRequest, ask
from lib.flows.showing import list_mailboxes
from lib.ports import Services


@user_function
def mailboxes(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 201 with the URL where the browser goes to consent, or 200 with the list."""
    match request.method, request.path.strip("/"):
        case "GET", "":
            return json_response({"mailboxes": list_mailboxes(services, caller)})
        case "POST", "connections":
            wanted = decoded(request.get_data(), ConnectionRequest)
            return json_response({"url": ask(services, caller, wanted)}, 201)
    raise NotFound("there is GET / and POST /connections here")
