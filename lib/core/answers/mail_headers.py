"""Own what is read from an incoming mail's headers: sender, subject, references, failed recipients.

Invariant: no header, however broken or long, makes these raise, take long, or yield text that cannot be
stored.
"""

from __future__ import annotations

import email.header
import re
from collections.abc import Mapping, Sequence
from email.utils import getaddresses

#: How much of a subject is kept, and of a header is looked at, in characters.
SUBJECT_LIMIT = 1_000
HEADER_LIMIT = 10_000
#: How many Message-IDs of a mail are looked up.
REFERENCE_LIMIT = 200

#: The headers that are read of mail in unknown threads; DESIGN: "thread ids decide first, then headers".
HEADER_NAMES = (
    "From",
    "Subject",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Autoreply",
    "X-Autorespond",
    "Precedence",
    "X-Failed-Recipients",
    "Content-Type",
)

_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_FORWARD = r"fwd?|wg|tr|enc|rv|vb|vl|vid|pd|doorst|ilt|i|转发|轉寄|転送"
_REPLY = r"re|aw|antw|sv|vs|ref|rif|r[eé]p|res|resp|odp|ynt|回复|答复|回覆|返信"
_PREFIX = re.compile(rf"\s*(?:{_REPLY}|{_FORWARD})\s*(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE)  # noqa: RUF001 - Chinese mail programs write the wide colon
_REPLY_PREFIX = re.compile(rf"\s*(?:{_REPLY})\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)  # noqa: RUF001 - the same
_FORWARD_PREFIX = re.compile(rf"\s*(?:{_FORWARD})\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)  # noqa: RUF001 - the same
#: Control characters that no reader sees; line ends and tabs stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Headers = Mapping[str, Sequence[str]]


def first(headers: Headers, name: str) -> str:
    """Return the first value of a header, or an empty text."""
    values = headers.get(name.lower(), ())
    return values[0][:HEADER_LIMIT] if values else ""


def subject_of(headers: Headers) -> str:
    """Return the subject, its encoded words decoded."""
    return storable(decoded(first(headers, "subject")), SUBJECT_LIMIT)


def sender_of(headers: Headers) -> str:
    """Return the bare address in From, or an empty text."""
    return next(iter(_addresses([first(headers, "from")])), "")


def references_of(headers: Headers) -> tuple[str, ...]:
    """Return the Message-IDs in In-Reply-To and References, the nearest first (RFC 5322, 3.6.4)."""
    found: list[str] = []
    for name in ("in-reply-to", "references"):
        for value in headers.get(name, ()):
            found += reversed(_MESSAGE_ID.findall(value))
    return tuple(dict.fromkeys(found))[:REFERENCE_LIMIT]


def failed_recipients(headers: Headers) -> tuple[str, ...]:
    """Return the addresses in X-Failed-Recipients."""
    return _addresses(headers.get("x-failed-recipients", ()))


def bare_subject(subject: str) -> str:
    """Return a subject without its reply and forward prefixes, in one case and spacing."""
    at = 0
    while found := _PREFIX.match(subject, at):
        at = found.end()
    return " ".join(subject[at:].split()).casefold()


def is_reply_subject(subject: str) -> bool:
    """Say whether a subject begins as a mail program begins that of an answer."""
    return _REPLY_PREFIX.match(subject) is not None


def is_forward_subject(subject: str) -> bool:
    """Say whether a subject begins as a mail program begins that of a forwarded mail."""
    return _FORWARD_PREFIX.match(subject) is not None


def decoded(value: str) -> str:
    """Return a header's value with its encoded words decoded, or as it is when they are broken."""
    try:
        return str(email.header.make_header(email.header.decode_header(value[:HEADER_LIMIT])))
    except Exception:  # noqa: BLE001 - codecs and the parser fail in many ways
        return value[:HEADER_LIMIT]


def storable(text: str, limit: int) -> str:
    """Return a bounded text that can be stored: some charsets decode to halves of characters."""
    return _CONTROLS.sub("", text[:limit]).encode("utf-8", "replace").decode().strip()


def _addresses(values: Sequence[str]) -> tuple[str, ...]:
    """Return the bare addresses in headers; none where they are broken."""
    try:
        found = [address for _, address in getaddresses([value[:HEADER_LIMIT] for value in values])]
    except Exception:  # noqa: BLE001 - hostile headers break the parser in many ways
        return ()
    return tuple(storable(address, SUBJECT_LIMIT) for address in found if "@" in address)
