"""Show which of a campaign's statuses lets it be paused, resumed, cancelled, and what changes then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from lib.core.campaigns.controlling import Pause, approved, cancelled, paused, planned_anew, resumed
from lib.core.errors import Conflict
from lib.core.records import Campaign, Step

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
State = Literal["accepting", "undoing", "active", "paused", "cancelled"]
STEP = Step(id="intro", subject="s", text="t", delay=timedelta())


def campaign(status: State, **changes: Any) -> Campaign:
    return Campaign(
        org="acme",
        id="c1",
        name="Engineers",
        mailbox="m",
        inbox="i",
        author="u",
        timezone="UTC",
        steps=(STEP,),
        status=status,
        content="d",
        candidates=1,
        accepted_at=NOW,
        **changes,
    )


DEEDS = {
    "pause": lambda one: paused(one, "why"),
    "resume": lambda one: resumed(one, NOW),
    "cancel": lambda one: cancelled(one, "why", NOW),
    "approve": lambda one: approved(one, 1, NOW),
}
#: What each deed makes of each status: another one, the same record, or a refusal.
TABLE = {
    "pause": {"active": "paused", "paused": "same"},
    "resume": {"paused": "active", "active": "same"},
    "cancel": {"active": "cancelled", "paused": "cancelled", "cancelled": "same"},
    "approve": {"active": "active", "paused": "paused"},
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("status", ["accepting", "undoing", "active", "paused", "cancelled"])
def test_every_deed_in_every_status(deed: str, status: State) -> None:
    before = campaign(status)
    expected = TABLE[deed].get(status)
    if expected is None:
        with pytest.raises(Conflict):
            DEEDS[deed](before)
        return
    after = DEEDS[deed](before)
    assert (after == before) is (expected == "same")
    assert after.status == (status if expected == "same" else expected)


def test_resumption_wants_a_new_plan_and_forgets_the_reason() -> None:
    after = resumed(campaign("paused", why="the role is filled", plan=3), NOW)
    assert (after.why, after.plan, after.wake_at) == ("", 4, NOW)


def test_pause_keeps_the_plan_and_its_first_reason() -> None:
    after = paused(campaign("active", plan=3), "first")
    assert (after.why, after.plan) == ("first", 3)
    assert paused(after, "second") == after


PAUSES: tuple[Pause, ...] = ("person", "grant", "label", "disconnect")


@pytest.mark.parametrize("first", PAUSES)
@pytest.mark.parametrize("second", PAUSES)
def test_pause_that_does_not_end_by_itself_takes_the_place_of_one_that_does(
    first: Pause, second: Pause
) -> None:
    after = paused(paused(campaign("active"), "one", first), "two", second)
    outranked = first != second and (first == "disconnect" or (second == "person" and first != "person"))
    assert (after.paused_for, after.why) == ((second, "two") if outranked else (first, "one"))


def test_resumption_forgets_whose_doing_the_pause_was() -> None:
    assert resumed(paused(campaign("active"), "", "grant"), NOW).paused_for == ""


def test_approval_is_of_one_revision_wants_a_new_plan_and_is_given_once() -> None:
    before = campaign("active", revision=3, plan=2)
    for other in (2, 4):
        with pytest.raises(Conflict, match="changed since"):
            approved(before, other, NOW)
    after = approved(before, 3, NOW)
    assert (after.approved_at, after.plan, after.wake_at) == (NOW, 3, NOW)
    assert approved(after, 3, NOW + timedelta(days=1)) == after


def test_cancellation_has_a_reason_and_is_carried_on() -> None:
    after = cancelled(campaign("active"), "", NOW)
    assert (after.why, after.wake_at) == ("the campaign was cancelled", NOW)
    assert cancelled(campaign("paused"), "hired", NOW).why == "hired"


def test_new_plan_changes_nothing_else() -> None:
    before = campaign("active", revision=7)
    after = planned_anew(before, NOW)
    assert (after.plan, after.wake_at, after.revision, after.status) == (2, NOW, 7, "active")
