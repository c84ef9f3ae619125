"""Show that the local clock and Cloud Tasks behave as they should, through the official client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
import urllib3
from google.api_core import exceptions
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from werkzeug import Request, Response

from tests.localcloud.clock import LocalClock, RemoteClock
from tests.localcloud.cloud_tasks import CloudTasks
from tests.localcloud.http import serve
from tests.localcloud.task_queue import TaskFaults
from tests.localcloud.waiting import wait_until

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PARENT = "projects/local/locations/europe-west1"
QUEUE = f"{PARENT}/queues/outreach"


class Target:
    """Receive tasks; answer with the statuses given, then with 200."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.server = serve(self.application)
        self.url = self.server.url

    @property
    def application(self) -> Any:
        @Request.application
        def application(request: Request) -> Response:
            self.requests.append((request.get_data(as_text=True), dict(request.headers)))
            status, headers = self.answers.pop(0) if self.answers else (200, {})
            return Response("", status, headers)

        return application


class Tasks:
    """Hold a served queue, its official client, its clock and its target."""

    def __init__(self) -> None:
        self.clock = LocalClock(START)
        self.service = CloudTasks(self.clock.now)
        self.queue = self.service.queue
        server = self.service.serve()
        self.channel = grpc.insecure_channel(server.target)
        self.client = tasks_v2.CloudTasksClient(transport=CloudTasksGrpcTransport(channel=self.channel))
        self.client.create_queue(parent=PARENT, queue=tasks_v2.Queue(name=QUEUE))
        self.target = Target()

    def create(self, name: str = "", *, after: timedelta | None = None, **http: Any) -> tasks_v2.Task:
        request = tasks_v2.HttpRequest(url=self.target.url, http_method=tasks_v2.HttpMethod.POST, **http)
        task = tasks_v2.Task(
            name=f"{QUEUE}/tasks/{name}" if name else "",
            http_request=request,
            schedule_time=None if after is None else self.clock.now() + after,
        )
        return self.client.create_task(parent=QUEUE, task=task)

    def move(self, step: timedelta) -> None:
        self.clock.move_to(self.clock.now() + step)
        self.queue.wake()

    def settle(self) -> None:
        wait_until(self.queue.idle)


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    held = Tasks()
    yield held
    held.channel.close()
    held.service.stop()
    held.target.server.stop()


class TestClock:
    def test_it_moves_only_when_told_and_never_back(self) -> None:
        clock = LocalClock(START)
        server = clock.serve()
        remote = RemoteClock(server.url)
        remote.move_to(START + timedelta(days=3))
        assert clock.now() == remote.now() == START + timedelta(days=3)
        with pytest.raises(ValueError, match="never goes back"):
            remote.move_to(START)
        assert urllib3.request("GET", server.url).json() == {"now": "2026-03-05T09:00:00+00:00"}
        server.stop()


