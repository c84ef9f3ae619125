"""Owns what the local Gmail knows about raw mail: headers, text, views, and the bounce it writes.

Bytes that are not a header it changes are passed on as they came, and nothing that a mail holds makes it fail
or take long: headers are read as they stand, not by Python's parsers of addresses and the like.
"""

import base64
import html
import re
import zlib
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses
from typing import Any

_PREFIX = re.compile(r"^\s*((re|fwd?|aw|wg|sv|vs|tr)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_ID = re.compile(r"<[^<>\s]+>")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
SNIPPET_LENGTH = 200


#: Characters of a header, or of a text, that are looked into; what is longer is passed on all the same.
LOOKED_INTO = 10_000
#: How deep a tree of parts is shown.
DEEPEST = 50


def parse(raw: bytes) -> Message:
    try:
        return message_from_bytes(raw)
    except (RecursionError, MessageError, ValueError, LookupError):
        return BytesHeaderParser().parsebytes(raw)


def header(parsed: Message, name: str) -> str:
    """Give the first header of a name, unfolded and decoded; an empty text when there is none."""
    return next(iter(_values(parsed, name)), "")


def _values(parsed: Message, name: str) -> list[str]:
    return [decoded(value) for one, value in parsed.raw_items() if one.lower() == name.lower()]


def decoded(value: object) -> str:
    """Decode the encoded words of a header (RFC 2047) where that is possible."""
    text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if "=?" in text and len(text) < LOOKED_INTO:
        with suppress(HeaderParseError, UnicodeError, LookupError, ValueError):
            text = str(make_header(decode_header(" ".join(text.split()))))
    text = text.encode("utf-8", "replace").decode()
    return " ".join(text.split())


def bare_subject(subject: str) -> str:
    """Strip "Re:" and the like, as threading compares subjects."""
    return " ".join(without_prefix(subject).split()).casefold()


def without_prefix(subject: str) -> str:
    return _PREFIX.sub("", subject[:1000])


def references(parsed: Message) -> list[str]:
    """Name the mails that this one answers, the nearest first."""
    earlier = _ID.findall(header(parsed, "References"))
    nearest = _ID.findall(header(parsed, "In-Reply-To"))
    return list(dict.fromkeys([*nearest, *reversed(earlier)]))


def addresses(parsed: Message, *names: str) -> list[str]:
    values = [value[:LOOKED_INTO] for name in names for value in _values(parsed, name)]
    return list(dict.fromkeys(address.lower() for _, address in getaddresses(values) if "@" in address))


def without_header(raw: bytes, name: str) -> bytes:
    split = _BLANK_LINE.search(raw)
    head, rest = (raw[: split.start()], raw[split.start() :]) if split else (raw, b"")
    kept: list[bytes] = []
    dropping = False
    for line in head.splitlines(keepends=True):
        if not line.startswith((b" ", b"\t")):
            dropping = line.lower().startswith(name.lower().encode() + b":")
        if not dropping:
            kept.append(line)
    return b"".join(kept).rstrip(b"\r\n") + rest


def with_header(raw: bytes, name: str, value: str) -> bytes:
    newline = b"\r\n" if b"\r\n" in raw[:2000] else b"\n"
    return f"{name}: {value}".encode() + newline + without_header(raw, name)


def text_of(parsed: Message) -> str:
    """Give the beginning of the text that a person would read first; what cannot be decoded is empty."""
    try:
        texts = [part for part in parsed.walk() if part.get_content_maintype() == "text"]
    except RecursionError:
        return ""
    part = next((one for one in texts if one.get_content_subtype() == "plain"), next(iter(texts), None))
    data = part.get_payload(decode=True) if part is not None else b""
    if part is None or not isinstance(data, bytes):
        return ""
    try:
        text = data[:LOOKED_INTO].decode(str(part.get_content_charset("utf-8")), "replace")
    except (LookupError, UnicodeError):
        text = data[:LOOKED_INTO].decode("latin-1")
    if part.get_content_subtype() == "html":
        text = html.unescape(
            re.sub(r"<(style|script).*?</\1>|<[^<>]+>", " ", text, flags=re.DOTALL | re.IGNORECASE)
        )
    return text


def snippet(parsed: Message) -> str:
    return html.escape(" ".join(text_of(parsed).split())[:SNIPPET_LENGTH], quote=True)


def headers(part: Message) -> list[dict[str, str]]:
    return [{"name": name, "value": decoded(value)} for name, value in part.raw_items()]


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def decode(data: str) -> bytes:
    return base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))


def payload(part: Message, part_id: str = "") -> dict[str, Any]:
    """Show a MIME tree as `format=full` does."""
    view: dict[str, Any] = {
        "partId": part_id,
        "mimeType": part.get_content_type(),
        "filename": part.get_filename() or "",
        "headers": headers(part),
    }
    children = part.get_payload()
    if part.get_content_type() == "message/delivery-status" and isinstance(children, list):
        # Python splits the groups of fields into mails of their own; in Gmail they are one text.
        data = b"\n".join(child.as_bytes() for child in children if isinstance(child, Message))
        view["body"] = {"size": len(data), "data": encode(data)}
    elif isinstance(children, list) and part_id.count(".") < DEEPEST:
        prefix = f"{part_id}." if part_id else ""
        mails = [child for child in children if isinstance(child, Message)]
        view["body"] = {"size": 0}
        view["parts"] = [payload(child, f"{prefix}{number}") for number, child in enumerate(mails)]
    else:
        leaf = part.get_payload(decode=True)
        data = leaf if isinstance(leaf, bytes) else b""
        view["body"] = {"size": len(data), "data": encode(data)} if data else {"size": 0}
    return view


def bounce(sent: bytes, recipient: str, sender: str, now: datetime) -> bytes:
    """Write the RFC 3464 report that Gmail sends back for an address that does not exist."""
    original = parse(sent)
    message_id = header(original, "Message-ID")
    report = EmailMessage(policy=policy.SMTP)
    report["From"] = "Mail Delivery Subsystem <mailer-daemon@mail.example.net>"
    report["To"] = sender
    report["Date"] = format_datetime(now)
    report["Subject"] = "Delivery Status Notification (Failure)"
    report["Auto-Submitted"] = "auto-replied"
    report["X-Failed-Recipients"] = recipient
    report["In-Reply-To"] = message_id
    report["References"] = message_id
    report.set_content(f"Address not found\n\nYour message wasn't delivered to {recipient}.\n")
    report.make_mixed()
    status = (
        "Reporting-MTA: dns; mail.example.net\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.\n"
    )
    returned = "".join(f"{pair['name']}: {pair['value']}\n" for pair in headers(original))
    for subtype, text in (("delivery-status", status), ("rfc822", f"{returned}\n")):
        part = message_from_bytes(f"Content-Type: message/{subtype}\n\n{text}".encode(), policy=policy.SMTP)
        report.attach(part)
    # The boundary comes from the mail, so that the same run writes the same bytes.
    boundary = f"bounce-{zlib.crc32(sent + recipient.encode()):08x}"
    content_type = f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
    report.replace_header("Content-Type", content_type)
    return bytes(report)
