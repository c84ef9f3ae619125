"""Own the record of reads: every flow reaches a mailbox through it, so that no read goes unrecorded.

The entries ride in the commits that are there anyway, or in one of their own where none follows; a crash in
between leaves reads unrecorded whose content went unused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.errors import MailboxDisconnected, MailboxPaused, Unavailable
from lib.core.keys import Changes, Key, Snapshot
from lib.core.mails import Draft, HistoryPage, MailHeaders, MessagePage, RawMail, Sent
from lib.core.records import Inbox, ReadEntry, Reads
from lib.ports import Gmail, Services


class RecordedGmail:
    """Reach one mailbox, and note each read until a commit takes the notes."""

    def __init__(self, services: Services, inbox: Inbox) -> None:
        """Open the mailbox of a live connection; MailboxDisconnected when its grant is gone."""
        self.inbox = inbox
        self._services = services
        self._gmail: Gmail = services.gmail(inbox)
        self._run = services.new_id()
        self._sequence = 0
        self._entries: list[ReadEntry] = []

    @property
    def headers_only(self) -> bool:
        """Say whether the mailbox may only send and read headers: no drafts, no labels, no bodies."""
        return self.inbox.access == "headers"

    def taken(self, now: datetime) -> Reads | None:
        """Return what was read since the last call, to be written in the next commit; None: nothing."""
        if not self._entries:
            return None
        entries, self._entries = tuple(self._entries), []
        self._sequence += 1
        return Reads(
            org=self.inbox.org,
            mailbox=self.inbox.mailbox,
            run=self._run,
            sequence=self._sequence,
            at=now,
            entries=entries,
        )

    def record(self, reads: Reads | None = None) -> None:
        """Record reads, else those since the last call, where no other commit takes them along."""
        now = self._services.clock.now()
        writes = with_reads({}, reads or self.taken(now))
        self._services.store.commit(Snapshot(), Changes(None, writes=writes))

    def _note(self, method: str, format_: str, ids: Sequence[str], why: str) -> None:
        self._entries.append(ReadEntry(method=method, format=format_, ids=tuple(ids), why=why))

    def history(self, start: str, page: str | None = None, *, why: str) -> HistoryPage:
        """Return messages added after ``start``; HistoryExpired when Gmail no longer knows it."""
        self._note("history.list", "ids", (), why)
        return self._gmail.history(start, page)

    def messages_since(
        self, since: datetime, page: str | None = None, *, sent: bool = False, why: str
    ) -> MessagePage:
        """List messages since a time, or only the sent ones."""
        self._note("messages.list", "ids", (), why)
        return self._gmail.messages_since(since, page, sent=sent)

    def headers(self, ids: Sequence[str], names: Sequence[str], *, why: str) -> dict[str, MailHeaders | None]:
        """Return the named headers, never the snippet."""
        self._note("messages.get", "metadata", ids, why)
        return self._gmail.headers(ids, names)

    def message(self, gmail_id: str, *, why: str) -> RawMail | None:
        """Return a whole message, None when it is gone."""
        self._note("messages.get", "raw", (gmail_id,), why)
        return self._gmail.message(gmail_id)

    def drafts_to(self, address: str, header: str, *, why: str) -> list[tuple[str, str]]:
        """Return (draft id, value of ``header``) of the drafts to an address; "" where it is not there.

        Two requests at most. Unavailable when Gmail names a draft whose headers it then fails to give.
        """
        self._note("drafts.list", "ids", (), why)
        listed = self._gmail.drafts_to(address)
        if not listed:
            return []
        mails = self.headers([message for _, message in listed], [header], why=why)
        if any(message not in mails for _, message in listed):
            raise Unavailable("Gmail did not give the headers of a draft")
        there = [(draft, mail) for draft, message in listed if (mail := mails[message]) is not None]
        return [(draft, next(iter(mail.headers.get(header.lower(), ())), "")) for draft, mail in there]

    def note_sent(self, gmail_id: str, labels: Sequence[str] = ()) -> str | None:
        """Ask for the Message-ID of a mail of ours; put the product's label on it, and further ones.

        A header-only mailbox takes no labels.
        """
        self._note("messages.get", "metadata", (gmail_id,), "the Message-ID of a mail of ours")
        own = [self.inbox.label] if self.inbox.label else []
        return self._gmail.note_sent(gmail_id, [] if self.headers_only else [*own, *labels])

    def create_draft(self, raw: bytes, thread: str | None) -> Draft:
        """Create a draft, in a thread if given."""
        return self._gmail.create_draft(raw, thread)

    def send_draft(self, draft: str) -> Sent:
        """Send a draft; see ``lib.ports.Gmail.send_draft``."""
        return self._gmail.send_draft(draft)

    def send_message(self, raw: bytes, thread: str | None) -> Sent:
        """Send a mail without a draft; see ``lib.ports.Gmail.send_message``."""
        return self._gmail.send_message(raw, thread)

    def delete_draft(self, draft: str) -> bool:
        """Delete a draft; False when it is gone already, or there never was one."""
        return bool(draft) and self._gmail.delete_draft(draft)

    def label(self, gmail_ids: Sequence[str], labels: Sequence[str]) -> None:
        """Put labels on messages; one that cannot be put on is no error."""
        self._gmail.label(gmail_ids, labels)

    def ensure_labels(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the ids of the user's labels of these names, made if need be."""
        return self._gmail.ensure_labels(names)

    def labels(self, *, why: str) -> frozenset[str]:
        """Return the ids of all labels there are."""
        self._note("labels.list", "ids", (), why)
        return self._gmail.labels()

    def profile(self) -> tuple[str, str]:
        """Return the account's address and its newest history id."""
        return self._gmail.profile()


