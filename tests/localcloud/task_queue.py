"""Own the local queue's engine: which task is sent when, how often, and which faults meet it on the way.

A task is due by the domain's clock; only the pause after a failed attempt runs on real time, so that a
simulated clock that stands still cannot stall a retry. A task's name stays taken for good, also after it ran
or was deleted.
"""

from __future__ import annotations

import heapq
import itertools
import random
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import urllib3

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 1.0
#: How often a clock that moves by itself is looked at while nothing else happens.
CLOCK_LOOK = 0.25
DISPATCHES_AT_ONCE = 8


class Created(NamedTuple):
    """Log entry of one accepted task."""

    name: str
    url: str
    schedule_time: datetime


@dataclass(kw_only=True)
class LocalTask:
    """Hold one task and its attempts; ``extra`` marks the second delivery of a doubled one."""

    name: str
    url: str
    body: bytes
    headers: dict[str, str]
    due: datetime
    method: str = "POST"
    extra: bool = False
    attempts: int = 0
    responses: int = 0
    deleted: bool = False
    pause: float = 0.0


@dataclass(kw_only=True)
class TaskFaults:
    """Say what goes wrong on purpose; chances are drawn from a seeded generator."""

    double_probability: float = 0.0
    lose_probability: float = 0.0
    #: Decide for single tasks, on top of the chances.
    double_if: Callable[[LocalTask], bool] = lambda _task: False
    lose_if: Callable[[LocalTask], bool] = lambda _task: False
    #: How much later, by the domain's clock, the second delivery of a doubled task comes.
    double_after: timedelta = timedelta(0)
    #: How late, by the domain's clock, every task comes.
    delay: timedelta = timedelta(0)
    seed: int = 0
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def loses(self, task: LocalTask) -> bool:
        return self.lose_if(task) or self._random.random() < self.lose_probability

    def doubles(self, task: LocalTask) -> bool:
        return self.double_if(task) or self._random.random() < self.double_probability


