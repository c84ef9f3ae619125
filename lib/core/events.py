"""Own which events a commit tells of: found by comparing each record with what it was before.

Invariant: an event is written in the commit of the deed or not at all, whichever flow did it; the events of
one candidate in one campaign are numbered from 1 without a gap, by a counter in the enrollment itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from lib.core import keys
from lib.core.ids import digest
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Enrollment, EventType, Inbox, Interest, OutgoingEvent, Record, Status

T = TypeVar("T")

#: For how long events are kept, and may be replayed.
KEPT_FOR = timedelta(days=30)
TOLD_STATUSES: dict[Status, EventType] = {
    Status.REPLIED: "candidate.replied",
    Status.BOUNCED: "candidate.bounced",
    Status.OPTED_OUT: "candidate.opted_out",
}


def with_events(snapshot: Snapshot, changes: Changes[T]) -> Changes[T]:
    """Return the changes together with the events that they tell of.

    Only what was read before counts: an enrollment that is written without that is a new one.
    """
    writes: dict[Key[Any], Record] = {}
    for key, after in changes.writes.items():
        before = snapshot.get(key)
        if isinstance(after, Enrollment) and isinstance(before, Enrollment):
            writes |= _of_candidate(snapshot, key, before, after)
        elif isinstance(after, Inbox) and isinstance(before, Inbox):
            writes |= _of_mailbox(snapshot, before, after)
    return replace(changes, writes={**changes.writes, **writes}) if writes else changes


def event_id(enrollment: str, sequence: int) -> str:
    """Return the id of a candidate's event: the one before and the one after it are found by theirs."""
    return f"{enrollment}-{sequence:06d}"


def _of_candidate(
    snapshot: Snapshot, key: Key[Any], before: Enrollment, after: Enrollment
) -> dict[Key[Any], Record]:
    found = list(_deeds(before, after))
    if not found:
        return {}
    writes: dict[Key[Any], Record] = {}
    last = after.sent[-1].step if after.sent else ""
    for number, (type_, at, step) in enumerate(found, before.events + 1):
        event = OutgoingEvent(
            org=after.org,
            id=event_id(after.id, number),
            type=type_,
            at=at,
            sequence=number,
            mailbox=after.mailbox,
            campaign=after.campaign,
            enrollment=after.id,
            contact=after.contact,
            step=step or last,
            wake_at=_wake_at(snapshot, after.org, at),
            expires_at=at + KEPT_FOR,
        )
        writes[keys.event(after.org, event.id)] = event
    writes[key] = msgspec.structs.replace(after, events=before.events + len(found))
    return writes


def _deeds(before: Enrollment, after: Enrollment) -> Iterator[tuple[EventType, datetime, str]]:
    """Yield type, time and step of what happened, in the order in which it did."""
    for mail in after.sent[len(before.sent) :]:
        yield "candidate.sent", mail.at, mail.step
    moved_at = after.moved_at or after.due
    if after.status is not before.status:
        if after.status is Status.COMPLETED and after.sent:
            yield "candidate.completed", after.sent[-1].at, ""
        elif after.status in TOLD_STATUSES:
            yield TOLD_STATUSES[after.status], moved_at, ""
    if after.interest is not before.interest and after.interest is Interest.INTERESTED:
        yield "candidate.interested", moved_at, ""


def _of_mailbox(snapshot: Snapshot, before: Inbox, after: Inbox) -> dict[Key[Any], Record]:
    same = (before.org, before.mailbox) == (after.org, after.mailbox)
    if not same or after.status != "disconnected" or before.status == "disconnected":
        return {}
    at = after.ended_at or after.looked_at
    id_ = f"{digest('disconnected', after.mailbox, at.isoformat())}-000000"
    event = OutgoingEvent(
        org=after.org,
        id=id_,
        type="mailbox.disconnected",
        at=at,
        sequence=0,
        mailbox=after.mailbox,
        wake_at=_wake_at(snapshot, after.org, at),
        expires_at=at + KEPT_FOR,
    )
    return {keys.event(after.org, id_): event}


def _wake_at(snapshot: Snapshot, org: str, at: datetime) -> datetime | None:
    """Return when an event is to be delivered; None where it is known that nobody listens."""
    key = keys.org(org)
    if key not in snapshot:
        return at
    record = snapshot[key]
    return at if record is not None and record.webhooks else None
