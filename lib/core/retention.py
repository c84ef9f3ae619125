"""Own the falling away of what has been kept long enough, and when it is looked for.

Invariants: of an answer that has faded nothing is left that anybody wrote, and all that the figures count;
an org that is being erased, or is gone, is not written to.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Org, Record, Reply

#: How often an org is looked through.
SWEEP_EVERY = timedelta(days=1)


def answers_before(org: Org, now: datetime) -> datetime:
    """Return the time before which answers were received whose words fall away."""
    return now - timedelta(days=org.answers_days)


def reads_before(org: Org, now: datetime) -> datetime:
    """Return the time before which reads fall out of the record of them."""
    return now - timedelta(days=org.reads_days)


def faded(reply: Reply) -> Reply:
    """Return an answer without its words, its subject, its sender and the names of its attachments.

    Its text can no longer be read from Gmail either. The keyed hash of the sender stays: erasure finds it so.
    """
    return msgspec.structs.replace(
        reply,
        sender="",
        subject="",
        text=None,
        unread=False,
        attachments=(),
        proposed_by="",
        faded=True,
    )


def all_faded(snapshot: Snapshot, wanted: Iterable[Key[Reply]]) -> Changes[None]:
    """Let answers fade; those that are gone by now stay so."""
    writes: dict[Key[Any], Record] = {}
    for key in wanted:
        reply = snapshot[key]
        if reply is not None and not reply.faded:
            writes[key] = faded(reply)
    return Changes(None, writes)


def swept(snapshot: Snapshot, org_key: Key[Org], seen: Org, again: datetime) -> Changes[None]:
    """Note when an org is looked through next, unless somebody has named another time meanwhile, or none."""
    org = snapshot[org_key]
    if org is None or org.sweep_at != seen.sweep_at:
        return Changes(None)
    return Changes(None, {org_key: msgspec.structs.replace(org, sweep_at=again)})
