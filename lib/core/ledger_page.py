"""Own one day of a mailbox's slot ledger while places in it are taken.

Invariants: no two entries are closer than the gap, whatever limits were in force when the earlier ones were
made; none lies in the first or last gap of the day, so that two neighbouring days need not see each other.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from lib.core.records import Limits, Reservation
from lib.core.windows import Span


class Skips:
    """Find the first number, from one on, that is not taken; what is taken is passed over at once."""

    def __init__(self) -> None:
        """Begin with nothing taken."""
        self._next: dict[int, int] = {}

    def first(self, number: int) -> int:
        """Return the first number at or after ``number`` that is not taken."""
        after, found = self._next, number
        while found in after:
            found = after[found]
        while number in after:
            # All that was passed over points to the end from now on.
            after[number], number = found, after[number]
        return found

    def take(self, number: int) -> None:
        """Take a number."""
        self._next[number] = number + 1


@dataclass(frozen=True, slots=True)
class Pace:
    """Hold the limits in whole seconds: a slot is as wide as gap and jitter together."""

    gap: int
    jitter: int

    @classmethod
    def of(cls, limits: Limits) -> Pace:
        """Return the pace of a mailbox; parts of seconds make it slower, never faster."""
        return cls(gap=max(1, ceil(limits.gap.total_seconds())), jitter=ceil(limits.jitter.total_seconds()))

    @property
    def width(self) -> int:
        """Return how wide a slot is."""
        return self.gap + self.jitter


class Page:
    """Hold the entries of one day, in seconds since 1970, and find free times among them."""

    def __init__(self, start: int, end: int, pace: Pace, entries: Sequence[Reservation]) -> None:
        """Open the day from ``start`` to ``end`` with the entries that are in it already."""
        self._start, self._pace = start, pace
        self._first, self._last = start + pace.gap, end - pace.gap
        self._times = sorted(int(entry.at.timestamp()) for entry in entries)
        self._slots = Skips()
        self.entries = list(entries)
        self.changed = False
        self.domains = Counter(entry.domain for entry in entries)
        for time in self._times:
            self._slots.take(self._slot_of(time))

    def add(self, entry: Reservation, time: int) -> None:
        """Take a time that ``free`` has found."""
        insort(self._times, time)
        self._slots.take(self._slot_of(time))
        self.entries.append(entry)
        self.domains[entry.domain] += 1
        self.changed = True

    def free(self, spans: Sequence[Span], at: int, jitter: int) -> int | None:
        """Return the first free time at or after ``at`` in the spans, ``jitter`` after a slot's start.

        A span too narrow for that, as ``at`` leaves it, is used from its start on.
        """
        for span in spans:
            opens, closes = max(span.opens, at, self._first), min(span.closes, self._last + 1)
            if opens >= closes:
                continue
            slot = -((self._start + jitter - opens) // self._pace.width)
            if self._start + slot * self._pace.width + jitter >= closes and self._fits(opens):
                return opens
            while (time := self._start + (slot := self._slots.first(slot)) * self._pace.width + jitter) < closes:
                if self._fits(time):
                    return time
                slot += 1
        return None

    def exhausted(self, spans: Sequence[Span]) -> bool:
        """Say whether each slot that the spans touch is taken, so that nobody finds a time any more."""
        for span in spans:
            opens, closes = max(span.opens, self._first), min(span.closes, self._last + 1)
            if opens >= closes:
                continue
            slot = -((self._start + self._pace.jitter - opens) // self._pace.width)
            if self._start + self._slots.first(slot) * self._pace.width < closes:
                return False
            if self._start + slot * self._pace.width + self._pace.jitter >= closes:
                return False
        return True

    def _slot_of(self, time: int) -> int:
        return (time - self._start) // self._pace.width

    def _fits(self, time: int) -> bool:
        """Say whether a time keeps its distance from both its neighbours."""
        after = bisect_left(self._times, time)
        if after < len(self._times) and self._times[after] - time < self._pace.gap:
            return False
        return after == 0 or time - self._times[after - 1] >= self._pace.gap


def at(time: int) -> datetime:
    """Return seconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(time, UTC)
