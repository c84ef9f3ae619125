"""Own what an org knows of people and of itself: contacts, suppressions, settings."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from lib.core.records.event import Webhook
from lib.core.records.record import Record

#: Why an address gets no mail: its owner's wish, a bounce, or the org's own decision.
SuppressedWhy = Literal["opted_out", "bounced", "listed"]


class EnrollmentRef(msgspec.Struct, frozen=True, kw_only=True):
    """Point from a contact to one of its enrollments."""

    enrollment: str
    mailbox: str
    campaign: str = ""


class Contact(Record, frozen=True, kw_only=True):
    """Hold what the org knows of one address, under its keyed hash; never the address itself.

    erasing: id of the erasure under way; until it is through nobody of this address is taken in.
    """

    org: str
    id: str
    suppressed: SuppressedWhy | None = None
    enrollments: tuple[EnrollmentRef, ...] = ()
    erasing: str = ""


class Suppression(Record, frozen=True, kw_only=True):
    """List an address that gets no mail, under its contact's id; the contact's own mark is what rules.

    address: empty where it is not known any more (erased). by: the user, "" for the candidate.
    """

    org: str
    id: str
    address: str
    why: SuppressedWhy
    at: datetime
    by: str = ""


class Org(Record, frozen=True, kw_only=True):
    """Hold an org's settings.

    suppressed_domains: nobody there gets mail. guard_days: for how long after a mail by one colleague a
    candidate is reported to the next. name: as people outside know it. answers_days, reads_days: for how long
    the words of answers and the record of reads are kept. sweep_at: when ``maintain`` next looks for what has
    been kept long enough. webhooks: who hears of events. erasing: id of the erasure under way.
    """

    org: str
    suppressed_domains: tuple[str, ...] = ()
    guard_days: int = 30
    name: str = ""
    answers_days: int = 365
    reads_days: int = 180
    sweep_at: datetime | None = None
    webhooks: tuple[Webhook, ...] = ()
    erasing: str = ""
