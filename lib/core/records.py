"""Own the records that are kept in Firestore, one struct a document; DESIGN: "State in Firestore"."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Be the root of all stored records."""


class Status(StrEnum):
    """Name where a candidate stands in a campaign; TRANSITIONS in ``lib.core.enrollment`` rules."""

    WAITING = "waiting"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    HELD = "held"
    COMPLETED = "completed"
    REPLIED = "replied"
    BOUNCED = "bounced"
    OPTED_OUT = "opted_out"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Describe one e-mail of a campaign; ``delay`` counts from the step before (the first: acceptance)."""

    id: str
    subject: str
    text: str
    html: str | None = None
    delay: timedelta
    thread: Literal["reply", "new"] = "reply"


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the planned time of one step and the reason for it."""

    step: str
    due: datetime
    reason: str


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one claimed try to send one step: the draft is its one-time token.

    id: marker in the message's ``X-Outreach-Attempt`` header. deadline: from then on a settler may take
    over, and the worker itself no longer sends. history_id: the mailbox's cursor when it was decided to
    send; the search among SENT begins there. lease: counts the settlers. looks: counts the searches.
    """

    id: str
    step: str
    draft: str
    thread: str
    subject: str
    deadline: datetime
    started_at: datetime
    history_id: str
    lease: int = 0
    looks: int = 0


class SentMail(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what is known of one mail that went out.

    message_id: None until Gmail was asked for it, empty when the mail was deleted before that. subject: as
    sent, without any reply prefix.
    """

    step: str
    gmail_id: str
    thread: str
    message_id: str | None
    subject: str
    at: datetime


class Enrollment(Record, frozen=True, kw_only=True):
    """Hold one candidate in one campaign.

    step: id of the next step, or the last one when completed. due: when it is due. wake_at: when
    ``maintain`` should look at it (None: never again); queued steps are looked at after their due time,
    attempts after their deadline. requeues: part of the task's name. tries: counts the retries that cleared
    stray drafts away, so that a stalled earlier worker cannot claim with one of those. open: an attempt is
    unsettled or a Message-ID unknown, so that mail which matches nothing may still be an answer.
    """

    org: str
    id: str
    campaign: str
    mailbox: str
    inbox: str
    contact: str
    email: str
    name: str
    timezone: str
    variables: dict[str, str]
    slots: tuple[Slot, ...]
    status: Status
    why: str = ""
    step: str
    due: datetime
    wake_at: datetime | None
    requeues: int = 0
    tries: int = 0
    open: bool = False
    attempt: Attempt | None = None
    sent: tuple[SentMail, ...] = ()
    sent_count: int = 0
    auto_replies: int = 0


class Campaign(Record, frozen=True, kw_only=True):
    """Hold a campaign; ``content`` is the digest of what was accepted under its id."""

    org: str
    id: str
    name: str
    mailbox: str
    inbox: str
    author: str
    timezone: str
    steps: tuple[Step, ...]
    status: Literal["accepting", "active"]
    content: str
    candidates: int
    accepted_at: datetime


class Mailbox(Record, frozen=True, kw_only=True):
    """Hold what people decided about a connected Gmail account; its live connection is the Inbox."""

    org: str
    id: str
    inbox: str
    owner: str
    address: str
    sender_name: str
    connected_at: datetime


class Inbox(Record, frozen=True, kw_only=True):
    """Hold the live connection of one Gmail account, found by the keyed hash of its address.

    cursor: history id up to which all is worked off; moves forward only. idle_id, idle_since: the list's
    own id when the list was empty, and since when. pushes: the last Pub/Sub message ids. look_at: when
    ``maintain`` looks in unasked. looked_at: when all was last worked off. renew_at: when the watch is
    renewed. pending_marks counts the commits that put mail aside, pending_done those that were looked up
    again since: while they differ, some mail is pending.
    """

    id: str
    org: str
    mailbox: str
    address: str
    status: Literal["connected", "disconnected"]
    why: str = ""
    sealed_token: str
    label: str | None
    cursor: str
    watch_expires: datetime
    renew_at: datetime | None
    look_at: datetime | None
    looked_at: datetime
    idle_id: str | None = None
    idle_since: datetime | None = None
    pushes: tuple[str, ...] = ()
    pending_marks: int = 0
    pending_done: int = 0


class EnrollmentRef(msgspec.Struct, frozen=True, kw_only=True):
    """Point from a contact to one of its enrollments."""

    enrollment: str
    mailbox: str


class Contact(Record, frozen=True, kw_only=True):
    """Hold what the org knows of one address, under its keyed hash; never the address itself."""

    org: str
    id: str
    suppressed: Literal["opted_out", "bounced"] | None = None
    enrollments: tuple[EnrollmentRef, ...] = ()
    last_contact: datetime | None = None


class Correspondence(Record, frozen=True, kw_only=True):
    """Lead from a thread or Message-ID of ours to the enrollment it belongs to."""

    org: str
    id: str
    mailbox: str
    enrollment: str
    contact: str
    campaign: str


class ReplyKind(StrEnum):
    """Name what an incoming mail is, in the order in which it is decided."""

    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    OPT_OUT = "opt_out"
    PERSON = "person"


class Reply(Record, frozen=True, kw_only=True):
    """Hold one answer; text is None where only headers were read."""

    org: str
    id: str
    mailbox: str
    campaign: str
    enrollment: str
    contact: str
    gmail_id: str
    thread: str
    kind: ReplyKind
    matched_by: Literal["thread", "reference", "recipient", "subject", "sender"]
    different_sender: bool
    sender: str
    subject: str
    text: str | None
    received_at: datetime


class Pending(Record, frozen=True, kw_only=True):
    """Hold the id of a mail that matched nothing while a send of its mailbox was open, or was not there yet.

    lookups: ids of the correspondence that would match it. contacts: ids of the contacts that would.
    fetched: its headers were read; False when Gmail did not have the message yet.
    """

    org: str
    id: str
    mailbox: str
    inbox: str
    gmail_id: str
    thread: str
    lookups: tuple[str, ...]
    contacts: tuple[str, ...]
    fetched: bool
    seen_at: datetime
    expires_at: datetime


class ReadEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one read from Gmail: method, format, what was asked for, and why."""

    method: str
    format: str
    ids: tuple[str, ...]
    why: str


class Reads(Record, frozen=True, kw_only=True):
    """Hold the reads of one run from one mailbox, in order."""

    org: str
    mailbox: str
    run: str
    sequence: int
    at: datetime
    entries: tuple[ReadEntry, ...]
    expires_at: datetime


class Connection(Record, frozen=True, kw_only=True):
    """Hold a wish to connect a mailbox, asked for by a user; found by the hash of its ticket's nonce."""

    org: str
    id: str
    user: str
    address: str
    sender_name: str
    return_url: str
    expires_at: datetime


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
