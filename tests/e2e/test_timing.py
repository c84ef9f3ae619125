"""The demo's own reckoning of hours, caps and slots, by which it judges when mails came."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.demo.timing import Pace, Place, Slot, is_open, moved_mails, over_cap, too_close

OFFICE = {"mon-thu": ["09:00-12:00", "13:00-17:00"], "fri": "09:00-15:00", "holidays": "DE"}
BERLIN, LONDON = Place("Europe/Berlin", ""), Place("Europe/London", "GB")
GAP = timedelta(seconds=90)
PACE = Pace("Europe/Berlin", date(2026, 3, 26), ramp_start=2, ramp_step=1, daily_cap=3, gap=GAP)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "place", "when", "expected"),
    [
        ("always", BERLIN, "2026-04-05 01:00", True),
        # Nine o'clock in Berlin, before and after the change of clocks on 29 March.
        (OFFICE, BERLIN, "2026-03-26 07:59", False),
        (OFFICE, BERLIN, "2026-03-26 08:00", True),
        (OFFICE, BERLIN, "2026-03-30 07:00", True),
        (OFFICE, BERLIN, "2026-03-30 15:00", False),
        (OFFICE, BERLIN, "2026-03-30 10:30", False),
        (OFFICE, BERLIN, "2026-03-27 14:30", False),
        (OFFICE, BERLIN, "2026-03-28 10:00", False),
        # Easter Monday; Labour Day, which is one in Germany alone of these two.
        (OFFICE, LONDON, "2026-04-03 10:00", False),
        (OFFICE, BERLIN, "2026-04-06 08:00", False),
        (OFFICE, BERLIN, "2026-05-01 08:00", False),
        (OFFICE, LONDON, "2026-05-01 09:00", True),
        # What holds when nothing is said: weekdays from nine to five.
        (None, BERLIN, "2026-05-01 08:00", True),
        (None, BERLIN, "2026-05-02 08:00", False),
    ],
)
def test_a_mail_may_come_within_the_hours(window: Any, place: Place, when: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_open(window, place, at(when)) is expected


def test_mails_above_the_growing_cap_are_counted_by_the_mailbox_s_own_day() -> None:
    late = [at("2026-03-26 23:30"), at("2026-03-26 23:40")]  # the next day already, in Berlin
    first = [at("2026-03-26 09:00") + GAP * n for n in range(2)]
    assert over_cap([*first, *late], PACE) == 0
    assert over_cap([*first, at("2026-03-26 22:59"), *late], PACE) == 1
    # The cap is three from the second day on, whatever comes later.
    assert over_cap([at("2026-04-07 09:00") + GAP * n for n in range(5)], PACE) == 2


def test_mails_closer_than_the_gap_are_counted_in_whatever_order() -> None:
    base = at("2026-03-26 09:00")
    assert too_close([base + GAP, base, base + 2 * GAP], GAP) == 0
    assert too_close([base + GAP, base, base + GAP / 2], GAP) == 2


def test_a_mail_out_of_its_slot_is_told_with_the_slot_that_it_came_in() -> None:
    base = at("2026-03-26 09:00")
    planned = [Slot(base, "plan"), Slot(base + timedelta(days=1), "plan")]
    later = Slot(base + timedelta(days=2), "away")
    assert list(moved_mails(planned, planned, [slot.due for slot in planned], GAP)) == []
    assert list(moved_mails(planned, [planned[0], later], [base, later.due], GAP)) == [(1, later)]
    assert list(moved_mails(planned, planned, [base, later.due], GAP)) == [(1, None)]
    # One that nobody had planned.
    assert list(moved_mails(planned[:1], planned, [base, base + GAP], GAP)) == [(1, None)]
