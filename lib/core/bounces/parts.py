"""Own how a mail is taken apart: its own words, its report, and the mail that it returns.

Invariant: bounded in parts, depth and characters, whatever the mail is made of. What lies inside an attached
mail is that mail's and never taken for this one's: a person may forward a bounce.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from dataclasses import dataclass, field
from email.message import Message

from lib.core.bounces.phrases import NOTICE

#: How many characters of text are looked at in all, how many parts, and how deep.
TEXT_LIMIT = 200_000
PART_LIMIT = 60
DEPTH_LIMIT = 12

_REPORTS = ("message/delivery-status", "message/global-delivery-status", "text/delivery-status")
_RETURNED = ("message/rfc822", "message/global", "message/global-headers", "message/partial")
_RETURNED_HEADERS = ("text/rfc822-headers", "text/rfc822", "message/rfc822-headers")

#: Charsets that are tried; others, and codecs that are none, are read as UTF-8 or Latin-1.
_CHARSET = re.compile(
    r"^(?:utf-?8|utf-?7|unicode-1-1-utf-7|utf-16|iso-?8859-\d{1,2}|windows-125\d|cp\d{3,4}|iso-2022-\w+"
    r"|shift[_-]?jis|euc-?\w{2}|gb\d{4,5}|gbk|big5|koi8-[ru]|us-ascii|ks_c_5601-1987|tis-620)$",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h\d|/?table|/?pre|/?blockquote)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_CODE = re.compile(r"<(/?)(?:script|style|title)\b", re.IGNORECASE)
#: What real headers of a returned mail are; a line of such in a text ends the bounce's own words.
_FIELD = re.compile(r"^[ \t>]{0,8}([A-Za-z][A-Za-z0-9-]{1,40})[ \t]?:[ \t]*(.*)$")


@dataclass(slots=True)
class Opened:
    """Hold the pieces of a mail.

    kind: the report's type in the mail's own Content-Type, or empty. plain, html: its own words by part.
    reports: the text of each report. returned: the headers of a mail that came back, by lower-case name.
    inner: that mail, where it is attached whole.
    """

    kind: str = ""
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    returned: dict[str, list[str]] = field(default_factory=dict)
    has_returned: bool = False
    inner: Message | None = None

    @property
    def text(self) -> str:
        """Return the mail's own words; those of HTML too where the others say nothing of a failure."""
        plain = "\n".join(self.plain)
        return plain if NOTICE.search(plain.casefold()) else "\n".join([plain, *self.html])


def open_mail(mail: Message) -> Opened:
    """Take a mail apart."""
    opened = Opened(kind=_report_type(mail))
    waiting: list[tuple[Message, int]] = [(mail, 0)]
    left, parts = TEXT_LIMIT, 0
    while waiting and parts < PART_LIMIT and left > 0:
        part, depth = waiting.pop()
        parts += 1
        content = _content_type(part)
        if content in _RETURNED and depth:
            _take_returned(opened, part)
        elif content in _REPORTS:
            opened.reports.append(report_text(part)[:left])
            left -= len(opened.reports[-1])
        elif isinstance(part.get_payload(), list):
            nested = [inner for inner in part.get_payload() if isinstance(inner, Message)][:PART_LIMIT]
            if depth < DEPTH_LIMIT:
                waiting += [(inner, depth + 1) for inner in reversed(nested)]
        elif content.startswith(("text/", "multipart/", "message/")) or depth == 0:
            left -= _take_text(opened, part, content, left)
    return opened


def report_text(part: Message) -> str:
    """Return a report's fields as text; Python has split them where the report is whole."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return text_of(part)
    groups: list[str] = []
    for block in payload[:PART_LIMIT]:
        if isinstance(block, Message):
            fields = "\n".join(f"{name}: {value}" for name, value in block.items())
            groups.append(f"{fields}\n{text_of(block, str(part.get('Content-Transfer-Encoding', '')))}")
    return "\n\n".join(groups)


def text_of(part: Message, encoding: str = "") -> str:
    """Return a part's text, its transfer encoding and charset undone, bounded."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        return ""
    source = payload[: TEXT_LIMIT * 2].encode("utf-8", "surrogateescape")
    encoding = (encoding or str(part.get("Content-Transfer-Encoding", ""))).strip().lower()
    try:
        if encoding == "base64":
            source = base64.b64decode(b"".join(source.split())[: TEXT_LIMIT * 4 // 3 // 4 * 4])
        elif encoding == "quoted-printable":
            source = quopri.decodestring(source)
    except (binascii.Error, ValueError):
        pass  # a lie about the encoding: the text as it came
    return _decoded(source, _charset(part))[:TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n")


def header_lines(text: str) -> dict[str, list[str]]:
    """Return what in a text looks like header fields, by lower-case name, folded lines joined."""
    found: dict[str, list[str]] = {}
    last: list[str] | None = None
    for line in text.split("\n"):
        if last is not None and line[:1] in " \t" and line.strip() and not _FIELD.match(line):
            last[-1] = f"{last[-1]} {line.strip()}"[:2000]
        elif match := _FIELD.match(line):
            last = found.setdefault(match[1].lower(), [])
            last.append(match[2][:2000])
        else:
            last = None
    return found


def _take_returned(opened: Opened, part: Message) -> None:
    """Keep the headers of an attached mail; the first one is the one that came back."""
    opened.has_returned = True
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if opened.returned:
        return
    if isinstance(inner, Message):
        opened.inner = inner
        for name, value in inner.items():
            opened.returned.setdefault(name.lower(), []).append(str(value)[:2000])
        body = inner.get_payload()
        if len(opened.returned) < 2 and isinstance(body, str):  # noqa: PLR2004 - headers after a stray first line
            opened.returned = header_lines(body[:20_000])
    elif isinstance(payload, str):
        opened.returned = header_lines(payload[:20_000])


def _take_text(opened: Opened, part: Message, content: str, limit: int) -> int:
    """Keep the text of a part and return how much of it there was."""
    text = text_of(part)[:limit]
    if content in _RETURNED_HEADERS:
        opened.has_returned = True
        opened.returned = opened.returned or header_lines(text[:20_000])
    elif content == "text/html":
        opened.html.append(words_of_html(text))
    else:
        opened.plain.append(text)
    return len(text)


def words_of_html(source: str) -> str:
    """Return the words of HTML, a line for each block."""
    pieces = _CODE.split(source)
    after_ends = [f"<{piece}" for slash, piece in zip(pieces[1::2], pieces[2::2], strict=True) if slash]
    return html.unescape(_TAG.sub(" ", _BREAK.sub("\n", "".join([pieces[0], *after_ends]))))


def _content_type(part: Message) -> str:
    try:
        return part.get_content_type().lower()
    except Exception:  # noqa: BLE001 - hostile parameters break the parser in many ways
        return "text/plain"


def _report_type(mail: Message) -> str:
    """Return the type of report that a mail says it is; a report without a type is one of delivery."""
    content = str(mail.get("Content-Type", ""))[:2000].lower()
    if "multipart/report" not in content:
        return ""
    for kind in ("disposition-notification", "feedback-report", "delivery-status"):
        if kind in content:
            return kind
    return "report"


def _charset(part: Message) -> str:
    try:
        name = part.get_content_charset() or ""
    except Exception:  # noqa: BLE001 - hostile parameters break the parser in many ways
        return ""
    return name if _CHARSET.match(name) else ""


def _decoded(source: bytes, charset: str) -> str:
    for name in (charset, "utf-8"):
        try:
            return source.decode(name) if name else source.decode("utf-8")
        except (LookupError, UnicodeError):
            continue
    return source.decode("latin-1")
