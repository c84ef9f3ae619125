"""Arrange a request's candidates, before anything of it is written: look them up, sort them, plan for them.

Invariants: chunk by chunk, and kept is only what is small: numbers, and who is known to be absent. The ledger
is read as far as the plan needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from lib.core.campaigns.accepting import Order
from lib.core.campaigns.admitting import (
    LeftOut,
    Place,
    Rules,
    documents,
    examined,
    written_to,
)
from lib.core.campaigns.reserving import (
    Batch,
    Seating,
    TakenOver,
    batches,
    dates_between,
    day_key,
    day_keys,
    planned,
    wish_of,
    without_campaign,
)
from lib.core.keys import Key, Snapshot, Versioned
from lib.core.plans.planner import Planner
from lib.core.plans.planning import Terms, Wish, terms_of
from lib.core.records import Campaign, Day, Mailbox, Slot
from lib.ports import Services

T = TypeVar("T")

#: How many candidates are read and written at once: two documents each, 10 MiB a commit at most.
CHUNK = 200
#: So many documents about people are kept from the first look for the commit; more are read again.
PEOPLE_KEPT = 1_000
#: Days with so many entries in all are kept for the commit; more are read again.
ENTRIES_KEPT = 5_000


def looked_up(services: Services, org: str, some: Sequence[Place]) -> Snapshot:
    """Read what is known of candidates: contacts, enrollments here, and those in other campaigns."""
    found = services.store.read(documents(some))
    if others := found.missing(written_to(org, found, some)):
        found |= services.store.read(others)
    return found


class LedgerReading:
    """Read days of a ledger for a planner; remember how they were, for the commit that writes them."""

    def __init__(self, services: Services, terms: Terms, planner: Planner) -> None:
        """Begin with no day."""
        self._services, self._terms, self._planner = services, terms, planner
        self.versions: dict[str, Any] = {}
        self.counts: dict[str, int] = {}
        self._kept: dict[Key[Any], Versioned] = {}
        self._room = ENTRIES_KEPT

    def plan(self, wishes: Sequence[Wish]) -> None:
        """Plan some more wishes. InvalidRequest when there would never be time."""
        for dates in planned(self._planner, wishes):
            self._planner.learn(self._read(dates))

    def snapshot(self) -> Snapshot:
        """Return what is known of the days that were read."""
        return Snapshot(self._kept)

    def _read(self, dates: Sequence[str]) -> dict[str, Day | None]:
        found = self._services.store.read(day_keys(self._terms, dates))
        days: dict[str, Day | None] = {}
        for name in dates:
            key = day_key(self._terms, name)
            day, self.versions[name] = found[key], found.version(key)
            days[name] = day
            count = len(day.entries) if day is not None else 0
            self._room -= count
            if count:
                self.counts[name] = count
            if not count or self._room > 0:
                self._kept[key] = Versioned(day, self.versions[name])
        return days


class People:
    """Hold what the first look at candidates tells the commit that admits them."""

    def __init__(self, count: int) -> None:
        """Begin with nobody of ``count`` candidates known."""
        self._contacts, self._enrollments = bytearray(count), bytearray(count)
        self._chunks: dict[int, Snapshot] = {}
        self._room = PEOPLE_KEPT

    def note(self, chunk: Sequence[Place], found: Snapshot) -> None:
        """Remember who is absent, and of a few chunks all."""
        for place in chunk:
            self._contacts[place.index] = found[place.contact] is None
            self._enrollments[place.index] = found[place.enrollment] is None
        present = sum(found[key] is not None for key in documents(chunk))
        if present and present <= self._room:
            self._room -= present
            self._chunks[chunk[0].index] = found

    def known(self, chunk: Sequence[Place]) -> Snapshot:
        """Return what is known of the candidates of a chunk."""
        if chunk[0].index in self._chunks:
            return self._chunks[chunk[0].index]
        absent, found = Versioned(None, None), dict[Key[Any], Versioned]()
        for place in chunk:
            if self._contacts[place.index]:
                found[place.contact] = absent
            if self._enrollments[place.index]:
                found[place.enrollment] = absent
        return Snapshot(found)


class Arrangement:
    """Hold where an order's candidates get their places, before anything of it is written."""

    def __init__(
        self, services: Services, order: Order, campaign: Campaign, mailbox: Mailbox, rules: Rules
    ) -> None:
        """Begin before anybody was looked at; the steps count from the campaign's ``accepted_at``."""
        terms, count = terms_of(campaign, mailbox), order.listed.count
        planner = Planner(terms, count)
        self._services, self._order, self._campaign, self._rules = services, order, campaign, rules
        self._ledger = LedgerReading(services, terms, planner)
        self.schedule, self.people = planner.schedule, People(count)
        self.seating = Seating(planner.schedule, count)
        self.left_out = LeftOut()

    def through(self) -> Iterator[list[Place]]:
        """Look at all candidates, chunk by chunk; yield those who are fit, now that they have places."""
        for chunk in in_chunks(self._services, self._order):
            people = looked_up(self._services, self._order.org, chunk)
            found = examined(people, chunk, self._rules)
            self.people.note(chunk, people)
            self.left_out.take(found.skipped, found.contacted)
            first = len(self.schedule)
            self._ledger.plan([wish_of(self._campaign, place) for place in found.fit])
            for number, place in enumerate(found.fit, first):
                self.seating.seat(place, number)
            yield list(found.fit)

    def slots(self, place: Place) -> tuple[Slot, ...]:
        """Return the slots of somebody who is fit."""
        slots = self.seating.slots(self._campaign, place)
        assert slots is not None
        return slots

    def batches(self) -> Iterator[Batch]:
        """Yield all places, in as few commits as take them."""
        return batches(self.schedule, self._ledger.versions, self._ledger.counts)

    def known_days(self) -> Snapshot:
        """Return what is known of the days of the ledger."""
        return self._ledger.snapshot()


def taken_over(services: Services, order: Order, campaign: Campaign, mailbox: Mailbox) -> Seating:
    """Return the places that an acceptance which is not through has reserved."""
    terms, count = terms_of(campaign, mailbox), order.listed.count
    there, planner = TakenOver(campaign), Planner(terms, count)
    seating = Seating(planner.schedule, count)
    pieces = max(1, ENTRIES_KEPT // max(1, mailbox.limits.daily_cap))
    for dates in chunks(dates_between(campaign.days), pieces):
        found = services.store.read(day_keys(terms, dates))
        for name in dates:
            if (day := found[day_key(terms, name)]) is not None:
                there.look(day)
    for chunk in in_chunks(services, order):
        seated = [place for place in chunk if there.has(place)]
        first = len(planner.schedule)
        for dates in planned(planner, [wish_of(campaign, place) for place in seated]):
            found = services.store.read(day_keys(terms, dates))
            days = {name: found[day_key(terms, name)] for name in dates}
            planner.learn({name: day and without_campaign(day, campaign.id) for name, day in days.items()})
        for number, place in enumerate(seated, first):
            there.correct(planner.schedule, number)
            seating.seat(place, number)
    return seating


def in_chunks(services: Services, order: Order) -> Iterator[list[Place]]:
    """Yield the candidates of an order, so many as are read and written at once."""
    return chunks(order.places(services.address_key), CHUNK)


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield items in pieces of ``size``."""
    left = iter(items)
    while piece := list(islice(left, size)):
        yield piece
