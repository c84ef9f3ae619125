"""Own what is done unasked: queue what comes due, settle what is stuck, look into silent mailboxes.

Invariant: whatever dies anywhere has left a time in Firestore at which this looks at it again; one that fails
here does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
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
from lib.flows.jobs import Job, Tally, done
from lib.flows.leaving import leave
from lib.flows.queueing import queue_step
from lib.flows.queueing_events import queue_events
from lib.flows.receiving import receive
from lib.flows.renewing import renew
from lib.flows.repairing import put_off, repair
from lib.flows.replanning_all import nothing_left, replan_all
from lib.flows.resuming import resume_after_reconnect
from lib.flows.settling import settle
from lib.flows.sweeping import sweep
from lib.flows.undoing import undo
from lib.ports import Services

#: How many enrollments, mailboxes, campaigns and the like one round looks at; the next one goes on.
ENROLLMENTS = 200
INBOXES = 100
CAMPAIGNS = 20
DEPARTURES = 20
ERASURES = 5
ORGS = 5
#: How many events a run queues, once: they stay due until their delivery begins, and a second look would find
#: the same. A task is created in about 20 ms, 16 at a time: these take four seconds. A project of 10,000
#: mailboxes has some 1,300 a minute at its peak.
EVENTS = 3000
#: How many rounds a run makes while more mailboxes or enrollments are due than one takes, and how long: the
#: next run begins with the next minute.
ROUNDS = 20
GO_ON = timedelta(seconds=40)
#: When something whose handling failed is looked at again.
AGAIN_AFTER = timedelta(minutes=1)
#: Name of the log event by which an operator hears that notifications may end.
RENEWAL_FAILED = "watch_renewal_failed"

#: Hears of what failed: an event's name, an id, the error.
Report = Callable[[str, str, Exception], Any]
#: Hears of an erasure that has got on.
Noted = Callable[[Erasure], Any]


def _unheard(_erasure: Erasure) -> None:
    """Stand where nobody listens."""


def maintain(services: Services, report: Report, noted: Noted = _unheard, *, at_once: int = 1) -> Tally:
    """Do what is due; ``report(event, id, error)`` hears of what failed, and is tried again later.

    noted: hears of each erasure as it is after each part of it, before anything else is done. at_once: so
    many mailboxes are worked on at a time.
    """
    began, tally = services.clock.now(), Tally()
    for _ in range(ROUNDS):
        before, tally.more = tally.failed, False
        full = _round(services, tally, report, noted, at_once)
        if not full or tally.failed > before or services.clock.now() - began >= GO_ON:
            break
    _queue_events(services, tally, report)
    return tally


def _round(services: Services, tally: Tally, report: Report, noted: Noted, at_once: int) -> bool:
    """Do once what is due; say whether there were as many mailboxes or enrollments as one round takes."""
    store, now = services.store, services.clock.now()
    leaving, erasures = store.due_departures(now, DEPARTURES), store.due_erasures(now, ERASURES)
    inboxes, orgs = store.due_inboxes(now, INBOXES), store.due_orgs(now, ORGS)
    campaigns, enrollments = store.due_campaigns(now, CAMPAIGNS), store.due_enrollments(now, ENROLLMENTS)
    full = len(inboxes) == INBOXES or len(enrollments) == ENROLLMENTS
    limits = ((leaving, DEPARTURES), (erasures, ERASURES), (campaigns, CAMPAIGNS), (orgs, ORGS))
    tally.more = full or any(len(found) == limit for found, limit in limits)
    # First whoever leaves and what is erased: neither must be sent from or to.
    stages = (
        (_departing(services, leaving, erasures, noted), 1),
        ([job for inbox in inboxes for job in _of_inbox(services, inbox, now)], at_once),
        ([_of_campaign(services, campaign) for campaign in campaigns], 1),
        ([_of_enrollment(services, one, now) for one in enrollments], at_once),
        ([_of_org(services, org) for org in orgs], 1),
    )
    for jobs, some in stages:
        _work_off(services, jobs, some, tally, report, now)
    return full


def _queue_events(services: Services, tally: Tally, report: Report) -> None:
    now = services.clock.now()
    events = services.store.due_events(now, EVENTS)
    tally.more = tally.more or len(events) == EVENTS
    _work_off(services, list(_of_events(services, events, now)), 1, tally, report, now)


def _work_off(
    services: Services, jobs: list[Job], at_once: int, tally: Tally, report: Report, now: datetime
) -> None:
    for job, counted, error in done(jobs, at_once):
        tally.add(counted)
        if error is not None:
            tally.failed += 1
            alert = error.alert if isinstance(error, OutreachError) else ""
            report(alert or job.event, job.id, error)
            if job.time:
                _put_off(services, job.key, job.time, now)


def _departing(services: Services, leaving: list[Inbox], erasures: list[Erasure], noted: Noted) -> list[Job]:
    jobs = [
        _job("departure_failed", keys.inbox(one.id), "leaving_at", _leave, services, one) for one in leaving
    ]
    for erasure in erasures:
        about = keys.erasure(erasure.org, erasure.id)
        jobs.append(_job("erasure_failed", about, "wake_at", _erase, services, erasure, noted))
    return jobs


def _of_inbox(services: Services, inbox: Inbox, now: datetime) -> list[Job]:
    key = keys.inbox(inbox.id)
    look = _job("inbox_failed", key, "look_at", _look, services, inbox, now)
    if inbox.renew_at is None or inbox.renew_at > now:
        return [look]
    return [_job(RENEWAL_FAILED, key, "", _renew, services, inbox, now), look]


def _of_campaign(services: Services, campaign: Campaign) -> Job:
    return _job(
        "campaign_failed", keys.campaign(campaign.org, campaign.id), "wake_at", _carry_on, services, campaign
    )


def _of_enrollment(services: Services, one: Enrollment, now: datetime) -> Job:
    key = keys.enrollment(one.org, one.id)
    return _job("enrollment_failed", key, "wake_at", _bring_on, services, one, now, alone=one.inbox)


def _of_events(services: Services, events: list[OutgoingEvent], now: datetime) -> Iterator[Job]:
    for org in dict.fromkeys(one.org for one in events):
        some = [one for one in events if one.org == org]
        yield _job("events_failed", keys.org(org), "", _tell, services, org, some, now)


def _of_org(services: Services, org: Org) -> Job:
    return _job("org_failed", keys.org(org.org), "sweep_at", _sweep, services, org)


def _job(event: str, key: Key[Any], time: str, work: Callable[..., Any], *about: Any, alone: str = "") -> Job:
    id_ = key.path.rpartition("/")[2]
    return Job(event, id_, key, time, alone or id_, partial(work, *about))


def _leave(services: Services, inbox: Inbox, tally: Tally) -> None:
    leave(services, inbox)
    tally.left += 1


def _erase(services: Services, erasure: Erasure, noted: Noted, tally: Tally) -> None:
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
    tally.resealed += renew(services, inbox, now)
    tally.renewed += 1
