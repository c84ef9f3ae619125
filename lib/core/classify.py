"""Own what an incoming mail is: bounce, automatic answer, or a person's answer, in this order.

Bounces are those of RFC 3464, automatic answers those of RFC 3834; what can't be told is a person's answer,
since stopping once too often is the safe side. Bounces come first: real ones carry ``Auto-Submitted`` too.

Invariant: no mail, however broken, makes this raise, take long, or yield text that cannot be stored: one
hostile mail would pin the mailbox's cursor for ever.
"""

from __future__ import annotations

import email
import email.policy
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from lib.core.records import ReplyKind

#: How much of an answer's text is kept, in characters.
TEXT_LIMIT = 50_000
#: How much of a subject is kept, and of a text is looked at, in characters.
SUBJECT_LIMIT = 1_000
SOURCE_LIMIT = 1_000_000

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
#: Both in linear time, also on text made to take long.
_TAG = re.compile(r"<[^<>]*>")
_CODE = re.compile(r"<(/?)(?:script|style)\b", re.IGNORECASE)

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
    return _storable(_decoded(first(headers, "subject")), SUBJECT_LIMIT)


def sender_of(headers: Headers) -> str:
    """Return the bare address in From, or an empty text."""
    return next(iter(_addresses([first(headers, "from")])), "")


def references_of(headers: Headers) -> tuple[str, ...]:
    """Return the Message-IDs in In-Reply-To and References, the nearest first (RFC 5322, 3.6.4)."""
    found: list[str] = []
    for name in ("in-reply-to", "references"):
        for value in headers.get(name, ()):
            found += reversed(_MESSAGE_ID.findall(value))
    return tuple(dict.fromkeys(found))


def failed_recipients(headers: Headers) -> tuple[str, ...]:
    """Return the addresses in X-Failed-Recipients."""
    return _addresses(headers.get("x-failed-recipients", ()))


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
    headers: dict[str, list[str]] = {}
    for name, value in BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw).items():
        headers.setdefault(name.lower(), []).append(str(value))
    failed: tuple[str, ...] = ()
    kind, hard = ReplyKind.PERSON, False
    if is_report(headers):
        kind, failed, hard = _bounce(raw)
    elif is_automatic(headers):
        kind = ReplyKind.AUTOMATIC
    return Understood(
        kind=kind,
        sender=sender_of(headers),
        subject=subject_of(headers),
        text=_storable(_text_of(raw), TEXT_LIMIT),
        failed=failed,
        hard=hard,
    )


def _addresses(values: Sequence[str]) -> tuple[str, ...]:
    """Return the bare addresses in headers; none where they are broken."""
    try:
        found = [address for _, address in getaddresses(list(values))]
    except Exception:  # noqa: BLE001 - hostile headers break the parser in many ways
        return ()
    return tuple(_storable(address, SUBJECT_LIMIT) for address in found if "@" in address)


def _decoded(value: str) -> str:
    """Return a header's value with its encoded words decoded, or as it is when they are broken."""
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except Exception:  # noqa: BLE001 - codecs and the parser fail in many ways
        return value


def _storable(text: str, limit: int) -> str:
    """Return a bounded text that can be stored: some charsets decode to halves of characters."""
    return text[:limit].encode("utf-8", "replace").decode().strip()


def _bounce(raw: bytes) -> tuple[ReplyKind, tuple[str, ...], bool]:
    """Read a report: its kind, who failed for good, and whether that is the address's own fault.

    A delay or a soft failure is automatic mail, no bounce, and so is a report that cannot be read.
    """
    try:
        verdicts = _verdicts(email.message_from_bytes(raw, policy=email.policy.compat32))
    except Exception:  # noqa: BLE001 - hostile mail breaks the parser in many ways
        verdicts = {}
    final = {address: status for address, status in verdicts.items() if status.startswith("5")}
    kind = ReplyKind.BOUNCE if final else ReplyKind.AUTOMATIC
    # A policy's refusal says nothing about the address; where a report names several, the milder one counts.
    hard = bool(final) and not any(status.startswith("5.7.") for status in final.values())
    return kind, tuple(final), hard


def _verdicts(mail: Message) -> dict[str, str]:
    """Return the status of each recipient that failed (RFC 3464, section 2.3), by each of its names."""
    verdicts: dict[str, str] = {}
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.walk():
            if str(block.get("Action", "")).strip().casefold() != "failed":
                continue
            for name in ("Final-Recipient", "Original-Recipient"):
                address = str(block.get(name, "")).rpartition(";")[2].strip().strip("<>")
                if "@" in address:
                    verdicts[address] = str(block.get("Status", "")).strip()
    return verdicts


def _text_of(raw: bytes) -> str:
    """Return the readable text of a mail; HTML only where there is no plain part."""
    try:
        parsed = email.message_from_bytes(raw, policy=email.policy.default)
        body = parsed.get_body(("plain", "html")) if isinstance(parsed, EmailMessage) else None
        text = str(body.get_content())[:SOURCE_LIMIT] if body is not None else ""
        if body is not None and body.get_content_subtype() == "html":
            text = html.unescape(_TAG.sub(" ", _without_code(text)))
    except Exception:  # noqa: BLE001 - hostile mail breaks the parser in many ways; the answer still counts
        return "(this mail could not be read)"
    return text


def _without_code(source: str) -> str:
    """Return HTML without what stands in its scripts and styles."""
    pieces = _CODE.split(source)
    after_ends = [f"<{piece}" for slash, piece in zip(pieces[1::2], pieces[2::2], strict=True) if slash]
    return "".join([pieces[0], *after_ends])
