"""Own what an erasure waits for: attempts under way, and the end of a mailbox's connection.

Invariant: nothing is removed of a mailbox that still could be reached, so that no token outlives its record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from lib.core import keys
from lib.core.erasing import mailbox_joined, may_be_removed
from lib.core.keys import Key
from lib.core.records import Enrollment, Erasure, Inbox, Mailbox
from lib.flows.erasing.pieces import CHUNK
from lib.ports import Services

#: How many mailboxes of an org one run tells to leave.
TOLD = 50


def is_candidate_ready(services: Services, erasure: Erasure, now: datetime) -> bool:
    """Say whether no mail to the candidate is under way; one that cannot be settled is waited for in vain."""
    where = ("contact", erasure.subject)
    found = services.store.held(Enrollment, erasure.org, where=where, limit=CHUNK)
    return may_be_removed([one for _, one in found], erasure, now)


def is_mailbox_ready(services: Services, erasure: Erasure, now: datetime) -> bool:
    """Say whether the mailbox is disconnected, its sends settled and its token destroyed."""
    key = keys.mailbox(erasure.org, erasure.subject)
    mailbox = services.store.read([key])[key]
    return mailbox is None or _have_left(services, erasure, [mailbox], now)


def is_org_ready(services: Services, erasure: Erasure, now: datetime) -> bool:
    """Disconnect every mailbox of the org, and say whether all have left."""
    return _have_left(services, erasure, services.store.mailboxes(erasure.org), now)


def _have_left(services: Services, erasure: Erasure, mailboxes: Sequence[Mailbox], now: datetime) -> bool:
    """Say whether nothing of the mailboxes can be reached any more; disconnect those not told to leave.

    A bounded number of them; the next run goes on.
    """
    inboxes = services.store.read([keys.inbox(one.inbox) for one in mailboxes])
    staying = [one for one in mailboxes if not has_left(one, inboxes[keys.inbox(one.inbox)])]
    untold = [one for one in staying if not is_told(inboxes[keys.inbox(one.inbox)])]
    for mailbox in untold[:TOLD]:
        about: Key[Any] = keys.erasure(erasure.org, erasure.id)
        join = partial(mailbox_joined, seen=erasure, mailbox_id=mailbox.id, now=now)
        services.store.change([about, keys.mailbox(mailbox.org, mailbox.id)], join)
    return not staying


def has_left(mailbox: Mailbox, inbox: Inbox | None) -> bool:
    """Say whether a mailbox has no connection any more that a token belongs to."""
    if inbox is None or (inbox.org, inbox.mailbox) != (mailbox.org, mailbox.id):
        return True
    return inbox.status == "disconnected" and not inbox.sealed_token


def is_told(inbox: Inbox | None) -> bool:
    """Say whether a connection is on its way to its end."""
    return inbox is not None and inbox.status == "leaving"
