"""Own the receive path: from a notification to answers stored and campaigns stopped.

Invariant: the cursor moves page by page to the last record worked off, in the commit that stores what was
found there; whatever fails raises, and Gmail's notification or ``maintain`` comes again. One message that
fails is put aside instead, and no minute reads more than its allowance: a task goes on in the next one.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from lib.core import keys
from lib.core.errors import HistoryExpired, OutreachError
from lib.core.ids import digest
from lib.core.incoming.page import Worked
from lib.core.incoming.reading_quota import HISTORY, LEAST, LIST, Allowance, free_at
from lib.core.incoming.receiving import CATCH_UP_MARGIN, is_catching_up, page_keys, worked_off
from lib.core.keys import Changes, Key, Snapshot
from lib.core.mails import HistoryRecord
from lib.core.records import Attempt, Campaign, Inbox, ReplyKind
from lib.flows.looking_again import look_again
from lib.flows.matching import Search
from lib.flows.metering import MeteredGmail
from lib.flows.reading import RecordedGmail, noting_trouble, with_reads
from lib.ports import Services

#: How many pages one run works off; a continuation task takes the rest.
PAGES = 5
_SECOND = timedelta(seconds=1)


class Continuation(msgspec.Struct, frozen=True, kw_only=True):
    """Be the body of a task that goes on where a run ended: the listing's start and next page.

    newest, since: of a catch-up after an expired history, its new cursor and how far back it goes. after: the
    last message of the page that is worked off.
    """

    inbox: str
    start: str
    page: str | None = None
    newest: str = ""
    since: datetime | None = None
    after: str = ""


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
    if record is not None and record.leads_to:
        return receive(services, record.leads_to, push=push)
    if record is None or record.status != "connected" or (push is not None and push in record.pushes):
        return True
    with noting_trouble(services, gmail.inbox if gmail is not None else record):
        run = _Run(services, key, snapshot, push, gmail)
        try:
            return run.go(go_on)
        except OutreachError:
            # What was read is on record also when it went unused.
            with suppress(OutreachError):
                run.record()
            raise


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
        recorded = gmail or RecordedGmail(services, self.inbox)
        self.gmail = MeteredGmail(recorded, Allowance(self.inbox, services.clock.now()))

    @property
    def inbox(self) -> Inbox:
        """Return the inbox as it is after the last commit."""
        return self.snapshot.need(self.key)

    def go(self, go_on: Continuation | None) -> bool:
        """Look at what waits, then at what is new; or go on with a catch-up."""
        at = go_on or Continuation(inbox=self.inbox.id, start=self.inbox.cursor)
        if not self.gmail.allowance.allows(LEAST):
            return self._next_minute(at)
        if not at.newest and is_catching_up(self.inbox, self.services.clock.now()):
            return False
        if self.inbox.pending_marks != self.inbox.pending_done:
            search, worked = look_again(self.services, self.gmail, self.inbox)
            self._commit(search, worked)
        if at.newest:
            return self.catch_up(at)
        try:
            return self.history(at)
        except HistoryExpired:
            return self.catch_up(at)

    def record(self) -> None:
        """Record what was read since the last commit."""
        writes = with_reads({}, self.gmail.taken(self.services.clock.now()))
        self.services.store.commit(Snapshot(), Changes(None, writes=writes))

    def history(self, at: Continuation) -> bool:
        """Work pages of history off, a bounded number of them."""
        empty = at.page is None
        for _ in range(PAGES):
            if self.inbox.status != "connected":
                return True
            if not self.gmail.allowance.allows(HISTORY):
                return self._next_minute(at)
            page = self.gmail.history(at.start, at.page, why="what is new in the mailbox?")
            search = self._search()
            count = search.work(page.records)
            cut = count < len(page.records)
            empty = empty and not page.records and page.next_page is None
            self._commit(
                search,
                Worked(
                    now=search.result.now,
                    cursor=page.records[count - 1].id if count else None,
                    idle_id=page.history_id if empty else None,
                    push=self.push,
                    done=page.next_page is None and not cut,
                ),
            )
            if cut:
                return self._next_minute(Continuation(inbox=at.inbox, start=self.inbox.cursor))
            if page.next_page is None:
                return True
            at = msgspec.structs.replace(at, page=page.next_page)
        return self._go_on(at, None)

    def catch_up(self, at: Continuation) -> bool:
        """Go through the mail since the last good time when Gmail no longer knows the cursor."""
        if not at.newest:
            # The newest id first: what comes in meanwhile is seen twice rather than not at all.
            newest, since = self.gmail.newest(), self.inbox.looked_at - CATCH_UP_MARGIN
            at = Continuation(inbox=at.inbox, start=self.inbox.cursor, newest=newest, since=since)
        for _ in range(PAGES):
            if self.inbox.status != "connected":
                return True
            if not self.gmail.allowance.allows(LIST):
                return self._next_minute(at)
            after = self._catch_up_page(at)
            if after is None:
                return True
            if after.after:
                return self._next_minute(after)
            at = after
        return self._go_on(at, None)

    def _catch_up_page(self, at: Continuation) -> Continuation | None:
        """Work one page of the list off; return where to go on, None when all is done."""
        since = at.since or self.inbox.looked_at - CATCH_UP_MARGIN
        listed = self.gmail.messages_since(since, at.page, why="the history expired: what was missed?")
        ids = [ref.gmail_id for ref in listed.messages]
        left = listed.messages[ids.index(at.after) + 1 :] if at.after in ids else listed.messages
        search = self._search()
        count = search.work([HistoryRecord(id=ref.gmail_id, added=(ref,)) for ref in left])
        cut, now, oldest = count < len(left), search.result.now, search.result.oldest
        # Where the mailbox cannot be searched by time, the list goes on into older and older mail.
        passed = self.gmail.headers_only and oldest is not None and oldest < since
        done = passed or (not cut and listed.next_page is None)
        reached = since if done else max(min(oldest or now, now), since + _SECOND)
        self._commit(
            search,
            Worked(now=now, cursor=at.newest if done else None, push=self.push, done=done, covered=reached),
        )
        if done:
            return None
        if cut:
            last = left[count - 1].gmail_id if count else at.after or ids[0]
            return msgspec.structs.replace(at, since=since, after=last)
        return msgspec.structs.replace(at, since=since, page=listed.next_page, after="")

    def _search(self) -> Search:
        return Search(self.services, self.gmail, self.inbox, self.services.clock.now())

    def _next_minute(self, at: Continuation) -> bool:
        return self._go_on(at, free_at(self.inbox, self.services.clock.now()))

    def _go_on(self, at: Continuation, when: datetime | None) -> bool:
        """Leave the rest to a task; one at a time for the same place and minute."""
        stamp = when or self.services.clock.now()
        name = digest("continuation", at.inbox, at.start, at.page or "", at.after, stamp.isoformat())
        self.services.tasks.create("watch_notification", name, msgspec.json.encode(at), when)
        return False

    def _commit(self, search: Search, worked: Worked) -> None:
        """Commit a page; the drafts of whom it stops are deleted before, so that none is sent late."""
        result = search.result
        worked = replace(
            worked,
            found=tuple(result.found),
            halts=tuple(result.halts),
            pauses=frozenset(result.pauses),
            pending=worked.pending or tuple(result.pending),
            retried=tuple(result.retried),
            parked=tuple(result.parked),
            reads=self.gmail.taken(worked.now),
            units=self.gmail.allowance.handed_over(),
            read_until=self.services.clock.now(),
        )
        org, mailbox = self.inbox.org, self.inbox.mailbox
        wanted = page_keys(org, mailbox, self.key, worked.found, worked.halts, worked.parked)
        wanted += [keys.campaign(org, campaign) for campaign in sorted(worked.pauses)]
        known = self._labelled(worked, wanted)
        while True:
            decide = partial(worked_off, inbox_key=self.key, worked=worked)
            attempts, after = self.services.store.changed(wanted, decide, known=known)
            self.snapshot = known = after.only(self.key)
            if not attempts:
                return
            worked = self._withdraw(attempts, worked)

    def _labelled(self, worked: Worked, wanted: list[Key[Any]]) -> Snapshot:
        """Put the campaign's label for answers on those of people; returns what was read for it."""
        people = [one for one in worked.found if one.understood.kind in {ReplyKind.PERSON, ReplyKind.OPT_OUT}]
        if not people or self.gmail.headers_only:
            return self.snapshot
        known = self.snapshot | self.services.store.read(self.snapshot.missing(wanted))
        by_label: dict[str, list[str]] = {}
        for one in people:
            campaign: Campaign | None = known[keys.campaign(self.inbox.org, one.campaign)]
            stored = known[keys.reply(self.inbox.org, self.inbox.mailbox, one.gmail_id)]
            if campaign is not None and campaign.labels is not None and stored is None:
                by_label.setdefault(campaign.labels.replied, []).append(one.gmail_id)
        for label, ids in by_label.items():
            # A label is a courtesy: an answer counts without it.
            with suppress(OutreachError):
                self.gmail.label(ids, [label])
        return known

    def _withdraw(self, attempts: tuple[Attempt, ...], worked: Worked) -> Worked:
        """Delete drafts under way: one that is gone has been sent, and will be settled."""
        deleted = {attempt.id: self.gmail.delete_draft(attempt.draft) for attempt in attempts}
        withdrawn = frozenset(id_ for id_, done in deleted.items() if done)
        return replace(
            worked,
            withdrawn=worked.withdrawn | withdrawn,
            gone=worked.gone | (frozenset(deleted) - withdrawn),
        )
