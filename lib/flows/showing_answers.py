"""Own what the web app reads of answers: one, some, and the list of a campaign's, page by page.

Invariant: the list holds them all, the latest first, for whoever may read them, and nobody else. Whose they
are costs one call, however many are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.cursors import cursor_of, place_of
from lib.core.errors import NotFound
from lib.core.keys import Key
from lib.core.records import Enrollment, Interest, Reply, ReplyKind
from lib.flows.permitting import permitted
from lib.ports import Services

PAGE_LIMIT = 200


class ShownAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Show one answer.

    email, name: the candidate's, as the shortlist has them; sender: the address that it came from, which may
    be another one. text: None where only headers were read; unread: it is read at the user's click; faded:
    its words fell away with the org's retention. proposed, proposed_by: what rules make of it, and the words
    that led to it; interest: as the user has set it.
    """

    id: str
    enrollment: str
    email: str
    name: str
    step: str
    kind: ReplyKind
    severity: str
    matched_by: str
    different_sender: bool
    forwarded: bool
    sender: str
    subject: str
    text: str | None
    unread: bool
    faded: bool
    attachments: tuple[str, ...]
    returns_on: date | None
    proposed: Interest | None
    proposed_by: str
    interest: Interest | None
    received_at: datetime


class AnswersPage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the query of a list of answers: from behind which place (``next`` of the last page), how many.

    kind, interest: only those that are of this kind, that a user has marked so.
    """

    after: str = ""
    limit: int = 50
    kind: ReplyKind | None = None
    interest: Interest | None = None


class ShownAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """List answers, the latest first; next: what the next page comes after, None: it ends."""

    answers: tuple[ShownAnswer, ...]
    next: str | None


def list_answers(services: Services, caller: VerifiedCaller, id_: str, page: AnswersPage) -> ShownAnswers:
    """List a campaign's answers to whoever may read them: all, or those of a kind, or marked so."""
    permitted(services, caller, id_, "read")
    behind, limit = place_of(page.after), min(max(page.limit, 1), PAGE_LIMIT)
    found = services.store.replies(
        caller.org, id_, limit + 1, kind=page.kind, interest=page.interest, behind=behind
    )
    shown = found[:limit]
    return ShownAnswers(
        answers=shown_answers(services, shown),
        next=cursor_of(shown[-1].received_at, shown[-1].id) if len(found) > limit else None,
    )


def show_answer(services: Services, caller: VerifiedCaller, id_: str, reply_id: str) -> ShownAnswer:
    """Show one answer to whoever may read it."""
    permitted(services, caller, id_, "read")
    about = reply_key(caller.org, reply_id)
    reply = services.store.read([about])[about]
    if reply is None or reply.campaign != id_:
        raise NotFound("no such answer")
    [shown] = shown_answers(services, [reply])
    return shown


def reply_key(org: str, id_: str) -> Key[Reply]:
    """Return the key of an answer by its own id."""
    mailbox, _, gmail_id = id_.rpartition("-")
    return keys.reply(org, mailbox, gmail_id)


def shown_answers(services: Services, some: Sequence[Reply]) -> tuple[ShownAnswer, ...]:
    """Return answers as they are shown, with whose they are; costs one read, none where there are none."""
    theirs = [keys.enrollment(one.org, one.enrollment) for one in some]
    candidates = services.store.read(dict.fromkeys(theirs))
    return tuple(shown_answer(one, candidates[key]) for one, key in zip(some, theirs, strict=True))


def shown_answer(one: Reply, candidate: Enrollment | None) -> ShownAnswer:
    """Return an answer as it is shown; candidate: None where nothing is known of them any more."""
    return ShownAnswer(
        id=one.id,
        enrollment=one.enrollment,
        email=candidate.email if candidate is not None else "",
        name=candidate.name if candidate is not None else "",
        step=one.step,
        kind=one.kind,
        severity=one.severity,
        matched_by=one.matched_by,
        different_sender=one.different_sender,
        forwarded=one.forwarded,
        sender=one.sender,
        subject=one.subject,
        text=one.text,
        unread=one.unread,
        faded=one.faded,
        attachments=one.attachments,
        returns_on=one.returns_on,
        proposed=one.proposed,
        proposed_by=one.proposed_by,
        interest=one.interest,
        received_at=one.received_at,
    )
