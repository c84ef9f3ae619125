"""Own what is on record of deeds: who did what with a mailbox, and how much of what costs a user has used."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from lib.core.records.record import Record

#: What a person or the system does with a mailbox and its campaigns.
Deed = Literal[
    "invited",
    "withdrawn",
    "connected",
    "disconnecting",
    "disconnected",
    "resumed_mailbox",
    "settings_changed",
    "asked",
    "granted",
    "grant_ended",
    "accepted_campaign",
    "approved_campaign",
    "edited_campaign",
    "paused_campaign",
    "resumed_campaign",
    "cancelled_campaign",
    "sent",
    "read_answer",
    "exported",
    "suppressed",
    "unsuppressed",
    "org_changed",
    "erasing",
    "erased",
]


class AuditEntry(Record, frozen=True, kw_only=True):
    """Hold one deed; never changed, and without any words of a mail, or an address.

    id: begins with the time, so that its order is that of time. by: the user, "" for the system. about: ids
    of what it was done to, as "kind:id", or a word like "until revoked".
    """

    org: str
    id: str
    deed: Deed
    at: datetime
    by: str
    mailbox: str = ""
    campaign: str = ""
    about: tuple[str, ...] = ()


class Usage(Record, frozen=True, kw_only=True):
    """Count what a user may do only so often; under the hash of user and kind.

    expires_at: when all that was used has come back, and this says nothing any more.
    """

    org: str
    id: str
    expires_at: datetime
