"""Own the one commit that works a page of new mail off, and what it leaves of the inbox.

Invariant: an answer is stored once, under its Gmail id; whoever answered, bounced or opted out is stopped in
the commit that stores the answer; the cursor moves forward only, in that same commit. A stop is committed
only when no draft is left that a stalled worker could still send.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.core import keys
from lib.core.incoming.acting import Page
from lib.core.incoming.bouncing import bounced
from lib.core.incoming.page import Found, Halt, Worked
from lib.core.incoming.reading_quota import noted
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Attempt, Inbox, Pending, Record

#: How many Pub/Sub message ids an inbox remembers.
PUSHES_KEPT = 30
#: An empty list's own history id is taken only when the list still is empty after this time.
IDLE_TIME = timedelta(minutes=10)
#: How often ``maintain`` looks into a mailbox unasked, and how soon after a push that showed nothing.
LOOK_EVERY = timedelta(hours=1)
LOOK_SOON = timedelta(minutes=2)

#: How long Gmail may take to have a message that its history names.
APPEARS_WITHIN = timedelta(minutes=10)
#: A message that cannot be worked off is parked after so many tries over so long a time.
PARK_TRIES = 5
PARK_AFTER = timedelta(minutes=30)
PARKED_KEPT = timedelta(days=180)
UNREADABLE = "this message could not be read from Gmail, again and again"
#: How far before the last good time a catch-up begins.
CATCH_UP_MARGIN = timedelta(hours=1)
#: After so long without a read, a catch-up that was begun is taken for dead.
CATCH_UP_STALLED = timedelta(minutes=5)


def page_keys(
    org: str,
    mailbox: str,
    inbox: Key[Inbox],
    found: Sequence[Found],
    halts: Sequence[Halt] = (),
    parked: Sequence[Pending] = (),
) -> list[Key[Any]]:
    """Return the keys that ``worked_off`` needs for a page, but for a contact's further enrollments."""
    wanted: list[Key[Any]] = [inbox]
    for one in found:
        wanted += [
            keys.reply(org, mailbox, one.gmail_id),
            keys.enrollment(org, one.enrollment),
            keys.contact(org, one.contact),
            keys.campaign(org, one.campaign),
        ]
    for halt in halts:
        wanted += [keys.enrollment(org, halt.enrollment), keys.campaign(org, halt.campaign)]
    return wanted + [keys.pending(org, mailbox, item.gmail_id) for item in parked]


def is_settled(
    item: Pending, *, found: bool, absent: bool, again: bool, open_send: bool, now: datetime
) -> bool:
    """Say whether a pending mail that was looked up again needs no further look.

    found: it is an answer after all. absent: Gmail did not have the message. again: it still waits for an
    attempt to end. open_send: a send of the mailbox was open when it was looked up.
    """
    if found or now >= item.expires_at:
        return True
    if absent:
        return now - item.seen_at >= APPEARS_WITHIN
    if again:
        return False
    return not open_send


def is_due(item: Pending, now: datetime) -> bool:
    """Say whether a pending mail is looked at again now; the more often it failed, the later."""
    return item.tries == 0 or now >= item.seen_at + LOOK_SOON * 2 ** (item.tries - 1)


def after_failure(item: Pending, now: datetime) -> Pending:
    """Return a mail put aside after it failed once more; parked when it has failed for too long."""
    tries = item.tries + 1
    if tries < PARK_TRIES or now - item.seen_at < PARK_AFTER:
        return msgspec.structs.replace(item, tries=tries)
    return msgspec.structs.replace(item, tries=tries, parked=UNREADABLE, expires_at=now + PARKED_KEPT)


