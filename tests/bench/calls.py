"""What the paths cost in calls, beside their budgets; what one candidate costs in quota units and money.

Counted at the stand-ins, without contention; the budgets are those that ``make test`` asserts
(``tests/e2e/budgets.py``), the prices those of ``terraform/costs.json``. The candidate goes through a
campaign of three steps, the first of their mailbox, with a notification after each mail, and does not answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from tests.bench.rows import Row
from tests.bench.stage import Stage, staged
from tests.e2e.budgets import BUDGETS
from tests.e2e.conftest import Office
from tests.e2e.counting import Cost, measured
from tests.localcloud.child_process import ROOT
from tests.localcloud.gmail.quota import UNITS

PRICES = json.loads((ROOT / "terraform" / "costs.json").read_text(encoding="utf-8"))["prices"]
UNRELATED = 100


def measure(*, quick: bool) -> Iterator[Row]:
    """Go each path once; counts do not vary."""
    del quick
    with staged() as stage:
        office = stage.office(wide=False)
        for name, cost in _paths(office):
            yield from _beside_budget(name, cost)
        yield from _candidate(stage, stage.office(wide=False))


def _paths(office: Office) -> Iterator[tuple[str, Cost]]:
    def counted(path: Callable[[], object]) -> Cost:
        return measured(office.cloud, path)

    (candidate, *_) = office.accept(2)
    yield "the campaign's first mail", counted(office.send_next)
    yield "first step sent", counted(office.send_next)
    yield "notification of our own send or label", counted(office.push)
    task, _ = office.send_next()
    yield "duplicate or late task", counted(lambda: office.run(task))
    yield "follow-up sent, nothing new in the mailbox", counted(office.send_next)
    id_ = office.push()
    yield "the same notification again", counted(lambda: office.push(id_))
    for number in range(UNRELATED):
        office.write(f"friend{number}@family.example.net", f"Lunch {number}", "Nobody's business.")
    yield "notification with 100 unrelated new mails", counted(office.push)
    office.answer(candidate, "Let us talk.")
    yield "notification with one answer in its thread", counted(office.push)


def _beside_budget(name: str, cost: Cost) -> Iterator[Row]:
    budget = BUDGETS[name]
    seen = {
        "Firestore": (cost.firestore.total(), budget.firestore),
        "Gmail": (cost.gmail.total(), budget.gmail),
        "tasks": (cost.tasks, budget.tasks),
    }
    for kind, (value, most) in seen.items():
        yield Row(figure=f"{name}: {kind}", value=value, unit="calls", target=f"<= {most}")


def _candidate(stage: Stage, office: Office) -> Iterator[Row]:
    """Follow one candidate from acceptance to the last mail."""
    world, cloud = stage.cloud.world, office.cloud
    made = len(world.access_log)

    body = office.campaign(1)
    # Within the horizon, so that no run of maintain, which does more, has to queue it.
    body["steps"][2]["delay"] = "PT2H"

    def whole() -> None:
        office.call("POST", "enqueue_campaign", json=body)
        for _ in range(3):
            office.send_next()
            office.push()

    cost = measured(cloud, whole)
    units = sum(UNITS[entry.method] for entry in world.access_log[made:])
    reads, writes = cost.documents["read"], cost.documents["written"]
    yield Row(figure="a candidate of three steps: Gmail", value=units, unit="quota units")
    yield Row(figure="a candidate of three steps: Firestore reads", value=reads, unit="documents")
    yield Row(figure="a candidate of three steps: Firestore writes", value=writes, unit="documents")
    dollars = (
        reads * PRICES["hundred_thousand_reads"] / 1e5 + writes * PRICES["hundred_thousand_writes"] / 1e5
    )
    dollars += cost.tasks * 2 * PRICES["million_task_operations"] / 1e6
    yield Row(figure="1,000 of them: Firestore and Tasks, list price", value=dollars * 1000, unit="$")
