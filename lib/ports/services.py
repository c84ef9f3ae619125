"""Own what the flows need besides store and Gmail, and the one object that holds it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import msgspec

from lib.ports.gmail import Gmail
from lib.ports.store import Store

if TYPE_CHECKING:
    from lib.core.records import Inbox


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

    def is_current(self, sealed: str) -> bool:
        """Say whether the secret is sealed with the keyset's primary key; else it is to be sealed anew."""


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what Google gave for an authorization code."""

    refresh_token: str | None
    access_token: str
    scopes: frozenset[str]
    sub: str
    email: str


class OAuth(Protocol):
    """Reach Google's OAuth endpoints."""

    def authorization_url(
        self, *, scopes: Sequence[str], state: str, challenge: str, login_hint: str, redirect_uri: str
    ) -> str:
        """Return where to send the browser."""

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Consent:
        """Exchange a code, and ask who consented; NotConnected when Google refuses the code."""

    def revoke(self, refresh_token: str) -> None:
        """Take all the app's access to the account away; a token Google does not know is revoked already."""


class Webhooks(Protocol):
    """Reach the webhooks of others."""

    def fault_of(self, url: str) -> str:
        """Return why events cannot be delivered to a URL, "" when they can."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Post once, follow no redirect, and return the status.

        Forbidden when the URL leads to an address that is not public; Unavailable when nobody answers.
        """


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
    def webhooks(self) -> Webhooks:
        """Return the way to the webhooks of others."""

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

    @property
    def backup_days(self) -> int:
        """Return for how many days backups of the store are kept."""

    def gmail(self, inbox: Inbox) -> Gmail:
        """Return the mailbox of a connection, a leaving one too; MailboxDisconnected when it is gone."""

    def gmail_with(self, access_token: str) -> Gmail:
        """Return the mailbox behind a fresh access token, before anything is stored."""

    def new_id(self) -> str:
        """Return a new random id."""