def worked_off(snapshot: Snapshot, inbox_key: Key[Inbox], worked: Worked) -> Changes[tuple[Attempt, ...]]:
    """Decide the one commit of a page.

    When it would stop an enrollment in the middle of an attempt, nothing is written and the result names the
    attempts whose drafts must be deleted first.
    """
    inbox = snapshot[inbox_key]
    if inbox is None:
        return Changes(())
    page = Page(snapshot, inbox, worked)
    for one in worked.found:
        page.take(one)
    for halt in worked.halts:
        page.halt(halt)
    for campaign in sorted(worked.pauses):
        page.pause(campaign)
    page.free()
    after, missing = bounced(snapshot, inbox_after(inbox, worked), page.bounces, worked.now)
    if page.missing or missing:
        return Changes((), need=frozenset([*page.missing, *missing]))
    if page.attempts:
        return Changes(tuple(page.attempts.values()))
    aside = _put_aside(snapshot, worked)
    writes: dict[Key[Any], Record] = {**page.writes, **aside}
    if worked.reads is not None:
        reads = worked.reads
        writes[keys.reads(inbox.org, inbox.mailbox, reads.run, reads.sequence)] = reads
    parked = sum(1 for item in worked.parked if _key(item) in aside)
    after = msgspec.structs.replace(after, parked=after.parked + parked)
    if after != inbox:
        writes[inbox_key] = after
    return Changes((), writes=writes, deletes=frozenset(worked.settled))


def _put_aside(snapshot: Snapshot, worked: Worked) -> dict[Key[Any], Record]:
    """Return the mails to put aside, and to park: each is parked, and counted, once."""
    items = {_key(item): item for item in (*worked.pending, *worked.retried)}
    for item in worked.parked:
        before = snapshot.get(_key(item))
        if before is not None and not before.parked:
            items[_key(item)] = item
    return dict(items)


def _key(item: Pending) -> Key[Pending]:
    return keys.pending(item.org, item.mailbox, item.gmail_id)


def is_catching_up(inbox: Inbox, now: datetime) -> bool:
    """Say whether a run is on its way back through the mail since the history expired."""
    covered, read = inbox.covered_since, inbox.minute
    if covered is None or covered <= inbox.looked_at - CATCH_UP_MARGIN:
        return False
    return read is not None and now - read < CATCH_UP_STALLED


def inbox_after(inbox: Inbox, worked: Worked) -> Inbox:
    """Return the inbox after a page: cursor forward only, duplicates of the push known."""
    cursor, idle_id, idle_since = inbox.cursor, None, None
    if worked.cursor is not None:
        cursor = _later(cursor, worked.cursor)
    if worked.idle_id is not None:
        # Right after a push the list may be empty although there is mail: look again soon, and trust the
        # list's own id only when it has been empty for some time.
        idle_id, idle_since = inbox.idle_id, inbox.idle_since
        if idle_id is None or idle_since is None:
            idle_id, idle_since = worked.idle_id, worked.now
        elif worked.now - idle_since >= IDLE_TIME:
            cursor = _later(cursor, idle_id)
            idle_id, idle_since = worked.idle_id, worked.now
    marks = inbox.pending_marks + (1 if worked.pending else 0)
    done = inbox.pending_done if worked.marks is None else max(inbox.pending_done, worked.marks)
    left = worked.done or worked.covered is not None
    after = msgspec.structs.replace(
        inbox,
        cursor=cursor,
        idle_id=idle_id,
        idle_since=idle_since,
        pushes=_pushes(inbox, worked),
        look_at=_look_at(inbox, worked, pending=marks != done) if left else inbox.look_at,
        looked_at=worked.now if worked.done else inbox.looked_at,
        pending_marks=marks,
        pending_done=done,
        covered_since=worked.covered or inbox.covered_since,
    )
    return noted(after, worked.units, worked.read_until or worked.now)


def _look_at(inbox: Inbox, worked: Worked, *, pending: bool) -> datetime:
    """Return when ``maintain`` looks in next.

    At once while the mailbox is behind, since nothing is sent until then. Soon after a push that showed
    nothing, while something waits to be looked up again, and should the task of a catch-up be lost.
    """
    if inbox.behind:
        return worked.now
    empty_push = worked.idle_id is not None and worked.push is not None
    catching_up = not worked.done and worked.covered is not None
    return worked.now + (LOOK_SOON if pending or empty_push or catching_up else LOOK_EVERY)


def _pushes(inbox: Inbox, worked: Worked) -> tuple[str, ...]:
    if worked.push is None or not worked.done or worked.push in inbox.pushes:
        return inbox.pushes
    return (*inbox.pushes, worked.push)[-PUSHES_KEPT:]


def _later(one: str, other: str) -> str:
    """Return the later of two history ids, which are numbers in text."""
    return one if int(one) >= int(other) else other
