"""Preview a campaign (``?dry_run=true``), accept it, or try one of its steps."""

from __future__ import annotations

from flask import Response

from lib.core.limits import PLANNING, TESTING
from lib.entrypoint.answers import json_response
from lib.entrypoint.routes import Route
from lib.flows.enqueueing import Accepted, HowTo, Preview, enqueue
from lib.flows.trying import Trial, send_test


def _planned_or_accepted(found: Preview | Accepted) -> Response:
    return json_response(found, found.status if isinstance(found, Accepted) else 200)


ROUTES = (
    Route(
        "POST",
        "",
        enqueue,
        query=HowTo,
        body=bytes,
        answer=_planned_or_accepted,
        limit=PLANNING,
    ),
    Route("POST", "test", send_test, query=Trial, body=bytes, limit=TESTING),
)
