"""Own what happens to an attempt: claimed, taken over, sent, surely not sent, unclear, lost, decided.

Invariant: a result counts only for the attempt it belongs to; a late one is recorded and revives nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from lib.core.enrollment.hours import counted, hour_of, hour_text
from lib.core.enrollment.statuses import STOPPED, Event, IllegalTransition, move
from lib.core.enrollment.waking import ATTEMPT_TIME, GRACE, awake
from lib.core.records import Attempt, Enrollment, SentMail, Status

#: Waits between looks among SENT for a message whose draft is gone; after the last one the step is held.
LOOK_AGAIN = (timedelta(minutes=2), timedelta(minutes=30))
#: Where an attempt's ``looks`` begin once its draft was seen unsent and is to be deleted: nobody sends it any
#: more, so that one which is gone then, and not found among SENT, surely was deleted.
SEEN = 100
#: How often a step is tried in vain before its new slots come ever later.
FEW_TRIES = 4
#: How late a mail may be for the next step still to keep its planned time.
ON_TIME = timedelta(minutes=10)
#: What ``got`` says of a step that has no variants.
NO_VARIANT = "-"


def claimed(enrollment: Enrollment, attempt: Attempt, now: datetime) -> Enrollment:
    """Take the step for one attempt; only a waiting one on the same step can be taken."""
    if enrollment.step != attempt.step:
        raise IllegalTransition(f"claim of {attempt.step} at {enrollment.step}")
    moved = msgspec.structs.replace(move(enrollment, Event.CLAIMED), attempt=attempt)
    return awake(moved, now)


def leased(enrollment: Enrollment, now: datetime) -> Enrollment:
    """Take an open attempt over from a worker whose deadline has passed, to settle it."""
    if enrollment.attempt is None:
        raise IllegalTransition("nothing to settle")
    attempt = msgspec.structs.replace(
        enrollment.attempt, lease=enrollment.attempt.lease + 1, deadline=now + ATTEMPT_TIME
    )
    return awake(msgspec.structs.replace(move(enrollment, Event.LEASED), attempt=attempt), now)


def lease(enrollment: Enrollment | None, now: datetime) -> Enrollment | None:
    """Return the enrollment with its open attempt taken over, None when there is nothing to take over."""
    attempt = enrollment.attempt if enrollment is not None else None
    if enrollment is None or attempt is None or enrollment.status is Status.HELD or attempt.deadline > now:
        return None
    return leased(enrollment, now)


def sent(enrollment: Enrollment, attempt: str, mail: SentMail, now: datetime) -> Enrollment:
    """Record a mail that went out; the next step becomes due ``delay`` after it, or all is completed.

    Accepted from any worker of the attempt, late ones too; a mail that is on record already, or an attempt
    that is none of this enrollment's, changes nothing.
    """
    known = any(one.gmail_id == mail.gmail_id for one in enrollment.sent if mail.gmail_id)
    if known or enrollment.attempt is None or enrollment.attempt.id != attempt:
        return enrollment
    steps = [slot.step for slot in enrollment.slots]
    place = steps.index(mail.step)
    following = steps[place + 1 :]
    moved = move(enrollment, Event.SENT if following else Event.SENT_LAST)
    moved = msgspec.structs.replace(
        moved,
        attempt=None,
        sent=(*enrollment.sent, mail),
        sent_count=enrollment.sent_count + 1,
        sent_hours=counted(enrollment.sent_hours, hour_text(hour_of(mail.at, enrollment.timezone))),
        sent_days=counted(enrollment.sent_days, enrollment.slots[place].day),
        got={**enrollment.got, mail.step: mail.variant or NO_VARIANT},
        requeues=0,
        tries=0,
        why=enrollment.why if moved.status in STOPPED else "",
    )
    if following:
        due = _next_due(enrollment, mail, following[0])
        moved = msgspec.structs.replace(moved, step=following[0], due=due)
    return awake(moved, now)


def _next_due(enrollment: Enrollment, mail: SentMail, step: str) -> datetime:
    """Return when a step is due: in its slot, or later after a late predecessor, or when one is back."""
    slots = {slot.step: slot for slot in enrollment.slots}
    planned, before = slots[step].due, slots[mail.step].due
    if mail.at - before > ON_TIME:
        planned = max(planned, mail.at + (planned - before))
    return max(planned, enrollment.not_before or planned)


def set_back(enrollment: Enrollment, attempt: Attempt, now: datetime) -> Enrollment:
    """Record that an attempt's mail surely never goes out: its draft was deleted, or there never was one.

    The same step waits again, under a new task; its time stays, and when that has passed it gets a new slot,
    the later the more often it was tried in vain. Counts from any worker of the attempt, since whoever knows
    this knows it for good. A stopped enrollment stays stopped, its attempt is closed.
    """
    if enrollment.attempt is None or enrollment.attempt.id != attempt.id:
        return enrollment
    moved = move(enrollment, Event.NOT_SENT)
    tries, not_before = enrollment.requeues + 1, enrollment.not_before
    if tries > FEW_TRIES:
        again = now + GRACE * 2 ** min(tries - FEW_TRIES, 4)
        not_before = max(not_before or again, again)
    return awake(msgspec.structs.replace(moved, attempt=None, requeues=tries, not_before=not_before), now)


def seen_unsent(enrollment: Enrollment, attempt: Attempt, now: datetime) -> Enrollment:
    """Note that an attempt's draft is still there, and is to be deleted; only by who holds the attempt."""
    if not holds(enrollment, attempt) or is_seen(attempt):
        return enrollment
    return awake(msgspec.structs.replace(enrollment, attempt=as_seen(attempt)), now)


