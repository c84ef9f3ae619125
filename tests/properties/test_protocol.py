"""Show the four promises over both protocols at once, with everything going wrong in between.

Workers crash and stall at every call to the outside, tasks and notifications come twice, late, in any order
or never, calls fail before and after their effect, the history expires, and candidates answer in the middle.
"""

from __future__ import annotations

import functools
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import msgspec
from greenlet import getcurrent
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from lib.core import keys
from lib.core.enrollment import LIVE
from lib.core.ids import enrollment_id
from lib.core.optout import optout_token
from lib.core.records import ReplyKind, Status, Step
from lib.flows.maintaining import maintain
from lib.flows.opting_out import opt_out
from lib.flows.receiving import Continuation, receive
from lib.flows.sending import send_step, task_from
from tests.flows.memory_services import MAILBOX, ORG, OWNER, QueuedTask, connected, enrolled
from tests.localcloud.gmail import mail as mails
from tests.localcloud.gmail.faults import Fault
from tests.properties.workers import PausingServices, Worker

#: Candidates of each campaign; the first is in both.
CAMPAIGNS = {"c1": ("ann@example.org", "ben@example.net"), "c2": ("ann@example.org",)}
FAULTY = ("drafts.create", "drafts.send", "drafts.delete", "history.list", "messages.get", "messages.modify")
STOPPED_BY_MAIL = {Status.REPLIED, Status.BOUNCED}
#: How far a worker gets in one go: mostly to its end, else it stalls on the way.
GO = st.sampled_from([99, 99, 99, 99, *range(24)])

HOW = ("thread", "other address", "subject", "address alone")
#: What happens in a storm, and how often relative to the rest.
STORM = {
    "task": 8,
    "push": 4,
    "lost": 1,
    "move": 9,
    "crash": 1.5,
    "maintain": 3,
    "time": 3,
    "fault": 1.5,
    "answer": 0.4,
    "friend": 0.7,
    "expiry": 0.2,
}
STORM_LENGTH = 80


def _go(chance: random.Random) -> int:
    """Return how far a worker gets: to its end, or it stalls on the way."""
    return 99 if chance.random() < 0.5 else chance.randrange(24)


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


