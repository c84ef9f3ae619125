"""Show what a pause, cancellation or skip does to a mail that is being sent at that moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lib.flows.controlling import resume
from tests.flows.controlling_scene import AUTHOR, CY, Control, hold, leave_out, stop
from tests.flows.outreach import ANN, BEN, DAY, MINUTE


@pytest.fixture
def control() -> Control:
    return Control(ANN, BEN, CY)


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
