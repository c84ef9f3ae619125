"""Own the stage of the protocol's model: queue, workers, Gmail, candidates and clock, moved by hand."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from math import ceil
from typing import Any

import msgspec
from greenlet import getcurrent

from lib.core import keys
from lib.core.enrollment import LIVE
from lib.core.ids import enrollment_id
from lib.core.records import Day, ReplyKind, Status, Step
from lib.flows.maintaining import maintain
from lib.flows.receiving import Continuation, receive
from lib.flows.sending import send_step, task_from
from tests.flows.memory_services import MAILBOX, ORG, OWNER, QueuedTask
from tests.flows.outreach import DAY, MINUTE
from tests.localcloud.gmail import mail as mails
from tests.localcloud.gmail.faults import Fault
from tests.properties.workers import PausingServices, Worker

#: Candidates of each campaign; the first is in both.
CAMPAIGNS = {"c1": ("ann@example.org", "ben@example.net"), "c2": ("ann@example.org",)}
FAULTY = (
    *("drafts.create", "drafts.send", "drafts.delete", "drafts.list", "messages.send"),
    *("history.list", "messages.get", "messages.modify", "labels.create"),
)
#: What a call may fail with: mostly for a moment, sometimes so that the mailbox pauses.
ERRORS: list[dict[str, Any]] = [
    *[{"status": 503}] * 4,
    {"drop": True},
    {"status": 403, "reason": "userRateLimitExceeded"},
    {"status": 429, "message": "User-rate limit exceeded (Mail sending)", "retry_after": 1800},
    {"status": 400, "reason": "failedPrecondition", "message": "Precondition check failed."},
]
STOPPED_BY_MAIL = {Status.REPLIED, Status.BOUNCED}
HOW = ("thread", "other address", "subject", "address alone")


def steps_of(campaign: str, gap: int) -> tuple[Step, ...]:
    return tuple(
        Step(
            id=id_,
            subject=f"A role at Acme {campaign}",
            text=f"Hello {{{{ name }}}}, [{campaign}/{id_}]",
            delay=timedelta(days=gap if number else 0),
        )
        for number, id_ in enumerate(("intro", "nudge", "last"))
    )


class Scene:
    """Let things happen one step at a time; ``violations`` says which promise was broken."""

    headers_only = False

    def __init__(self) -> None:
        self.services = PausingServices(self.on_call)
        self.world = self.services.world
        self.world.notifier.publish = lambda _topic, _data: self.notify()
        self.workers: list[Worker] = []
        self.notifications: list[str] = []
        self.retried: set[str] = set()
        self.published = 0
        #: (gmail id, enrollment key) -> calls so far when it came in
        self.answers: dict[tuple[str, str, str], int] = {}
        self.unrelated: set[str] = set()
        self.violations: list[str] = []

    def on_call(self, name: str, args: tuple[Any, ...]) -> None:
        worker = getcurrent()
        if not isinstance(worker, Worker):
            return
        if name == "history":
            worker.looked_at = len(self.world.access_log)
        if name == "send_draft":
            draft = self.world.accounts[OWNER].drafts.get(args[0])
            if draft is not None:
                self.check_send(worker, draft.message.raw)
        if name == "send_message":
            self.check_send(worker, args[0])

    def check_send(self, worker: Worker, raw: bytes) -> None:
        """Nobody known to have answered gets a mail, nor anybody whose answer a last look could see.

        Without drafts a stop cannot call a mail back that is under way.
        """
        campaign, step = mark_of(raw)
        to = mails.addresses(mails.parse(raw), "To")[0]
        status = self.services.enrollment(to, campaign).status
        if status in STOPPED_BY_MAIL and not self.headers_only:
            self.violations.append(f"{to} got {campaign}/{step} although {status}")
        if step == "intro":
            return
        for (who, where, _), came_in in self.answers.items():
            if (who, where) == (to, campaign) and came_in <= worker.looked_at:
                self.violations.append(f"{to} got {campaign}/{step} after an answer was there to be seen")

    def notify(self) -> None:
        self.published += 1
        self.notifications.append(f"push-{self.published}")

    def due(self) -> list[QueuedTask]:
        now = self.services.clock.now()
        return [task for task in self.services.tasks.waiting if task.at is None or task.at <= now]

    def take_task(self, task: QueuedTask, *, twice: bool, steps: int) -> None:
        if not twice:
            self.services.tasks.waiting.remove(task)
        self.start_task(task)
        self.move(self.workers[-1], steps)

    def start_task(self, task: QueuedTask) -> None:
        def work() -> None:
            if task.function == "send_step":
                send_step(self.services, task_from(task.body), retried=task.name in self.retried)
            else:
                go_on = msgspec.json.decode(task.body, type=Continuation)
                receive(self.services, go_on.inbox, go_on=go_on)

        def after(done: bool) -> None:  # noqa: FBT001 - what became of it
            if not done:
                self.retried.add(task.name)
                if task not in self.services.tasks.waiting:
                    self.services.tasks.waiting.append(task)

        self.start(task.function, work, after)

    def take_push(self, push: str, *, twice: bool, steps: int) -> None:
        if not twice:
            self.notifications.remove(push)

        def after(done: bool) -> None:  # noqa: FBT001 - what became of it
            if not done and push not in self.notifications:
                self.notifications.append(push)

        work = lambda: receive(self.services, self.services.inbox_id, push=push)  # noqa: E731
        self.start("receive", work, after)
        self.move(self.workers[-1], steps)

    def start(self, name: str, work: Callable[[], Any], after: Callable[[bool], None]) -> None:
        self.workers.append(Worker(name, work, after, began=len(self.world.access_log)))

    def move(self, worker: Worker, steps: int) -> bool:
        """Let a worker go on; say whether it still lives."""
        for _ in range(steps):
            if not worker.step():
                self.workers.remove(worker)
                return False
        return True

    def kill(self, worker: Worker, steps: int) -> None:
        if self.move(worker, steps):
            self.workers.remove(worker)
            worker.crash()

    def start_maintain_for(self, steps: int) -> None:
        self.start("maintain", lambda: maintain(self.services, lambda *_: None), lambda _done: None)
        self.move(self.workers[-1], steps)

    def pass_time(self, minutes: int) -> None:
        self.services.clock.move(timedelta(minutes=minutes))
        self.world.settle()

    def call_will_fail(self, method: str, when: Any, error: dict[str, Any]) -> None:
        """Let a call fail before or after its effect; what Gmail refuses it has not done.

        A draft would show when that is not so; a mail without one rests on Gmail's word.
        """
        refused = error.get("status", 500) < 500 and method == "messages.send"
        self.world.faults.add(Fault(method=method, when="before" if refused else when, **error))

    def expire_history(self) -> None:
        box = self.world.accounts[OWNER]
        self.world.expire_history_before(box.history_id, OWNER)

    def friend_writes(self, *, bulk: bool) -> None:
        raw = written("friend@example.com", f"Lunch {len(self.unrelated)}?")
        labels = ("CATEGORY_PROMOTIONS",) if bulk else ()
        self.unrelated.add(self.world.deliver(raw, OWNER, labels)["id"])

    def received(self) -> list[tuple[str, str, str, Any]]:
        """Return who got which mail: address, campaign, step."""
        found: list[tuple[str, str, str, Any]] = []
        for candidate in ("ann@example.org", "ben@example.net"):
            found += [
                (candidate, *mark_of(delivery.raw), delivery)
                for delivery in self.world.outside_inbox(candidate)
            ]
        return found

    def answer(self, index: int, how: str) -> None:
        candidate, campaign, _, delivery = self.received()[index]
        original = mails.parse(delivery.raw)
        subject = f"Re: {str(original['Subject']).removeprefix('Re: ')}"
        sender, reference = candidate, delivery.message_id
        if how == "other address":
            sender = "private@example.com"
        elif how == "subject":
            reference = None
        elif how == "address alone":
            subject, reference = "Hello from me", None
        came_in = len(self.world.access_log)
        answer = self.world.deliver(written(sender, subject, reference), OWNER)
        self.answers[candidate, campaign, answer["id"]] = came_in

    def tick(self, minutes: int) -> bool:
        """Do all that is due, let time pass until the next task at most; say whether anything is left."""
        maintain(self.services, self.report)
        for task in self.due():
            self.services.tasks.waiting.remove(task)
            self.start_task(task)
            worker = self.workers.pop()
            while worker.step():
                pass
        now = self.services.clock.now()
        next_task = min((task.at - now for task in self.services.tasks.waiting if task.at), default=DAY)
        self.pass_time(max(1, min(minutes, ceil(next_task / MINUTE))))
        inbox = self.services.inbox()
        live = [one for one in self.enrollments() if one.open or one.status in set(LIVE) - self.final]
        return bool(live) or inbox.pending_marks != inbox.pending_done or int(inbox.cursor) < self.newest()

    def report(self, event: str, id_: str, error: Exception) -> None:
        raise AssertionError((event, id_)) from error

    def newest(self) -> int:
        """Return the id of the newest history record that says of a new message."""
        box = self.world.accounts[OWNER]
        # What has expired may have been such records, too.
        return max((one.id for one in box.history if one.kind == "messagesAdded"), default=box.expired_before)

    def enrollments(self) -> list[Any]:
        return [self.services.enrollment(who, where) for where, some in CAMPAIGNS.items() for who in some]

    @property
    def final(self) -> frozenset[Status]:
        """Return the live statuses that nothing leads out of: what had no draft may have to be held."""
        return frozenset({Status.HELD} if self.headers_only else ())

    def check_ledger(self) -> None:
        """Each later place in the ledger is a slot of somebody who goes on, and each such slot is there."""
        now = self.services.clock.now()
        places = {
            (entry.enrollment, entry.step, entry.at)
            for day in self.services.store._query(Day, "orgs")
            for entry in day.entries
            if entry.at > now
        }
        slots = {
            (one.id, slot.step, slot.due)
            for one in self.enrollments()
            if one.status in LIVE
            for slot in one.slots
            if slot.due > now
        }
        assert places == slots

    def check_end(self) -> None:
        answered = {(who, where) for who, where, _ in self.answers}
        for record in self.enrollments():
            got = [one for one in self.received() if one[:2] == (record.email, record.campaign)]
            assert len(got) == record.sent_count, record
            everywhere = {where for who, where in answered if who == record.email}
            if everywhere:
                assert record.status in {Status.REPLIED, Status.OPTED_OUT}, record
            elif record.status not in self.final | {Status.OPTED_OUT}:
                assert record.status is Status.COMPLETED, record
                assert len(got) == len(record.slots)
        for candidate, campaign, gmail_id in self.answers:
            reply_key = keys.reply(ORG, MAILBOX, gmail_id)
            reply = self.services.store.read([reply_key])[reply_key]
            assert reply is not None, f"an answer of {candidate} is lost"
            assert reply.kind is ReplyKind.PERSON
            contact = self.services.contact_id(candidate)
            assert reply.enrollment in {enrollment_id(campaign, contact) for campaign in CAMPAIGNS}


@functools.cache
def mark_of(raw: bytes) -> tuple[str, str]:
    """Return campaign and step of a mail of ours, as its text says."""
    found = re.search(r"\[(\w+)/(\w+)\]", mails.text_of(mails.parse(raw)))
    assert found is not None
    return found.group(1), found.group(2)


def written(sender: str, subject: str, reference: str | None = None) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, OWNER, subject
    if reference is not None:
        message["In-Reply-To"] = message["References"] = reference
    message.set_content("Thank you for your mail.")
    return bytes(message)
