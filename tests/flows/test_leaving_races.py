"""Show a disconnect in the middle of everything that a worker does, who then goes on: soon, or much later."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Literal

import pytest

from lib.core.errors import OutreachError
from lib.core.records import Status
from tests.flows.leaving_scene import LeavingScene
from tests.flows.memory_services import in_slots
from tests.flows.outreach import ANN, DAY, MINUTE

MOMENT, LONG = timedelta(), 20 * MINUTE


def ready(access: Literal["full", "headers"], work: str) -> LeavingScene:
    """Return a mailbox in which a first step, a follow-up, or the settling of an attempt is due."""
    scene = LeavingScene(ANN, access=access)
    in_slots(scene, ANN)
    scene.clock.time = scene.enrollment(ANN).due
    if work == "nudge":
        assert scene.send() == "sent"
        scene.push("of the first step")
        scene.clock.time = scene.enrollment(ANN).due
    if work.startswith("settle"):
        method = "drafts.send" if access == "full" else "messages.send"
        scene.fault(method, drop=True, when="after" if work == "settle a sent one" else "before")
        assert scene.send() == "unclear"
        scene.pass_time(MINUTE)
    scene.world.settle()
    scene.journal.calls.clear()
    return scene


def disconnected_at(scene: LeavingScene, call: int, work: str, stalls_for: timedelta) -> bool:
    """Let a worker stall before one of its calls while its mailbox is disconnected; say whether it did."""
    reached = []

    def meanwhile() -> None:
        reached.append(call)
        scene.disconnect()
        end = scene.clock.now() + stalls_for
        while scene.clock.now() < end:
            scene.pass_time(MINUTE)
            scene.maintain()

    scene.journal.stalls[call] = meanwhile
    with suppress(OutreachError):
        if work.startswith("settle"):
            scene.maintain()
        else:
            scene.send()
    return bool(reached)


@pytest.mark.parametrize("stalls_for", [MOMENT, LONG])
@pytest.mark.parametrize("work", ["intro", "nudge", "settle an unsent one", "settle a sent one"])
@pytest.mark.parametrize("access", ["full", "headers"])
def test_wherever_it_comes_nothing_goes_out_twice_unknown_or_after_it(
    access: Literal["full", "headers"], work: str, stalls_for: timedelta
) -> None:
    call, strays = 1, 0
    while True:
        scene = ready(access, work)
        before = scene.got()
        if not disconnected_at(scene, call, work, stalls_for):
            assert call > 4
            # Who loses a claim only after all is over leaves a draft: nobody can delete it then.
            assert strays <= 1
            return
        scene.to_the_end(15 * MINUTE)
        at_the_end = scene.got()
        for _ in range(3):
            scene.pass_time(DAY)
            scene.maintain()
            with suppress(OutreachError):
                scene.run_tasks()
        record = scene.enrollment(ANN)
        assert (scene.inbox().status, scene.inbox().sealed_token) == ("disconnected", "")
        assert scene.got() == at_the_end <= before + 1
        assert record.status in {Status.WAITING, Status.HELD}
        assert record.status is Status.HELD or (record.attempt is None and record.sent_count == scene.got())
        strays += len(scene.drafts())
        call += 1
