"""Show that a plan is the delays alone, each with its reason, and that its digest outlives a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.planning import in_words, plan, plan_digest
from lib.core.records import Step

QUICK = settings(max_examples=40, deadline=None)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DELAYS = st.lists(st.timedeltas(timedelta(), timedelta(days=365)), min_size=1, max_size=20)


def steps_of(*delays: timedelta) -> list[Step]:
    return [Step(id=f"s{at}", subject="a", text="b", delay=delay) for at, delay in enumerate(delays)]


def test_each_delay_counts_from_the_step_before() -> None:
    slots = plan(steps_of(timedelta(), timedelta(days=3), timedelta(days=4, hours=1)), NOW)
    assert [(slot.step, slot.due - NOW, slot.reason) for slot in slots] == [
        ("s0", timedelta(), "with acceptance"),
        ("s1", timedelta(days=3), "3 days after step s0"),
        ("s2", timedelta(days=7, hours=1), "4 days 1 hour after step s1"),
    ]


@QUICK
@given(DELAYS)
def test_no_step_is_due_before_the_one_before_it(delays: list[timedelta]) -> None:
    slots = plan(steps_of(*delays), NOW)
    assert [slot.due for slot in slots] == sorted(slot.due for slot in slots)
    assert slots[-1].due - NOW == sum(delays, timedelta())


@QUICK
@given(DELAYS, DELAYS)
def test_digest_tells_plans_apart_and_nothing_else(some: list[timedelta], others: list[timedelta]) -> None:
    one, other = plan_digest("c", steps_of(*some)), plan_digest("c", steps_of(*others))
    assert (one == other) == (some == others)
    assert plan_digest("d", steps_of(*some)) != one


def test_delays_read_as_words() -> None:
    assert in_words(timedelta(days=1, minutes=2, seconds=3)) == "1 day 2 minutes 3 seconds"
    assert in_words(timedelta(milliseconds=3)) == "less than a second"
