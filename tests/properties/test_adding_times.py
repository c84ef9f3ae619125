"""Show that nobody who is let into an addition has no time later, and nobody is kept out who has some.

The windows are short and lie about midnight, where a mailbox's day has no places.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.campaigns.adding import misfits
from lib.core.campaigns.admitting import Place, places
from lib.core.campaigns.reserving import wish_of
from lib.core.campaigns.shortlist import Candidate
from lib.core.plans.planning import terms_of
from lib.core.records import Campaign, Hours, Limits, Mailbox, Step, Window
from tests.contract.store_records import made
from tests.properties.planning_rules import AROUND, DAYS, PLACES, planned, starts

_DAY = 24 * 60
stretches = st.tuples(
    st.one_of(st.integers(0, 70), st.integers(_DAY - 70, _DAY - 1), st.integers(0, _DAY - 1)),
    st.one_of(st.integers(1, 10), st.integers(1, 90)),
).map(lambda one: (Hours(opens=one[0], closes=min(_DAY, one[0] + one[1])),))


def _window(days: frozenset[str], hours: tuple[Hours, ...], holidays: str) -> Window:
    week = {day: hours if day in days else () for day in DAYS}
    return Window(**week, holidays=holidays)


windows = st.builds(
    _window, st.frozensets(st.sampled_from(DAYS), min_size=1), stretches, st.sampled_from(PLACES)
)
limits = st.builds(
    lambda cap, gap, jitter: Limits(
        daily_cap=cap,
        ramp_start=cap,
        domain_cap=1,
        gap=timedelta(seconds=gap),
        jitter=timedelta(seconds=jitter),
    ),
    st.integers(1, 2),
    st.sampled_from([90, 1_200, 3_600, 3_600]),
    st.sampled_from([0, 30, 3_600]),
)
steps = st.lists(st.tuples(st.integers(0, 400 * 86_400), st.integers(0, 9)), min_size=1, max_size=3).map(
    lambda found: tuple(
        Step(id=str(n), subject="", text="", delay=timedelta(seconds=delay), business_days=days)
        for n, (delay, days) in enumerate(found)
    )
)
COUNTRIES = [place for place in PLACES if "-" not in place]
#: Their clocks change on the same days, or never.
NEAR = ("Europe/Berlin", "Europe/London", "UTC")
people = st.lists(st.tuples(st.sampled_from(NEAR), st.sampled_from(COUNTRIES)), min_size=1, max_size=12)


def everybody(found: list[tuple[str, str]]) -> list[Place]:
    some = [
        Candidate(email=f"c{n}@example.com", name="", timezone=zone, country=country, variables={}, words={})
        for n, (zone, country) in enumerate(found)
    ]
    return list(places("o", "c", some, b"key"))


@settings(max_examples=60, deadline=None)
@given(windows, limits, steps, st.sampled_from(NEAR), st.sampled_from(AROUND), people, starts)
def test_time_is_found_for_just_those_who_are_let_in(
    window: Window,
    pace: Limits,
    each: tuple[Step, ...],
    zone: str,
    connected: datetime,
    some: list[tuple[str, str]],
    now: datetime,
) -> None:
    campaign = made(Campaign, org="o", id="c", mailbox="m", timezone="UTC", steps=each, window=window)
    mailbox = made(Mailbox, org="o", id="m", timezone=zone, limits=pace, connected_at=connected)
    them, terms = everybody(some), terms_of(campaign, mailbox)
    out = {place.index for place, _ in misfits(campaign, mailbox, them, now)}
    planned(terms, [wish_of(campaign, place, now) for place in them if place.index not in out], {})
    for place in them:
        if place.index in out:
            with pytest.raises(ValueError, match="within 400 days"):
                planned(terms, [wish_of(campaign, place, now)], {})
