"""Read and change the org's settings and its list of those who get no mail, for admins of the web app."""

from __future__ import annotations

from functools import partial

import flask

from lib.core.callers import VerifiedCaller
from lib.entrypoint import csv_response, user_function
from lib.entrypoint.routes import Route, routed
from lib.flows import suppressing
from lib.ports import Services

ROUTES = (
    Route("GET", "", suppressing.show_settings),
    Route("PATCH", "", suppressing.change_settings, body=suppressing.ChangedSettings),
    Route("GET", "suppressions", suppressing.list_suppressed, query=suppressing.Page),
    Route("POST", "suppressions", suppressing.add_suppressed, body=bytes),
    Route("POST", "suppressions/removals", suppressing.remove_suppressed, body=bytes),
    Route(
        "GET",
        "suppressions.csv",
        suppressing.export_suppressed,
        answer=partial(csv_response, name="suppressions.csv"),
    ),
)


@user_function
def settings(services: Services, caller: VerifiedCaller, request: flask.Request) -> flask.Response:
    """Answer 200 with what there is now; addresses come in bodies alone, never in URLs."""
    return routed(ROUTES, services, caller, request)
