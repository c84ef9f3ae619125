"""Own what an incoming mail does: matching, and the one commit that works a page off.

Invariant: an answer is stored once, under its Gmail id; whoever answered, bounced or opted out is stopped in
the commit that stores the answer; the cursor moves forward only, in that same commit. A stop is committed
only when no draft is left that a stalled worker could still send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from lib.core import keys
from lib.core.classify import Understood, bare_subject
from lib.core.enrollment import Event, answered_automatically, stopped
from lib.core.ids import normalise_address
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import (
    Attempt,
    Contact,
    Enrollment,
    Inbox,
    Pending,
    Reads,
    Record,
    Reply,
    ReplyKind,
    SuppressedWhy,
)

#: How many Pub/Sub message ids an inbox remembers.
PUSHES_KEPT = 30
#: An empty list's own history id is taken only when the list still is empty after this time.
IDLE_TIME = timedelta(minutes=10)
#: How often ``maintain`` looks into a mailbox unasked, and how soon after a push that showed nothing.
LOOK_EVERY = timedelta(hours=1)
LOOK_SOON = timedelta(minutes=2)

#: How long Gmail may take to have a message that its history names.
APPEARS_WITHIN = timedelta(minutes=10)

SKIPPED_LABELS = frozenset({"DRAFT", "SENT", "CHAT"})
#: Mail in unknown threads under these is no answer to a person's mail.
BULK_LABELS = frozenset({"CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "CATEGORY_FORUMS"})

MatchedBy = Literal["thread", "reference", "recipient", "subject", "sender"]


@dataclass(frozen=True, slots=True)
class Found:
    """Hold one mail that is an answer to ours, and which enrollment it answers."""

    gmail_id: str
    thread: str
    received_at: datetime
    matched_by: MatchedBy
    enrollment: str
    contact: str
    understood: Understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Hold what one page came to, ready to be committed.

    settled: pending mail that needs no further look. marks: the inbox's ``pending_marks`` when all pending
    mail was settled. cursor: history id up to which all is worked off (None: stays). idle_id: the list's own
    id when it was empty. push: Pub/Sub id of the notification. done: nothing is left after this page.
    withdrawn: attempts whose draft was deleted for a stop; gone: those whose draft was no longer there.
    """

    now: datetime
    found: tuple[Found, ...] = ()
    pending: tuple[Pending, ...] = ()
    settled: tuple[Key[Pending], ...] = ()
    marks: int | None = None
    reads: Reads | None = None
    cursor: str | None = None
    idle_id: str | None = None
    push: str | None = None
    done: bool = True
    withdrawn: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


def is_quiet(labels: frozenset[str] | None) -> bool:
    """Say whether a message is surely no incoming mail: a draft, chat, or sent by the user."""
    return labels is not None and bool(labels & SKIPPED_LABELS)


def page_keys(org: str, mailbox: str, inbox: Key[Inbox], found: Sequence[Found]) -> list[Key[Any]]:
    """Return the keys that ``worked_off`` needs for a page, but for a contact's further enrollments."""
    wanted: list[Key[Any]] = [inbox]
    for one in found:
        wanted += [
            keys.reply(org, mailbox, one.gmail_id),
            keys.enrollment(org, one.enrollment),
            keys.contact(org, one.contact),
        ]
    return wanted


def is_settled(item: Pending, *, found: bool, absent: bool, open_send: bool, now: datetime) -> bool:
    """Say whether a pending mail that was looked up again needs no further look.

    found: it is an answer after all. absent: Gmail did not have the message. open_send: a send of the mailbox
    was open when it was looked up.
    """
    if found or now >= item.expires_at:
        return True
    if absent:
        return now - item.seen_at >= APPEARS_WITHIN
    return not open_send


def worked_off(snapshot: Snapshot, inbox_key: Key[Inbox], worked: Worked) -> Changes[tuple[Attempt, ...]]:
    """Decide the one commit of a page.

    When it would stop an enrollment in the middle of an attempt, nothing is written and the result names the
    attempts whose drafts must be deleted first.
    """
    inbox = snapshot[inbox_key]
    if inbox is None:
        return Changes(())
    page = _Page(snapshot, inbox, worked)
    for one in worked.found:
        page.take(one)
    if page.missing:
        return Changes((), need=frozenset(page.missing))
    if page.attempts:
        return Changes(tuple(page.attempts.values()))
    writes = page.writes
    for waiting in worked.pending:
        writes[keys.pending(inbox.org, inbox.mailbox, waiting.gmail_id)] = waiting
    if worked.reads is not None:
        reads = worked.reads
        writes[keys.reads(inbox.org, inbox.mailbox, reads.run, reads.sequence)] = reads
    after = inbox_after(inbox, worked)
    if after != inbox:
        writes[inbox_key] = after
    return Changes((), writes=writes, deletes=frozenset(worked.settled))


def inbox_after(inbox: Inbox, worked: Worked) -> Inbox:
    """Return the inbox after a page: cursor forward only, duplicates of the push known."""
    cursor, idle_id, idle_since = inbox.cursor, None, None
    look_at = worked.now + LOOK_EVERY
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
        if worked.push is not None:
            look_at = worked.now + LOOK_SOON
    marks = inbox.pending_marks + (1 if worked.pending else 0)
    done = inbox.pending_done if worked.marks is None else max(inbox.pending_done, worked.marks)
    if marks != done:
        look_at = worked.now + LOOK_SOON
    pushes = inbox.pushes
    if worked.push is not None and worked.done and worked.push not in pushes:
        pushes = (*pushes, worked.push)[-PUSHES_KEPT:]
    return msgspec.structs.replace(
        inbox,
        cursor=cursor,
        idle_id=idle_id,
        idle_since=idle_since,
        pushes=pushes,
        look_at=look_at if worked.done else inbox.look_at,
        looked_at=worked.now if worked.done else inbox.looked_at,
        pending_marks=marks,
        pending_done=done,
    )