class Protocol(RuleBasedStateMachine):
    """Move workers, the queue, Gmail, candidates and the clock, one step at a time."""

    def __init__(self) -> None:
        super().__init__()
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

    @initialize(
        survives=st.booleans(),
        labels=st.booleans(),
        hidden=st.sampled_from([0, 1, 10]),
        empty_pages=st.sampled_from([0, 0, 2]),
        gap=st.sampled_from([0, 1]),
        storms=st.lists(st.integers(0, 2**32), min_size=1, max_size=3),
    )
    def begin(
        self, *, survives: bool, labels: bool, hidden: int, empty_pages: int, gap: int, storms: list[int]
    ) -> None:
        connected(self.services)
        self.world.draft_thread_survives = survives
        self.world.history_labels = labels
        self.world.sent_visible_after = timedelta(minutes=hidden)
        self.world.empty_pages = empty_pages
        for campaign, candidates in CAMPAIGNS.items():
            enrolled(self.services, *candidates, campaign=campaign, steps=steps_of(campaign, gap))
            for candidate in candidates:
                self.queue(candidate, campaign)
        for seed in storms:
            self.storm(seed)

    # What is watched at each call

    def on_call(self, name: str, args: tuple[Any, ...]) -> None:
        worker = getcurrent()
        if not isinstance(worker, Worker):
            return
        if name == "history":
            worker.looked_at = len(self.world.access_log)
        if name == "send_draft":
            self.check_send(worker, args[0])

    def check_send(self, worker: Worker, draft_id: str) -> None:
        """Nobody known to have answered gets a mail, nor anybody whose answer a last look could see."""
        draft = self.world.accounts[OWNER].drafts.get(draft_id)
        if draft is None:
            return
        campaign, step = mark_of(draft.message.raw)
        to = mails.addresses(draft.message.parsed, "To")[0]
        status = self.services.enrollment(to, campaign).status
        if status in STOPPED_BY_MAIL:
            self.violations.append(f"{to} got {campaign}/{step} although {status}")
        if step == "intro":
            return
        for (who, where, _), came_in in self.answers.items():
            if (who, where) == (to, campaign) and came_in <= worker.looked_at:
                self.violations.append(f"{to} got {campaign}/{step} after an answer was there to be seen")

    def notify(self) -> None:
        self.published += 1
        self.notifications.append(f"push-{self.published}")

    # The queue

    def queue(self, candidate: str, campaign: str) -> None:
        task = self.services.task(candidate, campaign)
        body = msgspec.json.encode(task)
        self.services.tasks.create(
            "send_step", f"first-{candidate}-{campaign}", body, self.services.clock.now()
        )

    def due(self) -> list[QueuedTask]:
        now = self.services.clock.now()
        return [task for task in self.services.tasks.waiting if task.at is None or task.at <= now]

    @precondition(lambda self: self.due())
    @rule(data=st.data(), twice=st.booleans(), steps=GO)
    def deliver_task(self, *, data: st.DataObject, twice: bool, steps: int) -> None:
        self.take_task(data.draw(st.sampled_from(self.due()), label="task"), twice=twice, steps=steps)

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

    @precondition(lambda self: self.due())
    @rule(data=st.data())
    def lose_task(self, data: st.DataObject) -> None:
        self.services.tasks.waiting.remove(data.draw(st.sampled_from(self.due()), label="task"))

    # Notifications

    @precondition(lambda self: self.notifications)
    @rule(data=st.data(), twice=st.booleans(), steps=GO)
    def deliver_notification(self, *, data: st.DataObject, twice: bool, steps: int) -> None:
        push = data.draw(st.sampled_from(self.notifications), label="push")
        self.take_push(push, twice=twice, steps=steps)

    def take_push(self, push: str, *, twice: bool, steps: int) -> None:
        if not twice:
            self.notifications.remove(push)

        def after(done: bool) -> None:  # noqa: FBT001 - what became of it
            if not done and push not in self.notifications:
                self.notifications.append(push)

        work = lambda: receive(self.services, self.services.inbox_id, push=push)  # noqa: E731
        self.start("receive", work, after)
        self.move(self.workers[-1], steps)

    @precondition(lambda self: self.notifications)
    @rule()
    def lose_notifications(self) -> None:
        self.notifications.clear()

    # Workers

    def start(self, name: str, work: Callable[[], Any], after: Callable[[bool], None]) -> None:
        self.workers.append(Worker(name, work, after, began=len(self.world.access_log)))

    def move(self, worker: Worker, steps: int) -> bool:
        """Let a worker go on; say whether it still lives."""
        for _ in range(steps):
            if not worker.step():
                self.workers.remove(worker)
                return False
        return True

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), steps=GO)
    def move_worker(self, data: st.DataObject, steps: int) -> None:
        self.move(data.draw(st.sampled_from(self.workers), label="worker"), steps)

    @precondition(lambda self: self.workers)
    @rule(data=st.data(), steps=st.integers(0, 24))
    def crash_worker(self, data: st.DataObject, steps: int) -> None:
        self.kill(data.draw(st.sampled_from(self.workers), label="worker"), steps)

    def kill(self, worker: Worker, steps: int) -> None:
        if self.move(worker, steps):
            self.workers.remove(worker)
            worker.crash()

    @rule(steps=GO)
    def start_maintain(self, steps: int) -> None:
        self.start_maintain_for(steps)

    def start_maintain_for(self, steps: int) -> None:
        self.start("maintain", lambda: maintain(self.services, lambda *_: None), lambda _done: None)
        self.move(self.workers[-1], steps)

    # The world

    @rule(minutes=st.sampled_from([1, 4, 6, 35, 60 * 24]))
    def time_passes(self, minutes: int) -> None:
        self.pass_time(minutes)

    def pass_time(self, minutes: int) -> None:
        self.services.clock.move(timedelta(minutes=minutes))
        self.world.settle()

    @rule(method=st.sampled_from(FAULTY), when=st.sampled_from(["before", "after"]))
    def a_call_will_fail(self, method: str, when: Any) -> None:
        self.world.faults.add(Fault(method=method, when=when, status=503))

    @rule()
    def history_expires(self) -> None:
        self.expire_history()

    def expire_history(self) -> None:
        box = self.world.accounts[OWNER]
        self.world.expire_history_before(box.history_id, OWNER)

    @rule(bulk=st.booleans())
    def unrelated_mail(self, *, bulk: bool) -> None:
        self.friend_writes(bulk=bulk)

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

    @precondition(lambda self: self.received())
    @rule(data=st.data(), how=st.sampled_from(HOW))
    def a_candidate_answers(self, data: st.DataObject, how: str) -> None:
        self.answer(data.draw(st.integers(0, len(self.received()) - 1), label="mail"), how)

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

    @rule()
    def a_candidate_opts_out(self) -> None:
        candidate = "ben@example.net"
        token = optout_token(self.services.address_key, ORG, self.services.contact_id(candidate))
        self.start("opt out", lambda: opt_out(self.services, token), lambda _done: None)

    # All of it, fast

    def storm(self, seed: int) -> None:
        """Let many things happen at random, as on busy days; the single rules go on from there."""
        chance = random.Random(seed)
        names, weights = zip(*STORM.items(), strict=True)
        for _ in range(STORM_LENGTH):
            getattr(self, f"_random_{chance.choices(names, weights)[0]}")(chance)

    def _random_task(self, chance: random.Random) -> None:
        if due := self.due():
            self.take_task(chance.choice(due), twice=chance.random() < 0.3, steps=_go(chance))

    def _random_push(self, chance: random.Random) -> None:
        if self.notifications:
            self.take_push(chance.choice(self.notifications), twice=chance.random() < 0.2, steps=_go(chance))

    def _random_lost(self, _chance: random.Random) -> None:
        self.notifications.clear()

    def _random_move(self, chance: random.Random) -> None:
        if self.workers:
            self.move(chance.choice(self.workers), _go(chance))

    def _random_crash(self, chance: random.Random) -> None:
        if self.workers:
            self.kill(chance.choice(self.workers), chance.randrange(12))

    def _random_maintain(self, chance: random.Random) -> None:
        self.start_maintain_for(_go(chance))

    def _random_time(self, chance: random.Random) -> None:
        self.pass_time(chance.choice((1, 2, 4, 6, 11, 35, 60 * 24)))

    def _random_fault(self, chance: random.Random) -> None:
        when: Any = chance.choice(("before", "after"))
        self.world.faults.add(Fault(method=chance.choice(FAULTY), when=when, status=503))

    def _random_answer(self, chance: random.Random) -> None:
        if received := self.received():
            self.answer(chance.randrange(len(received)), chance.choice(HOW))

    def _random_friend(self, chance: random.Random) -> None:
        self.friend_writes(bulk=chance.random() < 0.3)

    def _random_expiry(self, _chance: random.Random) -> None:
        self.expire_history()

    # The promises

    @invariant()
    def never_twice(self) -> None:
        seen = Counter(one[:3] for one in self.received())
        assert not [what for what, count in seen.items() if count > 1]

    @invariant()
    def never_after_an_answer(self) -> None:
        assert not self.violations

    @invariant()
    def never_read(self) -> None:
        for entry in self.world.access_log:
            assert not entry.snippet
            assert not (entry.body and self.unrelated & set(entry.message_ids)), entry

    def teardown(self) -> None:
        """When all faults stop, everything comes to its end: no answer is lost, nobody is forgotten."""
        if not self.world.accounts:
            return
        self.world.faults.clear()
        while self.workers:
            worker = self.workers.pop(0)
            while worker.step():
                pass
        for minutes in (1, 2, 31, 12 * 60) * 12:
            if not self.tick(minutes):
                break
        self.never_twice()
        self.never_after_an_answer()
        self.never_read()
        self.check_end()

    def tick(self, minutes: int) -> bool:
        """Do all that is due, then let some time pass; say whether anything is left to do."""
        maintain(self.services, self.report)
        for task in self.due():
            self.services.tasks.waiting.remove(task)
            self.start_task(task)
            worker = self.workers.pop()
            while worker.step():
                pass
        self.pass_time(minutes)
        inbox = self.services.inbox()
        live = [one for one in self.enrollments() if one.status in LIVE or one.open]
        return bool(live) or inbox.pending_marks != inbox.pending_done or int(inbox.cursor) < self.newest()

    def report(self, event: str, id_: str, error: Exception) -> None:
        raise AssertionError((event, id_)) from error

    def newest(self) -> int:
        """Return the id of the newest history record that says of a new message."""
        records = self.world.accounts[OWNER].history
        return max((one.id for one in records if one.kind == "messagesAdded"), default=0)

    def enrollments(self) -> list[Any]:
        return [self.services.enrollment(who, where) for where, some in CAMPAIGNS.items() for who in some]

    def check_end(self) -> None:
        answered = {(who, where) for who, where, _ in self.answers}
        for record in self.enrollments():
            got = [one for one in self.received() if one[:2] == (record.email, record.campaign)]
            assert len(got) == record.sent_count, record
            everywhere = {where for who, where in answered if who == record.email}
            if everywhere:
                assert record.status in {Status.REPLIED, Status.OPTED_OUT}, record
            elif record.status is not Status.OPTED_OUT:
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


TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(
    settings.get_profile(settings.get_current_profile_name()),
    stateful_step_count=15,
    suppress_health_check=list(HealthCheck),
)
