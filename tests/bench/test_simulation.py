"""Show that the simulation predicts what the local cloud counts, and that it finds what is too much."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from lib.core.keys import Changes, Snapshot
from lib.core.records import Status
from tests.bench.simulation import broken_by, platform
from tests.bench.simulation.parameters import COSTS, Load, Platform, deployed
from tests.bench.simulation.population import Population
from tests.bench.simulation.queue import Queue
from tests.bench.simulation.records_of import time_of
from tests.bench.simulation.resources import CALLS, GMAIL, bill, resources
from tests.bench.simulation.running import Simulation
from tests.bench.simulation.tallies import Waits
from tests.e2e.budgets import BUDGETS
from tests.flows.memory_services import OWNER
from tests.flows.outreach import DAY, Outreach
from tests.localcloud.memory_store import MemoryStore

SMALL = Load(
    mailboxes=4,
    candidates_of_a_mailbox=6,
    campaigns_of_a_mailbox=1,
    days=40,
    accepted_within=10,
    twins=1,
    answered=0,
    other_mails=0,
)
CANDIDATES = tuple(f"kim{number}@company{number}.example.org" for number in range(4))


class CountingStore(MemoryStore):
    """Count the writes of each document."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: Counter[str] = Counter()

    def commit(self, snapshot: Snapshot, changes: Changes[object]) -> Snapshot:
        self.writes.update(key.path for key in changes.writes)
        return super().commit(snapshot, changes)


class Campaign(Outreach):
    """Send three steps to four candidates, each notification worked off at once."""

    store: CountingStore

    def __init__(self) -> None:
        super().__init__(*CANDIDATES)
        counting = CountingStore()
        counting._documents = self.store._documents
        counting._last_version = self.store._last_version
        self.store = counting
        self.pushes = 0
        # The labels are made with a campaign's first mail.
        self.sent(CANDIDATES[0])

    def sent(self, email: str) -> None:
        assert self.send(email) == "sent"
        for _ in range(2):
            self.pushes += 1
            self.push(f"push-{self.pushes}")

    def go_through(self) -> None:
        self.calls_before, self.units_before = len(self.world.access_log), self.world.units(OWNER)
        self.store.writes.clear()
        for email in CANDIDATES[1:]:
            self.sent(email)
        for _ in range(2):
            # The time of the later steps: a day after the one before, and two.
            self.pass_time(2 * DAY)
            for email in CANDIDATES:
                self.plan(email, self.enrollment(email).step, self.clock.now())
                self.sent(email)

    def units(self) -> int:
        return self.world.units(OWNER) - self.units_before

    def made(self) -> Counter[str]:
        return Counter(entry.method for entry in self.world.access_log[self.calls_before :])


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    made = Campaign()
    made.go_through()
    return made


def test_predicted_calls_and_units_are_those_that_the_local_gmail_counts(campaign: Campaign) -> None:
    assert {campaign.status(one) for one in CANDIDATES} == {Status.COMPLETED}
    paths = Counter(
        {
            "first step": 3,
            "follow-up": 8,
            "notification of our own mail": 11,
            "notification of its label": 11,
        }
    )
    predicted = Counter(call for path, times in paths.items() for call in CALLS[path] * times)
    assert campaign.made() == predicted
    assert campaign.units() == sum(GMAIL[path] * times for path, times in paths.items())


def test_calls_are_within_the_budgets_of_requests() -> None:
    batched = {"messages.get", "messages.modify"}
    for path, budget in (
        ("first step", "first step sent"),
        ("follow-up", "follow-up sent, nothing new in the mailbox"),
        ("notification of our own mail", "notification of our own send or label"),
    ):
        requests = len([call for call in CALLS[path] if call not in batched]) + bool(
            batched & set(CALLS[path])
        )
        assert requests == BUDGETS[budget].gmail


def test_no_document_but_a_mailboxs_own_is_written_with_each_mail(campaign: Campaign) -> None:
    mails, hot = 11, Counter[str]()
    for path, times in campaign.store.writes.items():
        hot[path.split("/")[-2]] = max(hot[path.split("/")[-2]], times)
    assert hot["inboxes"] <= 3 * mails
    # A candidate's own: claimed, recorded, twice three times at most, and planned anew by the test.
    assert {kind for kind, times in hot.items() if times > 9} <= {"inboxes"}


