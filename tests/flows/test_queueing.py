"""Show that a step's task is named once for each due time, and made only within the horizon."""

from __future__ import annotations

import msgspec
import pytest

from lib.core.enrollment import HORIZON
from lib.core.records import Status
from lib.flows.queueing import queue_step
from lib.flows.sending import task_from
from tests.flows.outreach import ANN, MINUTE, Outreach


@pytest.fixture
def outreach() -> Outreach:
    return Outreach(ANN)


def test_task_holds_ids_alone_and_comes_at_the_due_time(outreach: Outreach) -> None:
    record = outreach.enrollment(ANN)
    assert queue_step(outreach, record)
    (task,) = outreach.tasks.waiting
    assert (task.function, task.at, task_from(task.body)) == ("send_step", record.due, outreach.task(ANN))
    assert ANN.encode() not in task.body
    assert ANN not in task.name


def test_same_step_is_queued_once(outreach: Outreach) -> None:
    record = outreach.enrollment(ANN)
    queue_step(outreach, record)
    queue_step(outreach, record)
    assert len(outreach.tasks.waiting) == 1


@pytest.mark.parametrize("change", ["requeues", "step", "due"])
def test_another_count_step_or_time_is_another_task(outreach: Outreach, change: str) -> None:
    record = outreach.enrollment(ANN)
    changes = {"requeues": 1, "step": "nudge", "due": record.due + MINUTE}
    queue_step(outreach, record)
    queue_step(outreach, msgspec.structs.replace(record, **{change: changes[change]}))
    assert len({task.name for task in outreach.tasks.waiting}) == 2


def test_step_beyond_the_horizon_gets_no_task(outreach: Outreach) -> None:
    record = outreach.enrollment(ANN)
    limit = outreach.clock.now() + HORIZON
    assert not queue_step(outreach, msgspec.structs.replace(record, due=limit + MINUTE))
    assert queue_step(outreach, msgspec.structs.replace(record, due=limit))


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.WAITING])
def test_only_a_waiting_step_is_queued(outreach: Outreach, status: Status) -> None:
    assert not queue_step(outreach, msgspec.structs.replace(outreach.enrollment(ANN), status=status))
