"""Own what is planned for an enrollment: its stop, its slots, its next look, the tasks for it.

Invariant: what does not apply returns the enrollment unchanged; nothing here moves a step that is under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from lib.core.enrollment.statuses import LIVE, STOPPED, Event, move
from lib.core.enrollment.waking import GRACE, HORIZON, REPAIR_AFTER, REPAIR_LATEST, awake, wake_for
from lib.core.errors import Contended
from lib.core.records import Enrollment, Slot, Status


def stopped(
    enrollment: Enrollment,
    event: Event,
    why: str,
    now: datetime,
    *,
    withdrawn: frozenset[str] = frozenset(),
) -> Enrollment:
    """Stop for an answer, bounce, opt-out, failure or cancellation.

    withdrawn: attempts whose draft was deleted, so that their mail surely never goes out: they are closed.
    Any other open attempt is to be settled at once. An answer notes the last step that had gone out.
    """
    moved = move(enrollment, event)
    if moved.status is not enrollment.status:
        answered = enrollment.sent[-1].step if event is Event.REPLIED and enrollment.sent else moved.answered
        moved = msgspec.structs.replace(moved, why=why, answered=answered, moved_at=now)
    if moved.attempt is not None and moved.status in STOPPED:
        closed = moved.attempt.id in withdrawn
        due_now = msgspec.structs.replace(moved.attempt, deadline=min(moved.attempt.deadline, now))
        moved = msgspec.structs.replace(moved, attempt=None if closed else due_now)
    return awake(moved, now) if moved != enrollment else enrollment


def replanned(enrollment: Enrollment, slots: Sequence[Slot], plan: int, now: datetime) -> Enrollment:
    """Put a waiting enrollment's remaining steps into new slots; those of earlier steps stay.

    plan: the campaign's, which these slots are for. A step whose time had come may have a task that ran in
    vain, and a draft that a dead worker left: it is queued as one that was lost.
    """
    if enrollment.status is not Status.WAITING or not slots or slots[0].step != enrollment.step:
        return enrollment
    kept = [slot.step for slot in enrollment.slots]
    before = enrollment.slots[: kept.index(enrollment.step)]
    was_tried = enrollment.due <= now
    after = msgspec.structs.replace(
        enrollment,
        slots=(*before, *slots),
        due=slots[0].due,
        plan=plan,
        not_before=None,
        why="",
        requeues=enrollment.requeues + 1 if was_tried else enrollment.requeues,
    )
    return awake(after, now)


def postponed_until(enrollment: Enrollment, at: datetime, why: str, now: datetime) -> Enrollment:
    """Let nothing go out before ``at``, the time of return that an automatic answer named.

    A mail under way cannot be called back; the step after it waits.
    """
    if enrollment.status not in LIVE or at <= (enrollment.not_before or now):
        return enrollment
    after = msgspec.structs.replace(enrollment, not_before=at)
    if enrollment.status is not Status.WAITING or at <= enrollment.due:
        return after
    # Looked at within the horizon, so that it gets a task; at its time it gets a slot.
    wake_at = max(now, at - HORIZON)
    return msgspec.structs.replace(after, due=at, why=why, wake_at=wake_at)


def postponed(enrollment: Enrollment, why: str, wait: timedelta, now: datetime) -> Enrollment:
    """Return a waiting enrollment that ``maintain`` looks at again after ``wait``."""
    return msgspec.structs.replace(enrollment, why=why, wake_at=now + wait)


def troubled(enrollment: Enrollment, step: str, why: str) -> Enrollment:
    """Note why a step that still waits could not go out just now; the queue tries it again."""
    if enrollment.status is not Status.WAITING or enrollment.step != step:
        return enrollment
    return msgspec.structs.replace(enrollment, why=why)


def answered_automatically(enrollment: Enrollment) -> Enrollment:
    """Count an automatic answer; it stops nothing."""
    return msgspec.structs.replace(
        move(enrollment, Event.AUTO_REPLIED), auto_replies=enrollment.auto_replies + 1
    )


def cleared(enrollment: Enrollment, step: str, tries: int) -> Enrollment:
    """Count a retry that clears stray drafts away: workers that saw an earlier count can claim no more."""
    if enrollment.status is not Status.WAITING or (enrollment.step, enrollment.tries) != (step, tries):
        raise Contended("another worker has taken the step")
    return msgspec.structs.replace(enrollment, tries=tries + 1)


def requeued(enrollment: Enrollment, now: datetime) -> Enrollment:
    """Prepare a waiting step for a (new) task: one whose task was lost gets a new name."""
    lost = enrollment.due + GRACE <= now
    requeues = enrollment.requeues + 1 if lost else enrollment.requeues
    again = now + GRACE * 2 ** min(requeues, 6) if lost else wake_for(enrollment.due, now)
    if any(mail.message_id is None for mail in enrollment.sent):
        again = min(again, now + REPAIR_AFTER)
    return msgspec.structs.replace(enrollment, requeues=requeues, wake_at=again)


def message_id_found(enrollment: Enrollment, gmail_id: str, message_id: str, now: datetime) -> Enrollment:
    """Note the Message-ID that Gmail gave to a sent mail."""
    mails = tuple(
        msgspec.structs.replace(mail, message_id=message_id) if mail.gmail_id == gmail_id else mail
        for mail in enrollment.sent
    )
    noted = msgspec.structs.replace(enrollment, sent=mails)
    return awake(noted, now)


def repair_later(enrollment: Enrollment, now: datetime) -> Enrollment:
    """Look again for a Message-ID that is still unknown, the later the longer it has been missing."""
    missing = [mail.at for mail in enrollment.sent if mail.message_id is None]
    if not missing or enrollment.wake_at is None or enrollment.wake_at > now:
        return enrollment
    wait = min(max(now - max(missing), REPAIR_AFTER), REPAIR_LATEST)
    return msgspec.structs.replace(enrollment, wake_at=now + wait)