class TaskQueue:
    """Dispatch tasks over HTTP when they are due, a few at once; anything but 2xx comes again."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.faults = TaskFaults()
        self.created: list[Created] = []
        self.counters: Counter[str] = Counter()
        self._tasks: dict[str, LocalTask] = {}
        self._names: set[str] = set()
        self._waiting: list[tuple[datetime, int, LocalTask]] = []
        self._pausing: list[tuple[float, int, LocalTask]] = []
        self._running = 0
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopping = self._woken = False
        self._http = urllib3.PoolManager(maxsize=DISPATCHES_AT_ONCE, block=False)
        self._pool = ThreadPoolExecutor(DISPATCHES_AT_ONCE, thread_name_prefix="task")
        self._scheduler = threading.Thread(target=self._schedule, name="task-scheduler", daemon=True)
        self._scheduler.start()

    def add(self, task: LocalTask) -> bool:
        """Take a task in, unless its name was ever used: then return False."""
        with self._changed:
            if task.name in self._names:
                return False
            self._names.add(task.name)
            self.created.append(Created(task.name, task.url, task.due))
            self.counters["created"] += 1
            if self.faults.loses(task):
                self.counters["lost"] += 1
                return True
            self._tasks[task.name] = task
            if self.faults.doubles(task):
                self.counters["doubled"] += 1
                self._push(
                    LocalTask(**(vars(task) | {"extra": True, "due": task.due + self.faults.double_after}))
                )
            self._push(task)
            self._changed.notify_all()
            return True

    def get(self, name: str) -> LocalTask | None:
        with self._changed:
            return self._tasks.get(name)

    def tasks(self) -> list[LocalTask]:
        with self._changed:
            return list(self._tasks.values())

    def delete(self, name: str) -> bool:
        """Take a task out; False when it is not there any more. An attempt that runs already goes on."""
        with self._changed:
            task = self._tasks.pop(name, None)
            if task is None:
                return False
            task.deleted = True
            self._changed.notify_all()
            return True

    def wake(self) -> None:
        """Look again at what is due: the clock was moved."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def idle(self) -> bool:
        """Say whether nothing runs, nothing is due and nothing pauses before its next attempt."""
        now = self.now()
        with self._changed:
            self._drop_deleted()
            due = bool(self._waiting) and self._waiting[0][0] <= now
            return not (due or self._pausing or self._running)

    def next_due(self) -> datetime | None:
        """Return the time of the earliest task that waits, or None."""
        with self._changed:
            self._drop_deleted()
            return self._waiting[0][0] if self._waiting else None

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._scheduler.join()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._http.clear()

    def _push(self, task: LocalTask) -> None:
        heapq.heappush(self._waiting, (task.due + self.faults.delay, next(self._order), task))

    def _drop_deleted(self) -> None:
        heaps: tuple[list[tuple[Any, int, LocalTask]], ...] = (self._waiting, self._pausing)
        for heap in heaps:
            while heap and heap[0][2].deleted:
                heapq.heappop(heap)

    def _schedule(self) -> None:
        while True:
            now = self.now()
            with self._changed:
                if self._stopping:
                    return
                ready = self._take_ready(now)
                if not ready:
                    # The clock may have been moved since it was read above: then look again at once.
                    if not self._woken:
                        self._changed.wait(self._until_next(now))
                    self._woken = False
                    continue
                self._running += len(ready)
            for task in ready:
                self._pool.submit(self._attempt, task)

    def _take_ready(self, now: datetime) -> list[LocalTask]:
        self._drop_deleted()
        ready = []
        while self._waiting and self._waiting[0][0] <= now:
            ready.append(heapq.heappop(self._waiting)[2])
        while self._pausing and self._pausing[0][0] <= time.monotonic():
            ready.append(heapq.heappop(self._pausing)[2])
        return [task for task in ready if not task.deleted]

    def _until_next(self, now: datetime) -> float:
        waits = [CLOCK_LOOK]
        if self._waiting:
            waits.append((self._waiting[0][0] - now).total_seconds())
        if self._pausing:
            waits.append(self._pausing[0][0] - time.monotonic())
        return max(min(waits), 0.001)

    def _attempt(self, task: LocalTask) -> None:
        status, retry_after = 0, ""
        try:
            if not self._stopping:
                status, retry_after = self._request(task)
        finally:
            self._settle(task, status, retry_after)

    def _request(self, task: LocalTask) -> tuple[int, str]:
        headers = task.headers | {
            "User-Agent": "Google-Cloud-Tasks",
            "X-CloudTasks-TaskName": task.name.rsplit("/", 1)[-1],
            "X-CloudTasks-QueueName": task.name.split("/")[-3],
            "X-CloudTasks-TaskRetryCount": str(task.attempts),
            "X-CloudTasks-TaskExecutionCount": str(task.responses),
            "X-CloudTasks-TaskETA": f"{task.due.astimezone(UTC).timestamp():.6f}",
        }
        try:
            answer = self._http.request(
                task.method, task.url, body=task.body, headers=headers, retries=False, timeout=600.0
            )
        except urllib3.exceptions.HTTPError as error:
            if not self._stopping:
                print(f"task {headers['X-CloudTasks-TaskName']}: {type(error).__name__}", file=sys.stderr)
            return 0, ""
        return answer.status, answer.headers.get("Retry-After", "")

    def _settle(self, task: LocalTask, status: int, retry_after: str) -> None:
        """File the task by the answer's status; 0 stands for no answer."""
        now = self.now()
        with self._changed:
            self._running -= 1
            task.attempts += 1
            task.responses += status > 0
            self.counters["dispatched"] += 1
            if 200 <= status < 300:
                self.counters["succeeded"] += 1
                if not task.extra:
                    self._tasks.pop(task.name, None)
            else:
                self.counters["failed"] += 1
                if not (task.extra or task.deleted):
                    self._again(task, now, retry_after)
            self._changed.notify_all()

    def _again(self, task: LocalTask, now: datetime, retry_after: str) -> None:
        if retry_after.isdigit() and int(retry_after) > 0:
            task.due = now + timedelta(seconds=int(retry_after))
            heapq.heappush(self._waiting, (task.due, next(self._order), task))
            return
        task.pause = min(max(2 * task.pause, FIRST_PAUSE), LONGEST_PAUSE)
        heapq.heappush(self._pausing, (time.monotonic() + task.pause, next(self._order), task))
