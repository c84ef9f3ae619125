"""In which hours mails go out and answers come, and how long an answer took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.enrollment import Event, stopped
from lib.core.enrollment.hours import HOURS, answered_at, counted, hour_of, hour_text
from lib.core.records import Enrollment, SentMail, Status
from tests.contract.store_records import enrollment

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "timezone", "hour"),
    [
        (MONDAY, "UTC", 0),
        (MONDAY - timedelta(seconds=1), "UTC", 167),
        (MONDAY - timedelta(hours=1), "Europe/Berlin", 0),
        (MONDAY, "America/Sao_Paulo", 6 * 24 + 21),
        (MONDAY, "Asia/Kolkata", 5),
        # The clock has gone forward on 29 March.
        (MONDAY + timedelta(days=28, hours=7), "Europe/Berlin", 9),
    ],
)
def test_an_hour_is_that_of_the_candidates_clock(at: datetime, timezone: str, hour: int) -> None:
    assert hour_of(at, timezone) == hour


@given(st.lists(st.sampled_from(HOURS), max_size=12))
def test_every_mail_has_a_text_of_its_own_and_its_hour_is_found_again(hours: list[int]) -> None:
    texts: tuple[str, ...] = ()
    for hour in hours:
        texts = counted(texts, hour_text(hour))
    assert [int(text.partition("x")[0]) for text in texts] == hours
    assert len(set(texts)) == len(texts)


def test_mails_of_one_day_are_told_apart_and_one_without_a_day_has_no_text() -> None:
    once = counted(counted((), "2026-03-02"), "2026-03-03")
    assert counted(once, "2026-03-02") == ("2026-03-02", "2026-03-03", "2026-03-02x2")
    assert counted(once, "") == once


def replied(*sent: datetime) -> Enrollment:
    mails = tuple(
        SentMail(step=f"s{n}", gmail_id=f"g{n}", thread="t", message_id="", subject="", at=at)
        for n, at in enumerate(sent)
    )
    before = enrollment(timezone="Europe/Berlin", sent=mails)
    return stopped(before, Event.REPLIED, "", MONDAY + timedelta(days=30))


def test_the_time_to_an_answer_counts_from_the_last_mail_before_it() -> None:
    mails = (MONDAY, MONDAY + timedelta(days=3), MONDAY + timedelta(days=9))
    after = answered_at(replied(*mails), MONDAY + timedelta(days=4, minutes=5))
    assert (after.answer_seconds, after.answer_hour) == (86_700, str(4 * 24 + 1))


def test_an_answer_before_all_mail_takes_no_time() -> None:
    assert answered_at(replied(MONDAY), MONDAY - timedelta(seconds=2)).answer_seconds == 0


def test_only_the_first_answer_counts() -> None:
    once = answered_at(replied(MONDAY), MONDAY + timedelta(hours=1))
    assert answered_at(once, MONDAY + timedelta(hours=5)) == once


def test_who_got_no_mail_answered_none() -> None:
    assert answered_at(replied(), MONDAY).answer_seconds is None
    opted_out = msgspec.structs.replace(replied(MONDAY), status=Status.OPTED_OUT, answered="")
    assert answered_at(opted_out, MONDAY) == opted_out
