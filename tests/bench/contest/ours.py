"""Own our flows on the stage: tasks at their time, notifications as they come, maintain every minute.

They run on the in-memory store and queue, and reach the same Gmail over HTTP by the adapter that is deployed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.adapters.gmail import GmailAccess, OAuthClient
from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import OutreachError, Retryable
from lib.core.ids import address_id, enrollment_id
from lib.core.records import Enrollment, Inbox, Mailbox, Reply, ReplyKind, Status
from lib.flows.enqueueing import accept
from lib.flows.maintaining import maintain
from lib.flows.receiving import Continuation, receive
from lib.flows.sending import send_step, task_from
from lib.ports import Gmail
from tests.bench.contest.living_world import step_of
from tests.bench.contest.people import STEPS, SUBJECT
from tests.bench.contest.stage import STEP_DELAY, Crash, Load, Stage, next_minute
from tests.flows.memory_services import ORG, TOPIC, MemoryServices, QueuedTask

#: How soon a queue hands a task out again whose worker has died.
REDELIVERED = timedelta(seconds=10)


class _Dying:
    """Let the process die right after a send."""

    def __init__(self, gmail: Gmail, stage: Stage, address: str) -> None:
        self._gmail, self._stage, self._address = gmail, stage, address

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gmail, name)

    def send_draft(self, draft: str) -> Any:
        held = self._stage.world.accounts[self._address].drafts.get(draft)
        sent = self._gmail.send_draft(draft)
        if held is not None:
            self._stage.may_die(str(held.message.parsed["To"]), step_of(held.message.raw))
        return sent


class Ours(MemoryServices):
    """Run our flows: tasks at their time, notifications as they come, ``maintain`` every minute."""

    def __init__(self, stage: Stage, load: Load) -> None:
        super().__init__()
        self.stage, self.load = stage, load
        self.world, self.clock = stage.world, stage.clock
        self.failures: list[Exception] = []
        self._retried: set[str] = set()
        self._grants = {address: stage.grant(address)["refresh_token"] for address in load.addresses()}
        self._access = GmailAccess(
            endpoint=f"{stage.server.url}/",
            token_url=f"{stage.server.url}/token",
            client=lambda: OAuthClient("local-client", "local-secret"),
            now=self.clock.now,
        )
        stage.world.next_work = self._next_work
        for number, address in enumerate(load.addresses()):
            self._connect(f"sub-{number}", address)
            self._accept(f"sub-{number}", address)

    def gmail(self, inbox: Inbox) -> Gmail:
        token = self._grants[inbox.address]
        mailbox = self._access.mailbox(inbox.id, inbox.sealed_token, lambda: token, access=inbox.access)
        return _Dying(mailbox, self.stage, inbox.address)

    def _connect(self, sub: str, address: str) -> None:
        now, id_ = self.clock.now(), address_id(self.address_key, address)
        inbox = Inbox(
            id=id_,
            org=ORG,
            mailbox=sub,
            address=address,
            status="connected",
            access="full",
            sealed_token=f"acme/{sub}/token",
            label=None,
            cursor="1",
            watch_expires=now,
            renew_at=now + timedelta(days=1),
            look_at=now + timedelta(hours=1),
            looked_at=now,
        )
        gmail = self.gmail(inbox)
        label, watch = _patiently(lambda: gmail.ensure_labels(["Outreach"])[0]), gmail.watch(TOPIC)
        inbox = msgspec.structs.replace(
            inbox, label=label, cursor=watch.history_id, watch_expires=watch.expires
        )
        mailbox = Mailbox(
            org=ORG,
            id=sub,
            inbox=id_,
            owner=address,
            address=address,
            sender_name="Robin Recruiter",
            connected_at=now - timedelta(days=30),
        )
        self.put(keys.inbox(id_), inbox)
        self.put(keys.mailbox(ORG, sub), mailbox)

    def _accept(self, sub: str, address: str) -> None:
        hours = int(STEP_DELAY / timedelta(hours=1))
        body = {
            "id": f"campaign-{sub}",
            "mailbox": sub,
            "name": "Engineers",
            "timezone": "Europe/Berlin",
            "window": "always",
            "steps": [
                {
                    "id": step,
                    "subject": "" if place else SUBJECT,
                    "text": f"Hello {{{{ name }}}}, this is [{step}].",
                    "delay": f"PT{hours}H" if place else "P0D",
                }
                for place, step in enumerate(STEPS)
            ],
            "candidates": [{"email": one, "name": "Kim"} for one in self.load.shortlist(address)],
        }
        caller = VerifiedCaller(org=ORG, user=address, email=address, role="member")
        accept(self, caller, json.dumps(body).encode())

    def _enrollments(self) -> list[Enrollment]:
        return self.store._query(Enrollment, "orgs")

    def _next_work(self, candidate: str) -> datetime | None:
        contact = self.contact_id(candidate)
        for sub in range(self.load.mailboxes):
            key = keys.enrollment(ORG, enrollment_id(f"campaign-sub-{sub}", contact))
            if (one := self.store.read([key])[key]) is not None:
                return one.due if one.status is Status.WAITING else None
        return None

    def run(self, until: datetime) -> None:
        pushes, again = 0, self.clock.time
        while self.clock.time < until:
            while self.stage.world.notifications:
                pushes += 1
                address = self.stage.world.notifications.pop(0)
                self._push(address, f"push-{pushes}")
            if self.clock.time >= again:
                again = next_minute(self.clock.time + timedelta(microseconds=1))
                self._whatever(lambda: maintain(self, lambda _event, _id, error: self.failures.append(error)))
            for task in [one for one in self.tasks.waiting if one.at is None or one.at <= self.clock.time]:
                self._run(task)
            if self.stage.world.notifications:
                continue
            soonest = min([again, *(task.at for task in self.tasks.waiting if task.at)])
            self.stage.world.pass_to(max(self.clock.time, min(soonest, again)))

    def _push(self, address: str, id_: str) -> None:
        """Deliver a notification; Pub/Sub brings one again that failed."""
        try:
            receive(self, address_id(self.address_key, address), push=id_)
        except (OutreachError, Crash):
            self.stage.world.notifications.append(address)
            self.stage.world.pass_to(self.clock.time + timedelta(seconds=1))

    def _whatever(self, work: Callable[[], object]) -> None:
        with suppress(Crash):
            work()

    def _run(self, task: QueuedTask) -> None:
        """Deliver a task as the queue does, and again when it fails or its worker dies."""
        self.tasks.waiting.remove(task)
        try:
            if task.function == "send_step":
                send_step(self, task_from(task.body), retried=task.name in self._retried)
            elif task.function == "watch_notification":
                go_on = msgspec.json.decode(task.body, type=Continuation)
                receive(self, go_on.inbox, go_on=go_on)
        except (Retryable, Crash) as error:
            wait = error.retry_after if isinstance(error, Retryable) else REDELIVERED
            self._retried.add(task.name)
            self.tasks.waiting.append(replace(task, at=self.clock.time + wait))

    def found(self) -> set[tuple[str, str]]:
        people = {one.id: one.email for one in self._enrollments()}
        replies = self.store._query(Reply, "orgs")
        return {(one.gmail_id, people[one.enrollment]) for one in replies if one.kind is ReplyKind.PERSON}

    def close(self) -> None:
        self._access.close()
        self.stage.server.stop()


def _patiently(call: Callable[[], Any]) -> Any:
    """Call until Gmail's bad luck has passed."""
    while True:
        with suppress(OutreachError):
            return call()
