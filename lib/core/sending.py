"""Own the decision whether a step is sent: now, in a new slot (why), later (why), or never (why).

Invariant: nothing goes out before its slot, after its slot's end, or beside it: a backlog never bursts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

import msgspec

from lib.core import keys
from lib.core.enrollment import Event, holds
from lib.core.ids import digest
from lib.core.keys import Snapshot
from lib.core.plans.ledger import slot_end
from lib.core.records import (
    Attempt,
    Campaign,
    Contact,
    Enrollment,
    Inbox,
    Mailbox,
    Org,
    Status,
    Step,
)
from lib.core.rights import GRANT_ENDED, lacking

#: How long an enrollment waits whose mailbox is disconnected before it is looked at again.
DISCONNECTED_WAIT = timedelta(hours=1)
#: How long a task waits for a campaign that is still being accepted.
ACCEPTING_WAIT = timedelta(seconds=30)
#: How long a step waits for a person; what they do (resume, approve) plans it anew, and does not wait for it.
PERSON_WAIT = timedelta(days=1)
#: How long a step waits for a mailbox that catches up after it was connected anew.
BEHIND_WAIT = timedelta(minutes=1)
#: Within this time after a mailbox's pause those that waited are looked at, in the order of their times.
AFTER_PAUSE = timedelta(minutes=5)
#: How much longer than asked for one enrollment may wait, so that not all come back at once.
JITTER = 0.5


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
    """Hold the keys of the six documents that a send needs, and take them out of a snapshot."""

    enrollment: keys.Key[Enrollment]
    campaign: keys.Key[Campaign]
    mailbox: keys.Key[Mailbox]
    inbox: keys.Key[Inbox]
    contact: keys.Key[Contact]
    org: keys.Key[Org]

    @classmethod
    def of(cls, task: SendTask) -> Papers:
        """Return the keys that a task names."""
        return cls(
            enrollment=keys.enrollment(task.org, task.enrollment),
            campaign=keys.campaign(task.org, task.campaign),
            mailbox=keys.mailbox(task.org, task.mailbox),
            inbox=keys.inbox(task.inbox),
            contact=keys.contact(task.org, task.contact),
            org=keys.org(task.org),
        )

    def all(self) -> list[keys.Key[Any]]:
        """Return all keys, for one read."""
        return [self.enrollment, self.campaign, self.mailbox, self.inbox, self.contact, self.org]


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
class Reslot:
    """Say: not in this slot, and why; the remaining steps need new ones."""

    why: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Say: never, and the enrollment has to learn it."""

    event: Event
    why: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Say: not without a grant, which the campaign's author does not hold (any more): the campaign pauses."""

    why: str


@dataclass(frozen=True, slots=True)
class Never:
    """Say: nothing to do; the task is a duplicate, late, or stale."""

    why: str


Move = Send | Reslot | Later | Stop | Pause | Never


def next_move(snapshot: Snapshot, papers: Papers, step: str, now: datetime) -> Move:
    """Decide from the six documents what a task for ``step`` has to do."""
    enrollment, campaign = snapshot[papers.enrollment], snapshot[papers.campaign]
    if enrollment is None or campaign is None:
        return Never("no such enrollment")
    if enrollment.status is not Status.WAITING:
        return Never(f"already {enrollment.status}")
    if enrollment.step != step:
        return Never("another step is next")
    if enrollment.due > now:
        return Never("not due yet")
    return _may_send(snapshot, papers, enrollment, campaign, now)


def next_settlement(snapshot: Snapshot, papers: Papers, attempt: Attempt, now: datetime) -> Move:
    """Decide whether the mail of an open attempt may still go out, for the settler that holds it.

    Anything but Send means that it must not go out now, and better not later either.
    """
    enrollment, campaign = snapshot[papers.enrollment], snapshot[papers.campaign]
    if enrollment is None or campaign is None:
        return Never("no such enrollment")
    if not holds(enrollment, attempt):
        return Never("another worker settles it")
    if enrollment.status is not Status.UNCERTAIN:
        return Never(f"already {enrollment.status}")
    return _may_send(snapshot, papers, enrollment, campaign, now)


