"""Own Google's OAuth endpoints: where the browser goes, and what a code is worth.

Neither code nor verifier nor any token shows in an error.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

import httplib2
import msgspec

from lib.core.errors import OutreachError, Permanent, Unavailable
from lib.core.unconnected import NotConnected, Why
from lib.ports import Consent

T = TypeVar("T")

#: What we ask for; gmail.modify sends, drafts, reads, labels and watches.
#: Google grants ``email`` and ``profile`` under their long names.
SHORT_NAMES = {f"https://www.googleapis.com/auth/userinfo.{name}": name for name in ("email", "profile")}
FORM = {"content-type": "application/x-www-form-urlencoded"}
#: What the revocation endpoint says of a token that it does not know, or no longer.
REVOKED = "invalid_token"
#: Seconds for one call.
TIMEOUT = 15.0
#: What the token endpoint says that people can do something about.
REFUSALS: dict[str, Why] = {
    "invalid_grant": "used_code",
    "admin_policy_enforced": "admin_block",
    "access_denied": "denied",
}


class _Token(msgspec.Struct, frozen=True):
    """Hold what the token endpoint says."""

    access_token: str = ""
    refresh_token: str | None = None
    scope: str = ""
    error: str = ""


class _Refusal(msgspec.Struct, frozen=True):
    """Hold why the revocation endpoint did nothing."""

    error: str = ""


class _User(msgspec.Struct, frozen=True):
    """Hold who consented."""

    sub: str
    email: str


class GoogleOAuth:
    """Speak to the endpoints; ``client`` returns (client id, client secret) as the secrets have them now."""

    def __init__(
        self,
        *,
        auth_url: str,
        token_url: str,
        revoke_url: str,
        userinfo_url: str,
        client: Callable[[], tuple[str, str]],
    ) -> None:
        self._auth_url = auth_url
        self._token_url = token_url
        self._revoke_url = revoke_url
        self._userinfo_url = userinfo_url
        self._client = client

    def authorization_url(
        self, *, scopes: Sequence[str], state: str, challenge: str, login_hint: str, redirect_uri: str
    ) -> str:
        """Return where to send the browser; ``challenge`` is the S256 one of PKCE (RFC 7636)."""
        query = {
            "response_type": "code",
            "client_id": self._client()[0],
            "redirect_uri": redirect_uri,
            "scope": " ".join(scopes),
            "state": state,
            "access_type": "offline",
            # Without it Google gives no refresh token to those who consented before.
            "prompt": "consent",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "login_hint": login_hint,
        }
        return f"{self._auth_url}?{urlencode(query)}"

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Consent:
        """Exchange a code, and ask who consented; NotConnected when Google refuses the code."""
        client_id, client_secret = self._client()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
            "client_id": client_id,
            "client_secret": client_secret,
        }
        status, token = _call(_Token, self._token_url, "POST", FORM, urlencode(form))
        if status != http.client.OK or not token.access_token:
            raise _refusal(status, token.error)
        user = self._user(token.access_token)
        scopes = frozenset(SHORT_NAMES.get(scope, scope) for scope in token.scope.split())
        return Consent(
            refresh_token=token.refresh_token,
            access_token=token.access_token,
            scopes=scopes,
            sub=user.sub,
            email=user.email,
        )

    def revoke(self, refresh_token: str) -> None:
        """Take all the app's access to the account away; a token Google does not know is revoked already.

        Unavailable for any other answer (RFC 7009, section 2.2: a 200's content means nothing). Google takes
        the access tokens of the grant away with it.
        """
        status, content = _sent(self._revoke_url, "POST", FORM, urlencode({"token": refresh_token}))
        if status == http.client.OK:
            return
        if status != http.client.BAD_REQUEST or _decoded(_Refusal, content).error != REVOKED:
            raise Unavailable(f"Google's OAuth: {status} to a revocation")

    def _user(self, access_token: str) -> _User:
        headers = {"authorization": f"Bearer {access_token}"}
        _, user = _call(_User, self._userinfo_url, "GET", headers)
        return user


def _call(kind: type[T], url: str, method: str, headers: dict[str, str], body: str = "") -> tuple[int, T]:
    """Make one call; Unavailable when it fails, or answers something else than ``kind``."""
    status, content = _sent(url, method, headers, body)
    return status, _decoded(kind, content)


def _sent(url: str, method: str, headers: dict[str, str], body: str = "") -> tuple[int, bytes]:
    # Each call has a connection of its own: people consent seldom.
    connection = httplib2.Http(timeout=TIMEOUT)
    try:
        response, content = connection.request(url, method, body=body or None, headers=headers)
    except (OSError, httplib2.HttpLib2Error, http.client.HTTPException) as error:
        raise Unavailable(f"Google's OAuth: {type(error).__name__}") from None
    finally:
        connection.close()
    if response.status >= http.client.INTERNAL_SERVER_ERROR:
        raise Unavailable(f"Google's OAuth: {response.status}")
    return response.status, content


def _decoded(kind: type[T], content: bytes) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise Unavailable(f"Google's OAuth: {type(error).__name__}") from None


def _refusal(status: int, error: str) -> OutreachError:
    if error in REFUSALS:
        return NotConnected(REFUSALS[error])
    if status == http.client.TOO_MANY_REQUESTS:
        return Unavailable("Google's OAuth: too many requests")
    # invalid_client, redirect_uri_mismatch and the like: the operator's, not the person's.
    return Permanent(f"Google refuses this app: {status}")
