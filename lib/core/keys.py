"""Own keys, snapshots and changes: how the core names documents and says what to write.

Everything lies under ``orgs/{org}/``, so that nothing is reachable without the org; one root
collection, ``inboxes``, leads from the address in a push to its org and mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from lib.core import records
from lib.core.errors import NotFound

R = TypeVar("R", bound=records.Record)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key(Generic[R]):
    """Name one document: its path, and the record that lies there."""

    kind: type[R]
    path: str


def campaign(org: str, id_: str) -> Key[records.Campaign]:
    """Return the key of a campaign."""
    return Key(records.Campaign, f"orgs/{org}/campaigns/{id_}")


def enrollment(org: str, id_: str) -> Key[records.Enrollment]:
    """Return the key of an enrollment."""
    return Key(records.Enrollment, f"orgs/{org}/enrollments/{id_}")


def mailbox(org: str, id_: str) -> Key[records.Mailbox]:
    """Return the key of a mailbox."""
    return Key(records.Mailbox, f"orgs/{org}/mailboxes/{id_}")


def inbox(id_: str) -> Key[records.Inbox]:
    """Return the key of an inbox, the one record outside an org."""
    return Key(records.Inbox, f"inboxes/{id_}")


def contact(org: str, id_: str) -> Key[records.Contact]:
    """Return the key of a contact."""
    return Key(records.Contact, f"orgs/{org}/contacts/{id_}")


def correspondence(org: str, id_: str) -> Key[records.Correspondence]:
    """Return the key of a thread's or Message-ID's correspondence."""
    return Key(records.Correspondence, f"orgs/{org}/correspondence/{id_}")


def reply(org: str, mailbox_id: str, gmail_id: str) -> Key[records.Reply]:
    """Return the key of an answer: one document for each Gmail id, however often it is found."""
    return Key(records.Reply, f"orgs/{org}/replies/{mailbox_id}-{gmail_id}")


def pending(org: str, mailbox_id: str, gmail_id: str) -> Key[records.Pending]:
    """Return the key of a mail to be looked up again."""
    return Key(records.Pending, f"orgs/{org}/pending/{mailbox_id}-{gmail_id}")


def reads(org: str, mailbox_id: str, run: str, sequence: int) -> Key[records.Reads]:
    """Return the key of one entry of a mailbox's record of reads."""
    return Key(records.Reads, f"orgs/{org}/mailboxes/{mailbox_id}/reads/{run}-{sequence}")


def reads_head(org: str, mailbox_id: str) -> Key[records.ReadsHead]:
    """Return the key of the ends of a mailbox's chain of reads."""
    return Key(records.ReadsHead, f"orgs/{org}/mailboxes/{mailbox_id}/chains/reads")


def day(org: str, mailbox_id: str, date: str) -> Key[records.Day]:
    """Return the key of a mailbox's slot ledger of one local date."""
    return Key(records.Day, f"orgs/{org}/mailboxes/{mailbox_id}/days/{date}")


def org(org: str) -> Key[records.Org]:
    """Return the key of an org's settings."""
    return Key(records.Org, f"orgs/{org}")


def suppression(org: str, contact_id: str) -> Key[records.Suppression]:
    """Return the key of a suppressed address, under its contact's id."""
    return Key(records.Suppression, f"orgs/{org}/suppressions/{contact_id}")


def attachment(org: str, campaign_id: str, id_: str) -> Key[records.AttachmentContent]:
    """Return the key of the content of a campaign's attachment."""
    return Key(records.AttachmentContent, f"orgs/{org}/campaigns/{campaign_id}/attachments/{id_}")


def connection(org: str, id_: str) -> Key[records.Connection]:
    """Return the key of a wish to connect a mailbox."""
    return Key(records.Connection, f"orgs/{org}/connections/{id_}")


def oauth_state(org: str, id_: str) -> Key[records.OAuthState]:
    """Return the key of a started consent."""
    return Key(records.OAuthState, f"orgs/{org}/oauth_states/{id_}")


def invitation(org: str, id_: str) -> Key[records.Invitation]:
    """Return the key of an invitation."""
    return Key(records.Invitation, f"orgs/{org}/invitations/{id_}")


def erasure(org: str, id_: str) -> Key[records.Erasure]:
    """Return the key of an erasure."""
    return Key(records.Erasure, f"orgs/{org}/erasures/{id_}")


def audit(org: str, id_: str) -> Key[records.AuditEntry]:
    """Return the key of an entry of the audit."""
    return Key(records.AuditEntry, f"orgs/{org}/audit/{id_}")