class TestCloudTasks:
    def test_a_task_without_a_time_is_posted_at_once_with_googles_headers(self, tasks: Tasks) -> None:
        tasks.create("now", body=b'{"step": 1}', headers={"Content-Type": "application/json"})
        tasks.settle()
        ((body, headers),) = tasks.target.requests
        assert body == '{"step": 1}'
        assert headers["Content-Type"] == "application/json"
        assert headers["X-Cloudtasks-Taskname"] == "now"
        assert headers["X-Cloudtasks-Queuename"] == "outreach"
        assert headers["X-Cloudtasks-Taskretrycount"] == "0"
        assert headers["X-Cloudtasks-Taskexecutioncount"] == "0"
        assert float(headers["X-Cloudtasks-Tasketa"]) == START.timestamp()
        assert "Authorization" not in headers

    def test_an_oidc_token_is_sent_when_asked_for(self, tasks: Tasks) -> None:
        tasks.create("signed", oidc_token=tasks_v2.OidcToken(service_account_email="invoker@example.com"))
        tasks.settle()
        assert tasks.target.requests[0][1]["Authorization"] == "Bearer local-oidc"

    def test_a_name_stays_taken_while_it_waits_after_it_ran_and_after_deletion(self, tasks: Tasks) -> None:
        tasks.create("waits", after=timedelta(hours=1))
        tasks.create("ran")
        tasks.create("deleted", after=timedelta(hours=1))
        tasks.client.delete_task(name=f"{QUEUE}/tasks/deleted")
        tasks.settle()
        for name in ("waits", "ran", "deleted"):
            with pytest.raises(exceptions.AlreadyExists):
                tasks.create(name)
        tasks.move(timedelta(hours=2))
        tasks.settle()
        assert [headers["X-Cloudtasks-Taskname"] for _, headers in tasks.target.requests] == ["ran", "waits"]
        assert tasks.service.calls.snapshot()["CreateTask"] == 6

    def test_a_task_is_due_by_the_domain_clock(self, tasks: Tasks) -> None:
        created = tasks.create("later", after=timedelta(days=2))
        assert tasks.queue.idle()
        assert tasks.queue.next_due() == START + timedelta(days=2)
        assert tasks.client.get_task(name=created.name).schedule_time == START + timedelta(days=2)
        tasks.move(timedelta(days=1))
        tasks.settle()
        assert tasks.target.requests == []
        tasks.move(timedelta(days=1))
        assert not tasks.queue.idle()
        tasks.settle()
        assert len(tasks.target.requests) == 1
        with pytest.raises(exceptions.NotFound):
            tasks.client.get_task(name=created.name)

    def test_a_failed_attempt_comes_again_until_it_succeeds(self, tasks: Tasks) -> None:
        tasks.target.answers = [(500, {}), (429, {}), (404, {})]
        tasks.create("stubborn")
        tasks.settle()
        counts = [headers["X-Cloudtasks-Taskretrycount"] for _, headers in tasks.target.requests]
        assert counts == ["0", "1", "2", "3"]
        assert tasks.queue.counters["failed"] == 3

    def test_retry_after_is_waited_for_on_the_domain_clock(self, tasks: Tasks) -> None:
        tasks.target.answers = [(503, {"Retry-After": "120"})]
        tasks.create("patient")
        wait_until(lambda: tasks.queue.next_due() == START + timedelta(seconds=120))
        assert tasks.queue.idle()
        tasks.move(timedelta(seconds=119))
        tasks.settle()
        assert len(tasks.target.requests) == 1
        tasks.move(timedelta(seconds=1))
        tasks.settle()
        assert len(tasks.target.requests) == 2

    def test_what_google_refuses_is_refused(self, tasks: Tasks) -> None:
        with pytest.raises(exceptions.InvalidArgument):
            tasks.create("big", body=b"x" * 100_001)
        with pytest.raises(exceptions.InvalidArgument):
            tasks.create("far", after=timedelta(days=30, seconds=1))
        with pytest.raises(exceptions.NotFound):
            tasks.client.create_task(
                parent=f"{PARENT}/queues/none",
                task=tasks_v2.Task(http_request=tasks_v2.HttpRequest(url=tasks.target.url)),
            )
        tasks.create("far", after=timedelta(days=30))

    def test_tasks_are_listed_page_by_page(self, tasks: Tasks) -> None:
        for number in range(5):
            tasks.create(f"t{number}", after=timedelta(hours=1))
        pager = tasks.client.list_tasks(request={"parent": QUEUE, "page_size": 2})
        assert [task.name[-2:] for task in pager] == ["t0", "t1", "t2", "t3", "t4"]

    def test_faults_double_and_lose_the_tasks_named(self, tasks: Tasks) -> None:
        tasks.queue.faults = TaskFaults(
            double_if=lambda task: task.name.endswith("/twice"),
            lose_if=lambda task: task.name.endswith("/lost"),
        )
        for name in ("once", "twice", "lost"):
            tasks.create(name)
        tasks.settle()
        names = sorted(headers["X-Cloudtasks-Taskname"] for _, headers in tasks.target.requests)
        assert names == ["once", "twice", "twice"]
        assert [created.name.rsplit("/", 1)[-1] for created in tasks.queue.created] == [
            "once",
            "twice",
            "lost",
        ]

    def test_faults_delay_tasks_and_their_doubles_on_the_domain_clock(self, tasks: Tasks) -> None:
        hour = timedelta(hours=1)
        tasks.queue.faults = TaskFaults(delay=hour, double_if=lambda _: True, double_after=hour)
        tasks.create("late")
        for arrived in (0, 1, 2, 2):
            tasks.settle()
            assert len(tasks.target.requests) == arrived
            tasks.move(hour)

    def test_the_same_seed_strikes_the_same_tasks(self, tasks: Tasks) -> None:
        struck = []
        for run in ("a", "b"):
            tasks.queue.faults = TaskFaults(lose_probability=0.5, seed=7)
            before = len(tasks.target.requests)
            for number in range(20):
                tasks.create(f"{run}-{number}")
            tasks.settle()
            got = {headers["X-Cloudtasks-Taskname"][2:] for _, headers in tasks.target.requests[before:]}
            assert 0 < len(got) < 20
            struck.append(got)
        assert struck[0] == struck[1]
