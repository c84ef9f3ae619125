"""Look at a campaign that is being written, preview it (``?dry_run=true``), accept it, or try a step.

Large shortlists come in parts.
"""

from __future__ import annotations

from flask import Response

from lib.core.campaigns.asked import AskedCampaign, AskedUnfinished
from lib.core.errors import (
    Conflict,
    InvalidRequest,
    MailboxDisconnected,
    MailboxPaused,
    MailboxRefused,
    RecipientRefused,
)
from lib.core.limits import PLANNING, RENDERING, TESTING, UPLOADING
from lib.core.uploads import NewUpload
from lib.entrypoint.answers import Answer, json_response
from lib.entrypoint.routes import Route
from lib.flows.enqueueing import Accepted, HowTo, enqueue
from lib.flows.previewing import Preview
from lib.flows.rendering import WhoseMails, render
from lib.flows.trying import Trial, send_test
from lib.flows.uploading import delete_upload, put_part, show_upload, start_upload


def _planned_or_accepted(found: Preview | Accepted) -> Response:
    return json_response(found, found.status if isinstance(found, Accepted) else 200)


ROUTES = (
    Route(
        "POST",
        "",
        enqueue,
        query=HowTo,
        body=bytes,
        form=AskedCampaign,
        answer=_planned_or_accepted,
        statuses=(200, 202),
        limit=PLANNING,
        errors=(Conflict,),
    ),
    Route(
        "POST",
        "rendering",
        render,
        query=WhoseMails,
        body=bytes,
        form=AskedUnfinished,
        limit=RENDERING,
    ),
    Route(
        "POST",
        "test",
        send_test,
        query=Trial,
        body=bytes,
        form=AskedCampaign,
        limit=TESTING,
        errors=(Conflict, MailboxDisconnected, MailboxRefused, MailboxPaused, RecipientRefused),
    ),
    Route(
        "POST",
        "uploads",
        start_upload,
        body=NewUpload,
        answer=Answer(status=201),
        limit=UPLOADING,
        errors=(Conflict,),
    ),
    Route("GET", "uploads/{}", show_upload),
    Route("DELETE", "uploads/{}", delete_upload),
    Route(
        "PUT",
        "uploads/{}/parts/{}",
        put_part,
        body=bytes,
        limit=UPLOADING,
        errors=(Conflict, InvalidRequest),
    ),
)
