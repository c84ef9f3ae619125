"""Own what is counted while the simulation runs, and percentiles of waits, in flat arrays."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from math import log

from tests.bench.simulation.parameters import START

MINUTES_OF_A_DAY = 1440
#: Waits are counted in classes that grow by a tenth, from a second on.
GROWTH = 1.1
LOG_GROWTH = log(GROWTH)


ZERO = START.timestamp()


class Waits:
    """Count waits in classes, exact to a tenth of themselves; a wait below a second is one of zero."""

    def __init__(self) -> None:
        self._classes: Counter[int] = Counter()
        self.count, self.total, self.longest = 0, 0.0, 0.0

    def add(self, seconds: float, times: int = 1) -> None:
        number = 1 + int(log(seconds) / LOG_GROWTH) if seconds >= 1 else 0
        self._classes[number] += times
        self.count += times
        self.total += seconds * times
        self.longest = max(self.longest, seconds)

    def at(self, share: float) -> float:
        """Return the wait that a share of all did not pass."""
        left = share * self.count
        for number in sorted(self._classes):
            left -= self._classes[number]
            if left <= 0:
                return min(self.longest, GROWTH**number) if number else 0.0
        return self.longest


class PerMinute:
    """Count something minute by minute."""

    def __init__(self, days: int) -> None:
        self._size = days * MINUTES_OF_A_DAY
        self.counts = array("d", bytes(8 * self._size))

    def add(self, at: float, amount: float = 1.0) -> None:
        minute = int(at - ZERO) // 60
        if 0 <= minute < self._size:
            self.counts[minute] += amount

    @property
    def peak(self) -> float:
        return max(self.counts)

    @property
    def total(self) -> float:
        return sum(self.counts)

    def days(self) -> list[float]:
        return [
            sum(self.counts[start : start + MINUTES_OF_A_DAY])
            for start in range(0, len(self.counts), MINUTES_OF_A_DAY)
        ]


@dataclass
class Tally:
    """What one run of the simulation counted."""

    days: int
    #: Of paths, named as in terraform/costs.json: how often each was gone.
    paths: Counter[str] = field(default_factory=Counter)
    mails: Counter[int] = field(default_factory=Counter)
    answers: int = 0
    missed: int = 0
    requeued: int = 0
    due_to_sent: Waits = field(default_factory=Waits)
    queueing_late: Waits = field(default_factory=Waits)
    looks_late: Waits = field(default_factory=Waits)
    events_late: Waits = field(default_factory=Waits)
    told_late: Waits = field(default_factory=Waits)
    longest_run: float = 0.0
    runs: int = 0

    def __post_init__(self) -> None:
        """Make the counts by minute."""
        self.sends, self.looks = PerMinute(self.days), PerMinute(self.days)
        self.follow_ups, self.answered = PerMinute(self.days), PerMinute(self.days)
        self.reslots, self.queued = PerMinute(self.days), PerMinute(self.days)
        self.dispatched, self.occupied = PerMinute(self.days), PerMinute(self.days)
        self.told = PerMinute(self.days)
        self.accepted, self.working = PerMinute(self.days), PerMinute(self.days)
