"""Show that hours are read as people write them, or refused in words."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.campaigns.hours import OFFICE_HOURS, WEEKDAYS, read_window
from lib.core.errors import Fault
from lib.core.records import Hours, Window

MORNING, AFTERNOON = Hours(opens=540, closes=720), Hours(opens=780, closes=1020)


def read(value: Any) -> tuple[Window | None, list[Fault]]:
    faults: list[Fault] = []
    return read_window(value, faults), faults


@pytest.mark.parametrize(
    ("value", "window"),
    [
        (None, OFFICE_HOURS),
        ("always", None),
        ({"mon": ["13:00-17:00", "09:00-12:00"]}, Window(mon=(MORNING, AFTERNOON))),
        ({"sat-mon": "09:00 - 12:00"}, Window(sat=(MORNING,), sun=(MORNING,), mon=(MORNING,))),
        ({"tue": ["00:00-24:00"], "wed": []}, Window(tue=(Hours(opens=0, closes=1440),))),
        ({"fri": ["09:00-12:00", "12:00-24:00"]}, Window(fri=(MORNING, Hours(opens=720, closes=1440)))),
        (
            {"mon-tue": ["09:00-12:00"], "holidays": "de-by"},
            Window(mon=(MORNING,), tue=(MORNING,), holidays="DE-BY"),
        ),
    ],
)
def test_hours_are_read(value: Any, window: Window | None) -> None:
    assert read(value) == (window, [])


def test_without_a_word_there_are_office_hours_without_holidays() -> None:
    assert (OFFICE_HOURS.mon, OFFICE_HOURS.fri) == ((Hours(opens=540, closes=1020),),) * 2
    assert (OFFICE_HOURS.sat, OFFICE_HOURS.sun, OFFICE_HOURS.holidays) == ((), (), "")


@pytest.mark.parametrize(
    ("value", "field", "why"),
    [
        ("9-17", "window", '"always"'),
        ([], "window", '"always"'),
        ({}, "window", "never opens"),
        ({"holidays": "DE"}, "window", "never opens"),
        ({"mon": []}, "window", "never opens"),
        ({"monday": ["09:00-17:00"]}, "window.monday", "no weekday"),
        ({"mon-mon-tue": ["09:00-17:00"]}, "window.mon-mon-tue", "no weekday"),
        ({"mon-fri": ["09:00-17:00"], "tue": ["09:00-10:00"]}, "window.tue", "tue is there twice"),
        ({"mon": ["09:00-09:00"]}, "window.mon", "none"),
        ({"mon": ["17:00-09:00"]}, "window.mon", "none"),
        ({"mon": ["09:00-24:01"]}, "window.mon", "none"),
        ({"mon": ["09:60-10:00"]}, "window.mon", "none"),
        ({"mon": ["9-17"]}, "window.mon", "none"),
        ({"mon": ["٠٩:00-17:00"]}, "window.mon", "none"),
        ({"mon": [5]}, "window.mon", "none"),
        ({"mon": {"from": 9}}, "window.mon", "list of hours"),
        ({"mon": ["09:00-12:00", "11:00-13:00"]}, "window.mon", "overlap"),
        ({"mon": ["09:00-10:00"] * 11}, "window.mon", "list of hours"),
        ({"mon": ["09:00-10:00"], "holidays": "Mars"}, "window.holidays", "no place"),
        ({"mon": ["09:00-10:00"], "holidays": 3}, "window.holidays", "no place"),
    ],
)
def test_what_are_no_hours_is_a_fault(value: Any, field: str, why: str) -> None:
    _, faults = read(value)
    assert [(one.field, why in one.why) for one in faults] == [(field, True)]


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=12) | st.sampled_from(["09:00-17:00", "24:00-24:00"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*WEEKDAYS, "mon-fri", "holidays", "x"]), JSON))
def test_any_json_is_a_window_that_opens_or_a_fault(value: dict[str, Any]) -> None:
    window, faults = read(value)
    assert window is not None
    if not faults:
        assert any(getattr(window, day) for day in WEEKDAYS)
        for day in WEEKDAYS:
            hours = getattr(window, day)
            assert all(0 <= one.opens < one.closes <= 1440 for one in hours)
            assert all(one.closes <= other.opens for one, other in pairwise(hours))
