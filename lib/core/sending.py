"""Own the decision whether a step is sent: now, later (why), or never (why)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from lib.core import keys
from lib.core.enrollment import ATTEMPT_TIME, Event, claimed, holds
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import (
    Attempt,
    Campaign,
    Contact,
    Enrollment,
    Inbox,
    Mailbox,
    Record,
    Status,
    Step,
)

#: How long an enrollment waits whose mailbox is disconnected before it is looked at again.
DISCONNECTED_WAIT = timedelta(hours=1)
#: How long a task waits for a campaign that is still being accepted.
ACCEPTING_WAIT = timedelta(seconds=30)


class SendTask(msgspec.Struct, frozen=True, kw_only=True):
    """Be the body of a task: the ids of all that the first read needs."""

    org: str
    enrollment: str
    step: str
    campaign: str
    mailbox: str
    inbox: str
    contact: str


def task_of(enrollment: Enrollment) -> SendTask:
    """Return the task that sends the enrollment's next step."""
    return SendTask(
        org=enrollment.org,
        enrollment=enrollment.id,
        step=enrollment.step,
        campaign=enrollment.campaign,
        mailbox=enrollment.mailbox,
        inbox=enrollment.inbox,
        contact=enrollment.contact,
    )


@dataclass(frozen=True, slots=True)
class Papers:
    """Hold the keys of the five documents that a send needs, and take them out of a snapshot."""

    enrollment: keys.Key[Enrollment]
    campaign: keys.Key[Campaign]
    mailbox: keys.Key[Mailbox]
    inbox: keys.Key[Inbox]
    contact: keys.Key[Contact]

    @classmethod
    def of(cls, task: SendTask) -> Papers:
        """Return the keys that a task names."""
        return cls(
            enrollment=keys.enrollment(task.org, task.enrollment),
            campaign=keys.campaign(task.org, task.campaign),
            mailbox=keys.mailbox(task.org, task.mailbox),
            inbox=keys.inbox(task.inbox),
            contact=keys.contact(task.org, task.contact),
        )

    def all(self) -> list[keys.Key[Any]]:
        """Return all keys, for one read."""
        return [self.enrollment, self.campaign, self.mailbox, self.inbox, self.contact]


@dataclass(frozen=True, slots=True)
class Send:
    """Say: send now."""

    step: Step


@dataclass(frozen=True, slots=True)
class Later:
    """Say: not now, and why; in ``wait`` it may be possible."""

    why: str
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Stop:
    """Say: never, and the enrollment has to learn it."""

    event: Event
    why: str


@dataclass(frozen=True, slots=True)
class Never:
    """Say: nothing to do; the task is a duplicate, late, or stale."""

    why: str


Move = Send | Later | Stop | Never


def next_move(snapshot: Snapshot, papers: Papers, step: str, now: datetime) -> Move:
    """Decide from the five documents what a task for ``step`` has to do."""
    enrollment, campaign = snapshot[papers.enrollment], snapshot[papers.campaign]
    if enrollment is None or campaign is None:
        return Never("no such enrollment")
    if enrollment.status is not Status.WAITING:
        return Never(f"already {enrollment.status}")
    if enrollment.step != step:
        return Never("another step is next")
    if enrollment.due > now:
        return Never("not due yet")
    return _may_send(snapshot, papers, enrollment, campaign)


def next_settlement(snapshot: Snapshot, papers: Papers, attempt: Attempt) -> Move:
    """Decide whether the mail of an open attempt may still go out, for the settler that holds it."""
    enrollment, campaign = snapshot[papers.enrollment], snapshot[papers.campaign]
    if enrollment is None or campaign is None:
        return Never("no such enrollment")
    if not holds(enrollment, attempt):
        return Never("another worker settles it")
    if enrollment.status is not Status.UNCERTAIN:
        return Never(f"already {enrollment.status}")
    return _may_send(snapshot, papers, enrollment, campaign)


def _may_send(snapshot: Snapshot, papers: Papers, enrollment: Enrollment, campaign: Campaign) -> Move:
    contact, inbox = snapshot[papers.contact], snapshot[papers.inbox]
    if contact is None:
        return Stop(Event.CANCELLED, "the candidate's record is gone")
    if contact.suppressed is not None:
        return Stop(Event(contact.suppressed), "the address is suppressed")
    if campaign.status == "accepting":
        return Later("the campaign is still being accepted", ACCEPTING_WAIT)
    # An address may have been given to another account since: that one sends nothing of this mailbox's.
    live = inbox is not None and (inbox.status, inbox.mailbox) == ("connected", enrollment.mailbox)
    if not live or snapshot[papers.mailbox] is None:
        return Later("the mailbox is disconnected", DISCONNECTED_WAIT)
    by_id = {step.id: step for step in campaign.steps}
    if enrollment.step not in by_id:
        return Stop(Event.FAILED, "the campaign no longer has this step")
    return Send(by_id[enrollment.step])


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold what a worker wants to claim, and what it saw when it decided to send."""

    attempt: Attempt
    tries: int
    writes: Mapping[Key[Any], Record]


class Claimed(StrEnum):
    """Name what became of a claim: ours, lost to others, or ours but taken over by a settler since."""

    OURS = "ours"
    LOST = "lost"
    TAKEN_OVER = "taken_over"


def claim(snapshot: Snapshot, papers: Papers, wanted: Claim, now: datetime) -> Changes[Claimed]:
    """Decide the one commit that takes a step for an attempt.

    Refused past the attempt's deadline: the last look is too long ago. The same claim again (its first
    commit had its effect, its answer was lost) is ours, unless a settler was faster.
    """
    enrollment = snapshot[papers.enrollment]
    if enrollment is None:
        return Changes(Claimed.LOST)
    if enrollment.attempt is not None and enrollment.attempt.id == wanted.attempt.id:
        return Changes(Claimed.OURS if holds(enrollment, wanted.attempt) else Claimed.TAKEN_OVER)
    may = isinstance(next_move(snapshot, papers, wanted.attempt.step, now), Send)
    if not may or enrollment.tries != wanted.tries or now >= wanted.attempt.deadline:
        return Changes(Claimed.LOST)
    after = claimed(enrollment, wanted.attempt, now)
    return Changes(Claimed.OURS, writes={papers.enrollment: after, **wanted.writes})


def attempt_for(
    enrollment: Enrollment,
    inbox: Inbox,
    *,
    id_: str,
    draft: str,
    thread: str,
    subject: str,
    decided_at: datetime,
) -> Attempt:
    """Return the attempt to be claimed.

    Its deadline counts from the decision (and last look), not from the claim: a worker that stalls in
    between finds it passed, and leaves the draft to the settler, who looks again.
    """
    return Attempt(
        id=id_,
        step=enrollment.step,
        draft=draft,
        thread=thread,
        subject=subject,
        deadline=decided_at + ATTEMPT_TIME,
        started_at=decided_at,
        history_id=inbox.cursor,
    )


def postponed(enrollment: Enrollment, why: str, wait: timedelta, now: datetime) -> Enrollment:
    """Return a waiting enrollment that ``maintain`` looks at again after ``wait``."""
    return msgspec.structs.replace(enrollment, why=why, wake_at=now + wait)


def marker(enrollment: str, attempt: str) -> str:
    """Return the value of the message's ``X-Outreach-Attempt`` header."""
    return f"{enrollment}.{attempt}"
