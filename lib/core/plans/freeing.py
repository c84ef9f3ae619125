"""Own the freeing of slots: whoever stops an enrollment gives its later places back in the same commit.

Invariant: only what lies in the future goes; what was sent keeps its place, since it counts for its day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from lib.core import keys
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.ledger import freed
from lib.core.records import Day, Enrollment, Record

T = TypeVar("T")


def day_keys(enrollment: Enrollment, now: datetime) -> list[Key[Day]]:
    """Return the days of the slot ledger on which an enrollment has slots after ``now``."""
    dates = dict.fromkeys(slot.day for slot in enrollment.slots if slot.day and slot.due > now)
    return [keys.day(enrollment.org, enrollment.mailbox, date) for date in dates]


def freed_days(snapshot: Snapshot, stopped: Sequence[Enrollment], now: datetime) -> dict[Key[Any], Record]:
    """Return the changed ledger days without the later slots of those who stop, as they were before.

    Days that were not read, or are absent, have nothing to free; the caller asks for them by ``day_keys``.
    """
    leaving: dict[Key[Day], set[str]] = {}
    for enrollment in stopped:
        for key in day_keys(enrollment, now):
            leaving.setdefault(key, set()).add(enrollment.id)
    changed: dict[Key[Any], Record] = {}
    for key, ids in leaving.items():
        day = snapshot.get(key)
        if day is None:
            continue
        after = freed(day, enrollments=dict.fromkeys(ids), after=now)
        if after != day:
            changed[key] = after
    return changed


def stop_and_free(
    snapshot: Snapshot, key: Key[Enrollment], after: Enrollment, now: datetime, result: T
) -> Changes[T]:
    """Return the commit that stops one enrollment and frees its later slots; asks for the days it needs."""
    before = snapshot.need(key)
    if after == before:
        return Changes(result)
    missing = snapshot.missing(day_keys(before, now))
    if missing:
        return Changes(result, need=frozenset(missing))
    return Changes(result, writes={key: after, **freed_days(snapshot, [before], now)})
