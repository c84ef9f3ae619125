"""Show that a campaign can be paused, resumed and cancelled, and a candidate skipped."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from lib.core.errors import Conflict, Forbidden, InvalidRequest, NotFound
from lib.core.records import Status
from lib.flows.controlling import Approval, Reason, approve, cancel, pause, resume, skip
from tests.flows.controlling_scene import ADMIN, AUTHOR, COLLEAGUE, CY, MANY, Control, hold, stop
from tests.flows.outreach import ANN, BEN, DAY

HOUR = timedelta(hours=1)


@pytest.fixture
def control() -> Control:
    return Control(ANN, BEN, CY)


def test_paused_campaign_sends_nothing_and_says_why(control: Control) -> None:
    answer = pause(control, AUTHOR, "c1", Reason(why=" the role is filled "))
    assert (answer.status, answer.why) == ("paused", "the role is filled")
    assert "already being sent" in answer.note
    control.run(3 * DAY)
    assert control.mails() == {}
    assert control.enrollment(ANN).why == "the role is filled"
    control.check()


def test_resumed_campaign_takes_new_times_in_the_old_order() -> None:
    control = Control(*MANY)
    before = sorted(control.everybody(), key=lambda one: one.due)
    pause(control, AUTHOR, "c1", Reason())
    control.run(2 * DAY + HOUR)
    answer = resume(control, AUTHOR, "c1")
    assert (answer.status, answer.why) == ("active", "")
    after = sorted(control.everybody(), key=lambda one: one.due)
    assert [one.id for one in after] == [one.id for one in before]
    assert after[0].due >= control.clock.now()
    assert all(late.due - early.due >= timedelta(seconds=90) for early, late in pairwise(after))
    assert all("planned anew" in one.slots[0].reason for one in after)
    assert control.campaign().wake_at is None
    control.check()
    control.run(5 * DAY)
    control.check()
    assert {one.status for one in control.everybody()} == {Status.COMPLETED}
    assert sum(control.mails().values()) == 3 * len(MANY)


def test_resumed_follow_ups_keep_what_was_sent(control: Control) -> None:
    control.run(HOUR)
    hold(control)
    control.run(10 * DAY)
    resume(control, AUTHOR, "c1")
    first = control.enrollment(ANN)
    assert [slot.step for slot in first.slots] == ["intro", "nudge", "last"]
    assert first.slots[0].due < control.clock.now() <= first.slots[1].due
    control.check()
    control.run(3 * DAY)
    assert set(control.mails().values()) == {1}
    assert sum(control.mails().values()) == 9


def test_what_is_decided_twice_is_decided_once(control: Control) -> None:
    hold(control)
    once = control.campaign()
    pause(control, AUTHOR, "c1", Reason(why="another reason"))
    assert control.campaign() == once
    resume(control, AUTHOR, "c1")
    once = control.campaign()
    resume(control, AUTHOR, "c1")
    assert control.campaign() == once
    stop(control)
    once = control.campaign()
    stop(control)
    assert control.campaign() == once


def test_cancelled_campaign_is_over_for_good(control: Control) -> None:
    control.run(HOUR)
    cancel(control, AUTHOR, "c1", Reason(why="hired"))
    assert {one.status for one in control.everybody()} == {Status.CANCELLED}
    assert {one.why for one in control.everybody()} == {"hired"}
    control.check()
    for again in (hold, lambda one: resume(one, AUTHOR, "c1")):
        with pytest.raises(Conflict, match="cancelled"):
            again(control)
    control.run(4 * DAY)
    assert sum(control.mails().values()) == 3
    assert control.campaign().wake_at is None


def test_those_who_have_answered_stay_answered(control: Control) -> None:
    control.run(HOUR)
    control.answer(ANN)
    control.push()
    stop(control)
    assert (control.status(ANN), control.status(BEN)) == (Status.REPLIED, Status.CANCELLED)


def test_skipped_candidate_gets_nothing_more_and_others_do(control: Control) -> None:
    control.run(HOUR)
    after = skip(control, AUTHOR, "c1", control.id_of(ANN))
    assert (after.status, after.why) == (Status.CANCELLED, "skipped by the user")
    assert skip(control, AUTHOR, "c1", control.id_of(ANN)) == after
    control.check()
    control.run(4 * DAY)
    assert (control.got(ANN), control.got(BEN), control.got(CY)) == (1, 3, 3)


def test_nobody_steers_what_is_not_theirs(control: Control) -> None:
    before = control.campaign()
    for deed in (
        lambda one: pause(control, one, "c1", Reason()),
        lambda one: resume(control, one, "c1"),
        lambda one: cancel(control, one, "c1", Reason()),
        lambda one: skip(control, one, "c1", control.id_of(ANN)),
        lambda one: approve(control, one, "c1", Approval(revision=1)),
    ):
        with pytest.raises(NotFound):
            deed(COLLEAGUE)
    for campaign, candidate in (("c2", control.id_of(ANN)), ("c1", "nobody")):
        with pytest.raises(NotFound):
            skip(control, AUTHOR, campaign, candidate)
    assert control.campaign() == before


def test_admin_stops_and_lets_nothing_go_out(control: Control) -> None:
    assert skip(control, ADMIN, "c1", control.id_of(BEN)).status is Status.CANCELLED
    assert pause(control, ADMIN, "c1", Reason()).status == "paused"
    with pytest.raises(Forbidden):
        resume(control, ADMIN, "c1")
    with pytest.raises(Forbidden):
        approve(control, ADMIN, "c1", Approval(revision=1))
    assert cancel(control, ADMIN, "c1", Reason()).status == "cancelled"


def test_candidate_of_another_campaign_is_not_skipped(control: Control) -> None:
    control.put_campaign("c2")
    with pytest.raises(NotFound):
        skip(control, AUTHOR, "c2", control.id_of(ANN))
    assert control.status(ANN) is Status.WAITING


@pytest.mark.parametrize("why", ["x" * 501, "two\nlines", "\x00"])
def test_reason_that_is_no_line_is_refused(control: Control, why: str) -> None:
    with pytest.raises(InvalidRequest):
        pause(control, AUTHOR, "c1", Reason(why=why))


@pytest.mark.parametrize("status", ["accepting", "undoing"])
def test_campaign_that_is_coming_or_going_is_left_alone(control: Control, status: str) -> None:
    control.change_campaign(status=status)
    for deed in (hold, stop, lambda one: resume(one, AUTHOR, "c1")):
        with pytest.raises(Conflict):
            deed(control)
