"""Own the commits by which an erasure removes what it is of, chunk by chunk.

Invariant: each is written on condition that the erasure is still as this worker knows it; whoever was
overtaken stops. What an enrollment leaves elsewhere (ledger, contact) goes in the commit that removes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.core import keys
from lib.core.errors import Contended
from lib.core.keys import COLLECTIONS, Changes, Key, Snapshot
from lib.core.records import Contact, Day, Enrollment, Erasure, Inbox, Mailbox, Record, Reservation, Upload

#: How long an erasure waits for an attempt that cannot be settled, longer than its worker may send for it.
PATIENCE = timedelta(minutes=15)


def may_be_removed(enrollments: Iterable[Enrollment], erasure: Erasure, now: datetime) -> bool:
    """Say whether no attempt is under way in some enrollments, or it has been waited for long enough."""
    return now >= erasure.asked_at + PATIENCE or all(one.attempt is None for one in enrollments)


def still(snapshot: Snapshot, seen: Erasure) -> Erasure:
    """Return the erasure if it is still as it was seen; Contended when another worker was faster."""
    erasure = snapshot[keys.erasure(seen.org, seen.id)]
    if erasure is None or erasure != seen:
        raise Contended("another worker goes on with this erasure")
    return erasure


def counted(erasure: Erasure, some: Iterable[Key[Any]]) -> Erasure:
    """Return the erasure with some more documents on its receipt, by collection."""
    counts = Counter(erasure.deleted)
    counts.update(_name(key) for key in some)
    return msgspec.structs.replace(erasure, deleted=dict(counts))


def inbox_keys(mailbox: Mailbox) -> list[Key[Inbox]]:
    """Return where a mailbox's connection lies, and what leads there from later addresses."""
    return [keys.inbox(id_) for id_ in (mailbox.inbox, *mailbox.pointers)]


def own_inboxes(snapshot: Snapshot, mailbox: Mailbox) -> list[Key[Inbox]]:
    """Return those of a mailbox's inboxes that are not another account's by now."""
    found = ((key, snapshot[key]) for key in inbox_keys(mailbox))
    return [key for key, one in found if one and (one.org, one.mailbox) == (mailbox.org, mailbox.id)]


def removed(snapshot: Snapshot, seen: Erasure, some: Sequence[Key[Any]]) -> Changes[Erasure]:
    """Remove some documents that need nothing besides."""
    return _removing(snapshot, seen, some, {})


def upload_removed(snapshot: Snapshot, seen: Erasure, key: Key[Upload]) -> Changes[Erasure]:
    """Remove an upload with all parts that it names by then: one that comes meanwhile makes this fail."""
    upload = snapshot[key]
    if upload is None:
        return Changes(seen)
    there = [number for number, digest in enumerate(upload.parts) if digest]
    parts = [keys.upload_part(upload.org, upload.id, number) for number in there]
    return _removing(snapshot, seen, [key, *parts], {})


def enrollments_removed(snapshot: Snapshot, seen: Erasure, some: Sequence[Enrollment]) -> Changes[Erasure]:
    """Remove some enrollments, what their contacts say of them, and whose their places in the ledger are.

    Where the whole mailbox goes, its ledger does too. A contact that then says nothing goes as well.
    """
    still(snapshot, seen)
    gone = [keys.enrollment(one.org, one.id) for one in some]
    contacts = [keys.contact(one.org, one.contact) for one in some]
    days = [key for one in some for key in _days(one)] if seen.kind == "candidate" else []
    if missing := snapshot.missing([*contacts, *days]):
        return Changes(seen, need=frozenset(missing))
    ids = {one.id for one in some}
    writes: dict[Key[Any], Record] = {}
    left_over: list[Key[Any]] = []
    for key in dict.fromkeys(contacts):
        if (contact := snapshot[key]) is None:
            continue
        after = _without(contact, ids)
        if after == Contact(org=contact.org, id=contact.id):
            left_over.append(key)
        elif after != contact:
            writes[key] = after
    for day_key in dict.fromkeys(days):
        if (day := snapshot[day_key]) is not None and (blank := _blanked(day, ids)) != day:
            writes[day_key] = blank
    return _removing(snapshot, seen, [*gone, *left_over], writes)


def _removing(
    snapshot: Snapshot, seen: Erasure, some: Sequence[Key[Any]], writes: dict[Key[Any], Record]
) -> Changes[Erasure]:
    after = counted(still(snapshot, seen), some)
    own: dict[Key[Any], Record] = {keys.erasure(seen.org, seen.id): after}
    return Changes(after, {**writes, **own}, frozenset(some))


def _name(key: Key[Any]) -> str:
    path = "inboxes" if key.kind is Inbox else COLLECTIONS[key.kind]
    return path.rpartition("/")[2]


def _days(enrollment: Enrollment) -> list[Key[Day]]:
    dates = dict.fromkeys(slot.day for slot in enrollment.slots if slot.day)
    return [keys.day(enrollment.org, enrollment.mailbox, date) for date in dates]


def _without(contact: Contact, ids: set[str]) -> Contact:
    left = tuple(ref for ref in contact.enrollments if ref.enrollment not in ids)
    return msgspec.structs.replace(contact, enrollments=left)


def _blanked(day: Day, ids: set[str]) -> Day:
    """Return a ledger day that names some enrollments no more; what went out counts for the day's cap.

    What was to come was freed as they were stopped.
    """
    return msgspec.structs.replace(
        day, entries=tuple(_nobodys(entry) if entry.enrollment in ids else entry for entry in day.entries)
    )


def _nobodys(entry: Reservation) -> Reservation:
    return msgspec.structs.replace(entry, enrollment="", domain="")
