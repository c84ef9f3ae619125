"""Own what is done unasked: queue what comes due, settle what is stuck, look into silent mailboxes.

Invariant: whatever dies anywhere has left a time in Firestore at which this looks at it again; one that fails
here does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from lib.core import keys
from lib.core.enrollment import requeued
from lib.core.errors import MailboxPaused, OutreachError
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Campaign, Enrollment, Inbox, Status
from lib.flows.chaining import chain
from lib.flows.controlling import stop_rest
from lib.flows.queueing import queue_step
from lib.flows.reading import noting_trouble
from lib.flows.receiving import receive
from lib.flows.repairing import put_off, repair
from lib.flows.replanning_all import nothing_left, replan_all
from lib.flows.settling import settle
from lib.flows.undoing import undo
from lib.ports import Services

#: How many enrollments, mailboxes and campaigns one run looks at; the next run goes on.
ENROLLMENTS = 200
INBOXES = 100
CAMPAIGNS = 20
#: When something whose handling failed is looked at again.
AGAIN_AFTER = timedelta(minutes=1)
#: A watch lasts seven days; it is renewed daily, and after a failure within the hour.
RENEW_EVERY = timedelta(days=1)
RENEW_AGAIN = timedelta(hours=1)
#: Name of the log event by which an operator hears that notifications may end.
RENEWAL_FAILED = "watch_renewal_failed"

#: Hears of what failed: an event's name, an id, the error.
Report = Callable[[str, str, Exception], Any]


class Tally(msgspec.Struct, kw_only=True):
    """Count what one run did."""

    queued: int = 0
    settled: int = 0
    repaired: int = 0
    renewed: int = 0
    looked: int = 0
    chained: int = 0
    campaigns: int = 0
    failed: int = 0
    more: bool = False

    def counts(self) -> dict[str, int]:
        """Return the counts alone, for the log."""
        return {name: int(value) for name, value in msgspec.structs.asdict(self).items()}


def maintain(services: Services, report: Report) -> Tally:
    """Do what is due; ``report(event, id, error)`` hears of what failed, and is tried again later."""
    now, tally = services.clock.now(), Tally()
    enrollments = services.store.due_enrollments(now, ENROLLMENTS)
    inboxes = services.store.due_inboxes(now, INBOXES)
    campaigns = services.store.due_campaigns(now, CAMPAIGNS)

    def tried(event: str, id_: str, work: Callable[[], Any]) -> bool:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - even a bug met in one must not hold up the others
            tally.failed += 1
            alert = error.alert if isinstance(error, MailboxPaused) else ""
            report(alert or event, id_, error)
            return False
        return True

    for inbox in inboxes:
        if inbox.renew_at is not None and inbox.renew_at <= now:
            tried(RENEWAL_FAILED, inbox.id, partial(_renew, services, inbox, now, tally))
        if not tried("inbox_failed", inbox.id, partial(_look, services, inbox, now, tally)):
            _put_off(services, keys.inbox(inbox.id), "look_at", now)
    for campaign in campaigns:
        if not tried("campaign_failed", campaign.id, partial(_carry_on, services, campaign, tally)):
            _put_off(services, keys.campaign(campaign.org, campaign.id), "wake_at", now)
    for one in enrollments:
        if not tried("enrollment_failed", one.id, partial(_bring_on, services, one, now, tally)):
            _put_off(services, keys.enrollment(one.org, one.id), "wake_at", now)
    full = (len(enrollments) == ENROLLMENTS, len(inboxes) == INBOXES, len(campaigns) == CAMPAIGNS)
    tally.more = tally.more or any(full)
    return tally


def _bring_on(services: Services, enrollment: Enrollment, now: datetime, tally: Tally) -> None:
    """Do for one enrollment what its time came for."""
    incomplete = any(mail.message_id is None for mail in enrollment.sent)
    if incomplete:
        repair(services, enrollment)
        tally.repaired += 1
    if enrollment.attempt is not None and enrollment.attempt.deadline <= now:
        settle(services, enrollment)
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
    receive(services, inbox.id)
    tally.looked += 1
    tally.chained += chain(services, inbox)


def _renew(services: Services, inbox: Inbox, now: datetime, tally: Tally) -> None:
    """Ask Gmail for notifications for seven more days; the cursor stays as it is."""
    try:
        with noting_trouble(services, inbox.id):
            expires = services.gmail(inbox).watch(services.topic).expires
    except Exception as error:
        kind = error.slug if isinstance(error, OutreachError) else OutreachError.slug
        why = f"Gmail's notifications could not be renewed ({kind}); answers may be found up to an hour late"
        _renewed(services, inbox, inbox.watch_expires, now + RENEW_AGAIN, why)
        raise
    _renewed(services, inbox, expires, now + RENEW_EVERY, "")
    tally.renewed += 1


def _renewed(services: Services, inbox: Inbox, expires: datetime, again: datetime, failed: str) -> None:
    key = keys.inbox(inbox.id)

    def decide(snapshot: Snapshot) -> Changes[None]:
        record = snapshot[key]
        if record is None:
            return Changes(None)
        after = msgspec.structs.replace(record, watch_expires=expires, renew_at=again, watch_failed=failed)
        return Changes(None, writes={key: after})

    services.store.change([key], decide)
