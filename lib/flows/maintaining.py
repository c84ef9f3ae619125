"""Own what is done unasked: queue what comes due, settle what is stuck, look into silent mailboxes.

Invariant: whatever dies anywhere has left a time in Firestore at which this looks at it again; one that fails
here does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from lib.core import keys
from lib.core.enrollment import requeued
from lib.core.errors import OutreachError
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Campaign, Enrollment, Erasure, Inbox, Org, OutgoingEvent, Status
from lib.flows.chaining import chain
from lib.flows.controlling import stop_rest
from lib.flows.erasing import erase_on
from lib.flows.leaving import leave
from lib.flows.queueing import queue_step
from lib.flows.queueing_events import queue_events
from lib.flows.reading import noting_trouble
from lib.flows.receiving import receive
from lib.flows.repairing import put_off, repair
from lib.flows.replanning_all import nothing_left, replan_all
from lib.flows.resuming import resume_after_reconnect
from lib.flows.settling import settle
from lib.flows.sweeping import sweep
from lib.flows.undoing import undo
from lib.ports import Services

#: How many enrollments, mailboxes, campaigns and the like one run looks at; the next run goes on.
ENROLLMENTS = 200
EVENTS = 200
INBOXES = 100
CAMPAIGNS = 20
DEPARTURES = 20
ERASURES = 5
ORGS = 5
#: When something whose handling failed is looked at again.
AGAIN_AFTER = timedelta(minutes=1)
#: A watch lasts seven days; it is renewed daily, and after a failure within the hour.
RENEW_EVERY = timedelta(days=1)
RENEW_AGAIN = timedelta(hours=1)
#: Name of the log event by which an operator hears that notifications may end.
RENEWAL_FAILED = "watch_renewal_failed"

#: Hears of what failed: an event's name, an id, the error.
Report = Callable[[str, str, Exception], Any]
#: Hears of an erasure that has got on.
Noted = Callable[[Erasure], Any]


def _unheard(_erasure: Erasure) -> None:
    """Stand where nobody listens."""


class Tally(msgspec.Struct, kw_only=True):
    """Count what one run did."""

    queued: int = 0
    settled: int = 0
    repaired: int = 0
    renewed: int = 0
    resealed: int = 0
    looked: int = 0
    chained: int = 0
    campaigns: int = 0
    left: int = 0
    erased: int = 0
    swept: int = 0
    events: int = 0
    held: int = 0
    failed: int = 0
    more: bool = False

    def counts(self) -> dict[str, int]:
        """Return the counts alone, for the log."""
        return {name: int(value) for name, value in msgspec.structs.asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Job:
    """Hold one thing that is due.

    event: by which its failure is reported. time: the field of its record that says when it is due; it is
    looked at again a while after a failure. "": the work sees to that itself.
    """

    event: str
    id: str
    key: Key[Any]
    time: str
    work: Callable[[], Any]


def maintain(services: Services, report: Report, noted: Noted = _unheard) -> Tally:
    """Do what is due; ``report(event, id, error)`` hears of what failed, and is tried again later.

    noted: hears of each erasure as it is after each part of it, before anything else is done.
    """
    now, tally = services.clock.now(), Tally()
    for job in _jobs(services, now, tally, noted):
        try:
            job.work()
        except Exception as error:  # noqa: BLE001 - even a bug met in one must not hold up the others
            tally.failed += 1
            alert = error.alert if isinstance(error, OutreachError) else ""
            report(alert or job.event, job.id, error)
            if job.time:
                _put_off(services, job.key, job.time, now)
    return tally


def _jobs(services: Services, now: datetime, tally: Tally, noted: Noted) -> list[Job]:
    """Return all that is due; first whoever leaves and what is erased: neither must be sent from or to."""
    store = services.store
    leaving, erasures = store.due_departures(now, DEPARTURES), store.due_erasures(now, ERASURES)
    inboxes, orgs = store.due_inboxes(now, INBOXES), store.due_orgs(now, ORGS)
    campaigns, enrollments = store.due_campaigns(now, CAMPAIGNS), store.due_enrollments(now, ENROLLMENTS)
    events = store.due_events(now, EVENTS)
    limits = ((leaving, DEPARTURES), (erasures, ERASURES), (inboxes, INBOXES), (orgs, ORGS), (events, EVENTS))
    full = any(len(found) == limit for found, limit in limits)
    tally.more = full or len(campaigns) == CAMPAIGNS or len(enrollments) == ENROLLMENTS
    jobs = [
        _job("departure_failed", keys.inbox(one.id), "leaving_at", _leave, services, one, tally)
        for one in leaving
    ]
    for erasure in erasures:
        about = keys.erasure(erasure.org, erasure.id)
        jobs.append(_job("erasure_failed", about, "wake_at", _erase, services, erasure, tally, noted))
    for inbox in inboxes:
        if inbox.renew_at is not None and inbox.renew_at <= now:
            jobs.append(_job(RENEWAL_FAILED, keys.inbox(inbox.id), "", _renew, services, inbox, now, tally))
        jobs.append(_job("inbox_failed", keys.inbox(inbox.id), "look_at", _look, services, inbox, now, tally))
    for campaign in campaigns:
        key = keys.campaign(campaign.org, campaign.id)
        jobs.append(_job("campaign_failed", key, "wake_at", _carry_on, services, campaign, tally))
    for one in enrollments:
        place = keys.enrollment(one.org, one.id)
        jobs.append(_job("enrollment_failed", place, "wake_at", _bring_on, services, one, now, tally))
    for org_id in dict.fromkeys(one.org for one in events):
        some = [one for one in events if one.org == org_id]
        jobs.append(_job("events_failed", keys.org(org_id), "", _tell, services, org_id, some, now, tally))
    return jobs + [
        _job("org_failed", keys.org(org.org), "sweep_at", _sweep, services, org, tally) for org in orgs
    ]


def _job(event: str, key: Key[Any], time: str, work: Callable[..., Any], *about: Any) -> Job:
    return Job(event, key.path.rpartition("/")[2], key, time, partial(work, *about))


def _leave(services: Services, inbox: Inbox, tally: Tally) -> None:
    leave(services, inbox)
    tally.left += 1


def _erase(services: Services, erasure: Erasure, tally: Tally, noted: Noted) -> None:
    after = erase_on(services, erasure)
    noted(after)
    tally.erased += 1
    tally.more = tally.more or (after.wake_at is not None and after.wake_at <= services.clock.now())


def _sweep(services: Services, org: Org, tally: Tally) -> None:
    done = sweep(services, org)
    tally.swept += 1
    tally.more = tally.more or not done


def _tell(services: Services, org: str, events: list[OutgoingEvent], now: datetime, tally: Tally) -> None:
    tally.events += queue_events(services, org, events, now)


def _bring_on(services: Services, enrollment: Enrollment, now: datetime, tally: Tally) -> None:
    """Do for one enrollment what its time came for."""
    incomplete = any(mail.message_id is None for mail in enrollment.sent)
    if incomplete:
        repair(services, enrollment)
        tally.repaired += 1
    if enrollment.attempt is not None and enrollment.attempt.deadline <= now:
        tally.held += settle(services, enrollment) == Status.HELD
        tally.settled += 1
    elif enrollment.status is Status.WAITING and _requeue(services, enrollment, now):
        tally.queued += 1
    if incomplete:
        put_off(services, enrollment)


def _carry_on(services: Services, campaign: Campaign, tally: Tally) -> None:
    """Do what a campaign was left with: a dead acceptance, a new plan, the rest of a cancellation."""
    tally.campaigns += 1
    if campaign.status in ("accepting", "undoing"):
        undo(services, campaign)
    elif campaign.status == "paused":
        # Its times are planned anew when it is resumed.
        nothing_left(services, campaign)
    else:
        done = (replan_all if campaign.status == "active" else stop_rest)(services, campaign)
        tally.more = tally.more or not done


def _put_off(services: Services, key: Key[Any], time: str, now: datetime) -> None:
    """Look at what failed again after a while, so that it does not stand in the way."""

    def decide(snapshot: Snapshot) -> Changes[None]:
        record = snapshot[key]
        due = getattr(record, time, None)
        if record is None or due is None or due > now:
            return Changes(None)
        return Changes(None, writes={key: msgspec.structs.replace(record, **{time: now + AGAIN_AFTER})})

    with suppress(OutreachError):
        services.store.change([key], decide)


def _requeue(services: Services, seen: Enrollment, now: datetime) -> bool:
    """Queue a waiting step anew, its next time to be looked at written first."""
    key = keys.enrollment(seen.org, seen.id)

    def decide(snapshot: Snapshot) -> Changes[Enrollment | None]:
        record = snapshot[key]
        if record is None or record.status is not Status.WAITING or record.wake_at is None:
            return Changes(None)
        if record.wake_at > now:
            return Changes(None)
        after = requeued(record, now)
        return Changes(after, writes={key: after})

    after = services.store.change([key], decide)
    return after is not None and queue_step(services, after)


def _look(services: Services, inbox: Inbox, now: datetime, tally: Tally) -> None:
    """Look into a mailbox that was silent; chain what was read there."""
    if inbox.look_at is None or inbox.look_at > now:
        return
    done = receive(services, inbox.id)
    tally.looked += 1
    if inbox.behind and done:
        resume_after_reconnect(services, inbox)
    tally.chained += chain(services, inbox)


def _renew(services: Services, inbox: Inbox, now: datetime, tally: Tally) -> None:
    """Ask Gmail for notifications for seven more days; the cursor stays as it is.

    It comes by daily, so here the token is sealed anew as well when the keyset has rotated.
    """
    sealed = inbox.sealed_token
    try:
        sealed = _sealed_anew(services, inbox)
        with noting_trouble(services, inbox.id):
            expires = services.gmail(inbox).watch(services.topic).expires
    except Exception as error:
        kind = error.slug if isinstance(error, OutreachError) else OutreachError.slug
        why = f"Gmail's notifications could not be renewed ({kind}); answers may be found up to an hour late"
        _renewed(services, inbox, sealed, inbox.watch_expires, now + RENEW_AGAIN, why)
        raise
    _renewed(services, inbox, sealed, expires, now + RENEW_EVERY, "")
    tally.renewed += 1
    tally.resealed += sealed != inbox.sealed_token


def _sealed_anew(services: Services, inbox: Inbox) -> str:
    """Return the token sealed with the keyset's primary key; as it is when it is so already."""
    vault, org, mailbox = services.vault, inbox.org, inbox.mailbox
    if vault.is_current(inbox.sealed_token):
        return inbox.sealed_token
    return vault.seal(vault.open(inbox.sealed_token, org=org, mailbox=mailbox), org=org, mailbox=mailbox)


def _renewed(
    services: Services, inbox: Inbox, sealed: str, expires: datetime, again: datetime, failed: str
) -> None:
    key = keys.inbox(inbox.id)

    def decide(snapshot: Snapshot) -> Changes[None]:
        record = snapshot[key]
        if record is None:
            return Changes(None)
        after = msgspec.structs.replace(record, watch_expires=expires, renew_at=again, watch_failed=failed)
        # A token that came meanwhile, with a new consent, is not written over with the one before it.
        if record.sealed_token == inbox.sealed_token:
            after = msgspec.structs.replace(after, sealed_token=sealed)
        return Changes(None, writes={key: after})

    services.store.change([key], decide)
