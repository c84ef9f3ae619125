"""Show a campaign with its figures and answers: ``GET /{id}`` from the web app."""

from __future__ import annotations

import flask

from lib.core.callers import VerifiedCaller
from lib.core.campaigns import is_id
from lib.core.errors import NotFound
from lib.entrypoint import json_response, user_function
from lib.flows.showing import show_campaign
from lib.ports import Services


@user_function
def campaigns(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 200 with the campaign; 404 for one that is not there, or not for this caller."""
    id_ = request.path.strip("/")
    if request.method != "GET" or not is_id(id_):
        raise NotFound("there is GET /{id} here")
    return json_response(show_campaign(services, caller, id_))
