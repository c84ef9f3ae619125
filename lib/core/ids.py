"""Own the ids: normalised addresses, keyed hashes and document ids.

No id holds an address or mail text. Contacts and inboxes are found by a keyed hash of the address, so
that whoever sees the ids cannot try addresses out.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac

GMAIL_DOMAINS = frozenset({"gmail.com", "googlemail.com"})


def normalise_address(address: str) -> str:
    """Return the one form under which an address is known: case, IDN, Gmail's dots and plus.

    Dots and plus are folded only for gmail.com, where Google documents them to be the same mailbox.
    """
    local, _, domain = address.strip().rpartition("@")
    local, domain = local.casefold(), domain.rstrip(".").casefold()
    if not domain.isascii():
        with contextlib.suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    if domain in GMAIL_DOMAINS:
        local, domain = local.partition("+")[0].replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def digest(*parts: str) -> str:
    """Return a short collision-free name for ``parts``: 160 bits of SHA-256, lower-case base32."""
    hashed = hashlib.sha256("\x1f".join(parts).encode()).digest()[:20]
    return base64.b32encode(hashed).decode().lower()


def address_id(key: bytes, address: str) -> str:
    """Return the id of the contact or inbox of ``address``: HMAC-SHA256 under the address key."""
    hashed = hmac.digest(key, normalise_address(address).encode(), "sha256")[:20]
    return base64.b32encode(hashed).decode().lower()


def enrollment_id(campaign: str, contact: str) -> str:
    """Return the id of one candidate's place in one campaign."""
    return digest("enrollment", campaign, contact)


def thread_key(mailbox: str, thread: str) -> str:
    """Return the id of the correspondence of a Gmail thread."""
    return digest("thread", mailbox, thread)


def message_key(mailbox: str, message_id: str) -> str:
    """Return the id of the correspondence of an SMTP Message-ID (with or without angle brackets)."""
    return digest("message", mailbox, message_id.strip().strip("<>"))


def task_name(enrollment: str, step: str, due: str, requeues: int) -> str:
    """Return the name of the task that sends a step; names stay reserved for a day."""
    return digest("task", enrollment, step, due, str(requeues))
