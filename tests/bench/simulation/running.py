"""Own the run of the simulation: maintain, queue and send_step, event by event, with the core's decisions.

When a step is looked at, queued, sent, put into a new slot, or left alone is decided by lib/core on records
made for the occasion. Simulated are the time that things take, the queues of the sends and of the events, and
maintain's runs, one after the other. Reads of the mailbox between are counted by the minute
(resources.py).
"""

from __future__ import annotations

import heapq
import random
from array import array
from collections import deque
from math import inf

from lib.core import keys
from lib.core.enrollment import HORIZON, requeued, wake_for
from lib.core.incoming.receiving import LOOK_EVERY
from lib.core.keys import Snapshot, Versioned
from lib.core.plans.slotting import planned_anew
from lib.core.records import Campaign, Mailbox
from lib.core.sending import Reslot, Send, next_move
from lib.flows.maintaining import GO_ON
from tests.bench.simulation.parameters import COSTS, START, Deployment, Load
from tests.bench.simulation.population import ORG, Acceptance, Population, share_of_the_day
from tests.bench.simulation.queue import Queue
from tests.bench.simulation.records_of import PAPERS, Records, time_of
from tests.bench.simulation.tallies import Tally

#: Looks into silent mailboxes are simulated so many at a time.
BUNDLE = 10
#: A path takes so much of its usual time, more or less.
LEAST, MOST = 0.7, 1.6
SECONDS = {name: path["seconds"] for name, path in COSTS["paths"].items()}
#: The part of maintain's time that is left when nothing is due.
IDLE = SECONDS["maintain, with nothing due"]
QUEUEING = SECONDS["queueing, by maintain"]
DELIVERING = SECONDS["delivering an event"]
ZERO = START.timestamp()


