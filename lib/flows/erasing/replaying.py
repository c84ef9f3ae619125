"""Own the repetition of erasures in a database restored from a backup: by keyed hashes and ids alone.

Invariant: the same list again changes nothing; what the database knows to be erased since is left alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from lib.core.erasing import erasure_of
from lib.core.errors import Conflict, NotFound
from lib.core.records import Erasure
from lib.flows.erasing.asking import begin
from lib.ports import Services

#: How many erasures of one candidate, mailbox or org are looked at.
KNOWN = 1000


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one erasure as the log tells of it. subject: id of the contact or mailbox, "" for the org."""

    org: str
    kind: Literal["candidate", "mailbox", "org"]
    subject: str
    asked_at: datetime


def replay(services: Services, one: Erased) -> bool:
    """Begin an erasure anew; return False when nothing is to be done.

    That is so when the database knows of one that was asked for then or later, or has no such mailbox; and
    while all that is held of the org is being erased.
    """
    where = ("subject", one.subject)
    known = services.store.held(Erasure, one.org, where=where, limit=KNOWN)
    if any(it.kind == one.kind and it.asked_at >= one.asked_at for _, it in known):
        return False
    now = services.clock.now()
    fresh = erasure_of(one.org, one.kind, one.subject, by="", new_id=services.new_id(), now=now)
    try:
        return begin(services, fresh).id == fresh.id
    except (Conflict, NotFound):
        return False
