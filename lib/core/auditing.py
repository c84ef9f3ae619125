"""Own the entries of the audit: made by the decision that does the deed, written in the same commit.

Invariant: an entry names ids only; the same deed of the same moment makes the same entry, so that a decision
that is taken again writes no second one.
"""

from __future__ import annotations

from datetime import datetime

from lib.core import keys
from lib.core.ids import digest
from lib.core.keys import Key
from lib.core.records import AuditEntry, Deed


def audited(
    deed: Deed,
    org: str,
    now: datetime,
    *,
    by: str = "",
    mailbox: str = "",
    campaign: str = "",
    about: tuple[str, ...] = (),
) -> dict[Key[AuditEntry], AuditEntry]:
    """Return what is written for one deed, to be merged into a commit's writes.

    by: the user, "" for the system. about: "kind:id" of what it was done to, or words like "until revoked";
    never an address.
    """
    stamp = int(now.timestamp() * 1000)
    id_ = f"{stamp:014d}-{digest(deed, by, mailbox, campaign, *about)[:12]}"
    entry = AuditEntry(
        org=org, id=id_, deed=deed, at=now, by=by, mailbox=mailbox, campaign=campaign, about=about
    )
    return {keys.audit(org, id_): entry}