class Simulation(Records):
    """Hold one run; it ends before its time once more than ``enough`` steps have missed their slots."""

    def __init__(self, load: Load, deployment: Deployment, seed: int = 0, *, enough: float = inf) -> None:
        self.enough = enough
        self.load, self.deployed, self.random = load, deployment, random.Random(seed)
        super().__init__(Population(load, seed))
        self.tally = Tally(load.days + 40)
        count = load.candidates
        self.over = bytearray(count)
        self.answered = array("d", [inf]) * count
        #: When maintain looks at a candidate, as Firestore has it; what else lies in the heap is stale.
        self.wake = array("d", [inf]) * count
        self.waking: list[tuple[float, int]] = []
        #: (time, number, candidate, step): what lies in the queue of the sends.
        self.tasks: list[tuple[float, int, int, int]] = []
        self.events: deque[float] = deque()
        self.looks = [
            (ZERO + LOOK_EVERY.total_seconds() * self.random.random(), number)
            for number in range(
                load.mailboxes // BUNDLE if load.mailboxes >= 100 * BUNDLE else load.mailboxes
            )
        ]
        self.looks_of_a_bundle = load.mailboxes / len(self.looks)
        heapq.heapify(self.looks)
        self.number = 0
        slots = min(deployment.queue_concurrency, deployment.send_slots)
        self.sending = Queue(deployment.tasks_per_second, slots)
        self.telling = Queue(deployment.events_per_second, deployment.event_slots)
        self.end = ZERO + self.tally.days * 86_400

    # The loop

    def run(self) -> Tally:
        """Let everything happen in the order of its time."""
        acceptances = deque(self.people.acceptances)
        maintain = ZERO
        while True:
            task = self.tasks[0][0] if self.tasks else inf
            accepted = acceptances[0].at if acceptances else inf
            now = min(task, accepted, maintain)
            if now >= self.end or (now == maintain and self._all_over(acceptances)):
                return self.tally
            if self.tally.missed > self.enough:
                return self.tally
            if now == accepted:
                self.accept(acceptances.popleft())
            elif now == task:
                self.dispatch()
            else:
                maintain = self.maintain(now)

    def _all_over(self, acceptances: deque[Acceptance]) -> bool:
        return not (acceptances or self.tasks or self.waking or self.events)

    def some(self, seconds: float) -> float:
        return seconds * self.random.uniform(LEAST, MOST)

    # Acceptance

    def accept(self, one: Acceptance) -> None:
        self.tally.accepted.add(one.at, one.end - one.first)
        for candidate in range(one.first, one.end):
            self.plan_next(candidate, one.at)

    def plan_next(self, candidate: int, now: float) -> None:
        """Queue a candidate's next step when it is due within the horizon, else let maintain do so."""
        due = self.due(candidate)
        self.wake_at(candidate, wake_for(time_of(due), time_of(now)).timestamp())
        if due - now <= HORIZON.total_seconds():
            self.queue(candidate, max(due, now))

    def wake_at(self, candidate: int, at: float) -> None:
        self.wake[candidate] = at
        heapq.heappush(self.waking, (at, candidate))

    def queue(self, candidate: int, at: float) -> None:
        self.number += 1
        heapq.heappush(self.tasks, (at, self.number, candidate, self.step[candidate]))

    # Maintain

    def maintain(self, start: float) -> float:
        """Do one run, of some rounds; return when the next one begins: on the next whole minute."""
        now = start
        for _ in range(self.deployed.rounds):
            now, full = self.round(now)
            if not full or now - start >= GO_ON.total_seconds():
                break
        now = self.tell(now)
        spent = now - start
        self.tally.working.add(start, spent)
        self.tally.runs += 1
        self.tally.longest_run = max(self.tally.longest_run, spent)
        return start + 60 * max(1, -(-spent // 60))

    def round(self, now: float) -> tuple[float, bool]:
        """Look at what is due as maintain does: mailboxes, enrollments."""
        boxes = self.due_boxes(now)
        candidates = self.due_candidates(now)
        full = boxes >= self.deployed.inboxes or len(candidates) >= self.deployed.enrollments
        now += IDLE
        now += sum(self.some(SECONDS["looking in unasked"]) for _ in range(boxes)) / self.deployed.workers
        self.tally.looks.add(now, boxes)
        for candidate in candidates:
            now += self.some(QUEUEING) / self.deployed.workers
            self.bring_on(candidate, now)
        return now, full

    def due_boxes(self, now: float) -> int:
        """Count the mailboxes that nothing has come to for an hour; each is looked into."""
        found = 0.0
        while self.looks and self.looks[0][0] <= now and found < self.deployed.inboxes:
            due, bundle = heapq.heappop(self.looks)
            rate = self.arrivals(bundle, due)
            every = LOOK_EVERY.total_seconds()
            # A notification since then has moved the look.
            quiet = self.random.expovariate(rate) if rate else inf
            if quiet < every:
                heapq.heappush(self.looks, (due + every - quiet, bundle))
                continue
            found += self.looks_of_a_bundle
            self.tally.looks_late.add(now - due)
            heapq.heappush(self.looks, (now + every, bundle))
        # Each mailbox's watch is renewed daily, and takes a place of those.
        return round(found)

    def arrivals(self, bundle: int, at: float) -> float:
        """Return how many notifications a second a mailbox gets at a time."""
        zone = self.people.zones[int(bundle * self.looks_of_a_bundle)]
        return self.load.other_mails * share_of_the_day(zone, int(at // 3600)) / 3600

    def due_candidates(self, now: float) -> list[int]:
        found: list[int] = []
        while self.waking and self.waking[0][0] <= now and len(found) < self.deployed.enrollments:
            at, candidate = heapq.heappop(self.waking)
            if self.wake[candidate] == at and not self.over[candidate]:
                if self.answered[candidate] <= now:
                    self.over[candidate] = 1
                    continue
                found.append(candidate)
                self.tally.queueing_late.add(now - at)
        return found

    def bring_on(self, candidate: int, now: float) -> None:
        """Queue a waiting step anew, as the core decides."""
        self.tally.paths["queueing, by maintain"] += 1
        self.tally.queued.add(now)
        before = self.requeues[candidate]
        after = requeued(self.enrollment(candidate), time_of(now))
        assert after.wake_at is not None
        self.requeues[candidate] = after.requeues
        self.tally.requeued += after.requeues - before
        self.wake_at(candidate, after.wake_at.timestamp())
        due = self.due(candidate)
        if due - now <= HORIZON.total_seconds():
            self.queue(candidate, max(due, now))

    def tell(self, now: float) -> float:
        """Queue events for their webhooks one by one, or mark all that nobody listens to in one commit."""
        count = min(len(self.events), self.deployed.events)
        if not self.load.webhooks:
            for _ in range(count):
                self.events.popleft()
            return now + (QUEUEING if count else 0)
        for _ in range(count):
            now += self.some(QUEUEING / 2) / self.deployed.event_workers
            deed = self.events.popleft()
            self.tally.events_late.add(now - deed)
            start = self.telling.hand_out(now)
            self.telling.take_until(start + DELIVERING)
            self.tally.told.add(start)
            self.tally.told_late.add(start + DELIVERING - deed)
        return now

    # The queue and send_step

    def dispatch(self) -> None:
        """Hand out the first task of the queue, when its rate and its workers allow."""
        at, _, candidate, step = heapq.heappop(self.tasks)
        start = self.sending.hand_out(at)
        self.tally.dispatched.add(start)
        took = self.send(candidate, step, start)
        self.sending.take_until(start + took)
        self.tally.occupied.add(start, took)

    def send(self, candidate: int, step: int, now: float) -> float:
        """Do as the core decides on a task; return how long it took."""
        if self.over[candidate] or self.step[candidate] != step or self.due(candidate) > now:
            return 0.05
        if self.answered[candidate] <= now:
            self.over[candidate] = 1
            return 0.05
        enrollment = self.enrollment(candidate)
        snapshot, campaign, mailbox = self.snapshot(candidate, enrollment)
        move = next_move(snapshot, PAPERS, enrollment.step, time_of(now))
        if isinstance(move, Reslot):
            self.reslot(candidate, campaign, mailbox, move.why, now)
            return 0.3
        assert isinstance(move, Send), move
        took = self.some(SECONDS["sending"])
        self.sent(candidate, step, now, now + took)
        return took

    def sent(self, candidate: int, step: int, start: float, at: float) -> None:
        tally = self.tally
        tally.due_to_sent.add(at - self.due(candidate))
        tally.mails[step] += 1
        tally.sends.add(start)
        if step:
            tally.follow_ups.add(start)
        self.sent_at[candidate] = at
        self.events.append(at)
        if self.answered[candidate] == inf and self.random.random() < self.load.answered:
            when = at + self.random.expovariate(1 / self.load.answer_time.total_seconds())
            self.answered[candidate] = when
            tally.answers += 1
            tally.answered.add(when)
            self.events.append(at)
        if step + 1 == self.steps:
            self.events.append(at)
            self.over[candidate] = 1
            self.wake[candidate] = inf
            return
        self.step[candidate] = step + 1
        self.requeues[candidate] = 0
        self.plan_next(candidate, at)

    def reslot(self, candidate: int, campaign: Campaign, mailbox: Mailbox, why: str, now: float) -> None:
        """Take new slots for the remaining steps, as the core plans them on the mailbox's ledger."""
        self.tally.missed += 1
        self.tally.reslots.add(now)
        number = self.people.mailbox_of(candidate)
        enrollment = self.whole(candidate)
        snapshot = Snapshot({keys.enrollment(ORG, enrollment.id): Versioned(enrollment, 1)})
        changes = planned_anew(snapshot, campaign, mailbox, [enrollment], why, time_of(now))
        while changes.need:
            days = {key: self.people.day(number, key.path.rpartition("/")[2]) for key in changes.need}
            snapshot |= Snapshot({key: Versioned(day, 1 if day else None) for key, day in days.items()})
            changes = planned_anew(snapshot, campaign, mailbox, [enrollment], why, time_of(now))
        (after,) = changes.result
        for slot in after.slots:
            place = self.people.step_number[slot.step]
            self.people.due[candidate * self.steps + place] = slot.due.timestamp()
        self.plan_next(candidate, now)
