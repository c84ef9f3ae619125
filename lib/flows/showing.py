"""Own what the web app reads of mailboxes: without their secrets, with all that their owners have to know."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.keys import Key
from lib.core.records import Grant, Inbox, Mailbox
from lib.core.rights import is_delegate, is_owner
from lib.flows.delegating import ShownGrant, shown_grant
from lib.ports import Services


class HeldMailbox(msgspec.Struct, frozen=True, kw_only=True):
    """Show a mailbox to who has a grant for it, or asked for one: not more than they need to send from it."""

    id: str
    address: str
    sender_name: str
    status: str
    own: bool = False
    grants: tuple[ShownGrant, ...]


class ShownMailbox(msgspec.Struct, frozen=True, kw_only=True):
    """Show a mailbox; own: it is the caller's. why: what to do when it is disconnected.

    access: "headers" reads no texts, has no labels, and no stop by label. paused_until, paused_why: nothing
    is sent until then. watch_failed: why notifications could not be renewed, so that answers come late.
    parked: mails that could not be worked off. covered_since: how far back was gone through when Gmail had
    forgotten what was new, None when that never happened. grants: the caller's own.
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
    own: bool
    grants: tuple[ShownGrant, ...]


def list_mailboxes(services: Services, caller: VerifiedCaller) -> list[ShownMailbox | HeldMailbox]:
    """List the caller's own mailboxes, those for which they hold a grant, and for an admin all of the org."""
    found = [
        one
        for one in services.store.mailboxes(caller.org)
        if caller.role == "admin" or is_owner(one, caller) or _grants(one, caller)
    ]
    wanted: list[Key[Any]] = [keys.inbox(one.inbox) for one in found]
    inboxes = services.store.read(wanted)
    now = services.clock.now()
    return [_as_seen(one, inboxes[keys.inbox(one.inbox)], caller, now) for one in found]


def _grants(one: Mailbox, caller: VerifiedCaller) -> list[Grant]:
    return [grant for grant in one.grants if grant.status != "ended" and is_delegate(grant, caller)]


def _as_seen(
    one: Mailbox, inbox: Inbox | None, caller: VerifiedCaller, now: datetime
) -> ShownMailbox | HeldMailbox:
    """Return a mailbox as its owner and admins see it, or as a delegate does."""
    own = is_owner(one, caller)
    grants = tuple(shown_grant(one, grant, now) for grant in _grants(one, caller))
    shown = _shown(one, inbox, now, own=own, grants=grants)
    if own or caller.role == "admin":
        return shown
    return HeldMailbox(
        id=one.id, address=one.address, sender_name=one.sender_name, status=shown.status, grants=grants
    )


def _shown(
    one: Mailbox, inbox: Inbox | None, now: datetime, *, own: bool, grants: tuple[ShownGrant, ...]
) -> ShownMailbox:
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
        own=own,
        grants=grants,
    )
