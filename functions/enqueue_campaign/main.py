"""Preview a campaign (``?dry_run=true``), try a step (``POST test``) or accept it: POST from the web app."""

from __future__ import annotations

import flask

from lib.core.callers import VerifiedCaller
from lib.entrypoint import user_function
from lib.entrypoint.interface.enqueue_campaign import ROUTES
from lib.entrypoint.routes import routed
from lib.ports import Services


@user_function
def enqueue_campaign(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 200 with the plan, 202 when accepted, 200 when the same was accepted before."""
    return routed(ROUTES, services, caller, request)
