"""Own what is told to an ATS or CRM: the log of events, and the webhooks that hear of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from lib.core.records.record import Record

#: What others are told of.
EventType = Literal[
    "candidate.sent",
    "candidate.replied",
    "candidate.interested",
    "candidate.bounced",
    "candidate.opted_out",
    "candidate.completed",
    "mailbox.disconnected",
]


class OutgoingEvent(Record, frozen=True, kw_only=True):
    """Hold one event by ids alone; who it is about is read at delivery, so that erasure leaves no trace here.

    sequence: counts the events of one candidate in one campaign from 1 without a gap; 0 for a mailbox's own.
    step: the last one that had gone out. wake_at: when it is delivered next, None: nobody is to be told (any
    more). claimed: a delivery is under way. tries: deliveries begun, and replays. failures: those in vain
    since the last replay. told: ids of the webhooks that have taken it. expires_at: end of the log.
    """

    org: str
    id: str
    type: EventType
    at: datetime
    sequence: int
    mailbox: str
    campaign: str = ""
    enrollment: str = ""
    contact: str = ""
    step: str = ""
    wake_at: datetime | None
    claimed: bool = False
    tries: int = 0
    failures: int = 0
    told: tuple[str, ...] = ()
    expires_at: datetime


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Hold where an org wants to hear of events; its secret is derived from its id and never stored.

    types: empty for all. gone: the other side has answered 410, and is told no more.
    """

    id: str
    url: str
    types: tuple[EventType, ...] = ()
    created_at: datetime
    gone: bool = False