def event(org: str, id_: str) -> Key[records.OutgoingEvent]:
    """Return the key of an event of the log."""
    return Key(records.OutgoingEvent, f"orgs/{org}/events/{id_}")


def usage(org: str, id_: str) -> Key[records.Usage]:
    """Return the key of what a user has used of something."""
    return Key(records.Usage, f"orgs/{org}/usage/{id_}")


def upload(org: str, id_: str) -> Key[records.Upload]:
    """Return the key of a file that comes in parts."""
    return Key(records.Upload, f"orgs/{org}/uploads/{id_}")


def upload_part(org: str, upload_id: str, number: int) -> Key[records.UploadPart]:
    """Return the key of one part of an upload."""
    return Key(records.UploadPart, f"orgs/{org}/uploads/{upload_id}/parts/{number}")


#: Where the records of a kind lie below ``orgs/{org}/``; ``{}`` stands for what they lie below.
COLLECTIONS: Mapping[type[records.Record], str] = {
    records.AttachmentContent: "campaigns/{}/attachments",
    records.AuditEntry: "audit",
    records.Campaign: "campaigns",
    records.Connection: "connections",
    records.Contact: "contacts",
    records.Correspondence: "correspondence",
    records.Day: "mailboxes/{}/days",
    records.Enrollment: "enrollments",
    records.Erasure: "erasures",
    records.Invitation: "invitations",
    records.Mailbox: "mailboxes",
    records.OAuthState: "oauth_states",
    records.OutgoingEvent: "events",
    records.Pending: "pending",
    records.Reads: "mailboxes/{}/reads",
    records.ReadsHead: "mailboxes/{}/chains",
    records.Reply: "replies",
    records.Suppression: "suppressions",
    records.Upload: "uploads",
    records.UploadPart: "uploads/{}/parts",
    records.Usage: "usage",
}


def collection(kind: type[records.Record], org: str, of: str = "") -> str:
    """Return the path of an org's collection of a kind; of: the record that it lies below."""
    return f"orgs/{org}/{COLLECTIONS[kind].format(of)}"


@dataclass(frozen=True, slots=True)
class Versioned:
    """Hold what was read at a key: the record (None: absent) and its version, opaque to the core."""

    record: records.Record | None
    version: Any


class Snapshot:
    """Hold documents as they were read; asking for a key that was not read is an error."""

    def __init__(self, documents: Mapping[Key[Any], Versioned] | None = None) -> None:
        """Keep the documents by key."""
        self._documents = dict(documents or {})

    def __getitem__(self, key: Key[R]) -> R | None:
        """Return the record at ``key``, None when absent; KeyError when it was not read."""
        record = self._documents[key].record
        assert record is None or isinstance(record, key.kind)
        return record

    def get(self, key: Key[R]) -> R | None:
        """Return the record at ``key``, None when absent or not read."""
        return self[key] if key in self._documents else None

    def __contains__(self, key: Key[Any]) -> bool:
        """Say whether the key was read at all."""
        return key in self._documents

    def __or__(self, other: Snapshot) -> Snapshot:
        """Return both together; ``other`` wins."""
        return Snapshot(self._documents | other._documents)

    def only(self, *wanted: Key[Any]) -> Snapshot:
        """Return the snapshot of just these documents, which must have been read."""
        return Snapshot({key: self._documents[key] for key in wanted})

    def need(self, key: Key[R]) -> R:
        """Return the record at ``key``; NotFound when absent."""
        record = self[key]
        if record is None:
            raise NotFound(f"no such {key.kind.__name__.lower()}")
        return record

    def version(self, key: Key[Any]) -> Any:
        """Return the version read at ``key``."""
        return self._documents[key].version

    def missing(self, keys: Iterable[Key[Any]]) -> list[Key[Any]]:
        """Return those of ``keys`` that were not read."""
        return [key for key in dict.fromkeys(keys) if key not in self._documents]


@dataclass(frozen=True, slots=True)
class Changes(Generic[T]):
    """Say what a decision writes and deletes, and what it returns.

    A key that was read is written on condition that it has not changed since (absent ones: that they are
    still absent); a key that was not read is written unconditionally. ``need`` asks for further documents:
    then nothing is written, they are read, and the decision is taken again.
    """

    result: T
    writes: Mapping[Key[Any], records.Record] = field(default_factory=dict)
    deletes: frozenset[Key[Any]] = frozenset()
    need: frozenset[Key[Any]] = frozenset()
