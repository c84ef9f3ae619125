"""Judge plans by the rules alone: written apart from the code that makes them, from the wall clock up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
from hypothesis import strategies as st

from lib.core.plans.planning import Planned, Terms, Wish, plan
from lib.core.records import Day, Hours, Limits, Reservation, Window

ZONES = (
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo"),
    *("America/Havana", "Pacific/Chatham", "America/St_Johns", "Pacific/Kiritimati", "UTC"),
)
PLACES = ("", "DE", "DE-BY", "US", "NP", "AU", "JP")
#: Around changes of clocks, holidays and the end of the year.
AROUND = tuple(
    datetime.fromisoformat(f"{day}T00:00+00:00")
    for day in ("2026-03-06", "2026-03-27", "2026-04-02", "2026-04-22", "2026-09-25")
) + tuple(
    datetime.fromisoformat(f"{day}T00:00+00:00")
    for day in ("2026-10-02", "2026-10-23", "2026-10-30", "2026-12-23", "2026-12-30")
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
starts = st.builds(
    lambda day, seconds: day + timedelta(seconds=seconds),
    st.sampled_from(AROUND),
    st.integers(0, 5 * 86_400),
)


def _hours(edges: Sequence[int]) -> tuple[Hours, ...]:
    return tuple(
        Hours(opens=opens, closes=closes)
        for opens, closes in zip(edges[::2], edges[1::2], strict=False)
        if opens < closes
    )


_edges = st.one_of(
    st.just([540, 1020]),
    st.just([0, 1440]),
    # Around the hours that clocks skip or double.
    st.lists(
        st.sampled_from([0, 15, 45, 60, 90, 105, 120, 150, 165, 180, 200, 1380, 1439, 1440]), max_size=4
    ),
    st.lists(st.integers(0, 1440), max_size=4),
).map(lambda edges: _hours(sorted(set(edges))))
windows = st.builds(
    lambda *hours: Window(**dict(zip(DAYS, hours[:-1], strict=True)), holidays=hours[-1]),
    *[_edges] * 7,
    st.sampled_from(PLACES),
).filter(lambda window: sum(map(bool, _week(window))) >= 3)


def is_open(window: Window | None, timezone: str, place: str, at: datetime) -> bool:
    """Say by the wall clock whether a window is open; ``place`` is whose holidays count."""
    if window is None:
        return True
    local = at.astimezone(ZoneInfo(timezone))
    minutes = local.hour * 60 + local.minute
    within = any(one.opens <= minutes < one.closes for one in _week(window)[local.weekday()])
    return within and local.date() not in _closed(place)


@lru_cache
def _closed(place: str) -> frozenset[date]:
    country, _, subdivision = place.partition("-")
    if not place:
        return frozenset()
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=range(2025, 2036)))


def _week(window: Window) -> tuple[tuple[Hours, ...], ...]:
    return tuple(getattr(window, day) for day in DAYS)


def whose(window: Window | None, country: str) -> str:
    """Return whose holidays count for a candidate: those of a country, unless the window is more exact."""
    own = window.holidays if window else ""
    return own if not country or own.startswith(f"{country}-") else country


def planned(terms: Terms, wishes: Sequence[Wish], ledger: dict[str, Day]) -> Planned:
    """Plan on a ledger that is read as the plan asks for it."""
    days: dict[str, Day | None] = {}
    while (found := plan(terms, wishes, days)).need:
        assert not found.need & days.keys()
        days |= {iso: ledger.get(iso) for iso in found.need}
    return found


def entries(ledger: Mapping[str, Day]) -> list[Reservation]:
    return [entry for iso in sorted(ledger) for entry in ledger[iso].entries]


def check_ledger(ledger: Mapping[str, Day], terms: Terms) -> None:
    """Check that no cap is exceeded and no two mails are closer than the gap."""
    zone, limits = ZoneInfo(terms.timezone), terms.limits
    for iso, day in ledger.items():
        assert all(entry.at.astimezone(zone).date().isoformat() == iso for entry in day.entries)
        assert len(day.entries) <= _cap(limits, terms.connected_at.astimezone(zone), iso)
        by_domain = Counter(entry.domain for entry in day.entries if entry.domain != "gmail.com")
        assert max(by_domain.values(), default=0) <= limits.domain_cap
    check_gaps(entries(ledger), limits.gap)


def _cap(limits: Limits, connected: datetime, iso: str) -> int:
    days = max(0, (datetime.fromisoformat(iso).date() - connected.date()).days)
    return min(limits.daily_cap, limits.ramp_start + days * limits.ramp_step)


def check_gaps(found: Iterable[Reservation], gap: timedelta) -> None:
    times = sorted(entry.at for entry in found)
    for before, after in pairwise(times):
        assert after - before >= gap, (before, after)


def check_slots(terms: Terms, wish: Wish, found: Planned, index: int) -> None:
    """Check that a wish's slots are in the window, in order, no earlier than asked, and in the ledger."""
    place, before = whose(terms.window, wish.country), max(wish.start, wish.not_before or wish.start)
    for slot in found.slots[index]:
        assert slot.due >= before
        assert slot.due.microsecond == 0
        assert slot.day == slot.due.astimezone(ZoneInfo(terms.timezone)).date().isoformat()
        assert is_open(terms.window, wish.timezone, place, slot.due), slot
        before = slot.due
        held = [
            entry
            for entry in entries(found.days)
            if (entry.enrollment, entry.step) == (wish.enrollment, slot.step)
        ]
        assert [entry.at for entry in held] == [slot.due]
