"""Own the opt-out links: whoever holds one may stop all mail to one contact, and nothing else.

A token names the contact by its keyed hash, so it holds no address, and it never expires: an opt-out link
in an old mail has to work (RFC 8058).
"""

from __future__ import annotations

import base64
import hmac

from lib.core.errors import InvalidRequest


def _signature(key: bytes, org: str, contact: str) -> str:
    # A key of its own, derived from the one that never rotates: links stay good, and cannot be mistaken for
    # another use of that key.
    own = hmac.digest(key, b"opt-out", "sha256")
    signed = hmac.digest(own, f"{org}\x1f{contact}".encode(), "sha256")
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def optout_token(key: bytes, org: str, contact: str) -> str:
    """Return the token of a contact's opt-out link, safe in a URL; ``key`` is the address key."""
    return f"{org}.{contact}.{_signature(key, org, contact)}"


def read_optout_token(key: bytes, token: str) -> tuple[str, str]:
    """Return the org and contact that a token names; InvalidRequest when it is not one of ours."""
    org, _, rest = token.partition(".")
    contact, _, signature = rest.partition(".")
    expected = _signature(key, org, contact)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise InvalidRequest(
            "This opt-out link is damaged. Please open it from the mail itself, or answer the mail to say so."
        )
    return org, contact


#: Stands in the place of a token in a mail that a user sends to themselves.
TEST_TOKEN = "test"  # noqa: S105 - the opposite of a secret


def optout_url(base_url: str, token: str) -> str:
    """Return the public link below which a contact opts out."""
    return f"{base_url.rstrip('/')}/unsubscribe/{token}"
