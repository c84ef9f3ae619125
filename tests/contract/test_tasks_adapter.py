"""Our Tasks adapter queues through Google's client on the local Cloud Tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from lib.adapters.cloud_tasks import CloudTasks
from lib.core.errors import OutreachError, Permanent, RateLimited, Unavailable
from tests.localcloud.cloud_tasks import CloudTasks as LocalTasks
from tests.localcloud.grpc_server import Refused

QUEUE = "projects/local/locations/europe-west1/queues/steps"
EVENT_QUEUE = "projects/local/locations/europe-west1/queues/events"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: Never due while a test runs.
LATER = NOW + timedelta(hours=3, microseconds=250)


class Queue:
    """The local queue, and our adapter on it."""

    def __init__(self) -> None:
        self.local = LocalTasks(lambda: NOW)
        self.local.add_queue(QUEUE)
        self.local.add_queue(EVENT_QUEUE)
        self.target = self.local.serve().target
        self.tasks = self.adapter()

    def adapter(self, invoker: str | None = None, queue: str = QUEUE) -> CloudTasks:
        base_url = "https://functions.example.com"
        return CloudTasks(
            queue=queue,
            queues={"deliver_event": EVENT_QUEUE},
            base_url=base_url,
            invoker=invoker,
            endpoint=self.target,
        )

    def on_cloud_run(self) -> CloudTasks:
        return CloudTasks(
            queue=QUEUE,
            queues={},
            base_url="https://functions.example.com",
            task_url="https://{service}-123.europe-west1.run.example.com",
            invoker="tasks@project.example.com",
            endpoint=self.target,
        )

    def refuse(self, code: grpc.StatusCode, times: int) -> None:
        """Let the local queue refuse the next creations."""
        create, left = self.local.queue.add, [times]

        def add(task: Any) -> bool:
            if left[0]:
                left[0] -= 1
                raise Refused(code, "planted")
            return create(task)

        self.local.queue.add = add  # type: ignore[method-assign] # a planted fault


@pytest.fixture
def queue() -> Iterator[Queue]:
    running = Queue()
    yield running
    running.local.stop()


def test_a_task_finds_its_function_on_cloud_run(queue: Queue) -> None:
    queue.on_cloud_run().create("send_step", "name-1", b"{}", LATER)
    [created] = queue.local.queue.created
    assert created.url == "https://send-step-123.europe-west1.run.example.com"


def test_a_task_posts_json_to_the_function_when_it_is_due(queue: Queue) -> None:
    queue.tasks.create("send_step", "name-1", b'{"org":"acme"}', LATER)
    [created] = queue.local.queue.created
    assert created.name == f"{QUEUE}/tasks/name-1"
    assert created.url == "https://functions.example.com/send_step"
    assert created.schedule_time == LATER
    task = queue.local.queue.get(created.name)
    assert task is not None
    assert (task.method, task.body) == ("POST", b'{"org":"acme"}')
    assert task.headers["Content-Type"] == "application/json"
    assert "Authorization" not in task.headers


def test_a_function_with_a_queue_of_its_own_does_not_take_the_others(queue: Queue) -> None:
    queue.tasks.create("send_step", "name-1", b"{}", LATER)
    queue.tasks.create("deliver_event", "name-1", b"{}", LATER)
    queue.tasks.create("deliver_event", "name-1", b"{}", LATER)
    assert [(one.name, one.url.rpartition("/")[2]) for one in queue.local.queue.created] == [
        (f"{QUEUE}/tasks/name-1", "send_step"),
        (f"{EVENT_QUEUE}/tasks/name-1", "deliver_event"),
    ]


def test_a_task_carries_the_invokers_token(queue: Queue) -> None:
    queue.adapter(invoker="caller@local.example.com").create("send_step", "name-1", b"{}", LATER)
    [task] = queue.local.queue.tasks()
    assert task.headers["Authorization"].startswith("Bearer ")


def test_a_name_that_exists_is_no_error_and_makes_no_second_task(queue: Queue) -> None:
    queue.tasks.create("send_step", "name-1", b"{}", LATER)
    queue.tasks.create("send_step", "name-1", b"{}", LATER)
    assert len(queue.local.queue.created) == 1


def test_a_queue_that_fails_for_a_moment_is_asked_again(queue: Queue) -> None:
    queue.refuse(grpc.StatusCode.UNAVAILABLE, times=1)
    queue.tasks.create("send_step", "name-1", b"{}", LATER)
    assert len(queue.local.queue.created) == 1


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, RateLimited),
        (grpc.StatusCode.INTERNAL, Unavailable),
        (grpc.StatusCode.PERMISSION_DENIED, Unavailable),
        (grpc.StatusCode.INVALID_ARGUMENT, Permanent),
    ],
)
def test_errors_become_ours(queue: Queue, code: grpc.StatusCode, raised: type[OutreachError]) -> None:
    queue.refuse(code, times=1)
    with pytest.raises(raised) as error:
        queue.tasks.create("send_step", "name-1", b"{}", LATER)
    assert "planted" not in str(error.value)


def test_a_missing_queue_is_for_the_operator_and_the_work_comes_again(queue: Queue) -> None:
    with pytest.raises(Unavailable):
        queue.adapter(queue=f"{QUEUE}-gone").create("send_step", "name-1", b"{}", LATER)
