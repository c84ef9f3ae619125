"""Run flows as workers that stop at every call to the outside: a test decides who goes on, and who dies.

A worker pauses before and after each call: between a check and its request, and between an effect and the
knowledge of it. Deterministic: one thread, and nothing moves unless the test moves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from greenlet import getcurrent, greenlet

from lib.core.errors import OutreachError
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Enrollment, Inbox, Pending
from lib.ports import Gmail
from tests.flows.memory_services import MemoryServices, MemoryTasks
from tests.localcloud.memory_store import MemoryStore


class Crash(BaseException):
    """Kill a worker where it stands."""


class Worker(greenlet):  # type: ignore[misc] # greenlet ships no types
    """One run of a flow; ``looked_at`` is when it last listed the history, or began: calls so far."""

    def __init__(
        self, name: str, work: Callable[[], Any], after: Callable[[bool], None], *, began: int
    ) -> None:
        super().__init__(self._run)
        self.name, self.work, self.after = name, work, after
        self.looked_at = began
        self.at = "start"
        self.crashed = False

    def _run(self) -> None:
        done = False
        try:
            self.work()
            done = True
        except (OutreachError, Crash):
            pass
        self.after(done)

    def step(self) -> bool:
        """Go on to the next pause; say whether the worker still lives."""
        self.at = self.switch() or "end"
        return not self.dead

    def crash(self) -> None:
        """Die here; a worker that has not begun dies without a trace."""
        self.crashed = True
        if self:
            self.throw(Crash)
        else:
            self.after(not self.crashed)


def pause(label: str) -> None:
    """Let the test decide what happens next, when a worker calls."""
    worker = getcurrent()
    if isinstance(worker, Worker):
        if worker.crashed:
            raise Crash
        assert worker.parent is not None
        worker.parent.switch(label)


class PausingStore(MemoryStore):
    """Pause before and after each call."""

    def read(self, keys: Iterable[Key[Any]]) -> Snapshot:
        pause("before read")
        return super().read(keys)

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if not changes.writes and not changes.deletes:
            return super().commit(snapshot, changes)
        pause("before commit")
        after = super().commit(snapshot, changes)
        pause("after commit")
        return after

    def due_enrollments(self, now: datetime, limit: int) -> list[Enrollment]:
        pause("before query")
        return super().due_enrollments(now, limit)

    def due_inboxes(self, now: datetime, limit: int) -> list[Inbox]:
        pause("before query")
        return super().due_inboxes(now, limit)

    def has_open_send(self, org: str, mailbox: str) -> bool:
        pause("before query")
        found = super().has_open_send(org, mailbox)
        pause("after query")
        return found

    def pending(self, org: str, mailbox: str, limit: int) -> list[Pending]:
        pause("before query")
        return super().pending(org, mailbox, limit)

    def figures(self, org: str, campaign: str) -> Mapping[str, int]:
        return super().figures(org, campaign)


class PausingGmail:
    """Pause before and after each request to Gmail."""

    def __init__(self, gmail: Gmail, on_call: Callable[[str, tuple[Any, ...]], None]) -> None:
        self._gmail, self._on_call = gmail, on_call

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._gmail, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            pause(f"before {name}")
            self._on_call(name, args)
            answer = method(*args, **kwargs)
            pause(f"after {name}")
            return answer

        return call


class PausingTasks(MemoryTasks):
    """Pause before a task is created, and after."""

    def create(self, function: str, name: str, body: bytes, at: datetime | None) -> None:
        pause("before create task")
        super().create(function, name, body, at)
        pause("after create task")


class PausingServices(MemoryServices):
    """Hold all that the flows need, with a pause at every call to the outside."""

    def __init__(self, on_call: Callable[[str, tuple[Any, ...]], None]) -> None:
        super().__init__()
        self.store = PausingStore()
        self.tasks = PausingTasks()
        self._on_call = on_call

    def gmail(self, inbox: Inbox) -> Gmail:
        return PausingGmail(super().gmail(inbox), self._on_call)
