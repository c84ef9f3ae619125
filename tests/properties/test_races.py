"""Show single races, one interleaving each: who stalls where, and what the others do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core.claiming import Claimed
from lib.core.errors import Contended
from lib.core.keys import Changes, Snapshot
from lib.core.records import Status
from lib.core.sending import SendTask
from lib.flows.maintaining import maintain
from lib.flows.receiving import receive
from lib.flows.sending import send_step, task_from
from tests.flows.memory_services import OWNER, STEPS, connected, enrolled
from tests.localcloud.gmail.faults import Fault
from tests.properties.workers import PausingServices, Worker

ANN = "ann@example.org"


@pytest.fixture
def services() -> PausingServices:
    services = PausingServices(lambda *_: None)
    connected(services)
    return services


def with_delays(delay: timedelta) -> tuple[Any, ...]:
    return (STEPS[0], *(msgspec.structs.replace(step, delay=delay) for step in STEPS[1:]))


def worker(work: Callable[[], Any]) -> Worker:
    return Worker("worker", work, lambda _done: None, began=0)


def stalled(services: PausingServices, task: SendTask, at: str, *, after: str = "start") -> Worker:
    """Start a send and let it stall at a pause; after: one that it must have passed before."""
    one = worker(lambda: send_step(services, task, retried=False))
    passed = after == "start"
    while one.step():
        if passed and one.at == at:
            return one
        passed = passed or one.at == after
    raise AssertionError(f"the worker never came to {at}")


def finish(one: Worker) -> None:
    while one.step():
        pass


def run(services: PausingServices, task: SendTask) -> None:
    finish(worker(lambda: send_step(services, task, retried=False)))


def settle_all(services: PausingServices, minutes: int = 6, then: int = 8) -> None:
    """Let time pass and ``maintain`` run; then some minutes more, in which new slots come."""
    for wait in (minutes, *[1] * then):
        services.clock.move(timedelta(minutes=wait))
        services.world.settle()
        finish(worker(lambda: maintain(services, lambda *_: None)))
        if then:
            run_tasks(services)


def run_tasks(services: PausingServices) -> None:
    now = services.clock.now()
    for task in [one for one in services.tasks.waiting if one.at is None or one.at <= now]:
        services.tasks.waiting.remove(task)
        if task.function == "send_step":
            run(services, task_from(task.body))


def answer(services: PausingServices, sender: str = ANN) -> None:
    """Let the candidate answer, with no notification of it."""
    delivery = services.world.outside_inbox(ANN)[0]
    raw = f"From: {sender}\r\nTo: {OWNER}\r\nSubject: Re: {STEPS[0].subject}\r\n"
    raw += f"In-Reply-To: {delivery.message_id}\r\nReferences: {delivery.message_id}\r\n\r\nYes, gladly.\r\n"
    services.world.deliver(raw.encode(), OWNER)


def mails(services: PausingServices) -> int:
    return len(services.world.outside_inbox(ANN))


def sent_intro(services: PausingServices, delay: timedelta = timedelta(days=1)) -> SendTask:
    """Send the first mail, let the second become due; return its task."""
    enrolled(services, ANN, steps=with_delays(delay))
    run(services, services.task(ANN))
    services.clock.move(delay)
    return services.task(ANN)


def test_a_late_worker_does_not_attach_its_draft_to_the_next_step(services: PausingServices) -> None:
    enrolled(services, ANN, steps=with_delays(timedelta()))
    task = services.task(ANN)
    late = stalled(services, task, "after create_draft")
    run(services, task)
    assert services.enrollment(ANN).step == "nudge"
    finish(late)
    assert mails(services) == 1
    assert services.enrollment(ANN).step == "nudge"


def test_two_workers_at_once_send_one_mail(services: PausingServices) -> None:
    enrolled(services, ANN)
    task = services.task(ANN)
    first, second = (stalled(services, task, "after create_draft") for _ in range(2))
    finish(first)
    finish(second)
    assert mails(services) == 1
    assert not services.world.accounts[OWNER].drafts


def test_a_worker_that_stalled_before_its_claim_leaves_the_step_to_a_new_look(
    services: PausingServices,
) -> None:
    late = stalled(services, sent_intro(services), "after create_draft")
    answer(services)
    services.clock.move(timedelta(minutes=6))
    finish(late)
    assert mails(services) == 1
    assert services.enrollment(ANN).status is Status.WAITING


def test_a_worker_that_stalled_after_its_claim_leaves_the_draft_to_the_settler(
    services: PausingServices,
) -> None:
    late = stalled(services, sent_intro(services), "after commit", after="after create_draft")
    answer(services)
    services.clock.move(timedelta(minutes=6))
    finish(late)
    assert mails(services) == 1
    settle_all(services)
    assert services.enrollment(ANN).status is Status.REPLIED
    assert mails(services) == 1


def test_a_settler_takes_a_last_look_too(services: PausingServices) -> None:
    dead = stalled(services, sent_intro(services), "after commit", after="after create_draft")
    dead.crash()
    answer(services)
    settle_all(services)
    assert services.enrollment(ANN).status is Status.REPLIED
    assert mails(services) == 1


def test_a_stop_leaves_no_draft_that_a_stalled_worker_could_send(services: PausingServices) -> None:
    late = stalled(services, sent_intro(services), "before send_draft")
    answer(services)
    finish(worker(lambda: receive(services, services.inbox_id)))
    assert services.enrollment(ANN).status is Status.REPLIED
    finish(late)
    assert mails(services) == 1
    settle_all(services)
    assert not services.enrollment(ANN).open


def test_a_send_that_was_cut_after_its_effect_is_found_and_not_repeated(services: PausingServices) -> None:
    enrolled(services, ANN)
    services.world.faults.add(Fault(method="drafts.send", when="after", drop=True))
    run(services, services.task(ANN))
    assert services.enrollment(ANN).status is Status.UNCERTAIN
    settle_all(services)
    assert services.enrollment(ANN).step == "nudge"
    assert mails(services) == 1


def test_a_send_that_was_cut_before_its_effect_goes_out_with_the_same_draft(
    services: PausingServices,
) -> None:
    enrolled(services, ANN)
    services.world.faults.add(Fault(method="drafts.send", when="before", drop=True))
    run(services, services.task(ANN))
    settle_all(services, minutes=1, then=0)
    drafts = [one for one in services.world.access_log if one.method == "drafts.create"]
    assert (mails(services), len(drafts)) == (1, 1)


def test_a_settler_and_the_worker_it_took_over_from_send_one_mail(services: PausingServices) -> None:
    enrolled(services, ANN)
    late = stalled(services, services.task(ANN), "before send_draft")
    settle_all(services)
    finish(late)
    settle_all(services)
    assert mails(services) == 1
    assert services.enrollment(ANN).sent_count == 1


def test_a_worker_whose_draft_was_taken_back_sends_nothing_beside_the_new_one(
    services: PausingServices,
) -> None:
    enrolled(services, ANN)
    late = stalled(services, services.task(ANN), "before send_draft")
    settle_all(services, then=0)
    assert services.enrollment(ANN).status is Status.WAITING
    finish(late)
    assert mails(services) == 0
    settle_all(services)
    assert (mails(services), services.enrollment(ANN).sent_count) == (1, 1)


@pytest.mark.parametrize("at", ["before delete_draft", "after delete_draft"])
def test_a_mail_that_goes_out_while_its_draft_is_taken_back_is_recorded_once(
    services: PausingServices, at: str
) -> None:
    """The worker's send is on its way for minutes; the settler has seen the draft, and deletes it."""
    enrolled(services, ANN)
    late = stalled(services, services.task(ANN), "before send_draft")
    services.clock.move(timedelta(minutes=6))
    settler = worker(lambda: maintain(services, lambda *_: None))
    while settler.step() and settler.at != at:
        pass
    finish(late)
    finish(settler)
    settle_all(services, then=50)
    assert (mails(services), services.enrollment(ANN).sent_count) == (1, 1)
    assert services.enrollment(ANN).step == "nudge"


