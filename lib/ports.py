"""Own the Protocols: what the flows need from the outside, and the records that cross that line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec

from lib.core.errors import Contended
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Enrollment, Inbox, Mailbox, Pending, Reply

T = TypeVar("T")

#: How often a decision is taken anew when other workers change the same documents.
CHANGE_TRIES = 12


class Store(ABC):
    """Keep the records; one suite in tests/contract holds every implementation to the same behaviour."""

    @abstractmethod
    def read(self, keys: Iterable[Key[Any]]) -> Snapshot:
        """Read the named documents in one call; duplicates are read once, absent ones are in the snapshot."""

    @abstractmethod
    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        """Write all changes or none, in one call; return the snapshot as it is afterwards.

        A key in ``snapshot`` is written only if it is unchanged since (Contended otherwise), any other one
        unconditionally. Nothing to write: no call. May raise Unavailable after the effect.
        """

    def change(
        self,
        keys: Iterable[Key[Any]],
        decide: Callable[[Snapshot], Changes[T]],
        *,
        known: Snapshot | None = None,
    ) -> T:
        """Read, decide, commit; when another worker was faster, read and decide again.

        ``decide`` must be pure: it may run several times. ``known`` is what a caller has read of ``keys``
        already; it saves the first read, and is not trusted after a lost race.
        """
        return self.changed(keys, decide, known=known)[0]

    def changed(
        self,
        keys: Iterable[Key[Any]],
        decide: Callable[[Snapshot], Changes[T]],
        *,
        known: Snapshot | None = None,
    ) -> tuple[T, Snapshot]:
        """Do as ``change``, and return the snapshot after the commit too, which saves the next read."""
        wanted = list(keys)
        for _ in range(CHANGE_TRIES):
            snapshot = self._with(known or Snapshot(), wanted)
            known = None
            changes = decide(snapshot)
            while changes.need:
                wanted += snapshot.missing(changes.need)
                snapshot = self._with(snapshot, wanted)
                changes = decide(snapshot)
            try:
                return changes.result, self.commit(snapshot, changes)
            except Contended:
                continue
        raise Contended("too many workers change the same documents")

    def _with(self, snapshot: Snapshot, wanted: list[Key[Any]]) -> Snapshot:
        """Return the snapshot with what it lacks of the wanted documents."""
        absent = snapshot.missing(wanted)
        return snapshot | self.read(absent) if absent else snapshot

    @abstractmethod
    def due_enrollments(self, now: datetime, limit: int) -> list[Enrollment]:
        """Return enrollments of all orgs with ``wake_at <= now``, the earliest first."""

    @abstractmethod
    def due_inboxes(self, now: datetime, limit: int) -> list[Inbox]:
        """Return connected inboxes with ``renew_at <= now`` or ``look_at <= now``, without doubles."""

    @abstractmethod
    def has_open_send(self, org: str, mailbox: str) -> bool:
        """Say whether an enrollment of the mailbox is ``open``."""

    @abstractmethod
    def pending(self, org: str, mailbox: str, limit: int) -> list[Pending]:
        """Return a mailbox's mails that wait to be looked up again, the oldest first."""

    @abstractmethod
    def mailboxes(self, org: str) -> list[Mailbox]:
        """Return the org's mailboxes, by address."""

    @abstractmethod
    def replies(self, org: str, campaign: str, limit: int) -> list[Reply]:
        """Return a campaign's answers, the latest first."""

    @abstractmethod
    def figures(self, org: str, campaign: str) -> Mapping[str, int]:
        """Count a campaign exactly, without reading its enrollments.

        One entry for each Status value, and ``candidates``, ``sent`` (sum of sent_count), ``auto_replies``.
        """


class MessageRef(msgspec.Struct, frozen=True, kw_only=True):
    """Name a message as history and lists do; labels is None where Gmail left them out."""

    gmail_id: str
    thread: str
    labels: frozenset[str] | None


class HistoryRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one record of a mailbox's history: the messages added."""

    id: str
    added: tuple[MessageRef, ...]


class HistoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one page of history; may be empty and still have a next page."""

    records: tuple[HistoryRecord, ...]
    next_page: str | None
    history_id: str


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one page of a list of messages."""

    messages: tuple[MessageRef, ...]
    next_page: str | None


class MailHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what was read of a message without its text: headers by lower-case name, all values."""

    gmail_id: str
    thread: str
    labels: frozenset[str]
    headers: dict[str, tuple[str, ...]]
    received_at: datetime


class RawMail(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a whole message as it came over SMTP."""

    gmail_id: str
    thread: str
    labels: frozenset[str]
    raw: bytes
    received_at: datetime


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Name a draft and the thread it lies in."""

    id: str
    thread: str


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Name a message that Gmail accepted."""

    gmail_id: str
    thread: str


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what Gmail answered to a watch."""

    history_id: str
    expires: datetime


class Gmail(Protocol):
    """Reach one mailbox; every call is one HTTP request (a batch is one) unless it says otherwise.

    All raise RateLimited/Unavailable (nothing happened that matters), MailboxDisconnected, Permanent.
    """

    def profile(self) -> tuple[str, str]:
        """Return the account's primary address and its newest history id."""

    def history(self, start: str, page: str | None = None) -> HistoryPage:
        """Return messages added after ``start``; HistoryExpired when Gmail no longer knows it."""

    def messages_since(self, since: datetime, page: str | None = None, *, sent: bool = False) -> MessagePage:
        """List messages since a time, spam and trash too, newest first, without labels; or only sent ones."""

    def headers(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, MailHeaders | None]:
        """Return the named headers, in batches of at most 50, never the snippet; None: it is gone."""

    def message(self, gmail_id: str) -> RawMail | None:
        """Return a whole message, None when it is gone."""

    def create_draft(self, raw: bytes, thread: str | None) -> Draft:
        """Create a draft, in a thread if given."""

    def send_draft(self, draft: str) -> Sent:
        """Send a draft, never tried twice by the client.

        NotFound: the draft is gone (sent, or deleted). SendUncertain: nobody knows. RateLimited, Unavailable,
        RecipientRefused, MailboxDisconnected: surely not sent.
        """

    def delete_draft(self, draft: str) -> bool:
        """Delete a draft; False when it is gone already (sent, or deleted before)."""

    def drafts_to(self, address: str, header: str) -> list[tuple[str, str]]:
        """Return (draft id, value of ``header``) of the drafts to an address that carry that header.

        Two requests at most: a list, and a batch of headers.
        """

    def note_sent(self, gmail_id: str, label: str | None) -> str | None:
        """In one batch ask for the Message-ID and put the label on.

        Returns None where Gmail did not say, an empty text when the message is gone. A label that cannot be
        put on is no error.
        """

    def ensure_label(self, name: str) -> str:
        """Return the id of the user's label of that name, made if need be."""

    def watch(self, topic: str) -> Watch:
        """Ask for notifications; stops another client's watch first when Gmail demands it."""

    def stop_watch(self) -> None:
        """End notifications."""


class Tasks(Protocol):
    """Queue work for later."""

    def create(self, function: str, name: str, body: bytes, at: datetime | None) -> None:
        """Queue one POST of ``body`` (JSON) to a function; a name that exists already is no error."""


class Clock(Protocol):
    """Tell the domain's time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""


class Vault(Protocol):
    """Seal and open the users' refresh tokens."""

    def seal(self, secret: str, *, org: str, mailbox: str) -> str:
        """Return the secret sealed to org and mailbox, as text."""

    def open(self, sealed: str, *, org: str, mailbox: str) -> str:
        """Return the secret; Permanent when it was sealed to another org or mailbox."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what Google gave for an authorization code."""

    refresh_token: str | None
    access_token: str
    scopes: frozenset[str]
    sub: str
    email: str


class OAuth(Protocol):
    """Reach Google's OAuth endpoints."""

    def authorization_url(self, *, state: str, challenge: str, login_hint: str, redirect_uri: str) -> str:
        """Return where to send the browser."""

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """Exchange a code, and ask who consented; InvalidRequest when Google refuses the code."""


class Services(Protocol):
    """Hold all that the flows need; adapters are made at first use."""

    @property
    def store(self) -> Store:
        """Return the store."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""

    @property
    def tasks(self) -> Tasks:
        """Return the queue."""

    @property
    def vault(self) -> Vault:
        """Return the vault."""

    @property
    def oauth(self) -> OAuth:
        """Return Google's OAuth."""

    @property
    def address_key(self) -> bytes:
        """Return the secret under which addresses are hashed; it never rotates."""

    @property
    def ticket_key(self) -> bytes:
        """Return the secret that signs tickets."""

    @property
    def base_url(self) -> str:
        """Return the URL below which the functions lie."""

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Return the web app's origins: return URLs must lie under one of them."""

    @property
    def topic(self) -> str:
        """Return the Pub/Sub topic of Gmail's notifications."""

    def gmail(self, inbox: Inbox) -> Gmail:
        """Return the mailbox of a live connection; MailboxDisconnected when its grant is gone."""

    def gmail_with(self, access_token: str) -> Gmail:
        """Return the mailbox behind a fresh access token, before anything is stored."""

    def new_id(self) -> str:
        """Return a new random id."""
