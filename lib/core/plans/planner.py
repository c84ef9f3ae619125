"""Own the plan of very many wishes: one after the other, on a ledger that is read as far as they need it.

Invariants: the places are those that ``planning.plan`` gives the same wishes on the same ledger; nothing is
planned twice, since a wish that comes to a day that was not read waits there until it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NoReturn

from lib.core.plans.ledger import READ_LIMIT, Ledger
from lib.core.plans.planning import Reserved, Terms, Wish, days_likely, reserve, steps_of
from lib.core.plans.schedule import Schedule
from lib.core.records import Day

_ONE = timedelta(days=1)
_WEEK, _WORK_WEEK = 7, 5
_READ_LEAST = 7
#: So many wishes tell which dates the first read should fetch.
_FORERUNNERS = 200
#: So many entries come with one read at most.
_ENTRIES_READ = 10_000


class _Unread(Exception):
    """Say that a day was not read."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _OpenLedger(Ledger):
    """Be a ledger that is read as it is needed."""

    def __init__(self, terms: Terms) -> None:
        self._read: dict[str, Day | None] = {}
        super().__init__(terms.mailbox, terms.timezone, terms.limits, terms.connected_at, self._read)

    def learn(self, days: Mapping[str, Day | None]) -> None:
        """Take days as they were read; of those with entries only what is asked for is kept."""
        for name, day in days.items():
            self._read[name] = day
            if day is not None:
                self._opened(date.fromisoformat(name).toordinal())
                self._read[name] = None

    def knows(self, name: str) -> bool:
        """Say whether a day was read."""
        return name in self._read

    @property
    def count(self) -> int:
        """Return how many days were read."""
        return len(self._read)

    def _unread(self, number: int) -> NoReturn:
        raise _Unread(number)


class Planner:
    """Plan wishes one after the other; ``schedule`` holds their places."""

    def __init__(self, terms: Terms, expected: int) -> None:
        """Begin with an empty mind; ``expected``: about how many wishes will come."""
        self.schedule = Schedule(terms)
        self._terms, self._ledger = terms, _OpenLedger(terms)
        mails = expected * len(terms.steps)
        self._days_expected = mails * _WEEK // (_WORK_WEEK * max(1, terms.limits.daily_cap))
        self._at_once = max(_READ_LEAST, min(READ_LIMIT, _ENTRIES_READ // max(1, terms.limits.daily_cap)))

    def planned(self, wishes: Sequence[Wish]) -> Iterator[list[str]]:
        """Plan some more wishes. Yields dates to read: ``learn`` them before going on.

        ValueError when the window never opens, or no day would ever have a place.
        """
        if wishes and not self._ledger.count:
            yield from self._in_pieces(self._first_dates(wishes))
        for wish in wishes:
            places, before = list[Reserved](), None
            for step in steps_of(self._terms, wish):
                while True:
                    try:
                        places.append(reserve(self._terms, wish, self._ledger, step, before))
                    except _Unread as unread:
                        yield self._dates_from(unread.number)
                    else:
                        break
                before = datetime.fromtimestamp(places[-1].time, UTC), step.id
            self.schedule.add(wish, places)

    def learn(self, days: Mapping[str, Day | None]) -> None:
        """Take days of the ledger as they were read; None is one that is not there yet."""
        self._ledger.learn(days)

    def _first_dates(self, wishes: Sequence[Wish]) -> list[str]:
        likely = days_likely(self._terms, wishes[:_FORERUNNERS])
        last = date.fromisoformat(max(likely))
        more = min(READ_LIMIT, self._days_expected - len(likely))
        return [*likely, *((last + _ONE * number).isoformat() for number in range(1, more + 1))]

    def _dates_from(self, number: int) -> list[str]:
        """Return the dates from one on that was not read: as many as were read before, within bounds."""
        count = min(
            self._at_once, max(_READ_LEAST, self._ledger.count, self._days_expected - self._ledger.count)
        )
        dates, day = list[str](), date.fromordinal(number)
        while len(dates) < count:
            if not self._ledger.knows(day.isoformat()):
                dates.append(day.isoformat())
            day += _ONE
        return dates

    def _in_pieces(self, dates: Sequence[str]) -> Iterator[list[str]]:
        for at in range(0, len(dates), self._at_once):
            yield list(dates[at : at + self._at_once])