def _later(one: str, other: str) -> str:
    """Return the later of two history ids, which are numbers in text."""
    return one if int(one) >= int(other) else other


class _Page:
    """Fold the found mails of a page into the records to write."""

    def __init__(self, snapshot: Snapshot, inbox: Inbox, worked: Worked) -> None:
        self.snapshot, self.inbox, self.worked = snapshot, inbox, worked
        self.writes: dict[Key[Any], Record] = {}
        self.missing: set[Key[Any]] = set()
        self.attempts: dict[str, Attempt] = {}

    def take(self, found: Found) -> None:
        """Store one answer and stop whom it stops."""
        org = self.inbox.org
        reply_key = keys.reply(org, self.inbox.mailbox, found.gmail_id)
        enrollment = self._now(keys.enrollment(org, found.enrollment))
        if enrollment is None or self.snapshot[reply_key] is not None or reply_key in self.writes:
            return
        kind = self._kind(found, enrollment)
        self.writes[reply_key] = self._reply(found, enrollment, kind)
        if kind is ReplyKind.AUTOMATIC:
            self.writes[keys.enrollment(org, enrollment.id)] = answered_automatically(enrollment)
            return
        contact = self._now(keys.contact(org, found.contact))
        event = {
            ReplyKind.BOUNCE: Event.BOUNCED,
            ReplyKind.OPT_OUT: Event.OPTED_OUT,
            ReplyKind.PERSON: Event.REPLIED,
        }[kind]
        self._stop(keys.enrollment(org, enrollment.id), event)
        everywhere = kind is ReplyKind.OPT_OUT or (kind is ReplyKind.BOUNCE and found.understood.hard)
        for ref in contact.enrollments if contact is not None else ():
            if everywhere or ref.mailbox == self.inbox.mailbox:
                self._stop(keys.enrollment(org, ref.enrollment), event)
        if everywhere and contact is not None:
            self._suppress(contact, event)

    def _stop(self, key: Key[Enrollment], event: Event) -> None:
        if key not in self.snapshot:
            self.missing.add(key)
            return
        enrollment = self._now(key)
        if enrollment is None:
            return
        withdrawn, gone = self.worked.withdrawn, self.worked.gone
        attempt = enrollment.attempt
        if attempt is not None and attempt.id not in withdrawn | gone:
            self.attempts[attempt.id] = attempt
        after = stopped(enrollment, event, f"{event.value} by mail", self.worked.now, withdrawn=withdrawn)
        if after != enrollment:
            self.writes[key] = after

    def _suppress(self, contact: Contact, event: Event) -> None:
        why: SuppressedWhy = "opted_out" if event is Event.OPTED_OUT else contact.suppressed or "bounced"
        self.writes[keys.contact(contact.org, contact.id)] = msgspec.structs.replace(contact, suppressed=why)

    def _now(self, key: Key[Any]) -> Any:
        return self.writes[key] if key in self.writes else self.snapshot.get(key)

    def _kind(self, found: Found, enrollment: Enrollment) -> ReplyKind:
        """Return what the mail is; a bounce that names somebody else is only automatic mail."""
        understood = found.understood
        if understood.kind is ReplyKind.BOUNCE:
            failed = {normalise_address(address) for address in understood.failed}
            if normalise_address(enrollment.email) not in failed:
                return ReplyKind.AUTOMATIC
        return understood.kind

    def _reply(self, found: Found, enrollment: Enrollment, kind: ReplyKind) -> Reply:
        sender = normalise_address(found.understood.sender or "@")
        person = kind in {ReplyKind.PERSON, ReplyKind.OPT_OUT}
        return Reply(
            org=self.inbox.org,
            id=f"{self.inbox.mailbox}-{found.gmail_id}",
            mailbox=self.inbox.mailbox,
            campaign=enrollment.campaign,
            enrollment=enrollment.id,
            contact=found.contact,
            gmail_id=found.gmail_id,
            thread=found.thread,
            kind=kind,
            matched_by=found.matched_by,
            different_sender=person and sender != normalise_address(enrollment.email),
            sender=found.understood.sender,
            subject=found.understood.subject,
            text=found.understood.text,
            received_at=found.received_at,
        )


def best_enrollment(enrollments: Mapping[str, Enrollment], subject: str | None) -> tuple[str, bool] | None:
    """Choose among a contact's enrollments the one a mail from its address belongs to.

    subject: bare, None where it says nothing. Returns its id, and whether the subject is that of a mail that
    we sent in it; None when there is no enrollment in which anything was sent.
    """
    written = {id_: one for id_, one in enrollments.items() if one.sent or one.attempt}
    for id_, one in written.items():
        if subject and any(bare_subject(mail.subject) == subject for mail in one.sent):
            return id_, True
    newest = max(written.items(), key=lambda item: item[1].due, default=None)
    return (newest[0], False) if newest is not None else None
