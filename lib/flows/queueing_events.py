"""Own the queueing of events: a task is a hint, the event's own time in Firestore the truth.

Invariant: what nobody listens to is marked so, and never queued; everything else comes up again until it is
delivered or given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import msgspec

from lib.core import keys
from lib.core.ids import digest
from lib.core.keys import Changes, Snapshot
from lib.core.records import OutgoingEvent
from lib.ports import Services

#: A lost task's name stays reserved; after this many seconds there is another one for the same try.
ANEW_SECONDS = 600
#: The function that delivers them. It has a queue of its own: a webhook that hangs holds up no mail.
DELIVERED_BY = "deliver_event"
#: How many tasks are created at a time.
TASK_THREADS = 16


class EventTask(msgspec.Struct, frozen=True, kw_only=True):
    """Be the body of a task: the event, and how many deliveries of it had begun."""

    org: str
    event: str
    tries: int


def queue_event(services: Services, event: OutgoingEvent, now: datetime) -> None:
    """Create the task of an event's next delivery."""
    span = int(max(now, event.wake_at or now).timestamp()) // ANEW_SECONDS
    name = digest("event", event.org, event.id, str(event.tries), str(event.wake_at), str(span))
    body = msgspec.json.encode(EventTask(org=event.org, event=event.id, tries=event.tries))
    services.tasks.create(DELIVERED_BY, name, body, event.wake_at)


def queue_events(services: Services, org: str, due: Sequence[OutgoingEvent], now: datetime) -> int:
    """Queue an org's due events, or mark them when nobody listens; return how many were queued."""
    org_key = keys.org(org)
    record = services.store.read([org_key])[org_key]
    if record is not None and any(not one.gone for one in record.webhooks):
        with ThreadPoolExecutor(max_workers=TASK_THREADS) as pool:
            for _ in pool.map(lambda event: queue_event(services, event, now), due):
                pass
        return len(due)
    wanted = [keys.event(org, one.id) for one in due]

    def decide(snapshot: Snapshot) -> Changes[None]:
        found = {key: one for key in wanted if (one := snapshot[key]) is not None and one.wake_at is not None}
        return Changes(None, {key: msgspec.structs.replace(one, wake_at=None) for key, one in found.items()})

    services.store.change(wanted, decide)
    return 0