def test_a_claim_whose_answer_was_lost_is_known_as_its_own(
    services: PausingServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store's client tries a commit again whose first try had its effect: then its condition fails."""
    enrolled(services, ANN)
    commit = services.store.commit
    lost: list[bool] = []

    def committed(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        after = commit(snapshot, changes)
        if not lost and Claimed.OURS is changes.result:
            lost.append(True)
            raise Contended("the first try had its effect")
        return after

    monkeypatch.setattr(services.store, "commit", committed)
    run(services, services.task(ANN))
    assert lost
    assert mails(services) == 1


def test_an_answer_before_the_result_is_on_record_is_not_lost(services: PausingServices) -> None:
    services.world.draft_thread_survives = False
    enrolled(services, ANN)
    late = stalled(services, services.task(ANN), "after send_draft")
    # From an address that we don't know, in a thread that we don't know yet: only the Message-ID leads to it.
    answer(services, "private@example.com")
    finish(worker(lambda: receive(services, services.inbox_id)))
    assert services.enrollment(ANN).status is Status.SENDING
    finish(late)
    settle_all(services)
    assert services.enrollment(ANN).status is Status.REPLIED


def test_stray_drafts_of_a_dead_worker_are_cleared_away(services: PausingServices) -> None:
    enrolled(services, ANN)
    task = services.task(ANN)
    stalled(services, task, "after create_draft").crash()
    finish(worker(lambda: send_step(services, task, retried=True)))
    assert mails(services) == 1
    assert not services.world.accounts[OWNER].drafts


def test_a_worker_whose_draft_was_cleared_away_cannot_claim(services: PausingServices) -> None:
    enrolled(services, ANN)
    task = services.task(ANN)
    late = stalled(services, task, "after create_draft")
    retry = worker(lambda: send_step(services, task, retried=True))
    while retry.step() and retry.at != "after delete_draft":
        pass
    finish(late)
    finish(retry)
    settle_all(services)
    assert mails(services) == 1
    assert services.enrollment(ANN).status is not Status.HELD


def test_a_mail_that_went_out_just_before_its_draft_is_deleted_is_looked_for(
    services: PausingServices,
) -> None:
    """The worker's send was on its way for minutes; it stalls before it can put the mail on record."""
    enrolled(services, ANN)
    late = stalled(services, services.task(ANN), "before send_draft")
    services.clock.move(timedelta(minutes=6))
    settler = worker(lambda: maintain(services, lambda *_: None))
    while settler.step() and settler.at != "before delete_draft":
        pass
    while late.step() and late.at != "after send_draft":
        pass
    finish(settler)
    settle_all(services)
    finish(late)
    assert (mails(services), services.enrollment(ANN).sent_count) == (1, 1)
