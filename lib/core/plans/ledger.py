"""Own a mailbox's slot ledger: the next free time over its days, and what gives places back.

Invariants: no day holds more mails than its cap, nor more to one company's domain than the domain's cap; no
two are closer than the gap; same input, same places. A date that was not read is never taken for empty: what
rests on one is not given out, only the dates to read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

import msgspec

from lib.core.plans.ledger_page import Pace, Page, Skips
from lib.core.plans.providers import is_company
from lib.core.plans.windows import SEARCH_DAYS, Calendar, Span, day_start
from lib.core.records import Day, Limits, Reservation

#: So many dates are asked for at once, at most.
READ_LIMIT = 100
_READ_LEAST = 7
#: For so many days it is remembered when a window is open.
_SPANS_KEPT = 1_000
#: After so many days that had no room, no more causes are told.
_TOLD_DAYS = 10
_ONE = timedelta(days=1)


#: Stands for the full days of a domain that has none.
_NONE_FULL = Skips()


class Refusal(Enum):
    """Name why a day has no place; ``CLOSED`` goes without saying."""

    CLOSED = "closed"
    FULL = "full"
    DOMAIN_FULL = "domain_full"
    NO_TIME = "no_time"


@dataclass(frozen=True, slots=True)
class Refused:
    """Tell of days in a row that had no place, all for one cause; ``caps`` are their least and highest."""

    cause: Refusal
    first: date
    last: date
    caps: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Request:
    """Ask for a place at or after ``at``, in seconds since 1970; ``jitter`` is from 0 to the limit's."""

    calendar: Calendar
    at: int
    jitter: int
    domain: str


@dataclass(frozen=True, slots=True)
class Place:
    """Hold a time that is free, on which ledger day it lies, and which days had none.

    waits: it is later than the mailbox's next slot, since earlier ones are taken or their days refused.
    """

    time: int
    number: int
    waits: bool
    refused: tuple[Refused, ...]
    more: bool


def day_of(timezone: str, at: datetime) -> str:
    """Return the date of the ledger day on which a time lies, in ISO form."""
    return at.astimezone(ZoneInfo(timezone)).date().isoformat()


def slot_end(due: datetime, limits: Limits) -> datetime:
    """Return from when on a slot is missed: until then no other mail of the mailbox is due."""
    return due + limits.gap


def cap_after(limits: Limits, days: int) -> int:
    """Return how many mails may go out so many days after connecting: a new mailbox begins with few."""
    return min(limits.daily_cap, limits.ramp_start + limits.ramp_step * max(0, days))


def freed(
    day: Day, *, enrollments: Mapping[str, frozenset[str] | None], after: datetime | None = None
) -> Day:
    """Return a day without the entries of some steps (None: all) of these enrollments.

    With ``after`` only later ones go: what has been sent keeps its place, since it counts for the day's cap.
    """

    def stays(entry: Reservation) -> bool:
        if entry.enrollment not in enrollments or (after is not None and entry.at <= after):
            return True
        steps = enrollments[entry.enrollment]
        return steps is not None and entry.step not in steps

    return msgspec.structs.replace(day, entries=tuple(entry for entry in day.entries if stays(entry)))


