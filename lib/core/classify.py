"""Own what an incoming mail is: bounce, automatic answer, or a person's answer, in this order.

Bounces are those of RFC 3464, automatic answers those of RFC 3834; what can't be told is a person's answer,
since stopping once too often is the safe side. Bounces come first: real ones carry ``Auto-Submitted`` too.
"""

from __future__ import annotations

import email
import email.policy
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from typing import Literal

from lib.core.records import ReplyKind

#: How much of an answer's text is kept, in characters.
TEXT_LIMIT = 50_000

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
_PREFIX = re.compile(r"^\s*(re|aw|antw|sv|vs|ref|rif|fw|fwd|wg|tr|enc|rv)\s*(\[\d+\])?\s*:\s*", re.IGNORECASE)
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)

Headers = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Understood:
    """Hold what an incoming mail says.

    failed: addresses that a bounce names. hard: whether the failure is final and the address's own fault.
    """

    kind: ReplyKind
    sender: str
    subject: str
    text: str | None
    failed: tuple[str, ...] = ()
    hard: bool = False


def first(headers: Headers, name: str) -> str:
    """Return the first value of a header, or an empty text."""
    values = headers.get(name.lower(), ())
    return values[0] if values else ""


def subject_of(headers: Headers) -> str:
    """Return the subject, its encoded words decoded."""
    return _decoded(first(headers, "subject"))


def sender_of(headers: Headers) -> str:
    """Return the bare address in From, or an empty text."""
    return parseaddr(first(headers, "from"))[1]


def references_of(headers: Headers) -> tuple[str, ...]:
    """Return the Message-IDs in In-Reply-To and References, the nearest first (RFC 5322, 3.6.4)."""
    found: list[str] = []
    for name in ("in-reply-to", "references"):
        for value in headers.get(name, ()):
            found += reversed(_MESSAGE_ID.findall(value))
    return tuple(dict.fromkeys(found))


def failed_recipients(headers: Headers) -> tuple[str, ...]:
    """Return the addresses in X-Failed-Recipients."""
    values = list(headers.get("x-failed-recipients", ()))
    return tuple(address for _, address in getaddresses(values) if "@" in address)


def bare_subject(subject: str) -> str:
    """Return a subject without its reply and forward prefixes, in one case and spacing."""
    before = None
    while before != subject:
        before, subject = subject, _PREFIX.sub("", subject)
    return " ".join(subject.split()).casefold()


def is_automatic(headers: Headers) -> bool:
    """Say whether the headers mark an automatic answer (RFC 3834, section 5, and older habits)."""
    submitted = first(headers, "auto-submitted").partition(";")[0].strip().casefold()
    precedence = first(headers, "precedence").strip().casefold()
    marked = bool(headers.get("x-autoreply") or headers.get("x-autorespond"))
    return submitted not in {"", "no"} or precedence == "auto_reply" or marked


def is_report(headers: Headers) -> bool:
    """Say whether the headers mark a delivery status notification (RFC 3464, section 2)."""
    content = first(headers, "content-type").casefold()
    return "multipart/report" in content and "delivery-status" in content


def understand_headers(headers: Headers) -> Understood:
    """Classify by headers alone, where the text may not be read."""
    kind = ReplyKind.AUTOMATIC if is_automatic(headers) or is_report(headers) else ReplyKind.PERSON
    return Understood(kind=kind, sender=sender_of(headers), subject=subject_of(headers), text=None)


def understand(raw: bytes) -> Understood:
    """Classify a whole mail; never raises on a malformed one."""
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    headers: dict[str, list[str]] = {}
    for name, value in mail.items():
        headers.setdefault(name.lower(), []).append(str(value))
    sender, subject = sender_of(headers), subject_of(headers)
    text = _text_of(raw)
    if is_report(headers):
        return _bounce(mail, sender, subject, text)
    kind = ReplyKind.AUTOMATIC if is_automatic(headers) else ReplyKind.PERSON
    return Understood(kind=kind, sender=sender, subject=subject, text=text)


def _decoded(value: str) -> str:
    """Return a header's value with its encoded words decoded, or as it is when they are broken."""
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (ValueError, LookupError):
        return value


def _bounce(mail: email.message.Message, sender: str, subject: str, text: str | None) -> Understood:
    """Read a report's per-recipient fields; a delay or a soft failure is automatic mail, no bounce."""
    failed: list[str] = []
    verdict: Literal["none", "soft", "policy", "hard"] = "none"
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.walk():
            if str(block.get("Action", "")).strip().casefold() != "failed":
                continue
            status = str(block.get("Status", "")).strip()
            for name in ("Final-Recipient", "Original-Recipient"):
                address = str(block.get(name, "")).rpartition(";")[2].strip().strip("<>")
                if "@" in address:
                    failed.append(address)
            if status.startswith("5"):
                verdict = "policy" if status.startswith("5.7.") else "hard"
            elif verdict == "none":
                verdict = "soft"
    kind = ReplyKind.BOUNCE if verdict in {"hard", "policy"} else ReplyKind.AUTOMATIC
    return Understood(
        kind=kind,
        sender=sender,
        subject=subject,
        text=text,
        failed=tuple(dict.fromkeys(failed)),
        hard=verdict == "hard",
    )


def _text_of(raw: bytes) -> str | None:
    """Return the readable text of a mail, bounded; HTML only where there is no plain part."""
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    try:
        body = parsed.get_body(("plain", "html")) if isinstance(parsed, EmailMessage) else None
        text = body.get_content() if body is not None else ""
        if body is not None and body.get_content_subtype() == "html":
            text = html.unescape(_TAG.sub(" ", text))
    except Exception:  # noqa: BLE001 - hostile mail breaks the parser in many ways; the answer still counts
        return "(this mail could not be read)"
    return str(text).strip()[:TEXT_LIMIT]
