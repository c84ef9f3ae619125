"""Own whom an incoming mail belongs to: by thread, by reference, by failed recipient, by sender.

Invariant: a body may be read of what matched by thread, Message-ID or failed recipient, or by a candidate's
address together with the subject of our mail; a candidate's address alone lets nothing be read but headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.core import keys
from lib.core.answers.mail_headers import (
    bare_subject,
    failed_recipients,
    references_of,
    sender_of,
    subject_of,
)
from lib.core.ids import address_id, message_key, thread_key
from lib.core.keys import Key, Snapshot
from lib.core.mails import MailHeaders
from lib.core.records import Contact, Correspondence, Enrollment, MatchedBy


@dataclass(frozen=True, slots=True)
class Target:
    """Hold which enrollment a mail belongs to, how that is known, and whether its body may be read."""

    enrollment: str
    contact: str
    campaign: str
    matched_by: MatchedBy
    body: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """Name the documents that mail of one mailbox refers to."""

    org: str
    mailbox: str
    address_key: bytes

    def thread(self, thread: str) -> Key[Correspondence]:
        """Return the key of a thread."""
        return keys.correspondence(self.org, thread_key(self.mailbox, thread))

    def message(self, message_id: str) -> Key[Correspondence]:
        """Return the key of a Message-ID."""
        return keys.correspondence(self.org, message_key(self.mailbox, message_id))

    def references(self, mail: MailHeaders) -> list[Key[Correspondence]]:
        """Return the keys of the mails that a mail names, the nearest first."""
        return [self.message(id_) for id_ in references_of(mail.headers)]

    def contact(self, address: str) -> Key[Contact]:
        """Return the key of an address."""
        return keys.contact(self.org, address_id(self.address_key, address))

    def contacts(self, mail: MailHeaders) -> list[Key[Contact]]:
        """Return the keys of the addresses that may tell whom a mail belongs to."""
        addresses = [*failed_recipients(mail.headers), sender_of(mail.headers)]
        return [self.contact(address) for address in addresses if address]

    def enrollments(self, contact: Contact) -> list[Key[Enrollment]]:
        """Return the keys of a contact's enrollments in this mailbox."""
        refs = [ref for ref in contact.enrollments if ref.mailbox == self.mailbox]
        return [keys.enrollment(self.org, ref.enrollment) for ref in refs]

    def target(self, thread: str, mail: MailHeaders | None, snapshot: Snapshot) -> Target | None:
        """Return whom a mail answers; None: nobody, as far as the snapshot knows."""
        found: list[tuple[Key[Any], MatchedBy]] = [(self.thread(thread), "thread")]
        found += [(key, "reference") for key in (self.references(mail) if mail is not None else ())]
        for key, matched_by in found:
            if (known := snapshot.get(key)) is not None:
                return by_correspondence(known, matched_by)
        if mail is None:
            return None
        for address in failed_recipients(mail.headers):
            target = self._by_contact(self.contact(address), None, snapshot)
            if target is not None:
                return Target(target.enrollment, target.contact, target.campaign, "recipient", body=True)
        sender, subject = sender_of(mail.headers), bare_subject(subject_of(mail.headers))
        return self._by_contact(self.contact(sender), subject, snapshot) if sender else None

    def _by_contact(self, key: Key[Contact], subject: str | None, snapshot: Snapshot) -> Target | None:
        contact = snapshot.get(key)
        if contact is None:
            return None
        enrollments = {
            record.id: record
            for one in self.enrollments(contact)
            if (record := snapshot.get(one)) is not None
        }
        best = best_enrollment(enrollments, subject)
        if best is None:
            return None
        id_, same_subject = best
        matched_by: MatchedBy = "subject" if same_subject else "sender"
        return Target(id_, contact.id, enrollments[id_].campaign, matched_by, body=same_subject)


def by_correspondence(known: Correspondence, matched_by: MatchedBy) -> Target:
    """Return the enrollment that a thread or Message-ID leads to."""
    return Target(known.enrollment, known.contact, known.campaign, matched_by, body=True)


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
