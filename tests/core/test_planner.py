"""Show that a large plan is the one of a small one, read day by day, and kept in little memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.plans.planner import Planner
from lib.core.plans.planning import Planned, Terms, Wish, entered, plan
from lib.core.records import Day, Slot
from tests.core.test_planning import PHASE, START, planned, step, terms, wish

QUICK = settings(max_examples=25, deadline=None)
STEPS = (step("intro"), step("nudge", 3), step("last", 7))


class Reading:
    """Plan with a planner on a ledger, and count what is read of it."""

    def __init__(self, given: Terms, ledger: Mapping[str, Day]) -> None:
        self.terms, self.ledger = given, ledger
        self.reads: list[int] = []
        self.seen: set[str] = set()

    def plan(self, wishes: list[Wish], at_once: int = 7) -> Planned:
        """Return what ``plan`` returns."""
        planner = Planner(self.terms, len(wishes))
        for start in range(0, len(wishes), at_once):
            for dates in planner.planned(wishes[start : start + at_once]):
                assert not self.seen & set(dates), "nothing is read twice"
                self.seen |= set(dates)
                self.reads.append(len(dates))
                planner.learn({name: self.ledger.get(name) for name in dates})
        schedule = planner.schedule
        days = {}
        for number in schedule.days():
            name = date.fromordinal(number).isoformat()
            days[name] = entered(self.terms, name, self.ledger.get(name), schedule.entries(number))
        return Planned(slots=tuple(schedule.slots(at, one) for at, one in enumerate(wishes)), days=days)


@QUICK
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["Europe/Berlin", "Asia/Tokyo"])), max_size=30),
    st.integers(0, 30),
    st.integers(1, 6),
    st.integers(1, 4),
)
def test_it_is_the_plan_of_those_that_are_planned_at_once(
    people: list[tuple[int, str]], before: int, cap: int, domain_cap: int
) -> None:
    given = terms(*STEPS, daily_cap=cap, domain_cap=domain_cap)
    ledger = dict(
        planned(given, [wish(100 + number, domain="a.example.com") for number in range(before)]).days
    )
    wishes = [
        wish(number, domain=f"{'abcd'[at]}.example.com", timezone=zone)
        for number, (at, zone) in enumerate(people)
    ]
    expected = planned(given, wishes, ledger)
    found = Reading(given, ledger).plan(wishes)
    assert found.slots == expected.slots
    assert found.days == expected.days


def test_a_ledger_that_is_full_for_months_is_read_in_a_few_reads_and_planned_on_once() -> None:
    given = terms(*STEPS, daily_cap=2)
    ledger = dict(planned(given, [wish(number) for number in range(120)]).days)
    reading = Reading(given, ledger)
    wishes = [wish(200 + number) for number in range(60)]
    found = reading.plan(wishes)
    assert len(reading.reads) <= 8
    assert max(reading.reads) <= 100
    days = dict.fromkeys(reading.seen) | {name: ledger.get(name) for name in reading.seen}
    assert found.slots == plan(given, wishes, days).slots


def test_a_mailbox_that_sends_much_is_read_fewer_days_at_a_time() -> None:
    given = terms(*STEPS, daily_cap=2_000, ramp_start=2_000, gap=timedelta(seconds=10))
    reading = Reading(given, {})
    reading.plan([wish(number) for number in range(50)])
    assert max(reading.reads) <= 7


def test_a_window_that_never_has_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="no time is free"):
        Reading(terms(daily_cap=0), {}).plan([wish()])


def test_a_corrected_place_moves_to_its_day_with_a_cause_of_its_own() -> None:
    given = terms(step("intro"))
    planner = Planner(given, 1)
    for dates in planner.planned([wish()]):
        planner.learn(dict.fromkeys(dates))
    [number] = planner.schedule.days()
    due = int((START + PHASE).timestamp())
    planner.schedule.correct(0, 0, due, number, "another")
    assert planner.schedule.slots(0, wish())[0].reason == "right after acceptance"
    planner.schedule.correct(0, 0, due + 86_400, number + 1, "another")
    [slot] = planner.schedule.slots(0, wish())
    assert slot == Slot(
        step="intro", due=START + PHASE + timedelta(days=1), reason="another", day="2026-03-03"
    )
    assert planner.schedule.days() == [number + 1]


def test_places_of_a_day_are_apart_whoever_took_them() -> None:
    given = terms(*STEPS, daily_cap=10)
    found = Reading(given, {}).plan([wish(number) for number in range(40)])
    for day in found.days.values():
        assert len(day.entries) <= 10
        assert all(later.at - sooner.at >= given.limits.gap for sooner, later in pairwise(day.entries))
