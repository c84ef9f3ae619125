"""Own the delivery of events to webhooks: claim, post to who is still to be told, note who was.

Invariant: each event is delivered at least once to each webhook that listens, or given up and kept in the
log; a candidate's event waits for the one before it. The claim is committed before the network is touched, so
that tasks that come twice deliver once; what dies after it comes up again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import msgspec

from lib.core import keys
from lib.core.errors import OutreachError
from lib.core.events import event_id
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Enrollment, Org, OutgoingEvent, Webhook
from lib.core.webhooks import BACKOFF, body_of, listeners, secret_of, signed_headers
from lib.flows.queueing_events import EventTask, queue_event
from lib.ports import Services

#: How long a delivery belongs to its worker; longer than the function may run.
CLAIMED_FOR = timedelta(minutes=10)
#: When an event looks again whether the one before it is through.
TURN = timedelta(minutes=1)
#: How many of a candidate's events one task delivers, one after the other.
IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class _Claimed:
    """Hold an event that this worker delivers, whom it is about, and who is told now; waits: others later."""

    event: OutgoingEvent
    enrollment: Enrollment | None
    ready: tuple[Webhook, ...]
    waits: bool


def deliver_event(services: Services, task: EventTask) -> str:
    """Deliver one event, and those that waited for it; return what became of the first, in a word."""
    outcome = word = _deliver(services, task.org, task.event, task.tries)
    stem, _, number = task.event.rpartition("-")
    for sequence in range(int(number) + 1, int(number) + IN_A_ROW):
        if word != "delivered":
            break
        word = _deliver(services, task.org, event_id(stem, sequence), None)
    return outcome


def task_from(body: bytes) -> EventTask:
    """Return the task in a request's body."""
    return msgspec.json.decode(body, type=EventTask)


def _deliver(services: Services, org: str, id_: str, tries: int | None) -> str:
    claimed = _claim(services, org, id_, tries)
    if isinstance(claimed, str):
        return claimed
    now = services.clock.now()
    told, gone, failed = [], [], False
    for webhook in claimed.ready:
        status = _post(services, webhook, claimed, now)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            told.append(webhook.id)
        elif status == HTTPStatus.GONE:
            gone.append(webhook.id)
        else:
            failed = True
    if gone:
        _forget(services, org, gone)
    return _settle(services, claimed, tuple(told), failed=failed)


def _post(services: Services, webhook: Webhook, claimed: _Claimed, now: datetime) -> int:
    """Post an event to a webhook; return the status, 0 when there was none."""
    body = body_of(claimed.event, claimed.enrollment)
    secret = secret_of(services.address_key, claimed.event.org, webhook.id)
    try:
        return services.webhooks.post(webhook.url, signed_headers(secret, claimed.event.id, now, body), body)
    except OutreachError:
        return 0


def _claim(services: Services, org: str, id_: str, tries: int | None) -> _Claimed | str:
    """Take the delivery of an event for this worker; or say in a word why there is nothing to do.

    tries: as the task knows it, None: whichever there is, since the one before it was just delivered.
    """
    now, key, org_key = services.clock.now(), keys.event(org, id_), keys.org(org)

    def decide(snapshot: Snapshot) -> Changes[_Claimed | str]:
        event, record = snapshot[key], snapshot[org_key] or Org(org=org)
        if event is None or event.wake_at is None:
            return Changes("nothing to deliver")
        if _is_anothers(event, tries, now):
            return Changes("another worker's")
        if missing := snapshot.missing(_about(event)):
            return Changes("", need=frozenset(missing))
        enrollment = snapshot[keys.enrollment(org, event.enrollment)] if event.enrollment else None
        left = listeners(event, record.webhooks)
        if (event.enrollment and enrollment is None) or record.erasing or not left:
            return Changes("delivered", {key: msgspec.structs.replace(event, wake_at=None, claimed=False)})
        before = snapshot[_key_before(event)] if event.enrollment else None
        pending = before if before is not None and before.wake_at is not None else None
        ready = tuple(one for one in left if pending is None or one not in listeners(pending, (one,)))
        if not ready:
            return Changes("waits for its turn", {key: msgspec.structs.replace(event, wake_at=now + TURN)})
        after = msgspec.structs.replace(event, wake_at=now + CLAIMED_FOR, claimed=True, tries=event.tries + 1)
        return Changes(_Claimed(after, enrollment, ready, len(ready) < len(left)), {key: after})

    return services.store.change([key, org_key], decide)


def _is_anothers(event: OutgoingEvent, tries: int | None, now: datetime) -> bool:
    """Say whether a delivery is not this worker's: it is under way, tried already, or not due."""
    if tries is None:
        return event.claimed or event.failures > 0
    return event.tries != tries or event.wake_at is None or event.wake_at > now


def _about(event: OutgoingEvent) -> list[Key[Any]]:
    """Return what else must be read: whom an event is about, and their event before it."""
    if not event.enrollment:
        return []
    return [keys.enrollment(event.org, event.enrollment), _key_before(event)]


def _key_before(event: OutgoingEvent) -> Key[OutgoingEvent]:
    return keys.event(event.org, event_id(event.enrollment, event.sequence - 1))


def _settle(services: Services, claimed: _Claimed, told: tuple[str, ...], *, failed: bool) -> str:
    """Note who was told; what failed comes again ever later, until it is given up."""
    seen, now = claimed.event, services.clock.now()
    key, failures = keys.event(seen.org, seen.id), seen.failures + failed
    given_up = failures > len(BACKOFF)
    again = now + TURN if claimed.waits else None
    if failed and not given_up:
        again = now + BACKOFF[failures - 1]

    def decide(snapshot: Snapshot) -> Changes[OutgoingEvent | None]:
        event = snapshot[key]
        # A late worker, or a replay meanwhile: whoever was told is told once more.
        if event is None or event.tries != seen.tries:
            return Changes(None)
        after = msgspec.structs.replace(
            event, told=(*event.told, *told), failures=failures, wake_at=again, claimed=False
        )
        return Changes(after, {key: after})

    after = services.store.change([key], decide)
    if again is None:
        return "given up" if given_up else "delivered"
    if after is not None and failed:
        queue_event(services, after, now)
    return "comes again"


def _forget(services: Services, org: str, ids: list[str]) -> None:
    """Mark webhooks that have answered 410 (RFC 9110, section 15.5.11): they are told no more."""
    key = keys.org(org)

    def decide(snapshot: Snapshot) -> Changes[None]:
        record = snapshot[key]
        if record is None:
            return Changes(None)
        webhooks = tuple(
            msgspec.structs.replace(one, gone=one.gone or one.id in ids) for one in record.webhooks
        )
        return Changes(None, {key: msgspec.structs.replace(record, webhooks=webhooks)})

    services.store.change([key], decide)
