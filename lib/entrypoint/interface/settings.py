"""Read and change the org's settings and its list of those who get no mail, for admins."""

from __future__ import annotations

from functools import partial

from lib.entrypoint.answers import csv_response
from lib.entrypoint.routes import Route
from lib.flows import suppressing

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
