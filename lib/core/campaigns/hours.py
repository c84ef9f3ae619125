"""Own how the hours of a campaign are read from its request.

Invariant: a window that comes without faults opens every week, and its hours do not overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from lib.core.errors import Fault
from lib.core.plans.holidays_of import is_place
from lib.core.records import Hours, Window

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OFFICE = (Hours(opens=9 * 60, closes=17 * 60),)
#: What holds when the request says nothing of its hours.
OFFICE_HOURS = Window(mon=_OFFICE, tue=_OFFICE, wed=_OFFICE, thu=_OFFICE, fri=_OFFICE)
#: How many stretches a day has at most.
HOURS_LIMIT = 10

_TIME = r"(\d\d):(\d\d)"
_HOURS = re.compile(rf"{_TIME} ?- ?{_TIME}")
_MIDNIGHT = 24 * 60


def read_window(value: Any, faults: list[Fault]) -> Window | None:
    """Return the window of a request's field ``window``; None is at any time, which it calls "always"."""
    if value is None:
        return OFFICE_HOURS
    if value == "always":
        return None
    if not isinstance(value, Mapping):
        why = 'is "always", or hours by weekday such as {"mon-fri": ["09:00-17:00"]}'
        faults.append(Fault(field="window", why=why))
        return OFFICE_HOURS
    before, week = len(faults), dict[str, tuple[Hours, ...]]()
    for name, given in value.items():
        if name == "holidays":
            continue
        days = list(_days(name))
        if not days:
            why = "is no weekday; one is mon, several are mon-fri"
            faults.append(Fault(field=f"window.{name}", why=why))
        faults += [Fault(field=f"window.{name}", why=f"{day} is there twice") for day in days if day in week]
        week |= dict.fromkeys(days, _hours(given, f"window.{name}", faults))
    if len(faults) == before and not any(week.values()):
        faults.append(Fault(field="window", why="never opens: give hours for at least one weekday"))
    return Window(**week, holidays=_holidays(value.get("holidays"), faults))


def _days(name: str) -> Iterator[str]:
    """Yield the weekdays that a field names, one or from one to another, round the week's end too."""
    first, _, last = name.partition("-")
    last = last or first
    if first not in WEEKDAYS or last not in WEEKDAYS:
        return
    at, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    for more in range((end - at) % len(WEEKDAYS) + 1):
        yield WEEKDAYS[(at + more) % len(WEEKDAYS)]


def _hours(given: Any, field: str, faults: list[Fault]) -> tuple[Hours, ...]:
    items = [given] if isinstance(given, str) else given
    if not isinstance(items, list) or len(items) > HOURS_LIMIT:
        faults.append(Fault(field=field, why='is a list of hours such as ["09:00-12:00", "13:00-17:00"]'))
        return ()
    found: list[Hours] = []
    for item in items:
        hours = _stretch(item)
        if hours is None:
            why = "has hours that are none; one is 09:00-17:00, from 00:00 to 24:00"
            faults.append(Fault(field=field, why=why))
        else:
            found.append(hours)
    found.sort(key=lambda hours: hours.opens)
    if any(one.closes > other.opens for one, other in pairwise(found)):
        faults.append(Fault(field=field, why="has hours that overlap"))
    return tuple(found)


def _stretch(item: Any) -> Hours | None:
    matched = _HOURS.fullmatch(item) if isinstance(item, str) and item.isascii() else None
    if matched is None:
        return None
    opens_at, opens_minute, closes_at, closes_minute = map(int, matched.groups())
    opens, closes = opens_at * 60 + opens_minute, closes_at * 60 + closes_minute
    whole = max(opens_minute, closes_minute) < 60  # noqa: PLR2004 - minutes of an hour
    return Hours(opens=opens, closes=closes) if whole and opens < closes <= _MIDNIGHT else None


def _holidays(value: Any, faults: list[Fault]) -> str:
    if value in (None, ""):
        return ""
    place = value.strip().upper() if isinstance(value, str) else ""
    if not is_place(place):
        why = "is no place whose holidays are known; one is DE, or DE-BY for a part of a country"
        faults.append(Fault(field="window.holidays", why=why))
        return ""
    return place
