"""Own a mailbox: what people decided about it, its live connection, its slot ledger, its connecting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from lib.core.records.record import Record


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Hold how much a mailbox sends: mails a day, and to one company's domain; least time between two.

    jitter: how much later than its place a mail may be, so that times look like a person's. A new mailbox
    begins with ``ramp_start`` mails a day, and ``ramp_step`` more each day.
    """

    daily_cap: int = 50
    gap: timedelta = timedelta(seconds=90)
    jitter: timedelta = timedelta(seconds=30)
    domain_cap: int = 10
    ramp_start: int = 20
    ramp_step: int = 10


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Let a delegate send from a mailbox and see the answers to its campaigns.

    email: as the delegate's user token has it. user: their id, "" until they first act by the grant; from
    then on it alone counts. campaign: "" for all. until: None until it is revoked. approval: the owner
    approves each of the delegate's campaigns before its first mail. at, by: of the last change of status.
    """

    id: str
    email: str
    user: str = ""
    status: Literal["asked", "given", "ended"]
    campaign: str = ""
    until: datetime | None = None
    approval: bool = False
    at: datetime
    by: str


class Mailbox(Record, frozen=True, kw_only=True):
    """Hold what people decided about a connected Gmail account; its live connection is the Inbox.

    owner: the user whose account it is, "" until somebody invited has signed in; they are known by the
    address. timezone: in which the days of its slot ledger begin; it never changes, since the ledger is kept
    by it. grants: the ended ones too, as far as they are kept. erasing: id of the erasure under way.
    pointers: ids of the inboxes of later addresses, which lead to ``inbox``.
    """

    org: str
    id: str
    inbox: str
    owner: str
    address: str
    sender_name: str
    connected_at: datetime
    timezone: str = "UTC"
    limits: Limits = Limits()
    signature_text: str = ""
    signature_html: str = ""
    grants: tuple[Grant, ...] = ()
    erasing: str = ""
    pointers: tuple[str, ...] = ()


class Inbox(Record, frozen=True, kw_only=True):
    """Hold the live connection of one Gmail account, found by the keyed hash of its address.

    access: "headers" may send and read headers only. cursor: history id up to which all is worked off; moves
    forward only. idle_id, idle_since: the list's own id when the list was empty, and since when. pushes: the
    last Pub/Sub message ids. look_at: when ``maintain`` looks in unasked. looked_at: when all was last worked
    off. renew_at: when the watch is renewed; watch_failed: why that failed last. pending_marks counts the
    commits that put mail aside, pending_done those that were looked up again since: while they differ, some
    mail is pending. paused_until, paused_why: nothing is sent until then. bounces: when the last mails
    bounced, since the last pause for it. minute, units: quota units of reading up to the last read, at
    ``minute``; none count after a minute without one. parked: mails that could not be worked off and are
    shown. covered_since: how far back the last catch-up after an expired history went (None: there was none).
    behind: connected anew, and what came in meanwhile is not worked off: nothing is sent until it is.
    leads_to: id of the inbox that the account had before its address changed: that one stays its connection,
    and this leads notifications there. leaving_at: when ``maintain`` goes on with a disconnect that is under
    way; leaving_since, leaving_by: when and by whom it was asked for. ended_at: when the connection ended.
    """

    id: str
    org: str
    mailbox: str
    address: str
    status: Literal["connected", "leaving", "disconnected"]
    why: str = ""
    access: Literal["full", "headers"] = "full"
    sealed_token: str
    label: str | None
    cursor: str
    watch_expires: datetime
    watch_failed: str = ""
    renew_at: datetime | None
    look_at: datetime | None
    looked_at: datetime
    idle_id: str | None = None
    idle_since: datetime | None = None
    pushes: tuple[str, ...] = ()
    pending_marks: int = 0
    pending_done: int = 0
    paused_until: datetime | None = None
    paused_why: str = ""
    bounces: tuple[datetime, ...] = ()
    minute: datetime | None = None
    units: int = 0
    parked: int = 0
    covered_since: datetime | None = None
    behind: bool = False
    leads_to: str = ""
    leaving_at: datetime | None = None
    leaving_since: datetime | None = None
    leaving_by: str = ""
    ended_at: datetime | None = None


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one place in the slot ledger: when one step goes to one candidate."""

    at: datetime
    campaign: str
    enrollment: str
    step: str
    domain: str


class Day(Record, frozen=True, kw_only=True):
    """Hold the slot ledger of one mailbox and local date (ISO), its entries in the order of their times."""

    org: str
    mailbox: str
    date: str
    entries: tuple[Reservation, ...] = ()


class Connection(Record, frozen=True, kw_only=True):
    """Hold a wish to connect a mailbox, asked for by a user; found by the hash of its ticket's nonce.

    user: who will own the mailbox, "" when somebody was invited. invitation: the one that it comes of;
    grant: what the consent gives to whoever invited, as the page named it.
    """

    org: str
    id: str
    user: str
    address: str
    sender_name: str
    return_url: str
    expires_at: datetime
    access: Literal["full", "headers"] = "full"
    timezone: str = "UTC"
    invitation: str = ""
    grant: Grant | None = None


class Invitation(Record, frozen=True, kw_only=True):
    """Hold an invitation to connect a mailbox; found by the hash of its link's token.

    by, by_email: the admin who invites. grant: what they ask for besides, None: nothing. used: it has led to
    a connected mailbox.
    """

    org: str
    id: str
    address: str
    sender_name: str
    by: str
    by_email: str
    return_url: str
    expires_at: datetime
    access: Literal["full", "headers"] = "full"
    timezone: str = "UTC"
    grant: Grant | None = None
    used: bool = False


class OAuthState(Record, frozen=True, kw_only=True):
    """Hold one start of the consent chain; found by the hash of ``state``.

    used_by: id of the callback that used it up, None before: it is used once.
    """

    org: str
    id: str
    connection: str
    cookie: str
    used_by: str | None
    expires_at: datetime
