"""Own who may do what: with a mailbox, and with the campaigns that are sent from it.

Invariant: what a caller may not see does not exist for them.
"""

from __future__ import annotations

from lib.core.callers import VerifiedCaller
from lib.core.errors import NotFound
from lib.core.ids import normalise_address
from lib.core.keys import Key, Snapshot
from lib.core.records import Mailbox


def is_owner(mailbox: Mailbox, caller: VerifiedCaller) -> bool:
    """Say whether a mailbox is the caller's own; somebody invited is known by its address at first."""
    if mailbox.owner:
        return mailbox.owner == caller.user
    return normalise_address(mailbox.address) == normalise_address(caller.email)


def owned(snapshot: Snapshot, key: Key[Mailbox], caller: VerifiedCaller, *, admin: bool = False) -> Mailbox:
    """Return a mailbox that is the caller's own, or, with ``admin``, of an admin's org; else NotFound."""
    mailbox = snapshot[key]
    if mailbox is None or not (is_owner(mailbox, caller) or (admin and caller.role == "admin")):
        raise NotFound("no such mailbox")
    return mailbox
