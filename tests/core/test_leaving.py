"""Show what the wish to disconnect a mailbox changes, and when what is under way has had its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.enrollment import leased
from lib.core.keys import Snapshot, Versioned
from lib.core.leaving import (
    LEAVING,
    SETTLED_WITHIN,
    UNSETTLED,
    asked,
    dates_now,
    given_up,
    gone,
    is_last_look,
    is_revocation_let_go,
    is_watch_let_go,
    later,
    leaving,
    look_again_at,
    near_claim,
)
from lib.core.records import Day, Inbox, Limits, Mailbox, Reservation, Status
from tests.core.enrollments import MINUTE, NOW, attempt, enrollment, sending

KEY = keys.inbox("i1")
MAILBOX = Mailbox(
    org="acme",
    id="sub-1",
    inbox="i1",
    owner="user-1",
    address="robin@example.com",
    sender_name="Robin",
    connected_at=NOW,
    timezone="Europe/Berlin",
    limits=Limits(gap=timedelta(seconds=90)),
)


def inbox(**changes: Any) -> Inbox:
    made = Inbox(
        id="i1",
        org="acme",
        mailbox="sub-1",
        address="robin@example.com",
        status="connected",
        sealed_token="sealed",
        label=None,
        cursor="1",
        watch_expires=NOW + timedelta(days=7),
        renew_at=NOW,
        look_at=NOW,
        looked_at=NOW,
    )
    return msgspec.structs.replace(made, **changes)


def seen(record: Inbox | None) -> Snapshot:
    return Snapshot({KEY: Versioned(record, 1)})


def test_the_wish_is_noted_once_with_who_and_when() -> None:
    first = leaving(inbox(), "user-1", NOW)
    assert (first.status, first.why, first.leaving_by) == ("leaving", LEAVING, "user-1")
    assert first.leaving_since == first.leaving_at == NOW
    assert leaving(first, "user-3", NOW + MINUTE) == first


def test_a_dead_grant_whose_token_is_still_held_leaves_too_and_without_a_token_nothing_does() -> None:
    dead = inbox(status="disconnected", why="Google no longer honours the grant")
    assert leaving(dead, "user-1", NOW).status == "leaving"
    without = msgspec.structs.replace(dead, sealed_token="")
    assert leaving(without, "user-1", NOW) == without
    assert asked(seen(without), KEY, "acme", "sub-1", "user-1", NOW).writes == {}


def test_the_connection_of_another_account_at_the_address_stays() -> None:
    assert asked(seen(inbox(mailbox="sub-2")), KEY, "acme", "sub-1", "user-1", NOW).writes == {}
    assert asked(seen(None), KEY, "acme", "sub-1", "user-1", NOW).result is None


@pytest.mark.parametrize(
    "found", [None, inbox(), inbox(status="disconnected"), inbox(status="leaving", sealed_token="newer")]
)
def test_only_the_connection_that_was_given_back_ends(found: Inbox | None) -> None:
    assert gone(seen(found), KEY, "sealed", "", NOW).writes == {}


def test_a_connection_that_lives_again_is_put_off_no_more() -> None:
    assert later(seen(inbox()), KEY, NOW).writes == {}
    assert later(seen(None), KEY, NOW).writes == {}


def test_sends_have_ten_minutes_and_a_watch_three() -> None:
    left = leaving(inbox(), "user-1", NOW)
    assert [is_last_look(left, NOW + minutes * MINUTE) for minutes in (0, 9, 10)] == [False, False, True]
    assert [is_watch_let_go(left, NOW + minutes * MINUTE) for minutes in (0, 2, 3)] == [False, False, True]


def test_sends_are_looked_at_again_each_minute_and_right_after_a_deadline() -> None:
    left = leaving(inbox(), "user-1", NOW)

    def again(*seconds: int, after: timedelta = timedelta()) -> timedelta:
        deadlines = [NOW + after + timedelta(seconds=one) for one in seconds]
        open_ = [enrollment(attempt=attempt(deadline=one)) for one in deadlines]
        return look_again_at(left, open_, NOW + after) - NOW - after

    assert again(300, 20) == timedelta(seconds=21)
    assert again(300) == again(-60) == MINUTE
    assert again(300, after=SETTLED_WITHIN - MINUTE / 2) == MINUTE / 2


def test_what_is_unclear_in_the_end_is_held_with_its_reason() -> None:
    for open_ in (sending(), leased(sending(), NOW)):
        after = given_up(open_, NOW)
        assert (after.status, after.why, after.wake_at, after.open) == (Status.HELD, UNSETTLED, None, False)
        assert after.attempt is not None


def test_what_has_no_attempt_or_is_held_already_stays_and_a_stopped_ones_attempt_is_closed() -> None:
    waiting, held = enrollment(), given_up(sending(), NOW)
    assert (given_up(waiting, NOW), given_up(held, NOW)) == (waiting, held)
    replied = msgspec.structs.replace(sending(), status=Status.REPLIED, why="an answer")
    after = given_up(replied, NOW)
    assert (after.status, after.attempt, after.why) == (Status.REPLIED, None, "an answer")


def test_only_those_may_be_about_to_be_claimed_whose_slot_is_open() -> None:
    def place(seconds: int) -> Reservation:
        at = NOW + timedelta(seconds=seconds)
        return Reservation(at=at, campaign="c1", enrollment=f"e{seconds}", step="intro", domain="example.org")

    entries = tuple(place(seconds) for seconds in (-200, -101, -99, -1, 0, 9, 11, 90))
    day = Day(org="acme", mailbox="sub-1", date="2026-03-02", entries=entries)
    assert near_claim([day, None], MAILBOX, NOW) == ["e-99", "e-1", "e0", "e9"]


def test_slots_may_be_open_on_two_dates_around_the_mailboxes_midnight() -> None:
    midnight = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    for minutes, dates in ((-1, ["2026-03-02"]), (0, ["2026-03-02", "2026-03-03"]), (2, ["2026-03-03"])):
        assert dates_now(MAILBOX, midnight + minutes * MINUTE) == dates


def test_google_is_asked_for_a_week_to_take_the_grant_back() -> None:
    since = inbox(status="leaving", leaving_since=NOW)
    assert not is_revocation_let_go(since, NOW + timedelta(days=6))
    assert is_revocation_let_go(since, NOW + timedelta(days=7))
