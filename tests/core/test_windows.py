"""Show what a delay means in a zone, and when a window opens there: changes of clocks, holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from lib.core.plans.holidays_of import holidays_of, is_place
from lib.core.plans.windows import Calendar
from lib.core.records import Hours, Step, Window

NINE_TO_FIVE = (Hours(opens=9 * 60, closes=17 * 60),)
OFFICE = Window(mon=NINE_TO_FIVE, tue=NINE_TO_FIVE, wed=NINE_TO_FIVE, thu=NINE_TO_FIVE, fri=NINE_TO_FIVE)


def every_day(*hours: tuple[int, int]) -> Window:
    one = tuple(Hours(opens=opens, closes=closes) for opens, closes in hours)
    return Window(mon=one, tue=one, wed=one, thu=one, fri=one, sat=one, sun=one)


def office(place: str) -> Window:
    return Window(
        mon=OFFICE.mon, tue=OFFICE.tue, wed=OFFICE.wed, thu=OFFICE.thu, fri=OFFICE.fri, holidays=place
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(zone: str, start: str, window: Window | None = None, country: str = "", **step: object) -> str:
    step.setdefault("delay", timedelta())
    wanted = Step(id="s", subject="", text="", **step)  # type: ignore[arg-type]
    found = Calendar(window, zone, country).due(utc(start), wanted)
    return found.strftime("%Y-%m-%dT%H:%M")


def opening(zone: str, at: str, window: Window, country: str = "") -> str:
    found = Calendar(window, zone, country).opening(int(utc(at).timestamp()))
    return datetime.fromtimestamp(found, UTC).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("zone", "start", "delay", "expected"),
    [
        # 09:00 in Berlin stays 09:00 over the last Sunday of March and of October.
        ("Europe/Berlin", "2026-03-27T08:00", timedelta(days=3), "2026-03-30T07:00"),
        ("Europe/Berlin", "2026-10-23T07:00", timedelta(days=3), "2026-10-26T08:00"),
        # What is no whole day is exact time on top.
        ("Europe/Berlin", "2026-03-27T08:00", timedelta(days=3, hours=12), "2026-03-30T19:00"),
        ("Europe/Berlin", "2026-03-28T20:00", timedelta(hours=12), "2026-03-29T08:00"),
        # 02:30 does not exist on 29 March: it is 03:30, an hour on.
        ("Europe/Berlin", "2026-03-28T01:30", timedelta(days=1), "2026-03-29T01:30"),
        # 02:30 comes twice on 25 October: the first one counts.
        ("Europe/Berlin", "2026-10-24T00:30", timedelta(days=1), "2026-10-25T00:30"),
        # From the second 02:30 on, a day later is the only 02:30 there is.
        ("Europe/Berlin", "2026-10-25T01:30", timedelta(days=1), "2026-10-26T01:30"),
        # From there into the hour that spring skips.
        ("Europe/Berlin", "2026-10-25T01:30", timedelta(days=154), "2027-03-28T01:30"),
        # No delay at all never moves anything, not even within the doubled hour.
        ("Europe/Berlin", "2026-10-25T01:30", timedelta(), "2026-10-25T01:30"),
        ("America/New_York", "2026-03-06T14:00", timedelta(days=3), "2026-03-09T13:00"),
        # Lord Howe changes by half an hour.
        ("Australia/Lord_Howe", "2026-04-03T22:00", timedelta(days=2), "2026-04-05T22:30"),
        ("Asia/Kathmandu", "2026-03-27T03:15", timedelta(days=3), "2026-03-30T03:15"),
    ],
)
def test_whole_days_keep_the_wall_clock_and_the_rest_is_exact(
    zone: str, start: str, delay: timedelta, expected: str
) -> None:
    assert due(zone, start, delay=delay) == expected


@pytest.mark.parametrize(
    ("window", "country", "count", "expected"),
    [
        (None, "", 1, "2026-04-03T07:00"),
        (None, "", 2, "2026-04-06T07:00"),
        # Good Friday and Easter Monday: the next working day after Thursday is Tuesday.
        (None, "DE", 1, "2026-04-07T07:00"),
        (office("DE"), "", 1, "2026-04-07T07:00"),
        (office("DE"), "", 3, "2026-04-09T07:00"),
        # The candidate's country outranks the window's: Easter Monday is a working day in the US.
        (office("DE"), "US", 1, "2026-04-03T07:00"),
        (OFFICE, "", 2, "2026-04-06T07:00"),
        (every_day((0, 1440)), "", 2, "2026-04-04T07:00"),
    ],
)
def test_working_days_skip_weekends_and_holidays(
    window: Window | None, country: str, count: int, expected: str
) -> None:
    # Thursday 2 April 2026, 09:00 in Berlin.
    assert due("Europe/Berlin", "2026-04-02T07:00", window, country, business_days=count) == expected


def test_working_days_keep_the_wall_clock_and_stand_in_place_of_the_delay() -> None:
    assert due("Europe/Berlin", "2026-03-27T08:00", business_days=1, delay=timedelta(days=9)) == (
        "2026-03-30T07:00"
    )


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-27T08:00", "2026-03-27T08:00"),
        ("2026-03-27T07:59", "2026-03-27T08:00"),
        ("2026-03-27T15:59", "2026-03-27T15:59"),
        # Friday 17:00 is closed already; Monday is summer time.
        ("2026-03-27T16:00", "2026-03-30T07:00"),
        # From Thursday evening over Good Friday and Easter Monday.
        ("2026-04-02T16:00", "2026-04-07T07:00"),
    ],
)
def test_the_next_opening_skips_nights_weekends_and_holidays(at: str, expected: str) -> None:
    assert opening("Europe/Berlin", at, office("DE")) == expected


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        # 02:00-03:00 does not exist on 29 March 2026 in Berlin: closed until the day after.
        ("2026-03-28T23:00", (120, 180), "2026-03-30T00:00"),
        # 02:30-04:00 begins with the change, at 03:00.
        ("2026-03-28T23:00", (150, 240), "2026-03-29T01:00"),
        # 02:30-04:00 opens at the first 02:30 of 25 October, closes, and opens again at the second.
        ("2026-10-24T22:00", (150, 240), "2026-10-25T00:30"),
        ("2026-10-25T01:00", (150, 240), "2026-10-25T01:30"),
        # 01:00-02:30 closes at the first 02:30 and is open again at the second 02:00.
        ("2026-10-25T00:30", (60, 150), "2026-10-25T01:00"),
    ],
)
def test_hours_follow_the_wall_clock_through_a_change(at: str, hours: tuple[int, int], expected: str) -> None:
    assert opening("Europe/Berlin", at, every_day(hours)) == expected


def test_a_day_without_midnight_begins_with_the_change() -> None:
    # Cairo's clocks go from 00:00 to 01:00 on the last Friday of April.
    assert opening("Africa/Cairo", "2026-04-23T21:30", every_day((0, 120))) == "2026-04-23T22:00"
    assert opening("Africa/Cairo", "2026-04-23T23:30", every_day((0, 120))) == "2026-04-24T21:00"


def test_adjoining_hours_are_one_and_gaps_stay_closed() -> None:
    calendar = Calendar(every_day((540, 720), (720, 780), (840, 1020)), "UTC", "")
    assert [span.closes - span.opens for span in calendar.spans(date(2026, 3, 2))] == [4 * 3600, 3 * 3600]


@pytest.mark.parametrize("window", [Window(), Window(holidays="DE")])
def test_a_window_that_never_opens_is_an_error_and_no_endless_search(window: Window) -> None:
    calendar = Calendar(window, "Europe/Berlin", "")
    with pytest.raises(ValueError, match="does not open"):
        calendar.opening(0)
    with pytest.raises(ValueError, match="no working day"):
        calendar.due(
            utc("2026-03-02T09:00"), Step(id="s", subject="", text="", delay=timedelta(), business_days=1)
        )


@pytest.mark.parametrize(
    ("own", "country", "expected"),
    [
        ("DE", "", "DE"),
        ("DE", "US", "US"),
        ("DE", "us", "US"),
        ("", "FR", "FR"),
        # The window's subdivision says more of the same country; a country nobody knows says nothing.
        ("DE-BY", "DE", "DE-BY"),
        ("DE-BY", "AT", "AT"),
        ("DE", "Atlantis", "DE"),
    ],
)
def test_the_candidates_country_outranks_the_windows(own: str, country: str, expected: str) -> None:
    assert Calendar(office(own), "Europe/Berlin", country).place == expected


def test_subdivisions_have_holidays_of_their_own() -> None:
    epiphany = date(2026, 1, 6)
    assert epiphany in holidays_of("DE-BY", 2026)
    assert epiphany not in holidays_of("DE", 2026)
    assert not holidays_of("", 2026)
    assert not holidays_of("XX", 2026)


@pytest.mark.parametrize("place", ["", "de", "XX", "DE-", "DE-ZZ", "-BY", "DEU", "Germany", "Ä1"])
def test_what_is_no_place_is_told_from_what_is(place: str) -> None:
    assert not is_place(place)
    assert is_place("DE")
    assert is_place("DE-BY")
