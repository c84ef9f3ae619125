"""Own the stop of one person everywhere in the org: every enrollment that their contact names, in one commit.

Invariant: whoever stops gives their later places in the slot ledger back in that same commit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lib.core import keys
from lib.core.enrollment import LIVE, Event, stopped
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.freeing import day_keys, freed_days
from lib.core.records import Contact, Enrollment, Record


def stopped_everywhere(
    snapshot: Snapshot, contact: Contact, event: Event, why: str, now: datetime
) -> Changes[tuple[Enrollment, ...]]:
    """Return what stops a person's enrollments, and these as they were; asks for what was not read."""
    wanted = [keys.enrollment(contact.org, ref.enrollment) for ref in contact.enrollments]
    if missing := snapshot.missing(wanted):
        return Changes((), need=frozenset(missing))
    records = [(key, record) for key in wanted if (record := snapshot[key]) is not None]
    after = {key: _after(record, event, why, now) for key, record in records}
    ending = [record for key, record in records if after[key].status is not record.status]
    if missing := snapshot.missing([day for record in ending for day in day_keys(record, now)]):
        return Changes((), need=frozenset(missing))
    writes: dict[Key[Any], Record] = {key: after[key] for key, record in records if after[key] != record}
    return Changes(tuple(record for _, record in records), writes=writes | freed_days(snapshot, ending, now))


def _after(record: Enrollment, event: Event, why: str, now: datetime) -> Enrollment:
    # What has come to its end cannot be cancelled; a person's own stop outranks that end.
    if event is Event.CANCELLED and record.status not in LIVE:
        return record
    return stopped(record, event, why, now)
