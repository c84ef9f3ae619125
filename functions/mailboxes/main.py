"""List, connect and set up mailboxes for the web app; give their owners the record of what was read."""

from __future__ import annotations

import flask

from lib.core.callers import VerifiedCaller
from lib.entrypoint import user_function
from lib.entrypoint.interface.mailboxes import ROUTES
from lib.entrypoint.routes import routed
from lib.ports import Services


@user_function
def mailboxes(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 201 with the URL where the browser goes to consent, else 200."""
    return routed(ROUTES, services, caller, request)
