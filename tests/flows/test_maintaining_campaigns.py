"""Show that campaigns which were left with something to do are carried on, and hold up nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.flows import maintaining
from tests.flows.controlling_scene import Control
from tests.flows.outreach import ANN, BEN

HOUR = timedelta(hours=1)


@pytest.fixture
def control() -> Control:
    return Control(ANN, BEN)


def left(control: Control, **changes: object) -> None:
    control.change_campaign(wake_at=control.clock.now(), **changes)


@pytest.mark.parametrize("status", ["accepting", "undoing"])
def test_acceptance_that_died_is_undone(
    control: Control, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    undone: list[str] = []
    monkeypatch.setattr(maintaining, "undo", lambda _services, campaign: undone.append(campaign.id))
    left(control, status=status)
    assert control.maintain().campaigns == 1
    assert undone == ["c1"]


def test_paused_campaign_waits_for_its_resumption(control: Control) -> None:
    left(control, status="paused", plan=2)
    assert not control.maintain().more
    assert control.campaign().wake_at is None
    assert {one.plan for one in control.everybody()} == {1}


def test_failing_campaign_is_tried_again_and_holds_up_nobody(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bool:
        raise KeyError("a bug")

    monkeypatch.setattr(maintaining, "replan_all", fail)
    left(control, plan=2)
    control.tasks.waiting.clear()
    control.pass_time(HOUR)
    tally = control.maintain()
    assert (tally.failed, tally.queued) == (1, 2)
    monkeypatch.undo()
    assert control.maintain().campaigns == 0
    control.pass_time(maintaining.AGAIN_AFTER)
    assert control.maintain().campaigns == 1
    assert {one.plan for one in control.everybody()} == {2}
