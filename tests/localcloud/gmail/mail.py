"""Owns what the local Gmail knows about raw mail: headers, text, views, and the bounce it writes.

Bytes that are not a header it changes are passed on as they came.
"""

import base64
import html
import re
import zlib
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import format_datetime, getaddresses
from typing import Any

_PREFIX = re.compile(r"^\s*((re|fwd?|aw|wg|sv|vs|tr)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_ID = re.compile(r"<[^<>\s]+>")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
SNIPPET_LENGTH = 200


def parse(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def bare_subject(subject: str) -> str:
    """Strip "Re:" and the like, as threading compares subjects."""
    return " ".join(_PREFIX.sub("", subject).split()).casefold()


def references(parsed: EmailMessage) -> list[str]:
    """Name the mails that this one answers, the nearest first."""
    earlier = _ID.findall(str(parsed.get("References", "")))
    nearest = _ID.findall(str(parsed.get("In-Reply-To", "")))
    return list(dict.fromkeys([*nearest, *reversed(earlier)]))


def addresses(parsed: EmailMessage, *headers: str) -> list[str]:
    values = [str(value) for header in headers for value in parsed.get_all(header, [])]
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


def text_of(parsed: EmailMessage) -> str:
    """Give the text that a person would read first; parts that cannot be decoded are empty."""
    part = parsed.get_body(("plain", "html"))
    if part is None:
        return ""
    data = part.get_payload(decode=True)
    text = data.decode(part.get_content_charset("utf-8"), "replace") if isinstance(data, bytes) else ""
    if part.get_content_type() == "text/html":
        text = html.unescape(
            re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL | re.IGNORECASE)
        )
    return text


def snippet(parsed: EmailMessage) -> str:
    return html.escape(" ".join(text_of(parsed).split())[:SNIPPET_LENGTH], quote=True)


def headers(part: Message) -> list[dict[str, str]]:
    return [{"name": name, "value": " ".join(str(value).split())} for name, value in part.items()]


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
    elif isinstance(children, list):
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
    message_id = str(original.get("Message-ID", ""))
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
    returned = "".join(f"{name}: {value}\n" for name, value in original.items())
    for subtype, text in (("delivery-status", status), ("rfc822", f"{returned}\n")):
        part = message_from_bytes(f"Content-Type: message/{subtype}\n\n{text}".encode(), policy=policy.SMTP)
        report.attach(part)
    # The boundary comes from the mail, so that the same run writes the same bytes.
    boundary = f"bounce-{zlib.crc32(sent + recipient.encode()):08x}"
    content_type = f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
    report.replace_header("Content-Type", content_type)
    return bytes(report)