def as_seen(attempt: Attempt) -> Attempt:
    """Return the attempt as ``seen_unsent`` leaves it."""
    return msgspec.structs.replace(attempt, looks=SEEN)


def is_seen(attempt: Attempt) -> bool:
    """Say whether the attempt's draft was seen unsent and is to be deleted."""
    return attempt.looks >= SEEN


def decided(enrollment: Enrollment, mail: SentMail | None, now: datetime, *, was_sent: bool) -> Enrollment:
    """Take a person's word on a held step: it went out (``mail``: as found, None: unseen), or it did not."""
    attempt = enrollment.attempt
    if enrollment.status is not Status.HELD or attempt is None:
        return enrollment
    if not was_sent:
        return msgspec.structs.replace(set_back(enrollment, attempt, now), why="")
    unseen = SentMail(
        step=attempt.step,
        gmail_id="",
        thread=attempt.thread,
        message_id="",
        subject=attempt.subject,
        at=attempt.started_at,
        version=attempt.version,
        variant=attempt.variant,
    )
    return sent(enrollment, attempt.id, mail or unseen, now)


def unclear(enrollment: Enrollment, attempt: Attempt, why: str, again: datetime, now: datetime) -> Enrollment:
    """Record that nobody knows whether an attempt's mail went out; it is settled from ``again`` on.

    Counts only from the worker that holds the attempt now.
    """
    if not holds(enrollment, attempt):
        return enrollment
    moved = move(enrollment, Event.UNCLEAR)
    open_attempt = msgspec.structs.replace(attempt, deadline=again)
    return awake(msgspec.structs.replace(moved, attempt=open_attempt, why=why), now)


def not_found(enrollment: Enrollment, attempt: Attempt, now: datetime) -> Enrollment:
    """Record a look among SENT in vain: look again, later hold the step, or close a stopped one.

    A draft that was seen before it went can only have been deleted: then the step waits again.
    """
    if not holds(enrollment, attempt):
        return enrollment
    looks = attempt.looks % SEEN
    if looks < len(LOOK_AGAIN):
        again = msgspec.structs.replace(attempt, looks=attempt.looks + 1, deadline=now + LOOK_AGAIN[looks])
        return awake(msgspec.structs.replace(enrollment, attempt=again), now)
    if enrollment.status is not Status.UNCERTAIN:
        return awake(msgspec.structs.replace(enrollment, attempt=None), now)
    if is_seen(attempt):
        return set_back(enrollment, attempt, now)
    why = "nobody can tell whether this mail went out: please look into the mailbox"
    return awake(msgspec.structs.replace(move(enrollment, Event.LOST), why=why), now)


def withdrawn(enrollment: Enrollment, attempt: Attempt, now: datetime) -> Enrollment:
    """Close the attempt of a stopped enrollment whose draft was deleted: its mail never went out."""
    if not holds(enrollment, attempt) or enrollment.status not in STOPPED:
        return enrollment
    return awake(msgspec.structs.replace(enrollment, attempt=None), now)


def holds(enrollment: Enrollment, attempt: Attempt) -> bool:
    """Say whether a worker that was given ``attempt`` still holds it."""
    held = enrollment.attempt
    return held is not None and (held.id, held.lease) == (attempt.id, attempt.lease)
