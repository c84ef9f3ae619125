"""Show how much one run of maintain takes on, and that it works on several mailboxes at a time."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

from lib.core import keys
from lib.core.enrollment import GRACE
from lib.core.errors import Unavailable
from lib.core.records import Org, Webhook
from lib.flows import maintaining
from lib.flows.jobs import Job, Tally
from lib.flows.jobs import done as all_done
from lib.flows.maintaining import maintain
from tests.flows.memory_services import ORG, START
from tests.flows.outreach import ANN, BEN, Outreach


@pytest.fixture
def outreach() -> Outreach:
    return Outreach(ANN, BEN)


def test_one_run_takes_no_more_than_its_share(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintaining, "ENROLLMENTS", 1)
    monkeypatch.setattr(maintaining, "ROUNDS", 1)
    outreach.pass_time(GRACE)
    first, second = outreach.maintain(), outreach.maintain()
    assert (first.queued, first.more, second.queued) == (1, True, 1)


def test_one_run_goes_on_while_more_is_due_than_one_round_takes(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintaining, "ENROLLMENTS", 1)
    outreach.pass_time(GRACE)
    assert outreach.maintain() == Tally(queued=2)


def test_one_run_leaves_what_takes_too_long_to_the_next(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintaining, "ENROLLMENTS", 1)
    outreach.pass_time(GRACE)
    create = outreach.tasks.create

    def slowly(*task: Any) -> None:
        outreach.clock.move(maintaining.GO_ON)
        create(*task)

    monkeypatch.setattr(outreach.tasks, "create", slowly)
    assert outreach.maintain() == Tally(queued=1, more=True)


def test_one_run_does_not_go_on_after_a_failure(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintaining, "ENROLLMENTS", 1)
    outreach.pass_time(GRACE)

    def fail(*_: object) -> None:
        raise Unavailable("the queue is down")

    monkeypatch.setattr(outreach.tasks, "create", fail)
    assert outreach.maintain() == Tally(failed=1, more=True)


def test_events_are_queued_once_in_a_run_however_many_rounds_it_makes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outreach = Outreach(ANN, BEN, "cat@example.com")
    hook = Webhook(id="hook", url="https://crm.example.com/in", types=(), created_at=START)
    outreach.put(keys.org(ORG), Org(org=ORG, webhooks=(hook,)))
    monkeypatch.setattr(maintaining, "ENROLLMENTS", 1)
    monkeypatch.setattr(maintaining, "EVENTS", 1)
    outreach.send(ANN)
    outreach.pass_time(GRACE)
    first = outreach.maintain()
    assert (first.queued, first.events, first.more) == (2, 1, True)
    outreach.run_tasks()
    assert (outreach.maintain().events, len(outreach.webhooks.posted)) == (0, 1)


def test_mailboxes_are_worked_on_at_a_time_but_no_mailbox_by_two() -> None:
    both = threading.Barrier(2, timeout=10)
    done: list[tuple[str, int]] = []

    def work(mailbox: str, number: int, tally: Tally) -> None:
        if number == 0:
            # Nobody gets past this before the other mailbox is being worked on, too.
            both.wait()
        done.append((mailbox, number))
        tally.queued += 1
        if number == 1:
            raise Unavailable("this one fails")

    jobs = [
        Job("", f"{mailbox}{number}", keys.inbox(mailbox), "", mailbox, partial(work, mailbox, number))
        for number in range(3)
        for mailbox in ("a", "b")
    ]
    results = list(all_done(jobs, 2))
    for mailbox in ("a", "b"):
        assert [number for one, number in done if one == mailbox] == [0, 1, 2]
    assert {job.id for job, _, error in results if error is not None} == {"a1", "b1"}
    assert sum(tally.queued for _, tally, _ in results) == len(jobs)


def test_a_parallel_run_does_what_one_by_one_does(outreach: Outreach) -> None:
    outreach.pass_time(GRACE)
    assert maintain(outreach, lambda *_: None, at_once=4) == Tally(queued=2)
    assert outreach.maintain() == Tally()