def with_reads(writes: dict[Key[Any], Any], reads: Reads | None) -> dict[Key[Any], Any]:
    """Return the writes together with the record of reads, if there is any."""
    if reads is None:
        return writes
    return writes | {keys.reads(reads.org, reads.mailbox, reads.run, reads.sequence): reads}


@contextmanager
def noting_trouble(services: Services, used: Inbox) -> Iterator[None]:
    """Note on the inbox that the grant is gone, or that Gmail lets nothing out for a while; then raise on.

    Its enrollments wait, and go on by themselves: after a new consent, or when the pause has passed.
    used: the connection with which Gmail is asked, as it was read; one that came since is none the worse.
    """
    try:
        yield
    except MailboxDisconnected as error:
        _note(services, used, _disconnected(used, str(error), services.clock.now()))
        raise
    except MailboxPaused as error:
        _note(services, used, _paused(used, str(error), services.clock.now() + error.retry_after))
        raise


def _disconnected(used: Inbox, why: str, now: datetime) -> Callable[[Inbox], Inbox]:
    def after(inbox: Inbox) -> Inbox:
        # One that is leaving goes on with that: its token is still to be destroyed. Another token came with
        # a new consent, or only in a new seal: then whoever uses it next finds out.
        if inbox.status != "connected" or inbox.sealed_token != used.sealed_token:
            return inbox
        return msgspec.structs.replace(inbox, status="disconnected", why=why, ended_at=now)

    return after


def _paused(used: Inbox, why: str, until: datetime) -> Callable[[Inbox], Inbox]:
    def after(inbox: Inbox) -> Inbox:
        # It is the account's, whatever its grant; under its address there may be another account by now.
        if (inbox.org, inbox.mailbox) != (used.org, used.mailbox):
            return inbox
        if inbox.paused_until is not None and inbox.paused_until >= until:
            return inbox
        return msgspec.structs.replace(inbox, paused_until=until, paused_why=why)

    return after


def _note(services: Services, used: Inbox, after: Callable[[Inbox], Inbox]) -> None:
    key = keys.inbox(used.id)

    def decide(snapshot: Snapshot) -> Changes[None]:
        record = snapshot[key]
        if record is None or after(record) == record:
            return Changes(None)
        return Changes(None, writes={key: after(record)})

    services.store.change([key], decide)
