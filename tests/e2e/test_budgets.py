"""Show that no path costs more than its budget, counted where the calls arrive."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Request, Response

from tests.e2e.budgets import BUDGETS, Accepting, Budget
from tests.e2e.counting import Cost, measured
from tests.localcloud.child_process import ROOT
from tests.localcloud.http import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import Office

pytestmark = pytest.mark.emulator

COSTS: dict[str, Any] = json.loads((ROOT / "terraform" / "costs.json").read_text(encoding="utf-8"))
READING = {"BatchGetDocuments", "GetDocument", "RunQuery", "RunAggregationQuery", "ListDocuments"}


def hold_to(name: str, cost: Cost) -> None:
    """Print what was seen, and fail when it is more than the budget."""
    seen = Budget(firestore=cost.firestore.total(), gmail=cost.gmail.total(), tasks=cost.tasks)
    most = BUDGETS[name]
    print(
        f"{name}: Firestore {seen.firestore}/{most.firestore} {dict(cost.firestore)}, "
        f"Gmail {seen.gmail}/{most.gmail} {dict(cost.gmail)}, tasks {seen.tasks}/{most.tasks}"
    )
    assert seen.firestore <= most.firestore
    assert seen.gmail <= most.gmail
    assert seen.tasks <= most.tasks


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """Be a webhook; yield its URL, and the types of the events that it was told."""
    told: list[str] = []

    @Request.application
    def webhook(request: Request) -> Response:
        told.append(request.get_json()["type"])
        return Response(status=204)

    with serve(webhook) as server:
        yield f"{server.url}/events", told


@pytest.fixture
def candidate(office: Office) -> str:
    """Somebody who got the first mail; its notifications were worked off."""
    (address,) = office.accept(1)
    assert office.send_next()[1] == "sent"
    office.push()
    return address


def test_first_mail_of_a_campaign(office: Office) -> None:
    (candidate,) = office.accept(1)
    cost = measured(office.cloud, office.send_next)
    assert len(office.inbox(candidate)) == 1
    hold_to("the campaign's first mail", cost)


def test_first_step(office: Office) -> None:
    first, second = office.accept(2)
    office.send_next()
    cost = measured(office.cloud, office.send_next)
    assert [len(office.inbox(one)) for one in (first, second)] == [1, 1]
    hold_to("first step sent", cost)


def test_missed_slot(office: Office) -> None:
    (candidate,) = office.accept(1)
    (task,) = office.kept
    office.cloud.clock.move_to(task.due + timedelta(hours=3))
    outcome: list[str] = []
    cost = measured(office.cloud, lambda: outcome.append(office.run(task)))
    assert (outcome, office.inbox(candidate)) == (["its time was missed"], [])
    # The new slot's task, and it is not in the past.
    assert office.kept[-1].due >= office.cloud.clock.now()
    hold_to("missed slot: a new one", cost)


def test_follow_up_with_nothing_new(office: Office, candidate: str) -> None:
    cost = measured(office.cloud, office.send_next)
    assert len(office.inbox(candidate)) == 2
    hold_to("follow-up sent, nothing new in the mailbox", cost)


def test_follow_up_right_after_the_first_mail_whose_notification_was_lost(office: Office) -> None:
    (candidate,) = office.accept(1)
    office.send_next()
    cost = measured(office.cloud, office.send_next)
    assert len(office.inbox(candidate)) == 2
    hold_to("follow-up sent, nothing new in the mailbox", cost)


@pytest.mark.parametrize("when", ["duplicate", "late"])
def test_duplicate_or_late_task(office: Office, when: str) -> None:
    (candidate,) = office.accept(1)
    task, _ = office.send_next()
    if when == "late":
        office.send_next()
    cost = measured(office.cloud, lambda: office.run(task))
    assert len(office.inbox(candidate)) == (1 if when == "duplicate" else 2)
    hold_to("duplicate or late task", cost)


@pytest.mark.usefixtures("candidate")
def test_same_notification_again(office: Office) -> None:
    id_ = office.push()
    hold_to("the same notification again", measured(office.cloud, lambda: office.push(id_)))


def test_notification_of_our_own_send(office: Office) -> None:
    office.accept(1)
    assert office.send_next()[1] == "sent"
    cost = measured(office.cloud, office.push)
    assert cost.gmail == Counter({"history": 1})
    hold_to("notification of our own send or label", cost)


@pytest.mark.usefixtures("candidate")
def test_notification_of_a_label_alone(office: Office) -> None:
    cost = measured(office.cloud, office.push)
    hold_to("notification of our own send or label", cost)


@pytest.mark.usefixtures("candidate")
def test_notification_with_unrelated_mail(office: Office) -> None:
    for number in range(100):
        office.write(f"friend{number}@family.example.net", f"Lunch {number}", "Nobody's business.")
    cost = measured(office.cloud, office.push)
    assert cost.gmail == Counter({"history": 1, "batch": 2})
    hold_to("notification with 100 unrelated new mails", cost)


def test_notification_with_an_answer(office: Office, candidate: str) -> None:
    office.answer(candidate, "Let us talk.")
    cost = measured(office.cloud, office.push)
    (follow_up,) = office.kept
    assert office.run(follow_up) == "already replied"
    hold_to("notification with one answer in its thread", cost)


def test_notification_with_an_automatic_answer(office: Office, candidate: str) -> None:
    (follow_up,) = office.kept
    back = f"{follow_up.due + timedelta(days=3):%d %B %Y}"
    text = f"I am out of the office and will be back on {back}."
    office.answer(candidate, text, **{"Auto-Submitted": "auto-replied"})
    cost = measured(office.cloud, office.push)
    office.cloud.clock.move_to(max(follow_up.due, office.cloud.clock.now()))
    assert office.run(follow_up) == "not due yet"
    hold_to("notification with an automatic answer that names a day", cost)


def test_event_told_to_a_webhook(office: Office) -> None:
    office.accept(1)
    with listening() as (url, told):
        office.call("POST", "settings/webhooks", role="admin", json={"url": url})
        office.send_next()
        found = measured(office.cloud, office.maintain)
        (task,) = [one for one in office.kept if one.url.endswith("/deliver_event")]
        cost = measured(office.cloud, lambda: office.run(task))
        idle = measured(office.cloud, office.maintain)
    assert told == ["candidate.sent"]
    hold_to("event told to a webhook", cost)
    event, minute = (COSTS["paths"][name] for name in ("delivering an event", "maintain, with nothing due"))
    # The organisation is read once for all the events that a run finds; an empty query is billed as a read.
    read = found.documents["read"] - 1 + cost.documents["read"]
    assert (read, cost.documents["written"], found.tasks) == (event["reads"], event["writes"], event["tasks"])
    assert (idle.firestore, idle.documents["read"]) == (Counter(RunQuery=minute["reads"]), 0)


@pytest.mark.parametrize("candidates", [1, 200, 450])
def test_accepting(office: Office, candidates: int) -> None:
    body = office.campaign(candidates)
    plan = office.call("POST", "enqueue_campaign?dry_run=true", json=body).json()
    planned = [one["slots"] for one in plan["candidates"]]
    body["plan_digest"] = plan["plan_digest"]
    cost = measured(office.cloud, lambda: office.call("POST", "enqueue_campaign", json=body))
    most = Accepting(candidates=candidates, days=len({slot["day"] for slots in planned for slot in slots}))
    horizon = office.cloud.clock.now() + timedelta(days=1)
    soon = sum(datetime.fromisoformat(slots[0]["due"]) <= horizon for slots in planned)
    reading = sum(calls for method, calls in cost.firestore.items() if method in READING)
    writing = cost.firestore.total() - reading
    read, written = cost.documents["read"], cost.documents["written"]
    print(
        f"accepting {candidates} over {most.days} days: writing calls {writing}/{most.writing:.1f}, reading "
        f"calls {reading}/{most.reading:.1f}, documents written {written} and read {read}/{most.documents}, "
        f"tasks {cost.tasks}/{soon}, Gmail {cost.gmail.total()}/0"
    )
    assert writing <= most.writing
    assert reading <= most.reading
    assert max(read, written) <= most.documents
    assert not cost.gmail
    assert cost.tasks == soon == len(office.kept)
