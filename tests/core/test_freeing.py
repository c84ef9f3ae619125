"""Show that whoever stops gives later places back, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lib.core import enrollment as core
from lib.core import keys
from lib.core.enrollment import Event
from lib.core.keys import Key, Snapshot, Versioned
from lib.core.plans.freeing import day_keys, freed_days, stop_and_free
from lib.core.records import Day, Enrollment, Reservation
from tests.core.enrollments import NOW, STEPS, enrollment, mail
from tests.core.enrollments import slots as slots_of

DATES = tuple(f"2026-03-0{number}" for number in (2, 3, 4))
KEYS = [keys.day("acme", "sub-1", date) for date in DATES]


def planned(**changes: Any) -> Enrollment:
    return enrollment(slots=slots_of(days=DATES), **changes)


def ledger(*owners: str) -> Snapshot:
    """Return three days, on each a place for each of the owners, in seconds one after the other."""
    days: dict[Key[Day], Versioned] = {}
    for number, (step, date, key) in enumerate(zip(STEPS, DATES, KEYS, strict=True)):
        at = NOW + timedelta(days=number)
        entries = tuple(
            Reservation(
                at=at + timedelta(seconds=place),
                campaign="c1",
                enrollment=owner,
                step=step,
                domain="example.org",
            )
            for place, owner in enumerate(owners)
        )
        days[key] = Versioned(Day(org="acme", mailbox="sub-1", date=date, entries=entries), 1)
    return Snapshot(days)


def test_only_days_with_later_slots_are_asked_for() -> None:
    assert day_keys(planned(), NOW) == KEYS[1:]
    assert day_keys(planned(), NOW - timedelta(seconds=1)) == KEYS
    assert day_keys(enrollment(), NOW) == []


def test_later_places_are_given_back_and_others_stay() -> None:
    freed = freed_days(ledger("e1", "e2"), [planned()], NOW)
    assert set(freed) == set(KEYS[1:])
    for day in freed.values():
        assert isinstance(day, Day)
        assert [entry.enrollment for entry in day.entries] == ["e2"]


def test_what_was_not_read_or_is_not_there_is_left_alone() -> None:
    assert freed_days(Snapshot(), [planned()], NOW) == {}
    absent = Snapshot({key: Versioned(None, None) for key in KEYS})
    assert freed_days(absent, [planned()], NOW) == {}
    assert freed_days(ledger("e2"), [planned()], NOW) == {}


def test_stop_frees_in_its_own_commit_once_the_days_are_read() -> None:
    record = planned(sent=(mail(),))
    key = keys.enrollment("acme", "e1")
    seen = Snapshot({key: Versioned(record, 1)})
    after = core.stopped(record, Event.REPLIED, "", NOW)
    asked = stop_and_free(seen, key, after, NOW, "done")
    assert (asked.need, dict(asked.writes)) == (frozenset(KEYS[1:]), {})
    changes = stop_and_free(seen | ledger("e1"), key, after, NOW, "done")
    assert set(changes.writes) == {key, *KEYS[1:]}
    assert changes.result == "done"
    assert dict(stop_and_free(seen, key, record, NOW, "done").writes) == {}
