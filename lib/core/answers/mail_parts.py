"""Own the way from a raw mail to its texts and the names of its attachments.

Invariant: bounded work on any bytes: only so much of a mail is parsed, only so many parts are looked at, and
what was sent inside another mail is left alone. A charset that lies is made good as far as can be.
"""

from __future__ import annotations

import codecs
import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from lib.core.answers.mail_headers import decoded, storable

#: How much of a mail's head, of the whole mail, and of one text is looked at.
HEAD_LIMIT = 256_000
RAW_LIMIT = 4_000_000
SOURCE_LIMIT = 500_000
#: How many parts are looked at, and lines that may begin one.
PART_LIMIT = 200
_BOUNDARY_LIMIT = 2_000
#: How many attachments are named, and how much of a name is kept.
NAMES_LIMIT = 20
NAME_LIMIT = 200

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_PATH = re.compile(r"^.*[/\\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parts:
    """Hold the texts of a mail and the names of what is attached."""

    plain: str = ""
    html: str = ""
    attachments: tuple[str, ...] = ()


def parsed(raw: bytes) -> Message:
    """Parse as much of a mail as may be looked at; raises on some hostile ones."""
    return email.message_from_bytes(bounded(raw), policy=email.policy.compat32)


def bounded(raw: bytes) -> bytes:
    """Return a mail cut to what may be looked at."""
    end = _HEAD_END.search(raw)
    if end is not None and end.start() > HEAD_LIMIT:
        raw = raw[:HEAD_LIMIT] + raw[end.start() :]
    raw = raw[:RAW_LIMIT]
    at = -1
    for _ in range(_BOUNDARY_LIMIT):
        at = raw.find(b"\n--", at + 1)
        if at < 0:
            return raw
    return raw[:at]


def parts_of(mail: Message) -> Parts:
    """Return the texts of a parsed mail, and the names of what is attached."""
    plain: list[str] = []
    marked: list[str] = []
    names: list[str] = []
    for part in _leaves(mail):
        kind, name = part.get_content_type(), _name_of(part)
        shown = part.get_content_disposition() != "attachment" and not (name and kind != "text/plain")
        if shown and kind == "text/plain" and not name:
            plain.append(_text_of(part))
        elif shown and kind == "text/html":
            marked.append(_text_of(part))
        elif name and not _is_picture_in_text(part):
            names.append(name)
    return Parts(
        plain="\n".join(plain)[:SOURCE_LIMIT],
        html="\n".join(marked)[:SOURCE_LIMIT],
        attachments=tuple(names[:NAMES_LIMIT]),
    )


def _leaves(mail: Message) -> Iterator[Message]:
    """Yield the parts in order, without recursion and without looking into mails sent inside."""
    waiting, seen = [mail], 0
    while waiting and seen < PART_LIMIT:
        part = waiting.pop()
        seen += 1
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            waiting += [one for one in reversed(payload) if isinstance(one, Message)]
        else:
            yield part


def _name_of(part: Message) -> str:
    try:
        name = decoded(str(part.get_filename("")))
    except Exception:  # noqa: BLE001 - hostile parameters break the parser in many ways
        return ""
    if not name and part.get_content_type() == "message/rfc822":
        return "mail.eml"
    return storable(_PATH.sub("", " ".join(name[:10_000].split())), NAME_LIMIT)


def _is_picture_in_text(part: Message) -> bool:
    return (
        part.get_content_maintype() == "image"
        and part.get("Content-ID") is not None
        and part.get_content_disposition() != "attachment"
    )


def _text_of(part: Message) -> str:
    """Return the text of a part, in the charset it names or in the likeliest other one."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    payload = payload[: 4 * SOURCE_LIMIT]
    for charset in (_charset(part), "utf-8"):
        try:
            return payload.decode(charset)[:SOURCE_LIMIT]
        except Exception:  # noqa: BLE001, S112 - codecs fail in many ways
            continue
    charset = _charset(part)
    return payload.decode("cp1252" if charset in {"us-ascii", "utf-8", "ascii"} else charset, "replace")[
        :SOURCE_LIMIT
    ]


def _charset(part: Message) -> str:
    """Return the charset that a part names when it is one for text, or UTF-8."""
    try:
        named = str(part.get_content_charset("us-ascii"))
        known = codecs.lookup(named)
    except Exception:  # noqa: BLE001 - hostile parameters break the parser and the look-up in many ways
        return "utf-8"
    return named if known._is_text_encoding else "utf-8"  # noqa: SLF001 - the codecs module tells it in no other way
