"""Own the access tokens and the client that all mailboxes share.

A process asks for one access token for each mailbox and keeps it for its lifetime; a 401 asks for a new one,
once. Of a grant that was replaced, or is being given back, nothing is kept. When Google says that the grant
is gone, that is MailboxDisconnected; any other failure may pass.
"""

from __future__ import annotations

import http.client
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any, Literal
from urllib.parse import urlencode

import httplib2
import msgspec
from google.auth.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build

from lib.adapters.gmail.calls import Caller
from lib.adapters.gmail.mailbox import GmailMailbox
from lib.adapters.gmail.transport import Connections
from lib.core.errors import MailboxDisconnected, Unavailable

#: Mailboxes whose access tokens a process keeps.
KEPT = 1000
#: The parts of the API that have methods of their own.
COLLECTIONS = frozenset({"drafts", "history", "labels", "messages"})
#: The token endpoint's words for a grant that is gone: people must connect again.
GONE = frozenset({"invalid_grant", "admin_policy_enforced"})


class OAuthClient(msgspec.Struct, frozen=True):
    """Name our app to Google."""

    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return "OAuthClient()"


class _Answer(msgspec.Struct, frozen=True):
    """Hold what the token endpoint says."""

    access_token: str = ""
    expires_in: int = 0
    error: str = ""


class RefreshedToken(Credentials):
    """Be the access token of one grant, asked for anew by one thread at a time."""

    def __init__(self, connections: Connections, token_url: str, client: OAuthClient, grant: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # partly typed in google-auth
        self._connections = connections
        self._token_url = token_url
        self._client = client
        self._grant = grant
        self._lock = threading.Lock()
        self._used = threading.local()

    def apply(self, headers: dict[str, str], token: str | None = None) -> None:
        """Put the token on a request, and remember which one this thread used."""
        self._used.token = token or self.token
        headers["authorization"] = f"Bearer {self._used.token}"

    def refresh(self, _request: Any) -> None:
        """Ask for a new token, unless another thread has got one since this thread used its own."""
        with self._lock:
            if self.valid and self.token != getattr(self._used, "token", None):
                return
            answer = self._ask()
            self.token = answer.access_token
            # google-auth compares with naive UTC.
            expiry = datetime.now(UTC) + timedelta(seconds=answer.expires_in)
            self.expiry = expiry.replace(tzinfo=None)

    def _ask(self) -> _Answer:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._client.client_id,
            "client_secret": self._client.client_secret,
            "refresh_token": self._grant,
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        try:
            with self._connections.lend() as connection:
                response, content = connection.request(self._token_url, "POST", urlencode(form), headers)
            answer = msgspec.json.decode(content, type=_Answer)
        except (OSError, httplib2.HttpLib2Error, http.client.HTTPException, msgspec.MsgspecError) as error:
            raise Unavailable(f"token endpoint: {type(error).__name__}") from None
        if response.status != http.client.OK or not answer.access_token:
            if answer.error in GONE:
                raise MailboxDisconnected(
                    "Google no longer honours the grant; the mailbox must be connected anew"
                )
            raise Unavailable(f"token endpoint: {response.status}")
        return answer


class FreshToken(Credentials):
    """Be an access token that came with a consent a moment ago; there is no other one."""

    def __init__(self, token: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # partly typed in google-auth
        self.token = token

    def refresh(self, _request: Any) -> None:
        """Refuse: Google did not accept the one token there is."""
        raise MailboxDisconnected("Google does not accept the access token it gave")


class _Users:
    """Be the API's methods; each collection of them is made once.

    The client makes all methods of a collection anew whenever it is named: that was a third of a send.
    """

    def __init__(self, users: Any) -> None:
        self._users = users

    def __getattr__(self, name: str) -> Any:
        """Return a method of the client's, which stays as it is; one that names a collection keeps it."""
        found = getattr(self._users, name)
        if name in COLLECTIONS:
            found = cache(found)
        setattr(self, name, found)
        return found


class GmailAccess:
    """Reach mailboxes; one for a process.

    ``endpoint`` is the API's root URL with a slash at the end, ``client`` our app as the secrets have it now,
    ``now`` the domain's time, in which a "Retry after" is read.
    """

    def __init__(
        self, *, endpoint: str, token_url: str, client: Callable[[], OAuthClient], now: Callable[[], datetime]
    ) -> None:
        self._endpoint = endpoint
        self._token_url = token_url
        self._client = client
        self._now = now
        self._connections = Connections()
        self._lock = threading.Lock()
        self._tokens: OrderedDict[str, tuple[str, OAuthClient, RefreshedToken]] = OrderedDict()

    def mailbox(
        self,
        inbox: str,
        sealed: str,
        unsealed: Callable[[], str],
        access: Literal["full", "headers"] = "full",
    ) -> GmailMailbox:
        """Return a mailbox; ``sealed`` names its present grant, ``unsealed`` gives it when it is needed.

        access: what the grant allows; with "headers" nothing is searched for.
        """
        return self._reach(self._token(inbox, sealed, unsealed), access)

    def leaving_mailbox(
        self, inbox: str, unsealed: Callable[[], str], access: Literal["full", "headers"] = "full"
    ) -> GmailMailbox:
        """Return a mailbox whose grant is being given back: no token of it stays in this process."""
        self.forget(inbox)
        return self._reach(self._new_token(self._client(), unsealed), access)

    def forget(self, inbox: str) -> None:
        """Drop what is kept of a mailbox's grant."""
        with self._lock:
            self._tokens.pop(inbox, None)

    def with_access_token(self, token: str) -> GmailMailbox:
        """Return the mailbox behind an access token."""
        return self._reach(FreshToken(token))

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()

    def _reach(self, credentials: Credentials, access: Literal["full", "headers"] = "full") -> GmailMailbox:
        def call(perform: Callable[[Any], Any]) -> Any:
            with self._connections.lend() as connection:
                return perform(AuthorizedHttp(credentials, http=connection, max_refresh_attempts=1))

        caller = Caller(self._users, f"{self._endpoint}batch/gmail/v1", call, self._now)
        return GmailMailbox(caller, access)

    @cached_property
    def _users(self) -> Any:
        """Return the API's methods, made once from the document that ships with the client."""
        service = build(
            "gmail",
            "v1",
            # Never used: each request is executed with a connection and a token of its own.
            http=httplib2.Http(),
            client_options={"api_endpoint": self._endpoint},
            static_discovery=True,
            cache_discovery=False,
        )
        return _Users(service.users())

    def _token(self, inbox: str, sealed: str, unsealed: Callable[[], str]) -> RefreshedToken:
        client = self._client()
        with self._lock:
            kept = self._tokens.get(inbox)
            if kept is not None and kept[:2] == (sealed, client):
                self._tokens.move_to_end(inbox)
                return kept[2]
        made = self._new_token(client, unsealed)
        with self._lock:
            kept = self._tokens.get(inbox)
            if kept is not None and kept[:2] == (sealed, client):
                return kept[2]
            self._tokens[inbox] = sealed, client, made
            self._tokens.move_to_end(inbox)
            while len(self._tokens) > KEPT:
                self._tokens.popitem(last=False)
        return made

    def _new_token(self, client: OAuthClient, unsealed: Callable[[], str]) -> RefreshedToken:
        return RefreshedToken(self._connections, self._token_url, client, unsealed())
