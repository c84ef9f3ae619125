"""Own how dates, times and delays are written for a recruiter.

Invariant: plain English, whatever the process's locale is; a year is named where it is not the one meant.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@lru_cache(maxsize=128)
def in_words(delay: timedelta) -> str:
    """Return a delay in words: ``1 day 2 hours``."""
    rest, words = int(delay.total_seconds()), []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            words.append(f"{count} {unit}" if count == 1 else f"{count} {unit}s")
    return " ".join(words) or "less than a second"


def day_in_words(day: date, year: int) -> str:
    """Return a date as ``8 March``, with its year when that is not ``year``."""
    words = f"{day.day} {_MONTHS[day.month - 1]}"
    return words if day.year == year else f"{words} {day.year}"


def time_in_words(local: datetime, year: int) -> str:
    """Return a local time as ``Mon 8 March 09:00``, with its year when that is not ``year``."""
    return f"{_WEEKDAYS[local.weekday()]} {day_in_words(local, year)} {local.hour:02}:{local.minute:02}"