class Ledger:
    """Hold the days of a mailbox's ledger, and find and take places in it."""

    def __init__(
        self,
        mailbox: str,
        timezone: str,
        limits: Limits,
        connected_at: datetime,
        days: Mapping[str, Day | None],
    ) -> None:
        """Begin with the days that were read; None is one that is not there yet."""
        self._timezone, self._zone = timezone, ZoneInfo(timezone)
        self._limits, self.pace = limits, Pace.of(limits, mailbox)
        self._connected = connected_at.astimezone(self._zone).toordinal()
        self._days = days
        self._pages: dict[int, Page] = {}
        self._closed: defaultdict[Calendar, Skips] = defaultdict(Skips)
        self._full: dict[tuple[Calendar, str], Skips] = {}
        self._for_good: dict[tuple[Calendar, int, int], tuple[Refused, ...]] = {}
        self._spans: defaultdict[Calendar, dict[int, tuple[Span, ...]]] = defaultdict(dict)
        self.missing: set[int] = set()

    def find(self, request: Request) -> Place:
        """Return the first free time for a request; ValueError when no day would ever have one."""
        first = number = self._number(request.at)
        closed = self._closed[request.calendar]
        full = self._full.get((request.calendar, request.domain), _NONE_FULL)
        empty = 0
        while empty <= SEARCH_DAYS:
            while (after := full.first(closed.first(number))) != number:
                number = after
            refusal = self._refusal(request, number)
            if refusal is None:
                time = self._page(number).free(self._spans_on(request, number), request.at, request.jitter)
                if time is not None:
                    return self._found(request, first, number, time)
            else:
                full = self._refused(request, number, refusal, full)
            page = self._pages.get(number)
            empty = empty + 1 if page is None or not page.count else 0
            number += 1
        raise ValueError(f"no time is free within {SEARCH_DAYS} days")

    def take(self, place: Place, domain: str) -> None:
        """Take the place that was found, for a mail to a domain."""
        page = self._page(place.number)
        page.add(place.time, domain)
        if page.count >= self._cap(place.number):
            page.close()

    def wanted(self) -> frozenset[str]:
        """Return the dates to read: those that were missing, and as many more as were read before.

        Each round reads twice as much, so that a ledger full for months is known after a few.
        """
        if not self.missing:
            return frozenset()
        wanted = set(sorted(self.missing)[:READ_LIMIT])
        count = min(READ_LIMIT, max(_READ_LEAST, len(self._days), len(wanted)))
        for number in range(min(wanted), min(wanted) + SEARCH_DAYS):
            if len(wanted) >= count:
                break
            is_open = any(self._spans_of(calendar, number) for calendar in self._closed)
            if is_open and self._iso(number) not in self._days:
                wanted.add(number)
        return frozenset(map(self._iso, wanted))

    def _refused(self, request: Request, number: int, refusal: Refusal, full: Skips) -> Skips:
        """Remember that a day has no place, for all or for a domain; return the domain's such days."""
        if refusal is not Refusal.DOMAIN_FULL:
            self._closed[request.calendar].take(number)
            return full
        full = self._full.setdefault((request.calendar, request.domain), Skips())
        full.take(number)
        return full

    def _found(self, request: Request, first: int, number: int, time: int) -> Place:
        told = min(number, first + _TOLD_DAYS)
        refused = self._causes(request, first, told) if number > first else ()
        asked = max(request.at, self._page(number).first)
        waits = number > first or time - asked >= self.pace.width
        return Place(time=time, number=number, waits=waits, refused=refused, more=told < number)

    def _causes(self, request: Request, first: int, end: int) -> tuple[Refused, ...]:
        """Return why some days had no place; of days that are full or closed for good it is remembered."""
        key = (request.calendar, first, end)
        found = self._for_good.get(key)
        if found is None:
            found = tuple(self._told(request, first, end))
            days = range(first, end)
            if all(
                not self._spans_on(request, one) or self._page(one).count >= self._cap(one) for one in days
            ):
                self._for_good[key] = found
        return found

    def _told(self, request: Request, first: int, end: int) -> Iterator[Refused]:
        run: Refused | None = None
        for number in range(first, end):
            cause = self._refusal(request, number) or Refusal.NO_TIME
            if cause is Refusal.CLOSED:
                continue
            day, cap = date.fromordinal(number), self._cap_for(cause, number)
            if run is not None and run.cause is cause:
                run = Refused(cause, run.first, day, (min(run.caps[0], cap), max(run.caps[1], cap)))
                continue
            if run is not None:
                yield run
            run = Refused(cause, day, day, (cap, cap))
        if run is not None:
            yield run

    def _refusal(self, request: Request, number: int) -> Refusal | None:
        """Return why a day has no place for a request from its start on; what holds now holds for good."""
        spans = self._spans_on(request, number)
        if not spans:
            return Refusal.CLOSED
        page = self._page(number)
        if page.count >= self._cap(number):
            return Refusal.FULL
        full = page.domains[request.domain] >= self._limits.domain_cap
        if full and is_company(request.domain):
            return Refusal.DOMAIN_FULL
        return Refusal.NO_TIME if page.exhausted(spans) else None

    def _cap_for(self, cause: Refusal, number: int) -> int:
        return self._limits.domain_cap if cause is Refusal.DOMAIN_FULL else self._cap(number)

    def _cap(self, number: int) -> int:
        return cap_after(self._limits, number - self._connected)

    def _page(self, number: int) -> Page:
        page = self._pages.get(number)
        if page is None:
            page = self._opened(number)
        return page

    def _opened(self, number: int) -> Page:
        day = self._iso(number)
        if day not in self._days:
            self._unread(number)
        known = self._days.get(day)
        start, end = day_start(self._timezone, number), day_start(self._timezone, number + 1)
        page = self._pages[number] = Page(start, end, self.pace, known.entries if known else ())
        if page.count >= self._cap(number):
            page.close()
        return page

    def _unread(self, number: int) -> None:
        """Note a day that was not read; what rests on it only tells which dates to read."""
        self.missing.add(number)

    def _spans_on(self, request: Request, number: int) -> tuple[Span, ...]:
        return self._spans_of(request.calendar, number)

    def _spans_of(self, calendar: Calendar, number: int) -> tuple[Span, ...]:
        """Return when a candidate's window is open during a ledger day, whose zone may be another."""
        known = self._spans[calendar]
        if number not in known:
            start, end = day_start(self._timezone, number), day_start(self._timezone, number + 1)
            day, last = calendar.local(start).date(), calendar.local(end - 1).date()
            found = []
            while day <= last:
                found += [Span(max(one.opens, start), min(one.closes, end)) for one in calendar.spans(day)]
                day += _ONE
            if len(known) >= _SPANS_KEPT:
                known.clear()
            known[number] = tuple(span for span in found if span.opens < span.closes)
        return known[number]

    def _number(self, at: int) -> int:
        return datetime.fromtimestamp(at, self._zone).toordinal()

    @staticmethod
    def _iso(number: int) -> str:
        return date.fromordinal(number).isoformat()
