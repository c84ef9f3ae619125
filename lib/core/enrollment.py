"""Own the statuses of an enrollment: one table, and the transitions that apply it.

Invariant: an illegal transition raises and nothing happens; a duplicate event returns the record unchanged;
a result counts only for the attempt it belongs to, and a stop is never taken back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from lib.core.errors import Contended
from lib.core.records import Attempt, Enrollment, SentMail, Status

#: Tasks are created for what is due within this time; ``maintain`` queues the rest as it comes due.
HORIZON = timedelta(hours=24)
#: How long after its due time a queued step is taken for lost.
GRACE = timedelta(minutes=5)
#: How long a claimed attempt belongs to its worker.
ATTEMPT_TIME = timedelta(minutes=5)
#: When ``maintain`` asks again for a Message-ID that the sender could not find out.
REPAIR_AFTER = timedelta(minutes=2)
REPAIR_LATEST = timedelta(hours=1)
#: Waits between looks among SENT for a message whose draft is gone; after the last one the step is held.
LOOK_AGAIN = (timedelta(minutes=2), timedelta(minutes=30))


class Event(StrEnum):
    """Name what can happen to an enrollment."""

    CLAIMED = "claimed"
    LEASED = "leased"
    SENT = "sent"
    SENT_LAST = "sent_last"
    NOT_SENT = "not_sent"
    UNCLEAR = "unclear"
    LOST = "lost"
    REPLIED = "replied"
    BOUNCED = "bounced"
    OPTED_OUT = "opted_out"
    FAILED = "failed"
    CANCELLED = "cancelled"
    AUTO_REPLIED = "auto_replied"


class IllegalTransition(Exception):
    """Say that an event cannot happen in a status."""


LIVE = (Status.WAITING, Status.SENDING, Status.UNCERTAIN, Status.HELD)
STOPPED = (Status.REPLIED, Status.BOUNCED, Status.OPTED_OUT, Status.FAILED, Status.CANCELLED)
#: The stops by a person, which outrank each other in this order.
RANK = {Status.REPLIED: 1, Status.BOUNCED: 2, Status.OPTED_OUT: 3}
STOP_EVENTS = {
    Event.REPLIED: Status.REPLIED,
    Event.BOUNCED: Status.BOUNCED,
    Event.OPTED_OUT: Status.OPTED_OUT,
}


def _table() -> dict[tuple[Status, Event], Status]:
    s, e = Status, Event
    table = {
        (s.WAITING, e.CLAIMED): s.SENDING,
        (s.SENDING, e.SENT): s.WAITING,
        (s.SENDING, e.SENT_LAST): s.COMPLETED,
        (s.SENDING, e.NOT_SENT): s.WAITING,
        (s.SENDING, e.UNCLEAR): s.UNCERTAIN,
        (s.SENDING, e.LEASED): s.UNCERTAIN,
        (s.UNCERTAIN, e.LEASED): s.UNCERTAIN,
        (s.UNCERTAIN, e.UNCLEAR): s.UNCERTAIN,
        (s.UNCERTAIN, e.SENT): s.WAITING,
        (s.UNCERTAIN, e.SENT_LAST): s.COMPLETED,
        (s.UNCERTAIN, e.NOT_SENT): s.WAITING,
        (s.UNCERTAIN, e.LOST): s.HELD,
        (s.HELD, e.SENT): s.WAITING,
        (s.HELD, e.SENT_LAST): s.COMPLETED,
        (s.HELD, e.NOT_SENT): s.WAITING,
    }
    for status in s:
        table[status, e.AUTO_REPLIED] = status
        for event, stop in STOP_EVENTS.items():
            outranked = RANK.get(status, 0) >= RANK[stop]
            table[status, event] = status if outranked else stop
    for status in LIVE:
        table[status, e.FAILED] = s.FAILED
        table[status, e.CANCELLED] = s.CANCELLED
    # A stop in the middle of an attempt leaves the attempt to be settled: its results are recorded, and
    # never revive the enrollment; that it fails now changes nothing either.
    for status in STOPPED:
        for event in (e.SENT, e.SENT_LAST, e.NOT_SENT, e.UNCLEAR, e.LEASED, e.LOST, e.FAILED, e.CANCELLED):
            table[status, event] = status
    return table


#: (status, event) -> status; what is not in it is illegal.
TRANSITIONS = _table()


def move(enrollment: Enrollment, event: Event) -> Enrollment:
    """Return the enrollment after ``event``, by the table alone; IllegalTransition when it isn't there."""
    try:
        status = TRANSITIONS[enrollment.status, event]
    except KeyError:
        raise IllegalTransition(f"{event} in {enrollment.status}") from None
    return msgspec.structs.replace(enrollment, status=status)


