"""Own one day of a mailbox's slot ledger while places in it are taken.

Invariants: no two entries are closer than the gap, whatever limits were in force and wherever slots began
when the earlier ones were made; none lies in the first or last gap of the day, so that two neighbouring days
need not see each other.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from lib.core.plans.windows import Span
from lib.core.records import Limits, Reservation

#: A mailbox's slots begin at most so many seconds later than its day: people wait for no more than that.
_PHASES = 300


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
    """Hold the limits in whole seconds: a slot is as wide as gap and jitter together.

    phase: how long after its day's start a mailbox's slots begin; the slot before the first one is usable
    as far as it lies in the day.
    """

    gap: int
    jitter: int
    phase: int

    @classmethod
    def of(cls, limits: Limits, mailbox: str) -> Pace:
        """Return the pace of a mailbox; parts of seconds make it slower, never faster.

        Each has a phase of its own, or all whose windows open at nine would send in the same seconds.
        """
        gap, jitter = max(1, ceil(limits.gap.total_seconds())), ceil(limits.jitter.total_seconds())
        hashed = hashlib.sha256(f"phase\x1f{mailbox}".encode()).digest()
        return cls(gap, jitter, phase=int.from_bytes(hashed[:8]) % min(gap + jitter, _PHASES))

    @property
    def width(self) -> int:
        """Return how wide a slot is."""
        return self.gap + self.jitter


class Page:
    """Hold which times of one day are taken, in seconds since 1970, and find free ones among them."""

    def __init__(self, start: int, end: int, pace: Pace, entries: Iterable[Reservation]) -> None:
        """Open the day from ``start`` to ``end`` with the entries that are in it already."""
        self._origin, self._pace = start + pace.phase, pace
        self.first, self._last = start + pace.gap, end - pace.gap
        self._times: list[int] = []
        self._slots = Skips()
        self.count = 0
        self.domains = Counter[str]()
        for entry in entries:
            self.add(int(entry.at.timestamp()), entry.domain)

    def add(self, time: int, domain: str) -> None:
        """Take a time for a mail to a domain."""
        insort(self._times, time)
        self._slots.take(self._slot_of(time))
        self.domains[domain] += 1
        self.count += 1

    def close(self) -> None:
        """Forget all but the count of a day that is full, for whom nobody asks any more."""
        self._times, self._slots, self.domains = [], Skips(), Counter()

    def free(self, spans: Sequence[Span], at: int, jitter: int) -> int | None:
        """Return the first free time at or after ``at`` in the spans, ``jitter`` after a slot's start.

        Where that leaves no such time of a span, free or not, it is used from its start on.
        """
        for span in self._usable(spans):
            opens = max(span.opens, at)
            slot = self._slot_after(opens - jitter)
            if self._time(slot) + jitter >= span.closes > opens and self._lone(opens):
                return opens
            while (time := self._time(slot := self._slots.first(slot)) + jitter) < span.closes:
                if self._fits(time):
                    return time
                slot += 1
        return None

    def exhausted(self, spans: Sequence[Span]) -> bool:
        """Say whether each slot in which ``free`` might find a time is taken: then nobody finds one."""
        for span in self._usable(spans):
            wide = span.closes - span.opens >= 2 * self._pace.width
            reach = self._pace.jitter if wide else self._pace.width - 1
            if self._time(self._slots.first(self._slot_after(span.opens - reach))) < span.closes:
                return False
        return True

    def _usable(self, spans: Sequence[Span]) -> Iterator[Span]:
        """Yield the spans without the first and the last gap of the day."""
        for span in spans:
            opens, closes = max(span.opens, self.first), min(span.closes, self._last + 1)
            if opens < closes:
                yield Span(opens, closes)

    def _time(self, slot: int) -> int:
        return self._origin + slot * self._pace.width

    def _slot_after(self, time: int) -> int:
        """Return the first slot that starts at or after a time."""
        return -((self._origin - time) // self._pace.width)

    def _lone(self, time: int) -> bool:
        """Say whether a time fits and its slot is not taken."""
        slot = self._slot_of(time)
        return self._slots.first(slot) == slot and self._fits(time)

    def _slot_of(self, time: int) -> int:
        return (time - self._origin) // self._pace.width

    def _fits(self, time: int) -> bool:
        """Say whether a time keeps its distance from both its neighbours."""
        after = bisect_left(self._times, time)
        if after < len(self._times) and self._times[after] - time < self._pace.gap:
            return False
        return after == 0 or time - self._times[after - 1] >= self._pace.gap
