"""Own the search for answers among new mail: thread ids decide first, then headers, the body last.

Invariant: a body is fetched only of what matched by thread, Message-ID, failed recipient, or by a candidate's
address together with the subject of our mail; a snippet never.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lib.core import keys
from lib.core.classify import (
    HEADER_NAMES,
    bare_subject,
    failed_recipients,
    references_of,
    sender_of,
    subject_of,
    understand,
    understand_headers,
)
from lib.core.ids import address_id, message_key, thread_key
from lib.core.keys import Key, Snapshot
from lib.core.mails import MailHeaders, MessageRef
from lib.core.receiving import BULK_LABELS, Found, MatchedBy, best_enrollment, is_quiet
from lib.core.records import Contact, Inbox, Pending
from lib.flows.reading import RecordedGmail
from lib.ports import Services

#: How long mail that matched nothing may be looked up again, at most.
PENDING_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Target:
    """Hold which enrollment a mail belongs to, how that is known, and whether its body may be read."""

    enrollment: str
    contact: str
    matched_by: MatchedBy
    body: bool


class Search:
    """Work a page of new mail through: ``found`` are answers, ``pending`` may become some."""

    def __init__(self, services: Services, gmail: RecordedGmail, inbox: Inbox, now: datetime) -> None:
        """Begin with nothing found."""
        self.services, self.gmail, self.inbox, self.now = services, gmail, inbox, now
        self.found: list[Found] = []
        self.pending: list[Pending] = []

    def work(self, refs: Iterable[MessageRef]) -> None:
        """Find the answers among new messages, in one look-up of threads, and of headers for the rest."""
        loud = [ref for ref in refs if not is_quiet(ref.labels)]
        loud = list({ref.gmail_id: ref for ref in loud}.values())
        if not loud:
            return
        threads = self.services.store.read([self._thread(ref.thread) for ref in loud])
        known = {ref.gmail_id for ref in loud if threads[self._thread(ref.thread)] is not None}
        unknown = [ref for ref in loud if ref.gmail_id not in known and not _is_bulk(ref)]
        unlabelled = [ref for ref in loud if ref.gmail_id in known and ref.labels is None]
        headers = self._headers([*unknown, *unlabelled])
        if unknown:
            threads |= self._look_up(unknown, headers)
        for ref in loud:
            self._take(ref, threads, headers)

    def _headers(self, refs: Sequence[MessageRef]) -> dict[str, MailHeaders | None]:
        if not refs:
            return {}
        ids = [ref.gmail_id for ref in refs]
        return self.gmail.headers(ids, HEADER_NAMES, why="is it an answer to a mail of ours?")

    def _look_up(self, refs: Sequence[MessageRef], headers: dict[str, MailHeaders | None]) -> Snapshot:
        """Look up all that mail in unknown threads refers to; the threads again, after the open sends."""
        # In this order: a send that is no longer open has stored its thread and Message-ID before.
        self.open_send = self.services.store.has_open_send(self.inbox.org, self.inbox.mailbox)
        wanted: list[Key[Any]] = [self._thread(ref.thread) for ref in refs]
        for mail in headers.values():
            if mail is not None:
                wanted += self._references(mail) + self._contacts(mail)
        snapshot = self.services.store.read(wanted)
        enrollments = [
            keys.enrollment(self.inbox.org, ref.enrollment)
            for key in wanted
            if isinstance(contact := snapshot[key], Contact)
            for ref in contact.enrollments
            if ref.mailbox == self.inbox.mailbox
        ]
        return snapshot | self.services.store.read(enrollments) if enrollments else snapshot

    def _take(self, ref: MessageRef, snapshot: Snapshot, headers: dict[str, MailHeaders | None]) -> None:
        mail = headers.get(ref.gmail_id)
        if mail is not None and (is_quiet(mail.labels) or mail.labels & BULK_LABELS):
            in_thread = snapshot.get(self._thread(ref.thread)) is not None
            if is_quiet(mail.labels) or not in_thread:
                return
        if ref.gmail_id in headers and mail is None:
            self._put_aside(ref, None)
            return
        target = self._target(ref, mail, snapshot)
        if target is not None:
            self._read(ref, mail, target)
        elif mail is not None and self.open_send:
            self._put_aside(ref, mail)

    def _target(self, ref: MessageRef, mail: MailHeaders | None, snapshot: Snapshot) -> Target | None:
        """Return whom a mail answers: by thread, by reference, by failed recipient, by sender."""
        correspondence = snapshot.get(self._thread(ref.thread))
        if correspondence is not None:
            return Target(correspondence.enrollment, correspondence.contact, "thread", body=True)
        if mail is None:
            return None
        for key in self._references(mail):
            correspondence = snapshot.get(key)
            if correspondence is not None:
                return Target(correspondence.enrollment, correspondence.contact, "reference", body=True)
        failed = [self._contact(address) for address in failed_recipients(mail.headers)]
        for contact_key in failed:
            target = self._by_contact(contact_key, None, snapshot)
            if target is not None:
                return Target(target.enrollment, target.contact, "recipient", body=True)
        sender = sender_of(mail.headers)
        subject = bare_subject(subject_of(mail.headers))
        return self._by_contact(self._contact(sender), subject, snapshot) if sender else None

    def _by_contact(self, key: Key[Contact], subject: str | None, snapshot: Snapshot) -> Target | None:
        contact = snapshot.get(key)
        if contact is None:
            return None
        enrollments = {
            ref.enrollment: record
            for ref in contact.enrollments
            if (record := snapshot.get(keys.enrollment(self.inbox.org, ref.enrollment))) is not None
        }
        best = best_enrollment(enrollments, subject)
        if best is None:
            return None
        id_, same_subject = best
        return Target(id_, contact.id, "subject" if same_subject else "sender", body=same_subject)

    def _read(self, ref: MessageRef, mail: MailHeaders | None, target: Target) -> None:
        """Read what may be read of an answer, and understand it."""
        if target.body:
            raw = self.gmail.message(ref.gmail_id, why=f"an answer, by its {target.matched_by}")
            if raw is None:
                self._put_aside(ref, None)
                return
            if is_quiet(raw.labels):
                return
            understood, received_at = understand(raw.raw), raw.received_at
        elif mail is not None:
            understood, received_at = understand_headers(mail.headers), mail.received_at
        else:
            return
        self.found.append(
            Found(
                gmail_id=ref.gmail_id,
                thread=ref.thread,
                received_at=received_at,
                matched_by=target.matched_by,
                enrollment=target.enrollment,
                contact=target.contact,
                understood=understood,
            )
        )

    def _put_aside(self, ref: MessageRef, mail: MailHeaders | None) -> None:
        """Keep the ids of a mail that matches nothing yet, or that Gmail does not have yet."""
        lookups = [self._thread(ref.thread)]
        contacts: list[Key[Contact]] = []
        if mail is not None:
            lookups += self._references(mail)
            contacts = self._contacts(mail)
        self.pending.append(
            Pending(
                org=self.inbox.org,
                id=f"{self.inbox.mailbox}-{ref.gmail_id}",
                mailbox=self.inbox.mailbox,
                inbox=self.inbox.id,
                gmail_id=ref.gmail_id,
                thread=ref.thread,
                lookups=tuple(_id(key) for key in lookups),
                contacts=tuple(_id(key) for key in contacts),
                fetched=mail is not None,
                seen_at=self.now,
                expires_at=self.now + PENDING_KEPT,
            )
        )

    open_send = False

    def _thread(self, thread: str) -> Key[Any]:
        return keys.correspondence(self.inbox.org, thread_key(self.inbox.mailbox, thread))

    def _references(self, mail: MailHeaders) -> list[Key[Any]]:
        ids = references_of(mail.headers)
        return [keys.correspondence(self.inbox.org, message_key(self.inbox.mailbox, id_)) for id_ in ids]

    def _contact(self, address: str) -> Key[Contact]:
        return keys.contact(self.inbox.org, address_id(self.services.address_key, address))

    def _contacts(self, mail: MailHeaders) -> list[Key[Contact]]:
        addresses = [*failed_recipients(mail.headers), sender_of(mail.headers)]
        return [self._contact(address) for address in addresses if address]


def _is_bulk(ref: MessageRef) -> bool:
    return ref.labels is not None and bool(ref.labels & BULK_LABELS)


def _id(key: Key[Any]) -> str:
    return key.path.rpartition("/")[2]