def wake_for(due: datetime, now: datetime) -> datetime:
    """Return when ``maintain`` looks at a waiting step: its task exists when due within the horizon."""
    return due + GRACE if due - now <= HORIZON else due - HORIZON


def _awake(enrollment: Enrollment, now: datetime) -> Enrollment:
    """Return the enrollment with the time at which ``maintain`` should look at it."""
    times: list[datetime] = []
    if enrollment.status is Status.HELD:
        # A held attempt stays open for a late worker's result, but nobody looks at it unasked.
        pass
    elif enrollment.attempt is not None:
        times.append(enrollment.attempt.deadline)
    elif enrollment.status is Status.WAITING:
        times.append(wake_for(enrollment.due, now))
    if any(mail.message_id is None for mail in enrollment.sent):
        times.append(now + REPAIR_AFTER)
    unsettled = enrollment.attempt is not None and enrollment.status is not Status.HELD
    unknown = any(mail.message_id is None for mail in enrollment.sent)
    return msgspec.structs.replace(enrollment, wake_at=min(times, default=None), open=unsettled or unknown)


def claimed(enrollment: Enrollment, attempt: Attempt, now: datetime) -> Enrollment:
    """Take the step for one attempt; only a waiting one on the same step can be taken."""
    if enrollment.step != attempt.step:
        raise IllegalTransition(f"claim of {attempt.step} at {enrollment.step}")
    moved = msgspec.structs.replace(move(enrollment, Event.CLAIMED), attempt=attempt)
    return _awake(moved, now)


def leased(enrollment: Enrollment, now: datetime) -> Enrollment:
    """Take an open attempt over from a worker whose deadline has passed, to settle it."""
    if enrollment.attempt is None:
        raise IllegalTransition("nothing to settle")
    attempt = msgspec.structs.replace(
        enrollment.attempt, lease=enrollment.attempt.lease + 1, deadline=now + ATTEMPT_TIME
    )
    return _awake(msgspec.structs.replace(move(enrollment, Event.LEASED), attempt=attempt), now)


def sent(enrollment: Enrollment, attempt: str, mail: SentMail, now: datetime) -> Enrollment:
    """Record a mail that went out; the next step becomes due ``delay`` after it, or all is completed.

    Accepted from any worker of the attempt, late ones too; a mail that is on record already, or an attempt
    that is none of this enrollment's, changes nothing.
    """
    known = any(one.gmail_id == mail.gmail_id for one in enrollment.sent)
    if known or enrollment.attempt is None or enrollment.attempt.id != attempt:
        return enrollment
    steps = [slot.step for slot in enrollment.slots]
    following = steps[steps.index(mail.step) + 1 :]
    moved = move(enrollment, Event.SENT if following else Event.SENT_LAST)
    moved = msgspec.structs.replace(
        moved,
        attempt=None,
        sent=(*enrollment.sent, mail),
        sent_count=enrollment.sent_count + 1,
        requeues=0,
        tries=0,
        why="",
    )
    if following:
        moved = msgspec.structs.replace(
            moved, step=following[0], due=_next_due(enrollment, mail, following[0])
        )
    return _awake(moved, now)


