"""Own the receive path: from a notification to answers stored and campaigns stopped.

Invariant: the cursor moves page by page to the last record worked off, in the commit that stores what was
found there; whatever fails raises, and Gmail's notification or ``maintain`` comes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from lib.core import keys
from lib.core.errors import HistoryExpired
from lib.core.ids import digest
from lib.core.keys import Key, Snapshot
from lib.core.mails import MessageRef
from lib.core.receiving import Worked, is_settled, page_keys, worked_off
from lib.core.records import Attempt, Inbox, Pending
from lib.flows.matching import Search
from lib.flows.reading import RecordedGmail, noting_disconnection
from lib.ports import Services

#: How many pages of history one run works off; a continuation task takes the rest.
PAGES = 5
#: How many pending mails are looked up again in one run.
PENDING_BATCH = 200
#: How far before the last good time a catch-up begins.
CATCH_UP_MARGIN = timedelta(hours=1)


class Continuation(msgspec.Struct, frozen=True, kw_only=True):
    """Be the body of a task that goes on where a run ended: the listing's start and next page."""

    inbox: str
    start: str
    page: str | None


def receive(
    services: Services,
    inbox: str,
    *,
    push: str | None = None,
    go_on: Continuation | None = None,
    gmail: RecordedGmail | None = None,
) -> bool:
    """Work off what is new in a mailbox; return whether all is done (else a task will go on).

    push: the Pub/Sub id of the notification; one that was worked off before costs one read. gmail: where a
    last look has just been taken, whose reads are to be recorded too.
    """
    key = keys.inbox(inbox)
    snapshot = services.store.read([key])
    record = snapshot[key]
    if record is None or record.status != "connected" or (push is not None and push in record.pushes):
        return True
    with noting_disconnection(services, inbox):
        run = _Run(services, key, snapshot, push, gmail)
        if record.pending_marks != record.pending_done:
            run.look_again(record)
        try:
            return run.history(go_on or Continuation(inbox=inbox, start=record.cursor, page=None))
        except HistoryExpired:
            return run.catch_up()


class _Run:
    """Hold one run over one mailbox."""

    def __init__(
        self,
        services: Services,
        key: Key[Inbox],
        snapshot: Snapshot,
        push: str | None,
        gmail: RecordedGmail | None,
    ) -> None:
        self.services, self.key, self.snapshot, self.push = services, key, snapshot, push
        self.inbox = snapshot.need(key)
        self.gmail = gmail or RecordedGmail(services, self.inbox)

    def history(self, at: Continuation) -> bool:
        """Work pages of history off, a bounded number of them."""
        empty = at.page is None
        for _ in range(PAGES):
            page = self.gmail.history(at.start, at.page, why="what is new in the mailbox?")
            now = self.services.clock.now()
            search = self._search(now, [ref for record in page.records for ref in record.added])
            empty = empty and not page.records and page.next_page is None
            self._commit(
                search,
                Worked(
                    now=now,
                    cursor=page.records[-1].id if page.records else None,
                    idle_id=page.history_id if empty else None,
                    push=self.push,
                    done=page.next_page is None,
                ),
            )
            if page.next_page is None:
                return True
            at = msgspec.structs.replace(at, page=page.next_page)
        name = digest("continuation", at.inbox, at.start, at.page or "", now.isoformat())
        self.services.tasks.create("watch_notification", name, msgspec.json.encode(at), None)
        return False

    def catch_up(self) -> bool:
        """Go through the mail since the last good time when Gmail no longer knows the cursor."""
        newest = self.gmail.profile()[1]
        since, page = self.inbox.looked_at - CATCH_UP_MARGIN, None
        while True:
            listed = self.gmail.messages_since(since, page, why="the history expired: what was missed?")
            now = self.services.clock.now()
            search = self._search(now, listed.messages)
            done = listed.next_page is None
            self._commit(search, Worked(now=now, cursor=newest if done else None, push=self.push, done=done))
            if done:
                return True
            page = listed.next_page

    def look_again(self, record: Inbox) -> None:
        """Look up again what matched nothing while a send was open, or was not there yet."""
        services, now = self.services, self.services.clock.now()
        waiting = services.store.pending(record.org, record.mailbox, PENDING_BATCH)
        # Before the look-up: a send that is no longer open has stored its thread and Message-ID by now.
        open_send = services.store.has_open_send(record.org, record.mailbox)
        search = self._search(now, [_ref(item) for item in self._hits(waiting)])
        found = {one.gmail_id for one in search.found}
        absent = {one.gmail_id for one in search.pending if not one.fetched}
        settled = tuple(
            keys.pending(item.org, item.mailbox, item.gmail_id)
            for item in waiting
            if is_settled(
                item,
                found=item.gmail_id in found,
                absent=item.gmail_id in absent,
                open_send=open_send,
                now=now,
            )
        )
        # What is put aside again stays as it is, with the time at which it was first seen.
        search.pending = []
        complete = len(settled) == len(waiting) < PENDING_BATCH
        marks = record.pending_marks if complete else None
        self._commit(search, Worked(now=now, settled=settled, marks=marks, done=False))

    def _hits(self, waiting: Sequence[Pending]) -> list[Pending]:
        """Return the pending mails that may match now: one read for all that they refer to."""
        org = self.inbox.org
        wanted: dict[str, list[Key[Any]]] = {
            item.gmail_id: [keys.correspondence(org, id_) for id_ in item.lookups]
            + [keys.contact(org, id_) for id_ in item.contacts]
            for item in waiting
        }
        if not wanted:
            return []
        snapshot = self.services.store.read([key for some in wanted.values() for key in some])
        return [
            item
            for item in waiting
            if not item.fetched or any(snapshot[key] is not None for key in wanted[item.gmail_id])
        ]

    def _search(self, now: datetime, refs: Sequence[MessageRef]) -> Search:
        search = Search(self.services, self.gmail, self.inbox, now)
        search.work(refs)
        return search

    def _commit(self, search: Search, worked: Worked) -> None:
        """Commit a page; the drafts of whom it stops are deleted before, so that none is sent late."""
        worked = replace(
            worked,
            found=tuple(search.found),
            pending=tuple(search.pending),
            reads=self.gmail.taken(worked.now),
        )
        wanted = page_keys(self.inbox.org, self.inbox.mailbox, self.key, search.found)
        while True:
            decide = partial(worked_off, inbox_key=self.key, worked=worked)
            attempts, after = self.services.store.changed(wanted, decide, known=self.snapshot)
            self.snapshot = after.only(self.key)
            if not attempts:
                return
            worked = self._withdraw(attempts, worked)

    def _withdraw(self, attempts: Sequence[Attempt], worked: Worked) -> Worked:
        """Delete drafts under way: one that is gone has been sent, and will be settled."""
        deleted = {attempt.id: self.gmail.delete_draft(attempt.draft) for attempt in attempts}
        withdrawn = frozenset(id_ for id_, done in deleted.items() if done)
        return replace(
            worked,
            withdrawn=worked.withdrawn | withdrawn,
            gone=worked.gone | (frozenset(deleted) - withdrawn),
        )


def _ref(item: Pending) -> MessageRef:
    return MessageRef(gmail_id=item.gmail_id, thread=item.thread, labels=None)
