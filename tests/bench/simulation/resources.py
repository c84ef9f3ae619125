"""Own what a load takes of each resource: units, writes, workers, money; from counts by the minute.

Which documents and how much time a path takes stands in terraform/costs.json, and how many requests in
tests/e2e/budgets.py; here is of which methods of Gmail those consist. test_simulation.py holds that to the
local cloud.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

from lib.core.incoming.reading_quota import MOST
from tests.bench.simulation.parameters import COSTS, START, TERRAFORM, Deployment, Load, Platform
from tests.bench.simulation.population import arrivals_by_hour
from tests.bench.simulation.tallies import Tally
from tests.localcloud.gmail.quota import UNITS

PATHS: dict[str, dict[str, Any]] = COSTS["paths"]
#: Of which calls each path consists. A batch is one request of several calls.
_SENT = ("drafts.create", "drafts.send", "messages.get", "messages.modify")
CALLS: dict[str, tuple[str, ...]] = {
    "first step": _SENT,
    "follow-up": ("history.list", *_SENT),
    "notification of our own mail": ("history.list",),
    "notification of its label": ("history.list",),
    # Its text, and the label for answers.
    "answer": ("history.list", "messages.get", "messages.modify"),
    # Its headers.
    "other mail": ("history.list", "messages.get"),
    "looking in unasked": ("history.list",),
    "renewing a watch": ("watch",),
}
GMAIL = {path: sum(UNITS[call] for call in calls) for path, calls in CALLS.items()}
SEND = "sending"


@dataclass(frozen=True)
class Resource:
    """How much of a limit is used: at its peak, and on average while anything goes on."""

    name: str
    peak: float
    mean: float
    limit: float

    @property
    def utilisation(self) -> float:
        return self.peak / self.limit


def resources(load: Load, deployed: Deployment, tally: Tally, platform: Platform) -> list[Resource]:
    """Return all resources, the most used first."""
    minutes = list(_minutes(load, tally))
    units = [_units(one) for one in minutes]
    pushes = [one["pushes"] for one in minutes]
    writes = [_writes(one) / 60 for one in minutes]
    enrollments = [(3 * one["sends"] + one["queued"]) / 60 for one in minutes]
    watching = [one["pushes"] / 60 * PATHS["other mail"]["seconds"] for one in minutes]
    days = [sum(units[start : start + 1440]) for start in range(0, len(units), 1440)]
    hours = [sum(tally.working.counts[at : at + 60]) / 3600 for at in range(0, load.days * 1440, 60)]
    dispatched, sending = list(tally.dispatched.counts), [one / 60 for one in tally.occupied.counts]
    busiest_box = MOST + GMAIL["follow-up"]
    inbox_writes = 2 * 60 / load.limits.gap.total_seconds() / 60 + load.other_mails * 0.9 / 12 / 3600
    told = list(tally.told.counts)
    telling = [one / 60 * PATHS["delivering an event"]["seconds"] for one in told]
    at_once = min(deployed.queue_concurrency, deployed.send_slots)
    found = {
        "Gmail, units a minute of the project": (*_of(units), platform.gmail_project_minute),
        "Gmail, units a day of the project": (*_of(days), platform.gmail_project_day),
        "Gmail, units a minute of one user": (busiest_box, busiest_box, platform.gmail_user_minute),
        "Cloud Tasks, tasks handed out a minute": (*_of(dispatched), 60 * deployed.tasks_per_second),
        "Cloud Tasks, events handed out a minute": (*_of(told), 60 * deployed.events_per_second),
        "events told at a time, queue and deliver_event": (*_of(telling), deployed.event_slots),
        "sends at a time, queue and send_step": (*_of(sending), at_once),
        "watch_notification, requests at a time": (*_of(watching), deployed.watch_slots),
        "maintain, share of the busiest hour": (*_of(hours), 1),
        "Firestore, writes a second to an inbox, the hottest document": (
            inbox_writes,
            inbox_writes,
            platform.document_writes,
        ),
        "Firestore, writes a second to enrollments": (*_of(enrollments), platform.growing_index_writes),
        "Firestore, writes a second in all": (*_of(writes), inf),
        "Pub/Sub, notifications a minute": (*_of(pushes), inf),
    }
    some = [Resource(name, *figures) for name, figures in found.items()]
    return sorted(some, key=lambda one: -one.utilisation)


def _of(values: list[float]) -> tuple[float, float]:
    busy = [one for one in values if one]
    return max(values, default=0), sum(busy) / max(1, len(busy))


def _minutes(load: Load, tally: Tally) -> Iterator[dict[str, float]]:
    """Yield how often what happened, minute by minute, for as long as the load lasts."""
    for minute in range(load.days * 1440):
        other = arrivals_by_hour(load, (int(START.timestamp()) + minute * 60) // 3600) / 60
        sends, answers = tally.sends.counts[minute], tally.answered.counts[minute]
        yield {
            "sends": sends,
            "follow-ups": tally.follow_ups.counts[minute],
            "answers": answers,
            "other": other,
            "looks": tally.looks.counts[minute],
            "queued": tally.queued.counts[minute],
            "renewals": load.mailboxes / 1440,
            "accepted": tally.accepted.counts[minute],
            "told": tally.told.counts[minute],
            "pushes": 2 * sends + answers + other,
        }


def _units(one: dict[str, float]) -> float:
    firsts = one["sends"] - one["follow-ups"]
    own = GMAIL["notification of our own mail"] + GMAIL["notification of its label"]
    return (
        firsts * GMAIL["first step"]
        + one["follow-ups"] * GMAIL["follow-up"]
        + one["sends"] * own
        + one["answers"] * GMAIL["answer"]
        + one["other"] * GMAIL["other mail"]
        + one["looks"] * GMAIL["looking in unasked"]
        + one["renewals"] * GMAIL["renewing a watch"]
    )


def _writes(one: dict[str, float]) -> Any:
    own = ("notification of our own mail", "notification of its label")
    return (
        one["sends"] * (PATHS[SEND]["writes"] + sum(PATHS[name]["writes"] for name in own))
        + one["answers"] * PATHS["answer"]["writes"]
        + one["other"] * PATHS["other mail"]["writes"]
        + one["looks"] * PATHS["looking in unasked"]["writes"]
        + one["queued"] * PATHS["queueing, by maintain"]["writes"]
        + one["accepted"] * PATHS["accepting, a mail"]["writes"] * 3
        + one["told"] * PATHS["delivering an event"]["writes"]
    )


def bill(load: Load, tally: Tally, scale: float = 1) -> dict[str, float]:
    """Return the dollars of an average month of ``scale`` times the load, by product, at list prices."""
    sends = tally.sends.total
    often = {
        "accepting, a mail": load.candidates * len(load.delays),
        "queueing, by maintain": tally.paths["queueing, by maintain"],
        "sending": sends,
        "notification of our own mail": sends,
        "notification of its label": sends,
        "answer": tally.answers,
        "other mail": load.mailboxes * load.other_mails * load.days,
        "looking in unasked": tally.looks.total,
        "renewing a watch": load.mailboxes * load.days,
        "maintain, with nothing due": tally.runs,
        "delivering an event": tally.told.total,
    }
    months = load.days / COSTS["assumed"]["days"]
    priced: Callable[..., dict[str, float]] = runpy.run_path(str(TERRAFORM / "costs.py"))["priced"]
    scales = {name: 1 if path["times"] == "minute" else scale for name, path in PATHS.items()}
    return priced({name: times * scales[name] / months for name, times in often.items()}, COSTS)