def _may_send(
    snapshot: Snapshot, papers: Papers, enrollment: Enrollment, campaign: Campaign, now: datetime
) -> Move:
    inbox, mailbox = snapshot[papers.inbox], snapshot[papers.mailbox]
    barred = (
        _barred(snapshot, papers, enrollment, campaign)
        or _stays(campaign)
        or _being_erased(snapshot, papers)
        or _unauthorised(campaign, mailbox, now)
    )
    if barred is not None:
        return barred
    # An address may have been given to another account since: that one sends nothing of this mailbox's.
    live = inbox is not None and (inbox.status, inbox.mailbox) == ("connected", enrollment.mailbox)
    if inbox is None or mailbox is None or not live:
        return Later("the mailbox is disconnected", DISCONNECTED_WAIT)
    if inbox.behind:
        return Later("the mailbox is catching up with its mail", BEHIND_WAIT)
    if inbox.paused_until is not None and inbox.paused_until > now:
        return Later(inbox.paused_why, inbox.paused_until - now + _turn(enrollment, inbox.paused_until))
    by_id = {step.id: step for step in campaign.steps}
    if enrollment.step not in by_id:
        return Stop(Event.FAILED, "the campaign no longer has this step")
    why = reslot_why(enrollment, campaign, mailbox, now)
    return Reslot(why) if why else Send(by_id[enrollment.step])


def _barred(snapshot: Snapshot, papers: Papers, enrollment: Enrollment, campaign: Campaign) -> Move | None:
    """Return why nothing may go to this candidate, None when it may."""
    contact = snapshot[papers.contact]
    if contact is None:
        return Stop(Event.CANCELLED, "the candidate's record is gone")
    if contact.suppressed is not None:
        listed = contact.suppressed == "listed"
        event = Event.CANCELLED if listed else Event(contact.suppressed)
        return Stop(event, "the address is suppressed")
    org, domain = snapshot[papers.org], domain_of(enrollment)
    if org is not None and _within(domain, org.suppressed_domains):
        return Stop(Event.CANCELLED, "the domain is suppressed")
    if domain in campaign.stopped_domains:
        return Stop(Event.CANCELLED, "a colleague at the same company has answered")
    return None


def _stays(campaign: Campaign) -> Move | None:
    """Return what a campaign's own status makes of its steps, None when they go out."""
    moves: dict[str, Move] = {
        "accepting": Later("the campaign is still being accepted", ACCEPTING_WAIT),
        "undoing": Never("the campaign is being undone"),
        "cancelled": Stop(Event.CANCELLED, campaign.why or "the campaign was cancelled"),
        "paused": Later(campaign.why or "the campaign is paused", PERSON_WAIT),
    }
    return moves.get(campaign.status)


def _being_erased(snapshot: Snapshot, papers: Papers) -> Move | None:
    """Return what an erasure that is under way makes of a step, None when there is none."""
    contact, mailbox, org = snapshot[papers.contact], snapshot[papers.mailbox], snapshot[papers.org]
    if contact is not None and contact.erasing:
        return Stop(Event.CANCELLED, "the candidate's data is being erased")
    if mailbox is not None and mailbox.erasing:
        return Later("the mailbox is being erased", PERSON_WAIT)
    if org is not None and org.erasing:
        return Later("the organisation's data is being erased", PERSON_WAIT)
    return None


def _unauthorised(campaign: Campaign, mailbox: Mailbox | None, now: datetime) -> Move | None:
    """Return why nothing goes out in the name of the mailbox's owner, None when it does."""
    if mailbox is None:
        return None
    moves: dict[str, Move] = {
        "grant": Pause(GRANT_ENDED),
        "approval": Later("the mailbox's owner has not approved the campaign", PERSON_WAIT),
    }
    return moves.get(lacking(mailbox, campaign, now))


def domain_of(enrollment: Enrollment) -> str:
    """Return the domain of a candidate's address."""
    return enrollment.domain or enrollment.email.rpartition("@")[2].lower()


def _within(domain: str, suppressed: Sequence[str]) -> bool:
    """Say whether a domain or a parent of it is in a list."""
    labels = domain.split(".")
    return any(".".join(labels[first:]) in suppressed for first in range(len(labels)))


def reslot_why(enrollment: Enrollment, campaign: Campaign, mailbox: Mailbox, now: datetime) -> str:
    """Return why the next step cannot go out in the slot that it has, empty when it can."""
    if enrollment.plan < campaign.plan:
        return "the campaign was planned anew"
    planned = {slot.step: slot.due for slot in enrollment.slots}
    if planned.get(enrollment.step) != enrollment.due:
        return enrollment.why or "the mail before it was late"
    if now >= slot_end(enrollment.due, mailbox.limits):
        return enrollment.why or "its time was missed"
    return ""


def _turn(enrollment: Enrollment, until: datetime) -> timedelta:
    """Return how long after a pause an enrollment comes, so that those with earlier times come first."""
    return max(AFTER_PAUSE - (until - enrollment.due) / 1000, timedelta())


def jittered(wait: timedelta, *seed: str) -> timedelta:
    """Return a wait made up to half as long again, by ids, so that not all come back at once."""
    share = crc32(digest("wait", *seed).encode()) / 2**32
    return wait * (1 + JITTER * share)


def marker(enrollment: str, attempt: str) -> str:
    """Return the value of the message's ``X-Outreach-Attempt`` header."""
    return f"{enrollment}.{attempt}"
