"""Show which times the plan gives, in which words, and what it asks for before it can."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from lib.core.plans.planning import PlanDigest, Planned, Terms, Wish, days_likely, plan, start_of
from lib.core.records import Day, Hours, Limits, Slot, Step, Window

NINE_TO_FIVE = (Hours(opens=540, closes=1020),)
OFFICE = Window(
    mon=NINE_TO_FIVE, tue=NINE_TO_FIVE, wed=NINE_TO_FIVE, thu=NINE_TO_FIVE, fri=NINE_TO_FIVE, holidays="DE"
)
#: No jitter, so that times are round.
LIMITS = Limits(gap=timedelta(minutes=2), jitter=timedelta())
#: Monday, 09:00 in Berlin.
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
#: A mailbox, and how long after the full two minutes its slots begin.
MAILBOX, PHASE = "b", timedelta(seconds=21)


def step(id_: str, days: float = 0, business_days: int = 0) -> Step:
    return Step(id=id_, subject="", text="", delay=timedelta(days=days), business_days=business_days)


def terms(*steps: Step, window: Window | None = OFFICE, **limits: object) -> Terms:
    return Terms(
        org="o",
        mailbox=MAILBOX,
        timezone="Europe/Berlin",
        limits=msgspec.structs.replace(LIMITS, **limits),
        connected_at=datetime(2025, 1, 1, tzinfo=UTC),
        campaign="c",
        steps=steps or (step("intro"),),
        window=window,
    )


def wish(number: int = 0, **fields: Any) -> Wish:
    given: dict[str, Any] = {
        "enrollment": f"e{number}",
        "domain": f"d{number}.example.com",
        "timezone": "Europe/Berlin",
        "country": "",
        "start": START,
        "after": "acceptance",
    }
    return Wish(**(given | fields))


def planned(given: Terms, wishes: Sequence[Wish], known: dict[str, Day] | None = None) -> Planned:
    days: dict[str, Day | None] = dict(known or {})
    for _ in range(20):
        found = plan(given, wishes, days)
        if not found.need:
            return found
        assert not found.slots
        assert not found.days
        assert not found.need & days.keys()
        days |= dict.fromkeys(found.need)
    raise AssertionError("it asks for ever")


def only(given: Terms, one: Wish) -> Slot:
    return planned(given, [one]).slots[0][0]


def test_follow_ups_count_from_the_slot_before() -> None:
    found = planned(terms(step("intro"), step("nudge", 3), step("bye", business_days=2)), [wish()])
    assert [(slot.due, slot.reason) for slot in found.slots[0]] == [
        (START + PHASE, "right after acceptance"),
        (START + PHASE + timedelta(days=3), "3 days after intro"),
        (START + PHASE + timedelta(days=7), "2 working days after nudge"),
    ]
    assert list(found.days) == ["2026-03-02", "2026-03-05", "2026-03-09"]


def test_a_running_enrollment_begins_with_the_step_it_is_at() -> None:
    given = terms(step("1"), step("2", 3), step("3", 1))
    found = planned(given, [wish(first="2", after="step 1")]).slots[0]
    assert [(slot.step, slot.reason) for slot in found] == [
        ("2", "3 days after step 1"),
        ("3", "1 day after step 2"),
    ]
    with pytest.raises(ValueError, match="no step"):
        plan(given, [wish(first="4")], {})


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"start": datetime(2026, 3, 6, 17, tzinfo=UTC)},
            "right after acceptance; outside the hours of Europe/Berlin, moved to Mon 9 March 09:00",
        ),
        (
            {"start": datetime(2026, 4, 2, 17, tzinfo=UTC)},
            (
                "right after acceptance; outside the hours of Europe/Berlin;"
                " 3 April is a holiday (Good Friday);"
                " 6 April is a holiday (Easter Monday), moved to Tue 7 April 09:00"
            ),
        ),
        (
            {"start": datetime(2026, 5, 1, 9, tzinfo=UTC)},
            "right after acceptance; 1 May is a holiday (Labor Day), moved to Mon 4 May 09:00",
        ),
        (
            {"start": datetime(2026, 12, 31, 17, tzinfo=UTC)},
            (
                "right after acceptance; outside the hours of Europe/Berlin; 1 January 2027 is a holiday"
                " (New Year's Day), moved to Mon 4 January 2027 09:00"
            ),
        ),
        (
            {"timezone": "America/New_York", "country": "US"},
            "right after acceptance; outside the hours of America/New_York, moved to Mon 2 March 09:00",
        ),
        (
            {"not_before": START + timedelta(days=1, hours=2), "why": "the slot was missed"},
            "the slot was missed; right after acceptance; not before Tue 3 March 11:00",
        ),
        ({"not_before": START - timedelta(days=1)}, "right after acceptance"),
        ({"after": ""}, "right after the start"),
    ],
)
def test_every_cause_is_told_in_order(fields: dict[str, Any], reason: str) -> None:
    assert only(terms(), wish(**fields)).reason == reason


def reasons(given: Terms, count: int, **fields: Any) -> list[str]:
    found = planned(given, [wish(number, **fields) for number in range(count)])
    return [slots[0].reason.partition("; ")[2] for slots in found.slots]


def test_mailboxes_whose_windows_open_together_do_not_send_in_the_same_second() -> None:
    boxes = [dataclasses.replace(terms(), mailbox=f"m{number}") for number in range(200)]
    dues = [only(box, wish()).due for box in boxes]
    assert len(set(dues)) > 90
    assert all(START <= due < START + LIMITS.gap for due in dues)
    # With slots of an hour too, nobody waits longer than five minutes.
    slow = [dataclasses.replace(terms(gap=timedelta(hours=1)), mailbox=box.mailbox) for box in boxes]
    assert all(START <= only(box, wish()).due < START + timedelta(minutes=5) for box in slow)


def test_the_moment_that_a_reason_names_is_that_of_the_mailboxs_own_slot() -> None:
    late = dataclasses.replace(terms(), mailbox="m")
    friday = wish(start=START - timedelta(days=3, hours=-10))
    slot = only(late, friday)
    assert slot.due == START + timedelta(seconds=80)
    assert slot.reason == (
        "right after acceptance; outside the hours of Europe/Berlin, moved to Mon 2 March 09:01"
    )
    second = planned(late, [friday, wish(1, start=friday.start)]).slots[1][0]
    assert second.reason == (
        "right after acceptance; outside the hours of Europe/Berlin, moved to Mon 2 March 09:00;"
        " earlier times are taken, moved to Mon 2 March 09:03"
    )


def test_nothing_is_said_to_be_taken_right_after_midnight_where_no_slot_lies() -> None:
    midnight = START.replace(day=1, hour=23)
    given = terms(window=None)
    assert [
        slots[0].reason for slots in planned(given, [wish(start=midnight), wish(1, start=midnight)]).slots
    ] == [
        "right after acceptance",
        "right after acceptance; earlier times are taken, moved to Mon 2 March 00:04",
    ]


def test_a_slot_that_is_taken_gives_the_next() -> None:
    assert reasons(terms(), 3) == [
        "",
        "earlier times are taken, moved to Mon 2 March 09:02",
        "earlier times are taken, moved to Mon 2 March 09:04",
    ]


def test_a_full_day_gives_the_next_day_in_the_window() -> None:
    told = reasons(terms(daily_cap=1, window=OFFICE), 3)
    assert told[1:] == [
        "1 mail a day reached on 2 March, moved to Tue 3 March 09:00",
        "1 mail a day reached from 2 March to 3 March, moved to Wed 4 March 09:00",
    ]
    assert reasons(terms(daily_cap=1), 20)[19] == (
        "1 mail a day reached from 2 March on, moved to Fri 27 March 09:00"
    )


def test_the_caps_of_a_new_mailbox_grow_by_the_day() -> None:
    new = terms(daily_cap=4, ramp_start=1, ramp_step=2)
    given = dataclasses.replace(new, connected_at=START - timedelta(hours=5))
    found = planned(given, [wish(number) for number in range(12)])
    assert [len(day.entries) for day in found.days.values()] == [1, 3, 4, 4]
    assert found.slots[4][0].reason.endswith(
        "1 to 3 mails a day reached from 2 March to 3 March, moved to Wed 4 March 09:00"
    )


def test_one_company_gets_few_mails_a_day_and_a_provider_does_not_count_as_one() -> None:
    assert reasons(terms(domain_cap=1), 2, domain="Example.com")[1] == (
        "1 mail a day to example.com reached on 2 March, moved to Tue 3 March 09:00"
    )
    assert reasons(terms(domain_cap=1), 2, domain="gmail.com")[1] == (
        "earlier times are taken, moved to Mon 2 March 09:02"
    )


def test_causes_of_different_days_are_told_one_by_one() -> None:
    given, tuesday = terms(domain_cap=1, daily_cap=2), START + timedelta(days=1)
    others = [wish(0), wish(1), wish(2, start=tuesday, domain="example.com")]
    last = planned(given, [*others, wish(4, domain="example.com")]).slots[3][0]
    assert last.reason == (
        "right after acceptance; 2 mails a day reached on 2 March;"
        " 1 mail a day to example.com reached on 3 March, moved to Wed 4 March 09:00"
    )


def test_hours_that_are_full_give_the_next_day() -> None:
    one = (Hours(opens=540, closes=544),)
    told = reasons(terms(window=Window(mon=one, tue=one)), 3)
    assert told[2] == "no time left in the hours on 2 March, moved to Tue 3 March 09:00"


def test_a_window_that_never_opens_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not open"):
        plan(terms(window=Window()), [wish()], {})


def test_a_mailbox_that_may_send_nothing_is_an_error_and_no_endless_search() -> None:
    with pytest.raises(ValueError, match="no time is free"):
        plan(terms(daily_cap=0), [wish()], {})


def test_dates_that_were_not_read_are_asked_for() -> None:
    given = terms(step("intro"), step("nudge", 3))
    wanted = days_likely(given, [wish()])
    assert {"2026-03-02", "2026-03-05"} <= set(wanted)
    assert not plan(given, [wish()], dict.fromkeys(wanted)).need
    assert not plan(given, [], {}).need


def test_a_ledger_that_is_full_for_months_is_read_in_a_few_rounds() -> None:
    given = terms(daily_cap=1)
    known: dict[str, Day] = dict(planned(given, [wish(number) for number in range(300)]).days)
    days: dict[str, Day | None] = {}
    rounds = 0
    while need := plan(given, [wish(300)], days).need:
        assert len(need) <= 100
        days |= {day: known.get(day) for day in need}
        rounds += 1
    assert rounds <= 8


def test_what_was_given_stays_as_it_is() -> None:
    first = planned(terms(), [wish(0)])
    before = msgspec.json.encode(dict(first.days))
    second = plan(terms(), [wish(1)], first.days)
    assert msgspec.json.encode(dict(first.days)) == before
    assert [entry.enrollment for entry in second.days["2026-03-02"].entries] == ["e0", "e1"]


def token_of(content: str, start: datetime, slots: Sequence[Sequence[Slot]]) -> str:
    digest = PlanDigest(content, start)
    for number, some in enumerate(slots):
        digest.add(f"e{number}", some)
    return digest.token()


def test_a_token_carries_the_start_and_changes_with_whatever_was_planned() -> None:
    slots = planned(terms(), [wish()]).slots
    token = token_of("content", START, slots)
    assert token.startswith("20260302T080000Z-")
    assert token == token_of("content", START, slots)
    later = (tuple(msgspec.structs.replace(slot, due=slot.due + timedelta(seconds=1)) for slot in slots[0]),)
    others = {token_of("other", START, slots), token_of("content", START, later)}
    assert token not in others


@pytest.mark.parametrize("start", [START, START.replace(microsecond=123)])
def test_a_token_gives_its_start_back(start: datetime) -> None:
    assert start_of(token_of("content", start, [])) == start
