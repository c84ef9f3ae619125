"""Own how an erasure is answered and logged: by what the log says, it is done again in a restored backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from lib.entrypoint.answers import json_response
from lib.entrypoint.logs import log

if TYPE_CHECKING:
    from lib.core.records import Erasure


def accepted(erasure: Erasure) -> Response:
    """Answer 202 with an erasure that has begun, and log it."""
    log_erasure(erasure)
    return json_response(erasure, 202)


def log_erasure(erasure: Erasure) -> None:
    """Log an erasure by ids alone, as ``erasing`` or, when it is done, as ``erased``.

    ``python -m lib.entrypoint.replay_erasures`` reads these lines.
    """
    log(
        "erased" if erasure.stage == "done" else "erasing",
        org=erasure.org,
        kind=erasure.kind,
        subject=erasure.subject,
        asked_at=erasure.asked_at.isoformat(),
        id=erasure.id,
    )
