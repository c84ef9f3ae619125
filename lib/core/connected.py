"""Own what a consent makes of a mailbox: its live connection and what people decided about it.

Invariant: a reconnected mailbox keeps its cursor, its limits and its ledger's days.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from lib.core import keys
from lib.core.errors import Conflict
from lib.core.keys import Changes, Snapshot
from lib.core.records import Connection, Inbox, Mailbox

ELSEWHERE = "This mailbox is connected in another organisation; disconnect it there first."


def connected(snapshot: Snapshot, connection: Connection, fresh: Inbox, now: datetime) -> Changes[None]:
    """Decide the one commit that connects a mailbox; Conflict when it belongs to another org."""
    inbox_key, mailbox_key = keys.inbox(fresh.id), keys.mailbox(fresh.org, fresh.mailbox)
    before = snapshot[inbox_key]
    if before is not None and before.org != fresh.org:
        raise Conflict(ELSEWHERE)
    known = before is not None and before.mailbox == fresh.mailbox
    inbox = _again(before, fresh, now) if before is not None and known else fresh
    mailbox = _mailbox(snapshot[mailbox_key], connection, fresh, now)
    return Changes(None, writes={inbox_key: inbox, mailbox_key: mailbox})


def _again(before: Inbox, fresh: Inbox, now: datetime) -> Inbox:
    """Return a connection that lives again; what came in meanwhile is caught up with: a look is due."""
    return msgspec.structs.replace(
        before,
        status="connected",
        why="",
        mailbox=fresh.mailbox,
        address=fresh.address,
        access=fresh.access,
        watch_failed="",
        sealed_token=fresh.sealed_token,
        label=fresh.label,
        watch_expires=fresh.watch_expires,
        renew_at=fresh.renew_at,
        look_at=now,
    )


def _mailbox(before: Mailbox | None, connection: Connection, fresh: Inbox, now: datetime) -> Mailbox:
    mailbox = before or Mailbox(
        org=fresh.org,
        id=fresh.mailbox,
        inbox=fresh.id,
        owner=connection.user,
        address=fresh.address,
        sender_name=connection.sender_name,
        connected_at=now,
        timezone=connection.timezone,
    )
    return msgspec.structs.replace(
        mailbox,
        inbox=fresh.id,
        owner=connection.user,
        address=fresh.address,
        sender_name=connection.sender_name,
    )
