"""Drive the flows on in-memory services: send, push, maintain, answer, and look at what came of it.

Something can be made to happen once before or after any call to Gmail: a crash, another worker, time passing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, Literal

import msgspec

from lib.core import keys
from lib.core.errors import Retryable
from lib.core.optout import optout_token
from lib.core.records import Campaign, Contact, Inbox, Limits, Pending, Reads, Record, Reply, Status
from lib.flows.delivering_events import deliver_event
from lib.flows.delivering_events import task_from as event_task_from
from lib.flows.jobs import Tally
from lib.flows.maintaining import maintain
from lib.flows.opting_out import opt_out
from lib.flows.queueing import queue_step
from lib.flows.receiving import Continuation, receive
from lib.flows.sending import send_step, task_from
from lib.ports import Gmail
from tests.flows.memory_services import (
    MAILBOX,
    ORG,
    OWNER,
    MemoryServices,
    QueuedTask,
    connected,
    enrolled,
)
from tests.localcloud.gmail import mail as mails
from tests.localcloud.gmail.faults import Fault

ANN, BEN = "ann@example.org", "ben@example.net"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
READS = {"messages.get", "messages.list", "history.list", "drafts.list", "drafts.get"}


class Crash(BaseException):
    """The process dies here."""


def crash() -> None:
    raise Crash


class EventfulGmail:
    """Let things happen before and after calls, each once."""

    def __init__(self, gmail: Gmail, events: dict[str, Callable[[], Any]]) -> None:
        self._gmail, self._events = gmail, events

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._gmail, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._events.pop(f"before {name}", lambda: None)()
            answer = method(*args, **kwargs)
            self._events.pop(f"after {name}", lambda: None)()
            return answer

        return call


class Outreach(MemoryServices):
    """In-memory services with a connected mailbox, and hands to work with them."""

    def __init__(
        self,
        *candidates: str,
        access: Literal["full", "headers"] = "full",
        limits: Limits | None = None,
    ) -> None:
        super().__init__()
        self.events: dict[str, Callable[[], Any]] = {}
        self.failures: list[Exception] = []
        self.retried: set[str] = set()
        connected(self, access=access, limits=limits)
        if candidates:
            enrolled(self, *candidates)
        self.world.access_log.clear()

    def gmail(self, inbox: Inbox) -> Gmail:
        return EventfulGmail(super().gmail(inbox), self.events)

    def fault(self, method: str, **what: Any) -> None:
        self.world.faults.add(Fault(method=method, **what))

    # What the functions do

    def send(self, email: str = ANN, *, campaign: str = "c1", retried: bool = False) -> str:
        return send_step(self, self.task(email, campaign), retried=retried)

    def push(self, id_: str = "push") -> bool:
        return receive(self, self.inbox_id, push=id_)

    def maintain(self) -> Tally:
        return maintain(self, lambda _event, _id, error: self.failures.append(error))

    def pass_time(self, by: timedelta) -> None:
        self.clock.move(by)
        self.world.settle()

    def run_tasks(self) -> list[str]:
        """Deliver every task that is due; what fails comes again with the next call, as a retry."""
        now, done = self.clock.now(), []
        for task in [task for task in self.tasks.waiting if task.at is None or task.at <= now]:
            self.tasks.waiting.remove(task)
            try:
                done.append(self._run(task, retried=task.name in self.retried))
            except Retryable as error:
                self.retried.add(task.name)
                self.tasks.waiting.append(replace(task, at=now + error.retry_after))
        return done

    def _run(self, task: QueuedTask, *, retried: bool) -> str:
        if task.function == "send_step":
            return send_step(self, task_from(task.body), retried=retried)
        if task.function == "deliver_event":
            return deliver_event(self, event_task_from(task.body))
        go_on = msgspec.json.decode(task.body, type=Continuation)
        return str(receive(self, go_on.inbox, go_on=go_on))

    def go_on(self, by: timedelta = 6 * MINUTE) -> None:
        """Let time pass minute by minute, with the queue and ``maintain`` at work."""
        end = self.clock.now() + by
        while self.clock.now() < end:
            self.pass_time(MINUTE)
            self.maintain()
            self.run_tasks()

    def run_through(self, until: Callable[[], bool], *, most: timedelta = 2 * DAY) -> None:
        """Let time pass from task to task, with ``maintain`` every few minutes, until a state is reached."""
        end, again = self.clock.now() + most, self.clock.now()
        while self.clock.now() < end:
            if self.clock.now() >= again:
                self.maintain()
                with suppress(Retryable):
                    self.push(f"at {again}")
                again = self.clock.now() + 5 * MINUTE
                if until():
                    return
            self.run_tasks()
            self.clock.time = min([again, *(task.at for task in self.tasks.waiting if task.at)])
            self.clock.time = max(self.clock.time, again - 5 * MINUTE)
            self.world.settle()
        raise AssertionError("it was never reached")

    def queue(self, email: str = ANN) -> None:
        queue_step(self, self.enrollment(email))

    def opt_out(self, email: str = ANN) -> None:
        opt_out(self, optout_token(self.address_key, ORG, self.contact_id(email)))

    def reconnect(self) -> None:
        """Let the grant live again, as a new consent leaves the inbox."""
        self.world.revoked.clear()
        after = msgspec.structs.replace(
            self.inbox(), status="connected", look_at=self.clock.now(), sealed_token="acme/sub-1/new"
        )
        self.put(keys.inbox(self.inbox_id), after)

    def send_nudge(self) -> str:
        """Send the first step, work its notification off, and be asked for the second one a day later."""
        assert self.send() == "sent"
        self.push("of the first step")
        self.pass_time(DAY)
        return self.send()

    # What candidates do

    def deliver(self, raw: bytes | EmailMessage, **how: Any) -> str:
        return str(self.world.deliver(bytes(raw), OWNER, **how)["id"])

    def answer(self, email: str = ANN, **changes: str) -> str:
        """Answer the last mail as a mail program does; return the answer's Gmail id."""
        return self.deliver(self.written(email, **changes))

    def written(self, email: str = ANN, text: str = "Thank you.", **headers: str) -> EmailMessage:
        last = self.world.outside_inbox(email)[-1]
        subject = str(mails.parse(last.raw)["Subject"]).removeprefix("Re: ")
        message = EmailMessage()
        standard = {
            "From": email,
            "To": OWNER,
            "Subject": f"Re: {subject}",
            "In-Reply-To": last.message_id,
            "References": last.message_id,
        }
        for name, value in (
            standard | {key.replace("_", "-"): value for key, value in headers.items()}
        ).items():
            if value:
                message[name] = value
        message.set_content(text)
        return message

    # What came of it

    def got(self, email: str = ANN) -> int:
        return len(self.world.outside_inbox(email))

    def status(self, email: str = ANN, campaign: str = "c1") -> Status:
        return self.enrollment(email, campaign).status

    def reply(self, gmail_id: str) -> Reply | None:
        key = keys.reply(ORG, MAILBOX, gmail_id)
        return self.store.read([key])[key]

    def kept(self, kind: type[Any]) -> list[Any]:
        return self.store._query(kind, "orgs")

    @property
    def pending(self) -> list[Pending]:
        return self.kept(Pending)

    def campaign(self, id_: str = "c1") -> Campaign:
        key = keys.campaign(ORG, id_)
        return self.store.read([key]).need(key)

    def edit_campaign(self, id_: str = "c1", **changes: Any) -> None:
        self.put(keys.campaign(ORG, id_), msgspec.structs.replace(self.campaign(id_), **changes))

    def contact(self, email: str = ANN) -> Contact:
        key = keys.contact(ORG, self.contact_id(email))
        return self.store.read([key]).need(key)

    def drafts(self) -> list[str]:
        return list(self.world.accounts[OWNER].drafts)

    def calls(self) -> list[str]:
        return [entry.method for entry in self.world.access_log]

    def bodies(self) -> set[str]:
        return {id_ for entry in self.world.access_log if entry.body for id_ in entry.message_ids}

    def headers_read(self) -> set[str]:
        return {
            id_ for entry in self.world.access_log if entry.format == "metadata" for id_ in entry.message_ids
        }

    def reads_made(self) -> Mapping[tuple[str, str], int]:
        """Return what Gmail handed out: method, and message for what reads one."""
        made: Counter[tuple[str, str]] = Counter()
        for entry in self.world.access_log:
            if entry.method in READS:
                ids = entry.message_ids if "get" in entry.method else [""]
                made.update((entry.method, id_) for id_ in ids)
        return made

    def reads_recorded(self) -> Mapping[tuple[str, str], int]:
        """Return the same from the record of reads."""
        recorded: Counter[tuple[str, str]] = Counter()
        for record in self.kept(Reads):
            for entry in record.entries:
                if entry.method not in READS:
                    continue
                ids = entry.ids if "get" in entry.method else ("",)
                recorded.update((entry.method, id_) for id_ in ids)
        return recorded

    def everything(self) -> list[Record]:
        return self.kept(Record)
