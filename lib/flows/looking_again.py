"""Own the second look at mail that was put aside: it matched nothing yet, was not there yet, or failed.

Invariant: a mail is forgotten only when it can match no more; one that fails is parked and shown, never lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lib.core import keys
from lib.core.incoming.last_look import PENDING_BATCH
from lib.core.incoming.page import Worked
from lib.core.incoming.receiving import is_due, is_settled
from lib.core.keys import Key
from lib.core.mails import HistoryRecord, MessageRef
from lib.core.records import Inbox, Pending
from lib.flows.matching import Search
from lib.flows.metering import MeteredGmail
from lib.ports import Services


def look_again(services: Services, gmail: MeteredGmail, inbox: Inbox) -> tuple[Search, Worked]:
    """Look up again what was put aside; return the search and what is to be committed of it."""
    now = services.clock.now()
    waiting = services.store.pending(inbox.org, inbox.mailbox, PENDING_BATCH)
    # Before the look-up: a send that is no longer open has stored its thread and Message-ID by now.
    open_send = services.store.has_open_send(inbox.org, inbox.mailbox)
    due = [item for item in waiting if is_due(item, now)]
    hits = _hits(services, inbox, due)
    search = Search(services, gmail, inbox, now, {item.gmail_id: item for item in waiting})
    count = search.work([_record(item) for item in hits])
    result = search.result
    found = {one.gmail_id for one in result.found}
    again = {item.gmail_id for item in result.pending}
    # Not looked at in this minute, or failed once more, or parked just now: these stay.
    staying = {item.gmail_id for item in (*hits[count:], *result.retried, *result.parked)}
    settled = tuple(
        keys.pending(item.org, item.mailbox, item.gmail_id)
        for item in due
        if item.gmail_id not in staying
        and is_settled(
            item,
            found=item.gmail_id in found,
            absent=item.gmail_id in result.absent,
            again=item.gmail_id in again,
            open_send=open_send,
            now=now,
        )
    )
    # What is put aside again stays as it is, with the time at which it was first seen.
    result.pending = []
    gone = len(settled) + len(result.parked)
    complete = gone == len(waiting) < PENDING_BATCH
    marks = inbox.pending_marks if complete else None
    return search, Worked(now=now, settled=settled, marks=marks, done=False)


def _hits(services: Services, inbox: Inbox, waiting: Sequence[Pending]) -> list[Pending]:
    """Return the pending mails that may match now: one read for all that they refer to."""
    wanted: dict[str, list[Key[Any]]] = {
        item.gmail_id: [keys.correspondence(inbox.org, id_) for id_ in item.lookups]
        + [keys.contact(inbox.org, id_) for id_ in item.contacts]
        for item in waiting
    }
    if not wanted:
        return []
    snapshot = services.store.read([key for some in wanted.values() for key in some])
    return [
        item
        for item in waiting
        if not item.fetched or any(snapshot[key] is not None for key in wanted[item.gmail_id])
    ]


def _record(item: Pending) -> HistoryRecord:
    ref = MessageRef(gmail_id=item.gmail_id, thread=item.thread, labels=None)
    return HistoryRecord(id=item.gmail_id, added=(ref,))
