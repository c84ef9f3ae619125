"""Own a local Gmail around which life goes on: each request takes time, and what happens meanwhile happens.

Faults are the same in rate for every contestant, by one seed. Nothing sleeps: the domain's time moves.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from tests.bench.contest.people import STEPS, People, answer
from tests.flows.memory_services import StillClock
from tests.localcloud.gmail import mail as mails
from tests.localcloud.gmail.faults import Fault
from tests.localcloud.gmail.mailbox import Mailbox
from tests.localcloud.gmail.records import Delivery
from tests.localcloud.gmail.world import World

#: How long a request to Gmail takes.
CALL_TIME = timedelta(milliseconds=250)
#: Of the sends, how many are cut off after their effect, fail after it, fail before it; of the reads, how
#: many fail.
CUT, FAILED_AFTER, FAILED_BEFORE, READ_FAILED = 0.04, 0.02, 0.03, 0.02
_STEP = re.compile(r"\[(\w+)\]")


@dataclass(frozen=True)
class Answered:
    """An answer that reached a mailbox."""

    gmail_id: str
    mailbox: str
    candidate: str
    at: datetime


class LivingWorld(World):
    """A Gmail with people around it."""

    def __init__(self, clock: StillClock, people: People) -> None:
        super().__init__(clock.now, self._published, seed=people.seed)
        self.clock, self.people = clock, people
        self.answers: list[Answered] = []
        self.private: set[str] = set()
        self.notifications: list[str] = []
        #: Says when a contestant will begin to work on a candidate's next step; None: there is none.
        self.next_work: Callable[[str], datetime | None] = lambda _candidate: None
        self._happenings: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = count()
        self.notifier.lose_notifications = people.loses_notification
        for method in ("messages.send", "drafts.send"):
            self._fails(method, when="after", drop=True, probability=CUT)
            self._fails(method, when="after", status=503, probability=FAILED_AFTER)
            self._fails(method, when="before", status=503, probability=FAILED_BEFORE)
        for method in ("messages.get", "history.list"):
            self._fails(method, when="before", status=503, probability=READ_FAILED)

    def _fails(self, method: str, **how: object) -> None:
        self.faults.add(Fault(method=method, times=None, **how))  # type: ignore[arg-type] # literals

    def note_request(self, account: str | None, request: str) -> int:
        self.pass_to(self.clock.time + CALL_TIME)
        return super().note_request(account, request)

    def pass_to(self, moment: datetime) -> None:
        """Let time pass, and happen what happens until then."""
        while self._happenings and self._happenings[0][0] <= moment:
            at, _, happen = heapq.heappop(self._happenings)
            self.clock.time = max(self.clock.time, at)
            happen()
        self.clock.time = max(self.clock.time, moment)

    def live(self, mailbox: str, hours: float) -> None:
        """Let private mail come to a mailbox."""
        for after, raw in self.people.private_mail(mailbox, hours):

            def arrive(raw: bytes = raw) -> None:
                self.private.add(self.deliver(raw, mailbox)["id"])

            self._at(self.clock.time + after, arrive)

    def _at(self, moment: datetime, happen: Callable[[], object]) -> None:
        heapq.heappush(self._happenings, (moment, next(self._order), happen))

    def _published(self, _topic: str, data: dict[str, object]) -> None:
        self.notifications.append(str(data["emailAddress"]))

    def _route(self, sender: Mailbox, raw: bytes, recipient: str, thread: str) -> None:
        super()._route(sender, raw, recipient, thread)
        # What a contestant plans next shows once it has noted the send.
        got = self.outside_inbox(recipient)[-1]
        self._at(self.clock.time + timedelta(minutes=1), lambda: self._consider(got))

    def _consider(self, got: Delivery) -> None:
        """Let somebody answer a mail, or not; the same mail once more is answered no second time."""
        step = step_of(got.raw)
        same = [one for one in self.outside_inbox(got.recipient) if step_of(one.raw) == step]
        how = self.people.answering(got.recipient, step)
        if how is None or same[0] is not got:
            return
        if how.delay is not None:
            when = self.clock.time + how.delay
        else:
            next_work = self.next_work(got.recipient)
            if next_work is None:
                return
            when = next_work - how.early

        def arrive() -> None:
            subject = str(mails.parse(got.raw)["Subject"])
            raw = answer(how.how, got.recipient, got.sender, subject, got.message_id)
            found = self.deliver(raw, got.sender)["id"]
            self.answers.append(Answered(found, got.sender, got.recipient, self.clock.time))
            if how.forgetting:
                self.expire_history_before(self.accounts[got.sender].history_id, got.sender)

        self._at(max(when, self.clock.time), arrive)

    def sent(self) -> list[tuple[str, str, Delivery]]:
        """Return who got which step, in all: address, step, mail."""
        return [
            (address, step_of(one.raw), one)
            for address in self.outside_addresses()
            for one in self.outside_inbox(address)
        ]


def step_of(raw: bytes) -> str:
    """Return the step of a campaign's mail, as its text says."""
    found = _STEP.search(mails.text_of(mails.parse(raw)))
    assert found is not None
    assert found.group(1) in STEPS
    return found.group(1)
