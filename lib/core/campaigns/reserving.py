"""Own how a campaign's candidates get their places in the slot ledger.

Invariant: what was planned on some ledger days is written only while they are as they were; else it is
planned anew. Who has a place is known by the candidate's place in the request.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from lib.core import keys
from lib.core.campaigns.admitting import Place
from lib.core.campaigns.request import refused
from lib.core.errors import Fault, InvalidRequest
from lib.core.keys import Key, Snapshot
from lib.core.plans.planner import Planner
from lib.core.plans.planning import Terms, Wish, entered
from lib.core.plans.schedule import Schedule
from lib.core.records import Campaign, Day, Mailbox, Reservation, Slot

_ONE = timedelta(days=1)
#: The reason of a time that was reserved before a crash, when it cannot be worked out any more.
RESERVED = "as reserved at acceptance"
#: So many bytes of the ledger go into one commit: Firestore takes 10 MiB of all, its emulator 4.
_COMMIT_BYTES = 3_000_000
#: What an entry of the ledger takes besides its texts.
_ENTRY_BYTES = 120


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold the new entries of some ledger days, which go into one commit, and how the days were then."""

    terms: Terms
    entries: Mapping[str, tuple[Reservation, ...]]
    versions: Mapping[str, Any]

    @property
    def keys(self) -> list[Key[Day]]:
        """Return where the days lie."""
        return day_keys(self.terms, self.entries)

    def rests_on(self, mailbox: Mailbox) -> bool:
        """Say whether a mailbox still is what was planned on: its limits, and the zone of its days."""
        terms = self.terms
        planned_on = terms.limits, terms.timezone, terms.connected_at
        return (mailbox.limits, mailbox.timezone, mailbox.connected_at) == planned_on

    def days(self, snapshot: Snapshot) -> dict[Key[Any], Day] | None:
        """Return the days with their new entries, None when one has changed since it was planned on."""
        found: dict[Key[Any], Day] = {}
        for name, some in self.entries.items():
            key = day_key(self.terms, name)
            if snapshot.version(key) != self.versions[name]:
                return None
            found[key] = entered(self.terms, name, snapshot[key], some)
        return found


class Seating:
    """Hold who of a request has places in the ledger, and which."""

    def __init__(self, schedule: Schedule, count: int) -> None:
        """Begin with nobody of ``count`` candidates seated."""
        self.schedule = schedule
        self._numbers = array("i", [-1]) * count

    def seat(self, place: Place, number: int) -> None:
        """Note under which number of the schedule a candidate is."""
        self._numbers[place.index] = number

    def slots(self, campaign: Campaign, place: Place) -> tuple[Slot, ...] | None:
        """Return a candidate's slots, None for who has none."""
        number = self._numbers[place.index]
        if number < 0:
            return None
        return self.schedule.slots(number, wish_of(campaign, place))

    def without(self, places: bytearray) -> list[int]:
        """Return the numbers in the schedule of those whose place in the request is not marked."""
        return [number for index, number in enumerate(self._numbers) if number >= 0 and not places[index]]


def wish_of(campaign: Campaign, place: Place, start: datetime | None = None) -> Wish:
    """Return the wish of a candidate for all their steps, counted from their acceptance, or ``start``."""
    return Wish(
        enrollment=place.enrollment_id,
        domain=place.candidate.domain,
        timezone=place.candidate.timezone or campaign.timezone,
        country=place.candidate.country,
        start=start or campaign.accepted_at,
        after="acceptance",
    )


def planned(planner: Planner, wishes: Sequence[Wish]) -> Iterator[list[str]]:
    """Plan some more wishes; yields dates to read. InvalidRequest when there would never be time."""
    try:
        yield from planner.planned(wishes)
    except ValueError as error:
        raise no_time(error) from None


def no_time(error: ValueError) -> InvalidRequest:
    """Return the fault of a window, or a mailbox, that never has time."""
    return refused([Fault(field="window", why=f"{error}, with the mailbox's daily cap")])


def batches(schedule: Schedule, versions: Mapping[str, Any], counts: Mapping[str, int]) -> Iterator[Batch]:
    """Yield all places of a schedule by ledger day, in as few commits as take them.

    counts: how many entries each day has already.
    """
    terms, size = schedule.terms, 0
    entries: dict[str, tuple[Reservation, ...]] = {}
    for number in schedule.days():
        name = date.fromordinal(number).isoformat()
        some = tuple(schedule.entries(number))
        each = max(len(one.domain) + len(one.enrollment) + len(one.step) for one in some)
        more = (counts.get(name, 0) + len(some)) * (each + len(terms.campaign) + _ENTRY_BYTES)
        if entries and size + more > _COMMIT_BYTES:
            yield Batch(terms, entries, versions)
            entries, size = {}, 0
        entries[name] = some
        size += more
    yield Batch(terms, entries, versions)


def whole_batch(schedule: Schedule, versions: Mapping[str, Any]) -> Batch:
    """Return all places of a schedule for one commit."""
    names = {date.fromordinal(number).isoformat(): number for number in schedule.days()}
    entries = {name: tuple(schedule.entries(number)) for name, number in names.items()}
    return Batch(schedule.terms, entries, versions)


def day_key(terms: Terms, date_: str) -> Key[Day]:
    """Return the key of one day of the ledger that the terms are about."""
    return keys.day(terms.org, terms.mailbox, date_)


def day_keys(terms: Terms, dates: Iterable[str]) -> list[Key[Day]]:
    """Return the keys of ledger days, in the order of their dates."""
    return [day_key(terms, one) for one in sorted(dates)]


def dates_between(span: tuple[str, str] | None) -> list[str]:
    """Return all dates of a span."""
    if span is None:
        return []
    first, last = date.fromisoformat(span[0]), date.fromisoformat(span[1])
    return [(first + _ONE * number).isoformat() for number in range((last - first).days + 1)]


def without_campaign(day: Day, campaign: str) -> Day:
    """Return a ledger day without the reservations of a campaign."""
    return msgspec.structs.replace(
        day, entries=tuple(entry for entry in day.entries if entry.campaign != campaign)
    )


class TakenOver:
    """Hold the places that an acceptance which died has reserved in the ledger.

    The times are the ledger's. The reasons come from planning anew on the days without this campaign, from
    the same start: that gives the same plan as long as nobody else's places have changed.
    """

    def __init__(self, campaign: Campaign) -> None:
        """Begin before any day was looked at."""
        self._campaign = campaign
        self._steps = {step.id: at for at, step in enumerate(campaign.steps)}
        self._times: dict[str, array[int]] = {}

    def look(self, day: Day) -> None:
        """Note the campaign's places of a ledger day."""
        number = date.fromisoformat(day.date).toordinal()
        for entry in day.entries:
            if entry.campaign == self._campaign.id and entry.step in self._steps:
                nothing = array("q", [0, 0]) * len(self._steps)
                at, times = 2 * self._steps[entry.step], self._times.setdefault(entry.enrollment, nothing)
                times[at], times[at + 1] = int(entry.at.timestamp()), number

    def has(self, place: Place) -> bool:
        """Say whether all steps of a candidate have places."""
        return place.enrollment_id in self._times and all(self._times[place.enrollment_id])

    def correct(self, schedule: Schedule, number: int) -> None:
        """Set the places of one who was planned anew to those that were reserved."""
        times = self._times[schedule.enrollment(number)]
        for step in range(len(self._steps)):
            schedule.correct(number, step, times[2 * step], times[2 * step + 1], RESERVED)
