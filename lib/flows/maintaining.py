"""Own what is done unasked: queue what comes due, settle what is stuck, look into silent mailboxes.

Invariant: whatever dies anywhere has left a time in Firestore at which this looks at it again; one that fails
here does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.core import keys
from lib.core.enrollment import requeued
from lib.core.errors import OutreachError
from lib.core.keys import Changes, Snapshot
from lib.core.records import Enrollment, Inbox, Status
from lib.flows.queueing import queue_step
from lib.flows.reading import noting_disconnection
from lib.flows.receiving import receive
from lib.flows.repairing import put_off, repair
from lib.flows.settling import settle
from lib.ports import Services

#: How many enrollments and mailboxes one run looks at; the next run goes on.
ENROLLMENTS = 200
INBOXES = 100
#: When an enrollment or a mailbox whose handling failed is looked at again.
AGAIN_AFTER = timedelta(minutes=1)
#: A watch lasts seven days; it is renewed daily, and after a failure within the hour.
RENEW_EVERY = timedelta(days=1)
RENEW_AGAIN = timedelta(hours=1)


class Tally(msgspec.Struct, kw_only=True):
    """Count what one run did."""

    queued: int = 0
    settled: int = 0
    repaired: int = 0
    renewed: int = 0
    looked: int = 0
    failed: int = 0
    more: bool = False

    def counts(self) -> dict[str, int]:
        """Return the counts alone, for the log."""
        return {name: int(value) for name, value in msgspec.structs.asdict(self).items()}


def maintain(services: Services, report: Callable[[str, str, Exception], Any]) -> Tally:
    """Do what is due; ``report(event, id, error)`` hears of what failed, and is tried again later."""
    now = services.clock.now()
    tally = Tally()
    enrollments = services.store.due_enrollments(now, ENROLLMENTS)
    inboxes = services.store.due_inboxes(now, INBOXES)
    for inbox in inboxes:
        try:
            _care_for(services, inbox, now, tally)
        except Exception as error:  # noqa: BLE001 - even a bug met in one must not hold up the others
            tally.failed += 1
            report("inbox_failed", inbox.id, error)
            _look_later(services, inbox, now)
    for enrollment in enrollments:
        try:
            _bring_on(services, enrollment, now, tally)
        except Exception as error:  # noqa: BLE001 - even a bug met in one must not hold up the others
            tally.failed += 1
            report("enrollment_failed", enrollment.id, error)
            _put_off(services, enrollment, now)
    tally.more = len(enrollments) == ENROLLMENTS or len(inboxes) == INBOXES
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


def _put_off(services: Services, seen: Enrollment, now: datetime) -> None:
    """Look at an enrollment that failed again after a while, so that it does not stand in the way."""
    key = keys.enrollment(seen.org, seen.id)

    def decide(snapshot: Snapshot) -> Changes[None]:
        record = snapshot[key]
        if record is None or record.wake_at is None or record.wake_at > now:
            return Changes(None)
        return Changes(None, writes={key: msgspec.structs.replace(record, wake_at=now + AGAIN_AFTER)})

    with suppress(OutreachError):
        services.store.change([key], decide)


def _look_later(services: Services, seen: Inbox, now: datetime) -> None:
    """Look into a mailbox that failed again after a while, so that it does not stand in the way."""
    key = keys.inbox(seen.id)

    def decide(snapshot: Snapshot) -> Changes[None]:
        record = snapshot[key]
        if record is None or record.look_at is None or record.look_at > now:
            return Changes(None)
        return Changes(None, writes={key: msgspec.structs.replace(record, look_at=now + AGAIN_AFTER)})

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


def _care_for(services: Services, inbox: Inbox, now: datetime, tally: Tally) -> None:
    """Renew a watch that is due, look into a mailbox that was silent."""
    if inbox.renew_at is not None and inbox.renew_at <= now:
        renew_watch(services, inbox, now)
        tally.renewed += 1
    if inbox.look_at is not None and inbox.look_at <= now:
        receive(services, inbox.id)
        tally.looked += 1


def renew_watch(services: Services, inbox: Inbox, now: datetime) -> None:
    """Ask Gmail for notifications for seven more days; the cursor stays as it is."""
    key = keys.inbox(inbox.id)
    expires, again = inbox.watch_expires, now + RENEW_AGAIN
    try:
        with noting_disconnection(services, inbox.id):
            expires = services.gmail(inbox).watch(services.topic).expires
            again = now + RENEW_EVERY
    finally:

        def decide(snapshot: Snapshot) -> Changes[None]:
            record = snapshot[key]
            if record is None:
                return Changes(None)
            after = msgspec.structs.replace(record, watch_expires=expires, renew_at=again)
            return Changes(None, writes={key: after})

        services.store.change([key], decide)
