"""Show that a campaign can be paused, resumed and cancelled, and a candidate skipped, whatever goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from lib.core.editing import Edit
from lib.core.errors import Conflict, InvalidRequest, NotFound, Unavailable
from lib.core.records import Status
from lib.flows import controlling, replanning_all
from lib.flows.controlling import Reason, cancel, pause, resume, skip
from lib.flows.editing import edit
from tests.flows.controlling_scene import ADMIN, AUTHOR, COLLEAGUE, Control
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Crash, crash

HOUR = timedelta(hours=1)
CY = "cy@example.com"
MANY = [f"c{number}@d{number}.example.org" for number in range(12)]


@pytest.fixture
def control() -> Control:
    return Control(ANN, BEN, CY)


def stop(control: Control) -> None:
    cancel(control, AUTHOR, "c1", Reason())


def hold(control: Control) -> None:
    pause(control, AUTHOR, "c1", Reason(why="the role is filled"))


def leave_out(control: Control) -> None:
    skip(control, AUTHOR, "c1", control.id_of(ANN))


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


def test_only_the_author_steers(control: Control) -> None:
    before = control.campaign()
    for caller in (COLLEAGUE, ADMIN):
        for deed in (
            lambda one: pause(control, one, "c1", Reason()),
            lambda one: resume(control, one, "c1"),
            lambda one: cancel(control, one, "c1", Reason()),
            lambda one: skip(control, one, "c1", control.id_of(ANN)),
        ):
            with pytest.raises(NotFound):
                deed(caller)
    for campaign, candidate in (("c2", control.id_of(ANN)), ("c1", "nobody")):
        with pytest.raises(NotFound):
            skip(control, AUTHOR, campaign, candidate)
    assert control.campaign() == before


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


# Together with a send

POINTS = [
    "before create_draft",
    "after create_draft",
    "before send_draft",
    "after send_draft",
    "before note_sent",
    "after note_sent",
]


@pytest.mark.parametrize("deed", [stop, hold, leave_out])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("step", [0, 1])
def test_deed_during_a_send_lets_only_the_claimed_mail_pass(
    control: Control, deed: Callable[[Control], None], point: str, step: int
) -> None:
    control.run_until(control.enrollment(ANN).slots[step].due - MINUTE / 60)
    happened: list[int] = []

    def now() -> None:
        happened.append(control.got(ANN))
        deed(control)

    control.events[point] = now
    control.run(2 * MINUTE)
    assert happened
    # A pause writes no candidate: what had been decided to be sent may pass. The others meet in the claim.
    may_pass = deed is hold or point == "before send_draft"
    assert control.got(ANN) - happened[0] <= int(may_pass)
    control.run(5 * DAY)
    assert control.got(ANN) <= step + 1
    assert all(count == 1 for count in control.mails().values())
    assert control.drafts() == []
    assert not any(one.open for one in control.everybody())
    control.check()


@pytest.mark.parametrize("point", POINTS)
def test_pause_and_resumption_during_a_send_send_all_steps_once(control: Control, point: str) -> None:
    def now() -> None:
        hold(control)
        control.pass_time(6 * MINUTE)
        resume(control, AUTHOR, "c1")

    control.run_until(control.enrollment(ANN).slots[1].due - MINUTE / 60)
    control.events[point] = now
    control.run(6 * DAY)
    assert set(control.mails().values()) == {1}
    assert sum(control.mails().values()) == 9
    control.check()


# Together with each other


def once(control: Control, deed: Callable[[], object], when: Callable[[Any], bool]) -> None:
    """Let something happen right after the store was asked who waits for new times, once ``when`` holds."""
    asking, left = control.store.enrollments_to_plan, [deed]

    def enrollments_to_plan(*args: Any, **how: Any) -> Any:
        found = asking(*args, **how)
        if left and when(found):
            left.pop()()
        return found

    control.store.enrollments_to_plan = enrollments_to_plan  # type: ignore[method-assign]


def edit_delays(control: Control) -> None:
    campaign = control.campaign()
    steps: list[Any] = [
        {"id": one.id, "subject": one.subject, "text": one.text, "delay": f"PT{7 + number}H"}
        for number, one in enumerate(campaign.steps)
    ]
    edit(control, AUTHOR, "c1", Edit(revision=campaign.revision, steps=steps))


@pytest.mark.parametrize("deed", [stop, hold, edit_delays])
@pytest.mark.parametrize("when", [bool, lambda found: not found])
def test_newer_decision_overtakes_a_resumption(
    control: Control, deed: Callable[[Control], None], when: Callable[[Any], bool]
) -> None:
    hold(control)
    once(control, lambda: deed(control), when)
    resume(control, AUTHOR, "c1")
    campaign = control.campaign()
    control.check()
    if deed is hold:
        # Whoever had no new time yet when it was paused gets one when it is resumed again.
        assert {one.plan for one in control.everybody()} == {1 if when is bool else 2}
    if deed is not edit_delays:
        assert campaign.status == ("cancelled" if deed is stop else "paused")
        control.run(5 * DAY)
        assert control.mails() == {}
    else:
        assert {one.plan for one in control.everybody()} == {campaign.plan} == {3}
        control.run(5 * DAY)
        assert sum(control.mails().values()) == 9
    control.check()


@pytest.mark.parametrize("deed", [stop, edit_delays])
def test_work_that_a_newer_decision_left_is_not_forgotten(
    control: Control, monkeypatch: pytest.MonkeyPatch, deed: Callable[[Control], None]
) -> None:
    def undone(control: Control) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(controlling, "CHUNKS", 0)
            patch.setattr(replanning_all, "CHUNKS", 0)
            deed(control)

    hold(control)
    once(control, lambda: undone(control), lambda found: not found)
    resume(control, AUTHOR, "c1")
    assert control.campaign().wake_at is not None
    control.maintain()
    assert control.campaign().wake_at is None
    if deed is stop:
        assert {one.status for one in control.everybody()} == {Status.CANCELLED}
    else:
        assert {one.plan for one in control.everybody()} == {3}
    control.check()


def test_resumed_steps_are_queued_at_once_for_their_new_times(control: Control) -> None:
    hold(control)
    control.run(2 * DAY)
    control.tasks.waiting.clear()
    resume(control, AUTHOR, "c1")
    assert sorted(task.at for task in control.tasks.waiting if task.at) == sorted(
        one.due for one in control.everybody()
    )


@pytest.mark.parametrize("status", [Status.SENDING, Status.UNCERTAIN, Status.HELD])
def test_cancellation_reaches_steps_that_are_under_way(control: Control, status: Status) -> None:
    control.update(ANN, status=status)
    stop(control)
    assert {one.status for one in control.everybody()} == {Status.CANCELLED}
    control.check()


# What dies in the middle


@pytest.mark.parametrize("dies_after", range(5))
def test_resumption_that_dies_is_finished_by_maintain(
    dies_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replanning_all, "CHUNK", 4)
    control = Control(*MANY)
    before = [one.id for one in sorted(control.everybody(), key=lambda one: one.due)]
    pause(control, AUTHOR, "c1", Reason())
    control.run(DAY)
    with dying(control, dies_after):
        resume(control, AUTHOR, "c1")
    assert control.campaign().status == "active"
    while control.maintain().more:
        control.check()
    after = sorted(control.everybody(), key=lambda one: one.due)
    assert [one.id for one in after] == before
    assert control.campaign().wake_at is None
    control.check()
    control.run(4 * DAY)
    assert sum(control.mails().values()) == 3 * len(MANY)
    control.check()


@pytest.mark.parametrize("dies_after", range(5))
def test_cancellation_that_dies_is_finished_by_maintain(
    dies_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controlling, "CHUNK", 4)
    control = Control(*MANY)
    with dying(control, dies_after):
        cancel(control, AUTHOR, "c1", Reason())
    control.run(MINUTE)
    assert {one.status for one in control.everybody()} == {Status.CANCELLED}
    assert control.mails() == {}
    assert control.campaign().wake_at is None
    control.check()


def test_long_work_goes_on_in_the_next_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for flow in (controlling, replanning_all):
        monkeypatch.setattr(flow, "CHUNK", 2)
        monkeypatch.setattr(flow, "CHUNKS", 2)
    control = Control(*MANY)
    pause(control, AUTHOR, "c1", Reason())
    resume(control, AUTHOR, "c1")
    assert sorted(one.plan for one in control.everybody()) == [1] * 8 + [2] * 4
    assert control.maintain().more
    control.check()
    assert control.maintain().more
    assert {one.plan for one in control.everybody()} == {2}
    assert not control.maintain().more
    stop(control)
    assert sum(one.status is Status.CANCELLED for one in control.everybody()) == 4
    while control.maintain().more:
        control.check()
    assert {one.status for one in control.everybody()} == {Status.CANCELLED}


def test_decision_stands_when_what_follows_fails(control: Control) -> None:
    hold(control)

    def fail(*_: object) -> None:
        raise Unavailable("the queue is down")

    working, control.tasks.create = control.tasks.create, fail  # type: ignore[method-assign,assignment]
    assert resume(control, AUTHOR, "c1").status == "active"
    control.tasks.create = working  # type: ignore[method-assign]
    control.run(4 * DAY)
    assert sum(control.mails().values()) == 9


class dying:  # noqa: N801 - a context
    """Let the process die after so many commits."""

    def __init__(self, control: Control, after: int) -> None:
        self.control, self.left = control, after
        self.commit = control.store.commit

    def __enter__(self) -> None:
        def commit(*args: object) -> object:
            done = self.commit(*args)  # type: ignore[arg-type]
            self.left -= 1
            if self.left < 0:
                crash()
            return done

        self.control.store.commit = commit  # type: ignore[method-assign,assignment]

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self.control.store.commit = self.commit  # type: ignore[method-assign]
        return kind is Crash
