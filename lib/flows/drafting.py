"""Own the writing of one step's mail: filled in for its candidate, and put into Gmail as a draft.

Invariant: nothing goes out here; a draft that is not claimed is deleted by who made it, or by a retry.
"""

from __future__ import annotations

from datetime import datetime

from lib.core import keys
from lib.core.errors import NotFound
from lib.core.keys import Snapshot
from lib.core.letters.composing import Composed, compose_step
from lib.core.mails import Draft
from lib.core.optout import optout_token, optout_url
from lib.core.records import AttachmentContent, Enrollment, Step
from lib.core.sending import Papers, marker
from lib.flows.reading import RecordedGmail
from lib.ports import Services


def composed_for(
    services: Services, papers: Papers, snapshot: Snapshot, step: Step, attempt: str, now: datetime
) -> Composed:
    """Fill a step in for its candidate."""
    enrollment = snapshot.need(papers.enrollment)
    token = optout_token(services.address_key, enrollment.org, enrollment.contact)
    return compose_step(
        snapshot.need(papers.campaign),
        step,
        enrollment,
        snapshot.need(papers.mailbox),
        marker=marker(enrollment.id, attempt),
        optout_url=optout_url(services.base_url, token),
        now=now,
        attachments=_attachments(services, enrollment, step),
    )


def _attachments(services: Services, enrollment: Enrollment, step: Step) -> list[AttachmentContent]:
    wanted = [keys.attachment(enrollment.org, enrollment.campaign, one.id) for one in step.attachments]
    if not wanted:
        return []
    snapshot = services.store.read(wanted)
    return [content for key in wanted if (content := snapshot[key]) is not None]


def drafted(gmail: RecordedGmail, enrollment: Enrollment, step: Step, composed: Composed) -> Draft:
    """Make a draft in the thread of the mail before; a header-only mailbox has none, but the thread."""
    replies = bool(enrollment.sent) and step.thread == "reply"
    thread = enrollment.sent[-1].thread if replies else ""
    if gmail.headers_only:
        return Draft(id="", thread=thread)
    try:
        return gmail.create_draft(composed.raw, thread or None)
    except NotFound:
        # The user has deleted the thread; on the candidate's side References still join it.
        return gmail.create_draft(composed.raw, None)
