"""Own an org's webhooks: who hears of which events; and the replay of the log to one of them.

Invariant: they are an admin's to see and change; a secret is shown once, to whoever makes the webhook; what
is changed is on the audit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.callers import VerifiedCaller
from lib.core.errors import Conflict, Fault, InvalidRequest, NotFound
from lib.core.ids import digest
from lib.core.keys import Changes, Snapshot
from lib.core.records import EventType, Org, OutgoingEvent, Webhook
from lib.core.rights import check_admin
from lib.core.webhooks import secret_of
from lib.flows.org_settings import change_org, org_of
from lib.ports import Services

#: How many webhooks an org may have: each of them is posted to in turn.
MOST = 5
#: How many events one request replays, and how many at a time.
REPLAYED = 2000
CHUNK = 200


class WantedWebhook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a webhook; types: of events, empty for all."""

    url: str
    types: tuple[EventType, ...] = ()


class ShownWebhook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Show a webhook; gone: it has answered 410. secret: only to whoever has just made it."""

    id: str
    url: str
    types: tuple[EventType, ...]
    created_at: datetime
    gone: bool = False
    secret: str = ""


class ShownWebhooks(msgspec.Struct, frozen=True, kw_only=True):
    """Show the org's webhooks."""

    webhooks: tuple[ShownWebhook, ...]


class Since(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say from when on events are replayed."""

    since: datetime


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """Say how many events are delivered again; next: ``since`` of a further request, None at the end."""

    events: int
    next: datetime | None


def list_webhooks(services: Services, caller: VerifiedCaller) -> ShownWebhooks:
    """Show the org's webhooks."""
    return ShownWebhooks(webhooks=tuple(_shown(one) for one in org_of(services, caller).webhooks))


def add_webhook(services: Services, caller: VerifiedCaller, wanted: WantedWebhook) -> ShownWebhook:
    """Make a webhook and show its secret; InvalidRequest for a URL that leads to no public https place."""
    check_admin(caller)
    if fault := services.webhooks.fault_of(wanted.url):
        raise InvalidRequest("this is no webhook", (Fault(field="url", why=fault),))
    now = services.clock.now()
    id_ = digest("webhook", services.new_id())[:16]
    new = Webhook(id=id_, url=wanted.url, types=tuple(dict.fromkeys(wanted.types)), created_at=now)

    def change(org: Org) -> Org:
        if any(one.id == id_ for one in org.webhooks):
            return org
        if len(org.webhooks) >= MOST:
            raise Conflict(f"there are {MOST} webhooks already: remove one first")
        return msgspec.structs.replace(org, webhooks=(*org.webhooks, new))

    change_org(services, caller, change, "org_changed", (f"webhook:{id_}", "added"), now)
    shown = _shown(new)
    return msgspec.structs.replace(shown, secret=secret_of(services.address_key, caller.org, id_))


def remove_webhook(services: Services, caller: VerifiedCaller, id_: str) -> ShownWebhooks:
    """Remove a webhook, and show those that are left; what is under way may still be delivered."""
    check_admin(caller)
    now = services.clock.now()

    def change(org: Org) -> Org:
        _of(org, id_)
        return msgspec.structs.replace(org, webhooks=tuple(one for one in org.webhooks if one.id != id_))

    after = change_org(services, caller, change, "org_changed", (f"webhook:{id_}", "removed"), now)
    return ShownWebhooks(webhooks=tuple(_shown(one) for one in after.webhooks))


def replay(services: Services, caller: VerifiedCaller, id_: str, wanted: Since) -> Replayed:
    """Deliver the events of the log again to one webhook, from a time on; those that it missed too."""
    webhook = _of(org_of(services, caller), id_)
    if wanted.since.tzinfo is None:
        raise InvalidRequest("this is no time", (Fault(field="since", why="has no offset from UTC"),))
    now = services.clock.now()
    found = services.store.events(caller.org, wanted.since, REPLAYED)
    for first in range(0, len(found), CHUNK):
        _again(services, webhook, found[first : first + CHUNK], now)
    entry = audited("org_changed", caller.org, now, by=caller.user, about=(f"webhook:{id_}", "replayed"))
    services.store.commit(Snapshot(), Changes(None, entry))
    return Replayed(events=len(found), next=found[-1].at if len(found) == REPLAYED else None)


def _again(services: Services, webhook: Webhook, some: Sequence[OutgoingEvent], now: datetime) -> None:
    """Let some events be delivered to a webhook once more; ``maintain`` queues them."""
    wanted = [keys.event(one.org, one.id) for one in some]

    def decide(snapshot: Snapshot) -> Changes[None]:
        return Changes(
            None,
            {key: _untold(event, webhook.id, now) for key in wanted if (event := snapshot[key]) is not None},
        )

    services.store.change(wanted, decide)


def _untold(event: OutgoingEvent, webhook: str, now: datetime) -> OutgoingEvent:
    told = tuple(one for one in event.told if one != webhook)
    return msgspec.structs.replace(
        event, told=told, wake_at=now, claimed=False, failures=0, tries=event.tries + 1
    )


def _of(org: Org, id_: str) -> Webhook:
    for one in org.webhooks:
        if one.id == id_:
            return one
    raise NotFound("no such webhook")


def _shown(webhook: Webhook) -> ShownWebhook:
    return ShownWebhook(
        id=webhook.id,
        url=webhook.url,
        types=webhook.types,
        created_at=webhook.created_at,
        gone=webhook.gone,
    )