def _next_due(enrollment: Enrollment, mail: SentMail, step: str) -> datetime:
    """Return when a step is due: as planned, or its delay after a predecessor that was late."""
    slots = {slot.step: slot for slot in enrollment.slots}
    delay = slots[step].due - slots[mail.step].due
    return max(slots[step].due, mail.at + delay)


def lease(enrollment: Enrollment | None, now: datetime) -> Enrollment | None:
    """Return the enrollment with its open attempt taken over, None when there is nothing to take over."""
    attempt = enrollment.attempt if enrollment is not None else None
    if enrollment is None or attempt is None or enrollment.status is Status.HELD or attempt.deadline > now:
        return None
    return leased(enrollment, now)


def unclear(enrollment: Enrollment, attempt: Attempt, why: str, again: datetime, now: datetime) -> Enrollment:
    """Record that nobody knows whether an attempt's mail went out; it is settled from ``again`` on.

    Counts only from the worker that holds the attempt now.
    """
    if not holds(enrollment, attempt):
        return enrollment
    moved = move(enrollment, Event.UNCLEAR)
    open_attempt = msgspec.structs.replace(attempt, deadline=again)
    return _awake(msgspec.structs.replace(moved, attempt=open_attempt, why=why), now)


def not_found(enrollment: Enrollment, attempt: Attempt, now: datetime) -> Enrollment:
    """Record a look among SENT in vain: look again, later hold the step, or close a stopped one."""
    if not holds(enrollment, attempt):
        return enrollment
    if attempt.looks < len(LOOK_AGAIN):
        again = msgspec.structs.replace(
            attempt, looks=attempt.looks + 1, deadline=now + LOOK_AGAIN[attempt.looks]
        )
        return _awake(msgspec.structs.replace(enrollment, attempt=again), now)
    if enrollment.status is not Status.UNCERTAIN:
        return _awake(msgspec.structs.replace(enrollment, attempt=None), now)
    why = "the draft is gone and no sent mail was found: please look into the mailbox"
    return _awake(msgspec.structs.replace(move(enrollment, Event.LOST), why=why), now)


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
    Any other open attempt is to be settled at once.
    """
    moved = move(enrollment, event)
    if moved.status is not enrollment.status:
        moved = msgspec.structs.replace(moved, why=why)
    if moved.attempt is not None and moved.status in STOPPED:
        closed = moved.attempt.id in withdrawn
        due_now = msgspec.structs.replace(moved.attempt, deadline=min(moved.attempt.deadline, now))
        moved = msgspec.structs.replace(moved, attempt=None if closed else due_now)
    return _awake(moved, now) if moved != enrollment else enrollment


def withdrawn(enrollment: Enrollment, attempt: Attempt, now: datetime) -> Enrollment:
    """Close the attempt of a stopped enrollment whose draft was deleted: its mail never went out."""
    if not holds(enrollment, attempt) or enrollment.status not in STOPPED:
        return enrollment
    return _awake(msgspec.structs.replace(enrollment, attempt=None), now)


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
    return _awake(noted, now)


def repair_later(enrollment: Enrollment, now: datetime) -> Enrollment:
    """Look again for a Message-ID that is still unknown, the later the longer it has been missing."""
    missing = [mail.at for mail in enrollment.sent if mail.message_id is None]
    if not missing or enrollment.wake_at is None or enrollment.wake_at > now:
        return enrollment
    wait = min(max(now - max(missing), REPAIR_AFTER), REPAIR_LATEST)
    return msgspec.structs.replace(enrollment, wake_at=now + wait)


def holds(enrollment: Enrollment, attempt: Attempt) -> bool:
    """Say whether a worker that was given ``attempt`` still holds it."""
    held = enrollment.attempt
    return held is not None and (held.id, held.lease) == (attempt.id, attempt.lease)
