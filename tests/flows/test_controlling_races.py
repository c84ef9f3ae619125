"""Show that decisions overtake each other safely, and that what dies in the middle is finished."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.core import keys
from lib.core.campaigns.editing import Edit
from lib.core.errors import Unavailable
from lib.core.records import Status
from lib.flows import controlling, replanning_all
from lib.flows.controlling import Reason, cancel, pause, resume
from lib.flows.editing import edit
from tests.flows.controlling_scene import AUTHOR, CY, MANY, Control, dying, hold, stop
from tests.flows.memory_services import MAILBOX, ORG
from tests.flows.outreach import ANN, BEN, DAY, MINUTE


@pytest.fixture
def control() -> Control:
    return Control(ANN, BEN, CY)


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


def test_campaign_without_its_mailbox_is_not_looked_at_for_ever(control: Control) -> None:
    control.change_campaign(plan=2, wake_at=control.clock.now())
    control.store._documents.pop(keys.mailbox(ORG, MAILBOX).path)
    control.maintain()
    assert control.campaign().wake_at is None


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
