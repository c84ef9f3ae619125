"""Read and change the org's settings and its list of those who get no mail, for admins of the web app."""

from __future__ import annotations

import flask

from lib.core.callers import VerifiedCaller
from lib.entrypoint import user_function
from lib.entrypoint.interface.settings import ROUTES
from lib.entrypoint.routes import routed
from lib.ports import Services


@user_function
def settings(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 200 with what there is now; addresses come in bodies alone, never in URLs."""
    return routed(ROUTES, services, caller, request)
