"""Show the rules of times over random windows, zones, campaigns, stops, new plans and outages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.plans.planning import Terms, Wish, freed, plan
from lib.core.plans.windows import Calendar
from lib.core.records import Day, Limits, Step, Window
from tests.properties.planning_rules import (
    AROUND,
    PLACES,
    ZONES,
    check_gaps,
    check_ledger,
    check_slots,
    entries,
    is_open,
    planned,
    starts,
    whose,
    windows,
)

COUNTRIES = [place for place in PLACES if "-" not in place]
DOMAINS = ["example.com", "example.org", "gmail.com"]


def _limits(cap: int, gap: int, jitter: int, domain_cap: int, ramp: int) -> Limits:
    return Limits(
        daily_cap=cap,
        gap=timedelta(seconds=gap),
        jitter=timedelta(seconds=jitter),
        domain_cap=domain_cap,
        ramp_start=ramp,
        ramp_step=1,
    )


limits = st.builds(
    _limits,
    st.integers(1, 6),
    st.integers(1, 400),
    st.integers(0, 200),
    st.integers(1, 3),
    st.integers(1, 3),
)
steps = st.lists(
    st.tuples(st.integers(0, 5 * 86_400), st.sampled_from([0, 0, 0, 1, 3])), min_size=1, max_size=3
).map(
    lambda found: tuple(
        Step(id=str(n), subject="", text="", delay=timedelta(seconds=delay), business_days=days)
        for n, (delay, days) in enumerate(found)
    )
)
terms = st.builds(
    lambda timezone, pace, found, window, connected: Terms(
        "o", "m", timezone, pace, connected, "c", found, window
    ),
    st.sampled_from(ZONES),
    limits,
    steps,
    st.one_of(st.none(), windows),
    st.sampled_from(AROUND),
)
people = st.lists(
    st.tuples(st.sampled_from(DOMAINS), st.sampled_from(ZONES), st.sampled_from(COUNTRIES), starts),
    min_size=1,
    max_size=5,
)


def _wishes(name: str, found: list[tuple[str, str, str, datetime]]) -> list[Wish]:
    return [
        Wish(f"{name}-{n}", domain, zone, country, start)
        for n, (domain, zone, country, start) in enumerate(found)
    ]


@settings(max_examples=1_000)
@given(windows, st.sampled_from(ZONES), st.sampled_from(COUNTRIES), starts, st.data())
def test_an_opening_is_the_first_open_time(
    window: Window, zone: str, country: str, start: datetime, data: st.DataObject
) -> None:
    at, place = int(start.timestamp()), whose(window, country)
    found = Calendar(window, zone, country).opening(at)
    assert is_open(window, zone, place, datetime.fromtimestamp(found, UTC))
    for time in {found - 1, *data.draw(st.lists(st.integers(at, max(at, found - 1)), max_size=20))}:
        if at <= time < found:
            assert not is_open(window, zone, place, datetime.fromtimestamp(time, UTC))


@settings(max_examples=300)
@given(st.data(), terms)
def test_no_rule_is_broken_over_any_mix_of_campaigns_stops_and_new_plans(
    data: st.DataObject, mailbox: Terms
) -> None:
    ledger: dict[str, Day] = {}
    running: dict[str, tuple[Terms, Wish]] = {}
    for number in range(data.draw(st.integers(1, 4))):
        window = data.draw(st.one_of(st.none(), windows))
        campaign = replace(mailbox, campaign=f"c{number}", steps=data.draw(steps), window=window)
        wishes = _wishes(campaign.campaign, data.draw(people))
        _carry_out(ledger, campaign, wishes)
        running |= {wish.enrollment: (campaign, wish) for wish in wishes}
        for enrollment in data.draw(st.lists(st.sampled_from(sorted(running)), unique=True, max_size=3)):
            _free(ledger, enrollment)
            again, wish = running.pop(enrollment)
            if data.draw(st.booleans()):
                late = _later(wish, data.draw(starts))
                _carry_out(ledger, again, [late])
                running[enrollment] = again, late
        check_ledger(ledger, mailbox)
    held = {(entry.enrollment, entry.step) for entry in entries(ledger)}
    assert held == {(name, step.id) for name, (one, _) in running.items() for step in one.steps}
    assert len(held) == len(entries(ledger))
    for enrollment in running:
        _free(ledger, enrollment)
    assert not entries(ledger)


def _later(wish: Wish, not_before: datetime) -> Wish:
    return replace(wish, not_before=not_before)


def _carry_out(ledger: dict[str, Day], campaign: Terms, wishes: list[Wish]) -> None:
    found = planned(campaign, wishes, ledger)
    for index, wish in enumerate(wishes):
        check_slots(campaign, wish, found, index)
    for date, day in found.days.items():
        # What was there stays: a plan only adds.
        assert not set(ledger[date].entries if date in ledger else ()) - set(day.entries)
        assert list(day.entries) == sorted(day.entries, key=lambda entry: entry.at)
    ledger.update(found.days)


def _free(ledger: dict[str, Day], enrollment: str) -> None:
    for date, day in ledger.items():
        ledger[date] = freed(day, enrollments={enrollment: None})


@settings(max_examples=200)
@given(terms, people, people)
def test_the_same_input_gives_the_same_plan_in_one_go_or_in_two(
    mailbox: Terms,
    first: list[tuple[str, str, str, datetime]],
    second: list[tuple[str, str, str, datetime]],
) -> None:
    one, two = _wishes("a", first), _wishes("b", second)
    whole = planned(mailbox, [*one, *two], {})
    assert planned(mailbox, [*one, *two], {}) == whole
    begun = planned(mailbox, one, {})
    rest = planned(mailbox, two, dict(begun.days))
    assert begun.slots + rest.slots == whole.slots
    assert {**begun.days, **rest.days} == whole.days


@settings(max_examples=200)
@given(terms, people, people)
def test_freeing_gives_back_exactly_what_was_taken(
    mailbox: Terms,
    first: list[tuple[str, str, str, datetime]],
    second: list[tuple[str, str, str, datetime]],
) -> None:
    before = planned(mailbox, _wishes("a", first), {}).days
    wishes = _wishes("b", second)
    after = {**before, **planned(mailbox, wishes, dict(before)).days}
    back = {
        date: freed(day, enrollments={wish.enrollment: None for wish in wishes})
        for date, day in after.items()
    }
    assert {date: day for date, day in back.items() if day.entries} == before


@settings(max_examples=200)
@given(terms, limits, people, people)
def test_new_mails_keep_the_new_gap_whatever_limits_were_in_force_before(
    mailbox: Terms,
    new: Limits,
    first: list[tuple[str, str, str, datetime]],
    second: list[tuple[str, str, str, datetime]],
) -> None:
    before = planned(mailbox, _wishes("a", first), {}).days
    found = planned(replace(mailbox, limits=new), _wishes("b", second), dict(before))
    everything = entries({**before, **found.days})
    for entry in everything:
        if entry.enrollment.startswith("b"):
            rest = [other for other in everything if other is not entry]
            near = [other for other in rest if abs(other.at - entry.at) < new.gap]
            assert not near


@settings(max_examples=200)
@given(terms, people, starts)
def test_a_backlog_after_an_outage_takes_new_slots_and_never_bursts(
    mailbox: Terms, found: list[tuple[str, str, str, datetime]], now: datetime
) -> None:
    wishes = _wishes("a", found) + _wishes("b", found)
    ledger = dict(planned(mailbox, wishes, {}).days)
    slots = planned(mailbox, wishes, {}).slots
    missed = [wish for wish, one in zip(wishes, slots, strict=True) if one[0].due <= now]
    for wish in missed:
        _free(ledger, wish.enrollment)
    again = planned(mailbox, [_later(wish, now) for wish in missed], ledger)
    assert all(slot.due >= now for slots in again.slots for slot in slots)
    ledger.update(again.days)
    check_ledger(ledger, mailbox)
    due = sorted(entry.at for entry in entries(ledger) if entry.at >= now)
    assert all(after - before >= mailbox.limits.gap for before, after in pairwise(due))
    check_gaps(entries(ledger), mailbox.limits.gap)
    assert plan(mailbox, [], {}).need == frozenset()
