"""Own the signed tickets that carry a wish from the web app to the browser's consent chain.

A ticket names an org and a connection, nothing personal; it is good for five minutes, and whoever changes a
letter of it holds nothing.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from lib.core.ids import digest
from lib.core.unconnected import NotConnected

TICKET_TIME = timedelta(minutes=5)
STATE_TIME = timedelta(minutes=15)
#: What a mailbox must grant, by access: to send, read, label and watch; or to send and see headers alone.
#: Never both: a token that holds gmail.metadata is refused what the other one allows.
SCOPES: dict[Literal["full", "headers"], tuple[str, ...]] = {
    "full": ("openid", "email", "https://www.googleapis.com/auth/gmail.modify"),
    "headers": (
        "openid",
        "email",
        "https://www.googleapis.com/auth/gmail.send",
        "https://www.googleapis.com/auth/gmail.metadata",
    ),
}


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what a ticket says."""

    org: str
    connection: str
    expires_at: datetime


def sign_ticket(key: bytes, ticket: Ticket) -> str:
    """Return a ticket as text for a URL."""
    body = msgspec.json.encode(ticket)
    return f"{_text(body)}.{_text(hmac.digest(key, b'ticket' + body, 'sha256'))}"


def read_ticket(key: bytes, text: str) -> Ticket:
    """Return what a ticket says, be it in its time or not; NotConnected when it is forged."""
    body, _, mac = text.partition(".")
    try:
        content, given = _bytes(body), _bytes(mac)
    except ValueError:
        content, given = b"", b""
    if not hmac.compare_digest(hmac.digest(key, b"ticket" + content, "sha256"), given):
        raise NotConnected("forged_ticket")
    return msgspec.json.decode(content, type=Ticket)


def pkce_verifier(key: bytes, state: str, cookie: str) -> str:
    """Return the PKCE verifier of a consent (RFC 7636): derived, so that it is stored nowhere."""
    return _text(hmac.digest(key, f"pkce\x1f{state}\x1f{cookie}".encode(), "sha256"))


def state_id(state: str) -> str:
    """Return the id under which a state is kept: its hash."""
    return digest("state", state)


def invitation_id(token: str) -> str:
    """Return the id under which an invitation is kept: the hash of its link's token."""
    return digest("invitation", token)


def cookie_hash(cookie: str) -> str:
    """Return what is kept of the browser's cookie."""
    return digest("cookie", cookie)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
