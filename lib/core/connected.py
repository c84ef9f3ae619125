"""Own what a consent makes of a mailbox: its live connection and what people decided about it.

Invariants: a reconnected mailbox keeps its cursor, its limits, its grants and its ledger's days, and sends
nothing until it has caught up; it has one owner, and whoever else connects it takes nothing from them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.delegating import consented
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Connection, Grant, Inbox, Mailbox, Org, Record
from lib.core.retention import SWEEP_EVERY
from lib.core.unconnected import NotConnected


def connection_keys(connection: Connection, inbox: str, mailbox: str) -> list[Key[Any]]:
    """Return all that ``connected`` reads."""
    invitation = [keys.invitation(connection.org, connection.invitation)] if connection.invitation else []
    return [
        keys.inbox(inbox),
        keys.mailbox(connection.org, mailbox),
        keys.org(connection.org),
        keys.connection(connection.org, connection.id),
        *invitation,
    ]


def refuse_unfit(before: Inbox | None, connection: Connection, account: str) -> None:
    """Raise NotConnected where a live connection of the address is in the account's way."""
    if before is not None and before.org != connection.org:
        raise NotConnected("elsewhere", connection)
    # A disconnect ends with a revocation at Google, which would take the new consent away too.
    if before is not None and before.status == "leaving":
        raise NotConnected("leaving", connection)
    # Its token would be lost with nobody to give it back, and its candidates would wait for ever.
    if before is not None and before.sealed_token and before.mailbox != account:
        raise NotConnected("taken", connection)


def connected(snapshot: Snapshot, connection: Connection, fresh: Inbox, now: datetime) -> Changes[None]:
    """Decide the one commit that connects a mailbox; NotConnected when something is in its way."""
    inbox_key, mailbox_key = keys.inbox(fresh.id), keys.mailbox(fresh.org, fresh.mailbox)
    org_key, wish = keys.org(fresh.org), keys.connection(connection.org, connection.id)
    before, mailbox, org = snapshot[inbox_key], snapshot[mailbox_key], snapshot[org_key]
    home_key = keys.inbox(mailbox.inbox) if mailbox is not None else inbox_key
    if home_key not in snapshot:
        return Changes(None, need=frozenset({home_key}))
    home = snapshot[home_key]
    refuse_unfit(before, connection, fresh.mailbox)
    if _is_own(home, fresh):
        refuse_unfit(home, connection, fresh.mailbox)
    if (org is not None and org.erasing) or (mailbox is not None and mailbox.erasing):
        raise NotConnected("erasing", connection)
    if snapshot[wish] is None:
        raise NotConnected("unknown_state")
    live = _live(home, fresh, now)
    after = _mailbox(mailbox, connection, live, now)
    # Written, since a precondition guards only what a commit writes: an erasure takes the wish away. No
    # other consent needs it from now on.
    writes: dict[Key[Any], Record] = {wish: msgspec.structs.replace(connection, expires_at=now)}
    if org is None or org.sweep_at is None:
        writes[org_key] = msgspec.structs.replace(org or Org(org=fresh.org), sweep_at=now + SWEEP_EVERY)
    if connection.invitation:
        writes |= _invited(snapshot, connection)
    if connection.grant is not None and connection.grant.user != after.owner:
        after, entry = _granted(after, connection.grant, now)
        writes |= entry
    if live.id != fresh.id:
        writes[inbox_key] = _pointer(fresh, live)
        pointers = tuple(dict.fromkeys((*after.pointers, fresh.id)))
        after = msgspec.structs.replace(after, pointers=pointers)
    writes |= {keys.inbox(live.id): live, mailbox_key: after}
    return Changes(None, writes=writes | _entry(connection, after, now))


def _entry(connection: Connection, mailbox: Mailbox, now: datetime) -> dict[Key[Any], Record]:
    about = (f"invitation:{connection.invitation}",) if connection.invitation else ()
    entry = audited(
        "connected", mailbox.org, now, by=mailbox.owner, mailbox=mailbox.id, about=(*about, connection.access)
    )
    return dict(entry)


def _granted(mailbox: Mailbox, asked: Grant, now: datetime) -> tuple[Mailbox, dict[Key[Any], Record]]:
    """Return the mailbox with what the consent gave to whoever invited, and the audit's entry."""
    after, grant = consented(mailbox, asked, now)
    entry = audited(
        "granted",
        mailbox.org,
        now,
        by=mailbox.owner,
        mailbox=mailbox.id,
        campaign=grant.campaign,
        about=(f"grant:{grant.id}", f"user:{grant.user}"),
    )
    return after, dict(entry)


def _invited(snapshot: Snapshot, connection: Connection) -> dict[Key[Any], Record]:
    key = keys.invitation(connection.org, connection.invitation)
    invitation = snapshot[key]
    if invitation is None:
        raise NotConnected("no_invitation", connection)
    if invitation.used:
        raise NotConnected("used_invitation", connection)
    return {key: msgspec.structs.replace(invitation, used=True)}


def _live(home: Inbox | None, fresh: Inbox, now: datetime) -> Inbox:
    """Return the live connection: a known account's is the one it had, also when its address has changed.

    What came in meanwhile is caught up with: a look is due.
    """
    if home is None or not _is_own(home, fresh):
        return fresh
    return msgspec.structs.replace(
        home,
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
        behind=True,
        leaving_at=None,
        leaving_since=None,
        leaving_by="",
    )


def _is_own(home: Inbox | None, fresh: Inbox) -> bool:
    return home is not None and (home.org, home.mailbox) == (fresh.org, fresh.mailbox)


def _pointer(fresh: Inbox, live: Inbox) -> Inbox:
    """Return what leads from an account's new address to its connection; it holds no token and no address."""
    return msgspec.structs.replace(
        fresh,
        address="",
        status="disconnected",
        why="the account's connection is kept under the address that it had before",
        sealed_token="",
        label=None,
        renew_at=None,
        look_at=None,
        leads_to=live.id,
    )


def _mailbox(before: Mailbox | None, connection: Connection, fresh: Inbox, now: datetime) -> Mailbox:
    if before is None:
        return Mailbox(
            org=fresh.org,
            id=fresh.mailbox,
            inbox=fresh.id,
            owner=connection.user,
            address=fresh.address,
            sender_name=connection.sender_name,
            connected_at=now,
            timezone=connection.timezone,
        )
    # An invitation does not rename the mailbox of somebody who uses the web app.
    is_owners_wish = bool(connection.user) or not before.owner
    return msgspec.structs.replace(
        before,
        inbox=fresh.id,
        owner=connection.user or before.owner,
        address=fresh.address,
        sender_name=connection.sender_name if is_owners_wish else before.sender_name,
    )