def test_everybody_gets_every_step_on_time() -> None:
    tally = Simulation(SMALL, deployed()).run()
    assert tally.mails == {0: 24, 1: 24, 2: 24}
    assert (tally.missed, tally.requeued) == (0, 0)
    assert tally.due_to_sent.longest < 10
    assert tally.sends.total == tally.dispatched.total == 72
    # Each mail, and each candidate who is through.
    assert tally.told.total == 72 + 24


def test_answers_end_what_follows() -> None:
    tally = Simulation(replace(SMALL, answered=1, answer_time=timedelta(hours=1)), deployed()).run()
    assert tally.mails == {0: 24}


def test_mailboxes_of_the_same_plan_send_on_slots_of_their_own() -> None:
    load = replace(SMALL, mailboxes=20, twins=10)
    people, steps = Population(load), len(load.delays)
    of_a_mailbox = load.candidates_of_a_mailbox * steps
    for number in range(load.mailboxes):
        dues, pace = people.due[number * of_a_mailbox :][:of_a_mailbox], people.pace(number)
        for due in dues:
            local = time_of(due).astimezone(ZoneInfo(people.zones[number]))
            assert (local.weekday() < 5, 9 <= local.hour < 17) == (True, True)
            # Slots are two minutes wide: midnight is a multiple of that in every zone here.
            assert (due - pace.phase) % pace.width <= pace.jitter
        assert all(after - before >= pace.gap for before, after in pairwise(sorted(dues)))
    assert len({people.pace(number).phase for number in range(load.mailboxes)}) > 15


def test_a_run_can_be_repeated() -> None:
    one, other = (Simulation(SMALL, deployed(), seed=3).run() for _ in range(2))
    assert (one.due_to_sent.total, one.paths) == (other.due_to_sent.total, other.paths)


def test_too_slow_a_queue_is_found() -> None:
    slow = replace(deployed(), tasks_per_second=0.001)
    assert "miss their slots" in broken_by(SMALL, slow, Simulation(SMALL, slow).run())


def test_events_that_are_told_late_are_found_and_hold_up_no_mail() -> None:
    slow = replace(deployed(), events_per_second=0.0001)
    tally = Simulation(SMALL, slow).run()
    assert "events are told late" in broken_by(SMALL, slow, tally)
    assert tally.due_to_sent.longest < 10


def test_no_more_is_handed_out_than_a_queues_rate_and_its_workers_allow() -> None:
    starts = []
    queue = Queue(per_second=2, at_once=2)
    for due in (10.0, 10.0, 10.0, 20.0):
        starts.append(queue.hand_out(due))
        queue.take_until(starts[-1] + 3)
    # At once, half a second later, when the first one is through; and nothing is in the way of the last.
    assert starts == [10, 10.5, 13, 20]


def test_a_maintain_that_takes_longer_than_there_is_time_is_found() -> None:
    slow = replace(deployed(), workers=0.0005, rounds=1)
    assert "maintain" in broken_by(SMALL, slow, Simulation(SMALL, slow).run())


def test_the_bill_is_that_of_the_list_prices() -> None:
    tally = Simulation(SMALL, deployed()).run()
    assert sum(bill(SMALL, tally, 2).values()) < 2 * sum(bill(SMALL, tally).values())
    assert bill(SMALL, tally)["Cloud Tasks"] == pytest.approx(
        (72 + tally.paths["queueing, by maintain"] + tally.told.total)
        * 2
        / 1e6
        * COSTS["prices"]["million_task_operations"]
        / (SMALL.days / 30)
    )


def test_limits_shrink_with_the_load_but_those_of_one_user() -> None:
    assert platform(100).gmail_project_minute == Platform().gmail_project_minute / 100
    assert platform(100).gmail_user_minute == Platform().gmail_user_minute
    tally = Simulation(SMALL, deployed()).run()
    assert all(0 <= one.mean <= one.peak for one in resources(SMALL, deployed(), tally, Platform()))


def test_waits_are_counted_to_a_tenth() -> None:
    waits = Waits()
    for seconds in range(1, 101):
        waits.add(seconds)
    assert waits.at(0.5) == pytest.approx(50, rel=0.11)
    assert waits.at(1) == waits.longest == 100
