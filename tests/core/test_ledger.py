"""Show what the slot ledger gives out, what it keeps apart, and what it takes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.plans.ledger import day_of, freed, slot_end
from lib.core.plans.ledger_page import Pace, Page, Skips
from lib.core.plans.providers import is_company
from lib.core.plans.windows import Span
from lib.core.records import Day, Limits, Reservation

PACE = Pace(gap=90, jitter=30, phase=0)
DAY = 86_400
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def entry(time: int, enrollment: str = "e", step: str = "intro") -> Reservation:
    return Reservation(
        at=datetime.fromtimestamp(time, UTC),
        campaign="c",
        enrollment=enrollment,
        step=step,
        domain="example.com",
    )


def page(*times: int, pace: Pace = PACE) -> Page:
    return Page(0, DAY, pace, [entry(time) for time in times])


def test_what_is_taken_is_passed_over() -> None:
    skips = Skips()
    for number in (3, 4, 6, 5):
        skips.take(number)
    assert [skips.first(number) for number in (2, 3, 4, 5, 6, 7)] == [2, 7, 7, 7, 7, 7]


@pytest.mark.parametrize(
    ("times", "at", "jitter", "expected"),
    [
        ((), 36_000, 7, 36_007),
        # In the middle of a slot: its own time, if that is still to come, else the next slot's.
        ((), 36_005, 7, 36_007),
        ((), 36_008, 7, 36_127),
        ((36_030,), 36_000, 0, 36_120),
        ((36_000, 36_120), 36_000, 7, 36_247),
        # An entry made under other limits lies late in its slot: the next one is too near.
        ((36_100,), 36_000, 7, 36_247),
        ((36_130,), 36_000, 30, 36_030),
        # Neither in the first gap of the day nor in its last one.
        ((), 0, 0, 120),
        ((), DAY - 90, 30, DAY - 90),
        ((), DAY - 89, 0, None),
    ],
)
def test_a_free_time_keeps_its_distance(
    times: tuple[int, ...], at: int, jitter: int, expected: int | None
) -> None:
    assert page(*times).free([Span(0, DAY)], at, jitter) == expected


@pytest.mark.parametrize(
    ("phase", "times", "at", "jitter", "expected"),
    [
        (40, (), 36_000, 7, 36_047),
        # The slot before has begun already, and its time is still to come.
        (100, (), 36_000, 25, 36_005),
        (100, (), 36_000, 15, 36_115),
        # Neither in the first gap of the day nor in its last one.
        (100, (), 0, 20, 120),
        (69, (), 0, 20, 209),
        (70, (), 0, 20, 90),
        (119, (), DAY - 90, 30, DAY - 90),
        (119, (), DAY - 89, 30, None),
        # What was taken when slots began at another second is kept apart from, however it lies.
        (40, (36_000,), 36_000, 7, 36_167),
        (40, (36_100,), 36_000, 0, 36_280),
        (40, (36_170,), 36_000, 0, 36_040),
    ],
)
def test_slots_begin_at_a_second_of_the_mailboxs_own(
    phase: int, times: tuple[int, ...], at: int, jitter: int, expected: int | None
) -> None:
    found = page(*times, pace=replace(PACE, phase=phase)).free([Span(0, DAY)], at, jitter)
    assert found == expected


def first_free(
    pace: Pace, end: int, taken: Sequence[int], spans: Sequence[Span], at: int, jitter: int
) -> int | None:
    """Return what ``free`` should find, second by second."""
    slots = {(time - pace.phase) // pace.width for time in taken}

    def is_free(time: int) -> bool:
        lone = (time - pace.phase) // pace.width not in slots
        return lone and all(abs(time - other) >= pace.gap for other in taken)

    for span in spans:
        within = range(max(span.opens, at, pace.gap), min(span.closes, end - pace.gap + 1))
        own = [time for time in within if (time - pace.phase) % pace.width == jitter]
        # A stretch that has no such time is used from its start on.
        for time in own or within[:1]:
            if is_free(time):
                return time
    return None


paces = st.tuples(st.integers(1, 9), st.integers(0, 9), st.floats(0, 1, exclude_max=True)).map(
    lambda one: Pace(one[0], one[1], phase=int(one[2] * (one[0] + one[1])))
)


@given(st.data())
def test_the_first_free_time_is_found_and_none_is_left_out(data: st.DataObject) -> None:
    end = 120
    # When the first ones were taken other limits were in force, and slots began at another second.
    earlier, now = data.draw(paces), data.draw(paces)
    edges = sorted(data.draw(st.sets(st.integers(0, end), min_size=2, max_size=6)))
    spans = [Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=False)]
    taken: list[int] = []
    for pace in (earlier, now):
        for _ in range(data.draw(st.integers(0, 12))):
            at, late = data.draw(st.integers(0, end)), data.draw(st.integers(0, pace.jitter))
            found = Page(0, end, pace, map(entry, taken)).free(spans, at, late)
            assert found == first_free(pace, end, taken, spans, at, late)
            if found is not None:
                taken.append(found)
    if Page(0, end, now, map(entry, taken)).exhausted(spans):
        for at in range(end):
            assert all(first_free(now, end, taken, spans, at, late) is None for late in range(now.jitter + 1))


def test_a_span_that_holds_no_slots_time_is_used_from_its_start() -> None:
    narrow = [Span(36_040, 36_100)]
    assert page().free(narrow, 0, 10) == 36_040
    assert page(36_110).free(narrow, 0, 10) is None
    assert page(36_125).free(narrow, 0, 10) is None
    assert page().free([Span(36_000, 36_060)], 0, 10) == 36_010


def test_a_full_span_is_exhausted_only_when_nobody_could_find_a_time() -> None:
    spans = [Span(36_000, 36_360)]
    assert not page().exhausted(spans)
    assert not page(36_000, 36_120).exhausted(spans)
    assert page(36_000, 36_120, 36_240).exhausted(spans)
    # A jitter reaches into the span from the slot that began before it; a narrow one is used from its start.
    assert not page(36_120, 36_240).exhausted([Span(36_010, 36_360)])
    assert not page(36_120).exhausted([Span(36_040, 36_100)])


def test_parts_of_a_second_make_the_pace_slower() -> None:
    slow, fast = (
        Pace.of(Limits(gap=timedelta(seconds=gap), jitter=timedelta(seconds=jitter)), "m")
        for gap, jitter in ((90.2, 0.5), (0, 0))
    )
    assert (slow.gap, slow.jitter, slow.width) == (91, 1, 92)
    assert fast == Pace(gap=1, jitter=0, phase=0)


def test_the_second_at_which_slots_begin_is_the_mailboxs_own_whatever_else_changes() -> None:
    limits, wider = Limits(), Limits(gap=timedelta(seconds=60), jitter=timedelta(seconds=60), daily_cap=9)
    phases = [Pace.of(limits, f"m{number}").phase for number in range(500)]
    assert phases == [Pace.of(wider, f"m{number}").phase for number in range(500)]
    assert {min(phases), max(phases)} <= {*range(5), *range(115, 120)}
    assert max(phases.count(phase) for phase in phases) < 20


@pytest.mark.parametrize(
    ("enrollments", "after", "left"),
    [
        ({"a": None}, None, ["b1"]),
        ({"a": frozenset({"2"})}, None, ["a1", "b1"]),
        ({"a": None, "b": frozenset({"1"})}, None, []),
        ({"x": None}, None, ["a1", "b1", "a2"]),
        # What was due by then has been sent, or counts as if: it stays.
        ({"a": None}, AT, ["a1", "b1"]),
    ],
)
def test_only_the_places_of_the_named_steps_are_given_back(
    enrollments: dict[str, frozenset[str] | None], after: datetime | None, left: list[str]
) -> None:
    start = int(AT.timestamp())
    entries = (entry(start, "a", "1"), entry(start + 200, "b", "1"), entry(start + 400, "a", "2"))
    day = Day(org="o", mailbox="m", date="2026-03-02", entries=entries)
    found = freed(day, enrollments=enrollments, after=after)
    assert [one.enrollment + one.step for one in found.entries] == left
    assert day.entries == entries


def test_a_ledger_day_is_the_mailboxs_own() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert day_of("UTC", late) == "2026-03-01"
    assert day_of("Europe/Berlin", late) == "2026-03-02"


def test_a_slot_ends_where_the_next_mail_may_be_due() -> None:
    assert slot_end(AT, Limits()) == AT + timedelta(seconds=90)


def test_consumer_providers_are_no_company() -> None:
    assert not is_company("gmail.com")
    assert not is_company("")
    assert is_company("example.com")
