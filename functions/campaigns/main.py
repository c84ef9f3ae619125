"""Show and steer a campaign for the web app: figures, candidates, answers; pause, resume, cancel, edit."""

from __future__ import annotations

import flask

from lib.core.callers import VerifiedCaller
from lib.entrypoint import user_function
from lib.entrypoint.interface.campaigns import ROUTES
from lib.entrypoint.routes import routed
from lib.ports import Services


@user_function
def campaigns(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 200 with what was asked for, or as it is now; 404 where nothing is, or not for this caller."""
    return routed(ROUTES, services, caller, request)
