"""Own an erasure: what is to go, how far it is, and the receipt of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from lib.core.records.record import Record


class KeptPart(msgspec.Struct, frozen=True, kw_only=True):
    """Say what an erasure leaves, and why."""

    what: str
    why: str


class Erasure(Record, frozen=True, kw_only=True):
    """Hold an erasure and its receipt; it names nobody: a candidate by keyed hash, a mailbox by id.

    subject: id of the contact or mailbox, "" for the org. stage: ``marked`` refuses what is new and waits for
    sends under way; ``swept`` is deleted once, and deleted again at ``wake_at``, for what a worker had under
    way. deleted: how many documents, by collection. backups_until: when the last backup that may hold it has
    expired.
    """

    org: str
    id: str
    kind: Literal["candidate", "mailbox", "org"]
    subject: str
    by: str
    asked_at: datetime
    stage: Literal["marked", "swept", "done"] = "marked"
    wake_at: datetime | None
    deleted: dict[str, int] = msgspec.field(default_factory=dict)
    kept: tuple[KeptPart, ...] = ()
    done_at: datetime | None = None
    backups_until: datetime | None = None
