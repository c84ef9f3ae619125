"""Own what a search through new mail comes to: answers, mail put aside, mail given up.

Invariant: a message that was put aside before stays as it was, with the time at which it was first seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lib.core.answers.understood import Understood
from lib.core.incoming.page import Found, Halt
from lib.core.incoming.receiving import after_failure
from lib.core.incoming.targets import Directory, Target, by_correspondence
from lib.core.keys import Key
from lib.core.mails import MailHeaders, MessageRef
from lib.core.records import Contact, Correspondence, Inbox, Pending, ReplyKind

#: How long mail that matched nothing, or failed, may be looked up again, at most.
PENDING_KEPT = timedelta(days=30)


@dataclass(slots=True)
class Collected:
    """Collect what a search came to; see ``lib.core.incoming.page.Worked``.

    waiting: the mails that were put aside before, by Gmail id. absent: what Gmail does not have.
    oldest: when the oldest mail came whose headers were read.
    """

    directory: Directory
    inbox: Inbox
    now: datetime
    waiting: Mapping[str, Pending]
    found: list[Found] = field(default_factory=list)
    halts: list[Halt] = field(default_factory=list)
    pauses: set[str] = field(default_factory=set)
    pending: list[Pending] = field(default_factory=list)
    retried: list[Pending] = field(default_factory=list)
    parked: list[Pending] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    oldest: datetime | None = None

    def answer(
        self, ref: MessageRef, at: datetime, target: Target, said: Understood, *, unread: bool = False
    ) -> None:
        """Note an answer."""
        self.found.append(
            Found(
                gmail_id=ref.gmail_id,
                thread=ref.thread,
                received_at=at,
                matched_by=target.matched_by,
                enrollment=target.enrollment,
                contact=target.contact,
                campaign=target.campaign,
                understood=said,
                unread=unread,
                sender_id=_id(self.directory.contact(said.sender)) if said.sender else "",
            )
        )

    def put_aside(self, ref: MessageRef, mail: MailHeaders | None, *, fetched: bool) -> None:
        """Note a mail that matches nothing yet, or that Gmail does not have (yet)."""
        if not fetched:
            self.absent.add(ref.gmail_id)
        before = self.waiting.get(ref.gmail_id)
        self.pending.append(before or self._aside(ref, mail, fetched=fetched))

    def failed(self, ref: MessageRef, known: Correspondence | None) -> None:
        """Note a message that could not be worked off.

        Given up, in a thread of ours (known), it counts as a person's answer whose text nobody could read:
        stopping once too often is the safe side.
        """
        before = self.waiting.get(ref.gmail_id)
        after = after_failure(before or self._aside(ref, None, fetched=False), self.now)
        if before is None:
            self.pending.append(after)
        elif not after.parked:
            self.retried.append(after)
        else:
            self.parked.append(after)
            if known is not None:
                said = Understood(kind=ReplyKind.PERSON, sender="", subject="", text=None)
                unread = self.inbox.access == "full"
                self.answer(ref, after.seen_at, by_correspondence(known, "thread"), said, unread=unread)

    def _aside(self, ref: MessageRef, mail: MailHeaders | None, *, fetched: bool) -> Pending:
        lookups: list[Key[Any]] = [self.directory.thread(ref.thread)]
        contacts: list[Key[Contact]] = []
        if mail is not None:
            lookups += self.directory.references(mail)
            contacts = self.directory.contacts(mail)
        return Pending(
            org=self.inbox.org,
            id=f"{self.inbox.mailbox}-{ref.gmail_id}",
            mailbox=self.inbox.mailbox,
            inbox=self.inbox.id,
            gmail_id=ref.gmail_id,
            thread=ref.thread,
            lookups=tuple(_id(key) for key in lookups),
            contacts=tuple(_id(key) for key in contacts),
            fetched=fetched,
            seen_at=self.now,
            expires_at=self.now + PENDING_KEPT,
        )


def _id(key: Key[Any]) -> str:
    return key.path.rpartition("/")[2]
