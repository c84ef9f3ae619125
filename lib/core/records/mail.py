"""Own what is kept of incoming mail: how it is found, what it said, what was read and why."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

import msgspec

from lib.core.records.enrollment import Interest
from lib.core.records.record import Record

#: How an incoming mail was found to be an answer.
MatchedBy = Literal["thread", "reference", "recipient", "subject", "sender"]
#: How bad a bounce is: for good and the address's own fault; passing; a refusal of the sender. "": no bounce.
Severity = Literal["", "hard", "soft", "policy"]


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
    """Hold one answer.

    text: its new words; None where only headers were read. unread: the text may be read at the user's click.
    forwarded: by a person to a colleague. returns_on: first day back that an automatic answer names.
    proposed, proposed_by: what rules make of it, and the words that led to it; interest: as the user set it.
    attachments: names alone. step: id of the last step that had gone out. sender_id: keyed hash of the
    sender's address, by which erasure finds it. faded: its words fell away with the org's retention.
    """

    org: str
    id: str
    mailbox: str
    campaign: str
    enrollment: str
    contact: str
    gmail_id: str
    thread: str
    kind: ReplyKind
    severity: Severity = ""
    matched_by: MatchedBy
    different_sender: bool
    forwarded: bool = False
    sender: str
    subject: str
    text: str | None
    unread: bool = False
    attachments: tuple[str, ...] = ()
    returns_on: date | None = None
    proposed: Interest | None = None
    proposed_by: str = ""
    interest: Interest | None = None
    step: str = ""
    received_at: datetime
    sender_id: str = ""
    faded: bool = False


class Pending(Record, frozen=True, kw_only=True):
    """Hold the id of a mail that is to be looked at again.

    It matched nothing while a send of its mailbox was open, was not there yet, or could not be worked off.
    lookups: ids of the correspondence that would match it. contacts: ids of the contacts that would.
    fetched: its headers were read; False when Gmail did not give the message. tries: how often it failed;
    parked: why it is no longer tried, and shown instead.
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
    tries: int = 0
    parked: str = ""
    seen_at: datetime
    expires_at: datetime


class ReadEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one read from Gmail: method, format, what was asked for, and why."""

    method: str
    format: str
    ids: tuple[str, ...]
    why: str


class Reads(Record, frozen=True, kw_only=True):
    """Hold the reads of one run from one mailbox, in order.

    number, before, hash: place in the mailbox's chain, the hash before it and its own; number 0: ``maintain``
    has not chained it yet.
    """

    org: str
    mailbox: str
    run: str
    sequence: int
    at: datetime
    entries: tuple[ReadEntry, ...]
    number: int = 0
    before: str = ""
    hash: str = ""


class ReadsHead(Record, frozen=True, kw_only=True):
    """Hold the ends of a mailbox's chain of reads: the last link, and the last one that was removed."""

    org: str
    mailbox: str
    number: int = 0
    hash: str = ""
    removed_number: int = 0
    removed_hash: str = ""
