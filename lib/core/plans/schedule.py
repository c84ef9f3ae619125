"""Own the places of very many candidates in little memory, and the ledger days that they make.

Invariant: what goes in comes out as it was, as slots with their reasons and as entries of the ledger; a slot
takes some twenty bytes, since causes are few and the rest are numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from lib.core.plans.planning import Reserved, Terms, Wish, slot_of
from lib.core.records import Reservation, Slot


class Schedule:
    """Hold the places of wishes, by the order in which they came; each has one for every step."""

    def __init__(self, terms: Terms) -> None:
        """Begin with nobody."""
        self.terms, self._width = terms, len(terms.steps)
        self._names, self._domains = _Texts(), _Texts()
        self._times, self._numbers, self._causes = array("q"), array("i"), array("I")
        self._cause_list: list[str] = []
        self._cause_index: dict[str, int] = {}
        self._days: dict[int, array[int]] = {}

    def __len__(self) -> int:
        """Return how many wishes are in it."""
        return len(self._names)

    def add(self, wish: Wish, places: Sequence[Reserved]) -> int:
        """Take a wish with the places of all its steps; return its number."""
        self._names.add(wish.enrollment)
        self._domains.add(wish.domain.lower())
        for place in places:
            self._days.setdefault(place.number, array("I")).append(len(self._times))
            self._times.append(place.time)
            self._numbers.append(place.number)
            self._causes.append(self._cause(place.cause))
        return len(self._names) - 1

    def correct(self, wish: int, step: int, time: int, number: int, cause: str) -> None:
        """Give a wish's step another place, for a cause of its own; the same place keeps its cause."""
        at = wish * self._width + step
        if (self._times[at], self._numbers[at]) == (time, number):
            return
        self._days[self._numbers[at]].remove(at)
        self._days.setdefault(number, array("I")).append(at)
        self._times[at], self._numbers[at], self._causes[at] = time, number, self._cause(cause)

    def enrollment(self, wish: int) -> str:
        """Return whose the places of a wish are."""
        return self._names[wish]

    def slots(self, number: int, wish: Wish) -> tuple[Slot, ...]:
        """Return a wish's slots, with their reasons."""
        calendar = self.terms.calendar(wish)
        found, start = list[Slot](), wish.start
        for at, step in enumerate(self.terms.steps, number * self._width):
            cause, year = self._cause_list[self._causes[at]], start.astimezone(calendar.zone).year
            place = Reserved(self._times[at], self._numbers[at], cause, year)
            found.append(slot_of(self.terms, wish, step, place))
            start = found[-1].due
        return tuple(found)

    def days(self) -> list[int]:
        """Return the ordinals of all ledger days that have places, in order."""
        return sorted(number for number, places in self._days.items() if places)

    def days_of(self, wishes: Sequence[int]) -> list[str]:
        """Return the dates of the ledger days of some wishes, in order."""
        own = {self._numbers[one * self._width + step] for one in wishes for step in range(self._width)}
        return [date.fromordinal(number).isoformat() for number in sorted(own)]

    def entries(self, number: int) -> Iterator[Reservation]:
        """Yield the places of a ledger day as its entries."""
        for at in self._days[number]:
            wish, step = divmod(at, self._width)
            yield Reservation(
                at=datetime.fromtimestamp(self._times[at], UTC),
                campaign=self.terms.campaign,
                enrollment=self._names[wish],
                step=self.terms.steps[step].id,
                domain=self._domains[wish],
            )

    def first_due(self) -> datetime | None:
        """Return when the first mail is due."""
        return datetime.fromtimestamp(min(self._times), UTC) if self._times else None

    def span(self) -> tuple[str, str] | None:
        """Return the first and last date of the ledger days."""
        if not self._days:
            return None
        return date.fromordinal(min(self._days)).isoformat(), date.fromordinal(max(self._days)).isoformat()

    def _cause(self, cause: str) -> int:
        index = self._cause_index.get(cause)
        if index is None:
            index = self._cause_index[cause] = len(self._cause_list)
            self._cause_list.append(cause)
        return index


class _Texts:
    """Hold short texts one behind the other."""

    def __init__(self) -> None:
        self._bytes, self._ends = bytearray(), array("I", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: int) -> str:
        return self._bytes[self._ends[at] : self._ends[at + 1]].decode()

    def add(self, text: str) -> None:
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))
