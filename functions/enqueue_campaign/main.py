"""Preview a campaign (``?dry_run=true``), try a step (``POST test``) or accept it: POST from the web app."""

from __future__ import annotations

import flask
from werkzeug.exceptions import MethodNotAllowed

from lib.core.callers import VerifiedCaller
from lib.core.errors import Fault, InvalidRequest
from lib.entrypoint import json_response, user_function
from lib.flows.enqueueing import accept, preview
from lib.flows.trying import send_test
from lib.ports import Services


@user_function
def enqueue_campaign(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 200 with the plan, 202 when accepted, 200 when the same was accepted before."""
    if request.method != "POST":
        raise MethodNotAllowed(["POST"])
    if request.path.strip("/") == "test":
        step, place = request.args.get("step", ""), request.args.get("candidate", "0")
        candidate = int(place) if place.isdecimal() else -1
        return json_response(
            send_test(services, caller.org, caller.user, request.get_data(), step, candidate)
        )
    dry_run = request.args.get("dry_run", "false")
    if dry_run not in ("true", "false"):
        raise InvalidRequest("dry_run is true or false", (Fault(field="dry_run", why="is true or false"),))
    body = request.get_data()
    if dry_run == "true":
        return json_response(preview(services, caller.org, caller.user, body), 200)
    accepted = accept(services, caller.org, caller.user, body)
    return json_response(accepted, accepted.status)
