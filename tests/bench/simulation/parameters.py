"""Own what is assumed: the load, the platforms' limits with their sources, and how ours is deployed.

Nothing that stands elsewhere is said again: what a path takes and what it costs is in terraform/costs.json,
the sizes of functions and queues in Terraform, Gmail's units at the local Gmail, maintain's limits in its
module.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lib.core.records import Limits
from lib.flows import maintaining, queueing_events

ROOT = Path(__file__).parents[3]
TERRAFORM, MAINTAIN = ROOT / "terraform", ROOT / "functions" / "maintain" / "main.py"
COSTS: dict[str, Any] = json.loads((TERRAFORM / "costs.json").read_text(encoding="utf-8"))
#: A Monday, so that sixty days hold 42 working days.
START = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much there is to do; ``mailboxes * candidates_of_a_mailbox`` candidates in all.

    campaigns_of_a_mailbox: accepted one after the other, spread over the first ``accepted_within`` days.
    zones: where mailboxes and their candidates are, by share. twins: so many mailboxes have the same plan,
    each with jitter and a first slot of its own, so that the core plans one of them.
    """

    mailboxes: int = 10_000
    candidates_of_a_mailbox: int = 100
    campaigns_of_a_mailbox: int = 2
    delays: tuple[timedelta, ...] = (timedelta(), timedelta(days=4), timedelta(days=7))
    days: int = 60
    accepted_within: int = 40
    zones: tuple[tuple[str, float], ...] = (
        ("Europe/Berlin", 0.6),
        ("America/New_York", 0.3),
        ("Asia/Kolkata", 0.1),
    )
    twins: int = 10
    limits: Limits = field(default_factory=Limits)
    #: Of the mails, how many are answered in person, and how long that takes on average.
    answered: float = COSTS["assumed"]["answers_in_a_mail"]
    answer_time: timedelta = timedelta(days=1)
    #: Mails that a mailbox gets besides, a day; nine tenths of them on working days between eight and eight.
    other_mails: float = COSTS["assumed"]["other_mails_of_a_mailbox"] / COSTS["assumed"]["days"]
    #: Whether the org has a webhook: then each event is a task.
    webhooks: bool = True

    @property
    def candidates(self) -> int:
        return self.mailboxes * self.candidates_of_a_mailbox


@dataclass(frozen=True, kw_only=True)
class Platform:
    """The platforms' limits."""

    # https://developers.google.com/workspace/gmail/api/reference/quota, for projects made from 2026-05-01.
    gmail_user_minute: int = 6_000
    gmail_project_minute: int = 1_200_000
    # The same page: announced as the threshold of billing.
    gmail_project_day: int = 80_000_000
    # https://cloud.google.com/tasks/docs/quotas
    queue_dispatches: int = 500
    # https://cloud.google.com/firestore/native/docs/best-practices: sustained writes a second of a document,
    # and of a collection that is indexed by values that only grow, such as times.
    document_writes: float = 1.0
    growing_index_writes: float = 500.0


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """How ours runs: what Terraform and maintain say, or a proposal to compare with it.

    event_slots: how many events are told at a time. workers: how many jobs maintain does at a time. rounds:
    how often one run starts over while there is more.
    """

    tasks_per_second: float
    queue_concurrency: int
    events_per_second: float
    event_slots: int
    send_slots: int
    watch_slots: int
    enrollments: int = maintaining.ENROLLMENTS
    inboxes: int = maintaining.INBOXES
    events: int = maintaining.EVENTS
    workers: float
    event_workers: float = queueing_events.TASK_THREADS
    rounds: int = maintaining.ROUNDS

    def scaled(self, share: float) -> Deployment:
        """Return the same for a share of the load: fewer of all, and of each second that much less."""
        return replace(
            self,
            tasks_per_second=self.tasks_per_second * share,
            queue_concurrency=max(1, round(self.queue_concurrency * share)),
            events_per_second=self.events_per_second * share,
            event_slots=max(1, round(self.event_slots * share)),
            send_slots=max(1, round(self.send_slots * share)),
            watch_slots=max(1, round(self.watch_slots * share)),
            enrollments=max(1, round(self.enrollments * share)),
            inboxes=max(1, round(self.inboxes * share)),
            events=max(1, round(self.events * share)),
            workers=self.workers * share,
            event_workers=self.event_workers * share,
        )


def deployed() -> Deployment:
    """Return what Terraform deploys by default."""
    variables, functions = _text("variables.tf"), _text("functions.tf")
    return Deployment(
        tasks_per_second=int(_found(r'"tasks_per_second" {.*?default\s*= (\d+)', variables)),
        queue_concurrency=_at_once("tasks"),
        events_per_second=int(_found(r'"events_per_second" {.*?default\s*= (\d+)', variables)),
        event_slots=min(_at_once("events"), _slots(functions, "deliver_event")),
        send_slots=_slots(functions, "send_step"),
        watch_slots=_slots(functions, "watch_notification"),
        workers=int(_found(r"^AT_ONCE = (\d+)", MAINTAIN.read_text(encoding="utf-8"))),
    )


def _at_once(queue: str) -> int:
    """Return how many of its tasks a queue lets be worked on at once."""
    return int(_found(rf"^    {queue}\s*= {{[^}}]*at_once = (\d+)", _text("queue.tf")))


def _slots(functions: str, name: str) -> int:
    """Return how many requests a function takes at once, all its instances together."""
    block = _found(rf"^    {name} = {{(.*?)^    }}", functions)
    concurrency, instances = (
        _found(rf"{what}\s*= (\d+)", block) for what in ("concurrency", "max_instances")
    )
    return int(concurrency) * int(instances)


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.DOTALL | re.MULTILINE)
    assert found is not None, pattern
    return found.group(1)


def _text(name: str) -> str:
    return (TERRAFORM / name).read_text(encoding="utf-8")
