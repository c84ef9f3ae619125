"""Own when a window is open in one place, and what a delay means there.

Invariant: a time is open exactly when the wall clock of its zone shows a time within the hours of that
weekday, on no holiday; so an hour that a change of clocks skips or doubles is neither lost nor invented.
Times are whole seconds since 1970, since the ledger reckons with many of them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lib.core.plans.holidays_of import holidays_of, is_place
from lib.core.records import Hours, Step, Window

#: A window that has not opened after so many days never will.
SEARCH_DAYS = 400
#: For so many days a calendar remembers when it is open.
_SPANS_KEPT = 1_000
_DAY = 86_400
_ONE = timedelta(days=1)
_EPOCH = date(1970, 1, 1).toordinal()
_SATURDAY = 5


class Span(NamedTuple):
    """Hold a stretch of time, in seconds since 1970; it ends right before ``closes``."""

    opens: int
    closes: int


class Calendar:
    """Tell when a window is open for a candidate: in their time zone, with their country's holidays."""

    def __init__(self, window: Window | None, timezone: str, country: str) -> None:
        """Read a window (None: always open) for one place."""
        self.timezone = timezone
        self.zone = ZoneInfo(timezone)
        self.place = _place(window, country)
        self._week = _week(window)
        self._spans: dict[int, tuple[Span, ...]] = {}

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return when the window is open on a local date, in order."""
        number = day.toordinal()
        if number not in self._spans:
            if len(self._spans) >= _SPANS_KEPT:
                self._spans.clear()
            self._spans[number] = () if self._holiday(day) else _open_spans(self.zone, day, self._hours(day))
        return self._spans[number]

    def closed_for(self, day: date) -> str:
        """Return the name of the holiday for which a date with hours is closed; "" when it is not."""
        return self._holiday(day) if self._hours(day) else ""

    def works_on(self, day: date) -> bool:
        """Say whether a local date is a working day: hours and no holiday; without a window, Mon-Fri."""
        if self._week is None:
            return day.weekday() < _SATURDAY and day not in holidays_of(self.place, day.year)
        return bool(self._hours(day)) and not self._holiday(day)

    def opening(self, at: int) -> int:
        """Return the first open time at or after ``at``; ValueError when there is none in 400 days."""
        day = self.local(at).date()
        for _ in range(SEARCH_DAYS):
            for span in self.spans(day):
                if at < span.closes:
                    return max(at, span.opens)
            day += _ONE
        raise ValueError(f"the window does not open within {SEARCH_DAYS} days")

    def local(self, time: int) -> datetime:
        """Return a time as the candidate's clock shows it."""
        return datetime.fromtimestamp(time, self.zone)

    def due(self, start: datetime, step: Step) -> datetime:
        """Return when a step is due that counts from ``start``, before the window is looked at.

        Whole days, and working days, keep the wall-clock time; the rest of a delay is exact time. A time
        that does not exist moves on by the gap, a doubled one is the first (RFC 5545, section 3.3.5).
        """
        if step.business_days:
            days, rest = self._working_days(start, step.business_days), timedelta()
        else:
            days, rest = step.delay.days, step.delay - timedelta(days=step.delay.days)
        if days:
            # Aware arithmetic in one zone is wall-clock arithmetic; its sum has fold 0, as the RFC wants it.
            start = start.astimezone(self.zone) + timedelta(days=days)
        return start.astimezone(UTC) + rest

    def _working_days(self, start: datetime, count: int) -> int:
        first = day = start.astimezone(self.zone).date()
        idle = 0
        while count and idle < SEARCH_DAYS:
            day += _ONE
            if self.works_on(day):
                count, idle = count - 1, 0
            else:
                idle += 1
        if count:
            raise ValueError(f"there is no working day within {SEARCH_DAYS} days")
        return (day - first).days

    def _hours(self, day: date) -> tuple[Hours, ...]:
        return _ALL_DAY if self._week is None else self._week[day.weekday()]

    def _holiday(self, day: date) -> str:
        if self._week is None:
            return ""
        return holidays_of(self.place, day.year).get(day, "")


_ALL_DAY = (Hours(opens=0, closes=24 * 60),)


@lru_cache(maxsize=128)
def calendar_of(window: Window | None, timezone: str, country: str) -> Calendar:
    """Return the calendar of a window in one place; it remembers what it has worked out."""
    return Calendar(window, timezone, country)


@lru_cache(maxsize=16_384)
def day_start(timezone: str, number: int) -> int:
    """Return the first second of a local date, which is given as its ordinal.

    Where a change of clocks skips midnight, that is the time of the change.
    """
    day = date.fromordinal(number)
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).timestamp())


def _place(window: Window | None, country: str) -> str:
    """Return whose holidays count: the candidate's country's, else the window's.

    The window's subdivision of the candidate's own country is more exact than the country.
    """
    own, country = window.holidays if window else "", country.upper()
    return country if is_place(country) and not own.startswith(f"{country}-") else own


def _week(window: Window | None) -> tuple[tuple[Hours, ...], ...] | None:
    if window is None:
        return None
    return (window.mon, window.tue, window.wed, window.thu, window.fri, window.sat, window.sun)


def _open_spans(zone: ZoneInfo, day: date, hours: tuple[Hours, ...]) -> tuple[Span, ...]:
    if not hours:
        return ()
    midnight = (day.toordinal() - _EPOCH) * _DAY
    found: list[Span] = []
    for start, end, offset in _stretches(zone, day):
        for one in hours:
            opens, closes = (midnight + minutes * 60 - offset for minutes in (one.opens, one.closes))
            span = Span(max(opens, start), min(closes, end))
            if span.opens < span.closes:
                found.append(span)
    return _merged(found)


def _stretches(zone: ZoneInfo, day: date) -> list[tuple[int, int, int]]:
    """Return the parts of a local date within which the clocks do not change: start, end, UTC offset."""
    start, end = (day_start(zone.key, day.toordinal() + more) for more in (0, 1))
    first, last = _offset(zone, start), _offset(zone, end - 1)
    if first == last:
        return [(start, end, first)]
    before, after = start, end - 1
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(zone, middle) == first else (before, middle)
    return [(start, after, first), (after, end, last)]


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.opens <= merged[-1].closes:
            merged[-1] = Span(merged[-1].opens, max(merged[-1].closes, span.closes))
        else:
            merged.append(span)
    return tuple(merged)
