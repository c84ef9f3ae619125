"""Own the statuses of an enrollment: one table; what is not in it is illegal."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from lib.core.records import Enrollment, Status


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
