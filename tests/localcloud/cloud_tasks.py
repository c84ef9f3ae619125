"""Own the local Cloud Tasks: the official gRPC service over one TaskQueue, whatever queues there are.

Refuses what Google refuses: a name used before, a body over 100 KB, a time over 30 days ahead, an unknown
queue.
"""

from __future__ import annotations

import os
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import grpc
from google.cloud import tasks_v2
from google.protobuf import empty_pb2

from tests.localcloud.clock import RemoteClock, SystemClock
from tests.localcloud.command_line import port_from
from tests.localcloud.grpc_server import CallCounter, GrpcServer, Method, Refused, service
from tests.localcloud.interrupts import run_until_stopped
from tests.localcloud.task_queue import LocalTask, TaskQueue

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICE = "google.cloud.tasks.v2.CloudTasks"
MAX_TASK = 100_000
MAX_AHEAD = timedelta(days=30)


class CloudTasks:
    """Answer the Cloud Tasks API; ``now`` is the domain's clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.queue = TaskQueue(now)
        self.calls = CallCounter()
        self._lock = threading.Lock()
        self._queues: dict[str, tasks_v2.Queue] = {}
        self._server: GrpcServer | None = None

    def serve(self, port: int = 0) -> GrpcServer:
        self._server = GrpcServer([service(SERVICE, self._methods(), self.calls)], port)
        return self._server

    def stop(self) -> None:
        if self._server:
            self._server.stop()
        self.queue.stop()

    def add_queue(self, name: str) -> None:
        """Make a queue from inside, unless it is there already."""
        with self._lock:
            self._queues.setdefault(name, tasks_v2.Queue(name=name, state=tasks_v2.Queue.State.RUNNING))

    def create_queue(self, request: tasks_v2.CreateQueueRequest) -> tasks_v2.Queue:
        name = request.queue.name
        if not name.startswith(f"{request.parent}/queues/"):
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "Queue name is not in the parent location.")
        with self._lock:
            if name in self._queues:
                raise Refused(grpc.StatusCode.ALREADY_EXISTS, "Queue already exists")
        self.add_queue(name)
        return self._queues[name]

    def get_queue(self, request: tasks_v2.GetQueueRequest) -> tasks_v2.Queue:
        self._check_queue(request.name)
        return self._queues[request.name]

    def create_task(self, request: tasks_v2.CreateTaskRequest) -> tasks_v2.Task:
        self._check_queue(request.parent)
        asked = request.task
        name = asked.name or f"{request.parent}/tasks/{uuid.uuid4().int >> 64}"
        http = asked.http_request
        now = self.queue.now()
        due = _moment(asked.schedule_time) if "schedule_time" in asked else now
        if not name.startswith(f"{request.parent}/tasks/"):
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "Task name does not belong to the queue.")
        if not http.url:
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "HttpRequest.url is required")
        if len(http.body) > MAX_TASK:
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "Task size too large")
        if due > now + MAX_AHEAD:
            raise Refused(
                grpc.StatusCode.INVALID_ARGUMENT,
                "The Task.scheduleTime is too far in the future; it must be within 30 days.",
            )
        headers = dict(http.headers)
        if "oidc_token" in http:
            headers["Authorization"] = "Bearer local-oidc"
        task = LocalTask(
            name=name,
            url=http.url,
            body=http.body,
            headers=headers,
            due=due,
            method=tasks_v2.HttpMethod(http.http_method or tasks_v2.HttpMethod.POST).name,
        )
        if not self.queue.add(task):
            raise Refused(
                grpc.StatusCode.ALREADY_EXISTS,
                "The task cannot be created because a task with this name existed.",
            )
        return _shown(task)

    def get_task(self, request: tasks_v2.GetTaskRequest) -> tasks_v2.Task:
        task = self.queue.get(request.name)
        if task is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, "The task does not exist.")
        return _shown(task)

    def list_tasks(self, request: tasks_v2.ListTasksRequest) -> tasks_v2.ListTasksResponse:
        self._check_queue(request.parent)
        inside = f"{request.parent}/tasks/"
        tasks = sorted((t for t in self.queue.tasks() if t.name.startswith(inside)), key=lambda t: t.name)
        start, size = int(request.page_token or 0), request.page_size or 1000
        page = [_shown(task) for task in tasks[start : start + size]]
        more = str(start + size) if start + size < len(tasks) else ""
        return tasks_v2.ListTasksResponse(tasks=page, next_page_token=more)

    def delete_task(self, request: tasks_v2.DeleteTaskRequest) -> empty_pb2.Empty:
        if not self.queue.delete(request.name):
            raise Refused(grpc.StatusCode.NOT_FOUND, "The task does not exist.")
        return empty_pb2.Empty()

    def _check_queue(self, name: str) -> None:
        with self._lock:
            if name not in self._queues:
                raise Refused(grpc.StatusCode.NOT_FOUND, "Queue does not exist.")

    def _methods(self) -> dict[str, Method]:
        table: list[tuple[str, Any, Any, Any]] = [
            ("CreateQueue", self.create_queue, tasks_v2.CreateQueueRequest, tasks_v2.Queue),
            ("GetQueue", self.get_queue, tasks_v2.GetQueueRequest, tasks_v2.Queue),
            ("CreateTask", self.create_task, tasks_v2.CreateTaskRequest, tasks_v2.Task),
            ("GetTask", self.get_task, tasks_v2.GetTaskRequest, tasks_v2.Task),
            ("ListTasks", self.list_tasks, tasks_v2.ListTasksRequest, tasks_v2.ListTasksResponse),
        ]
        methods = {name: Method(run, asked.deserialize, given.serialize) for name, run, asked, given in table}
        methods["DeleteTask"] = Method(
            self.delete_task, tasks_v2.DeleteTaskRequest.deserialize, empty_pb2.Empty.SerializeToString
        )
        return methods


def _moment(value: Any) -> datetime:
    """Return proto-plus's timestamp as a plain aware datetime, whose arithmetic stays plain."""
    return datetime.fromtimestamp(value.timestamp(), UTC)


def _shown(task: LocalTask) -> tasks_v2.Task:
    return tasks_v2.Task(
        name=task.name,
        schedule_time=task.due,
        dispatch_count=task.attempts,
        response_count=task.responses,
        http_request=tasks_v2.HttpRequest(
            url=task.url,
            http_method=getattr(tasks_v2.HttpMethod, task.method),
            headers=task.headers,
            body=task.body,
        ),
    )


def main(argv: list[str]) -> None:
    """Serve Cloud Tasks with the queues that the environment names, by OUTREACH_CLOCK_URL, until stopped."""
    url = os.environ.get("OUTREACH_CLOCK_URL")
    service = CloudTasks((RemoteClock(url) if url else SystemClock()).now)
    for name in ("OUTREACH_QUEUE", "OUTREACH_EVENT_QUEUE"):
        if queue := os.environ.get(name):
            service.add_queue(queue)
    print(f"CLOUD_TASKS_ENDPOINT={service.serve(port_from(argv, 'tasks')).target}", flush=True)
    run_until_stopped(service.stop)
