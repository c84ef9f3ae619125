"""Check from outside when the mails went out: in their slots, within the hours, not too many, not too fast.

Imports nothing of the product: hours, holidays and caps are worked out here once more, in the plainest way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from holidays import country_holidays

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: What holds when a campaign says nothing of its hours.
OFFICE_HOURS = {"mon-fri": ["09:00-17:00"]}


@dataclass(frozen=True)
class Pace:
    """What the recruiter has asked for: mails on the mailbox's first day, more each day, at most; the gap."""

    zone: str
    first_day: date
    ramp_start: int
    ramp_step: int
    daily_cap: int
    gap: timedelta

    def cap(self, day: date) -> int:
        grown = self.ramp_start + self.ramp_step * (day - self.first_day).days
        return min(self.daily_cap, grown)


@dataclass(frozen=True)
class Place:
    """Where a candidate is: time zone, and country for its holidays."""

    zone: str
    country: str

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone))


@dataclass(frozen=True)
class Slot:
    """When a step is due, and the reason, as the web app says."""

    due: datetime
    reason: str


def is_open(window: Any, place: Place, at: datetime) -> bool:
    """Say whether a mail may come to somebody at a time, as a person reads the campaign's hours."""
    if window == "always":
        return True
    window = window or OFFICE_HOURS
    local = at.astimezone(ZoneInfo(place.zone))
    if _is_holiday(window.get("holidays", ""), place.country, local.date()):
        return False
    return any(
        opens <= f"{local:%H:%M}" < closes
        for days, hours in window.items()
        if days != "holidays" and DAYS[local.weekday()] in _days(days)
        for opens, closes in (one.split("-") for one in ([hours] if isinstance(hours, str) else hours))
    )


def _is_holiday(general: str, own: str, day: date) -> bool:
    country, _, part = general.partition("-")
    if own and own != country:
        country, part = own, ""
    return bool(country) and day in country_holidays(country, subdiv=part or None, years=day.year)


def _days(name: str) -> Sequence[str]:
    first, _, last = name.partition("-")
    return DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]


def too_close(sends: Sequence[datetime], gap: timedelta) -> int:
    """Count the mails that left the mailbox sooner after another than its gap."""
    return sum(after - before < gap for before, after in pairwise(sorted(sends)))


def over_cap(sends: Sequence[datetime], pace: Pace) -> int:
    """Count the mails above the mailbox's cap of their day."""
    zone = ZoneInfo(pace.zone)
    by_day = Counter(at.astimezone(zone).date() for at in sends)
    return sum(max(0, count - pace.cap(day)) for day, count in by_day.items())


def moved_mails(
    planned: Sequence[Slot], shown: Sequence[Slot], came: Sequence[datetime], gap: timedelta
) -> Iterator[tuple[int, Slot | None]]:
    """Yield each mail that did not come in its planned slot, with the one that the web app shows for it now.

    That is None when the mail did not come in it either, or it has no reason.
    """
    for step, at in enumerate(came):
        if step >= len(planned) or not _within(planned[step], at, gap):
            now = shown[step] if step < len(shown) else None
            fits = now is not None and now.reason and _within(now, at, gap)
            yield step, now if fits else None


def _within(slot: Slot, at: datetime, gap: timedelta) -> bool:
    return slot.due <= at < slot.due + gap
