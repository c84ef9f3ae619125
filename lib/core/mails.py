"""Own what is known of messages in Gmail: references, history, headers, whole mails."""

from __future__ import annotations

from datetime import datetime

import msgspec

#: The header by which a settler finds what an attempt sent.
MARKER_HEADER = "X-Outreach-Attempt"


class MessageRef(msgspec.Struct, frozen=True, kw_only=True):
    """Name a message as history and lists do; labels is None where Gmail left them out."""

    gmail_id: str
    thread: str
    labels: frozenset[str] | None


class Unlabelled(msgspec.Struct, frozen=True, kw_only=True):
    """Name a message and the labels that were taken off it."""

    gmail_id: str
    thread: str
    labels: frozenset[str]


class HistoryRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one record of a mailbox's history: the messages added, the labels of the user's taken off."""

    id: str
    added: tuple[MessageRef, ...]
    unlabelled: tuple[Unlabelled, ...] = ()


class HistoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one page of history; may be empty and still have a next page."""

    records: tuple[HistoryRecord, ...]
    next_page: str | None
    history_id: str


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one page of a list of messages."""

    messages: tuple[MessageRef, ...]
    next_page: str | None


class MailHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what was read of a message without its text: headers by lower-case name, all values."""

    gmail_id: str
    thread: str
    labels: frozenset[str]
    headers: dict[str, tuple[str, ...]]
    received_at: datetime


class RawMail(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a whole message as it came over SMTP."""

    gmail_id: str
    thread: str
    labels: frozenset[str]
    raw: bytes
    received_at: datetime


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Name a draft and the thread it lies in."""

    id: str
    thread: str


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Name a message that Gmail accepted."""

    gmail_id: str
    thread: str


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what Gmail answered to a watch."""

    history_id: str
    expires: datetime
