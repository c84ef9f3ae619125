"""Own what the web app reads of mailboxes: without their secrets, with all that their owners have to know."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.keys import Key
from lib.core.records import Inbox, Mailbox
from lib.ports import Services


class ShownMailbox(msgspec.Struct, frozen=True, kw_only=True):
    """Show a mailbox; why: what to do when it is disconnected.

    access: "headers" reads no texts, has no labels, and no stop by label. paused_until, paused_why: nothing
    is sent until then. watch_failed: why notifications could not be renewed, so that answers come late.
    parked: mails that could not be worked off. covered_since: how far back was gone through when Gmail had
    forgotten what was new, None when that never happened.
    """

    id: str
    address: str
    sender_name: str
    status: str
    why: str
    access: str
    connected_at: datetime
    paused_until: datetime | None
    paused_why: str
    watch_expires: datetime | None
    watch_failed: str
    looked_at: datetime | None
    parked: int
    covered_since: datetime | None


def list_mailboxes(services: Services, caller: VerifiedCaller) -> list[ShownMailbox]:
    """List the caller's own mailboxes, and for an admin all of the org."""
    found = [
        one
        for one in services.store.mailboxes(caller.org)
        if caller.role == "admin" or one.owner == caller.user
    ]
    wanted: list[Key[Any]] = [keys.inbox(one.inbox) for one in found]
    inboxes = services.store.read(wanted)
    now = services.clock.now()
    return [_shown(one, inboxes[keys.inbox(one.inbox)], now) for one in found]


def _shown(one: Mailbox, inbox: Inbox | None, now: datetime) -> ShownMailbox:
    # An address may have been given to another account since: its connection is not this mailbox's.
    live = inbox if inbox is not None and inbox.mailbox == one.id else None
    until = live.paused_until if live is not None else None
    paused = until is not None and until > now
    return ShownMailbox(
        id=one.id,
        address=one.address,
        sender_name=one.sender_name,
        status=live.status if live is not None else "disconnected",
        why=live.why if live is not None else "",
        access=live.access if live is not None else "",
        connected_at=one.connected_at,
        paused_until=until if paused else None,
        paused_why=live.paused_why if live is not None and paused else "",
        watch_expires=live.watch_expires if live is not None else None,
        watch_failed=live.watch_failed if live is not None else "",
        looked_at=live.looked_at if live is not None else None,
        parked=live.parked if live is not None else 0,
        covered_since=live.covered_since if live is not None else None,
    )
