"""Own what an incoming mail is: bounce, automatic answer, wish to be left alone, or a person's answer.

Decided in this order, since real bounces are marked automatic too. What can't be told is a person's answer:
stopping once too often is the safe side.

Invariant: no mail, however broken, makes this raise, take long, or yield text that cannot be stored: one
hostile mail would pin the mailbox's cursor for ever.
"""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import date, datetime
from email.message import Message
from email.parser import BytesHeaderParser

from lib.core.answers.automatic import is_automatic, is_machine_subject, reads_automatic
from lib.core.answers.forwards import is_forwarded
from lib.core.answers.interest import read_interest
from lib.core.answers.mail_headers import (
    HEADER_NAMES,
    SUBJECT_LIMIT,
    Headers,
    bare_subject,
    failed_recipients,
    first,
    references_of,
    sender_of,
    storable,
    subject_of,
)
from lib.core.answers.mail_parts import Parts, bounded, parsed, parts_of
from lib.core.answers.optout_words import optout_words
from lib.core.answers.reply_text import new_text
from lib.core.answers.safe_text import text_of_html
from lib.core.answers.understood import Understood
from lib.core.bounces import Bounce, read_bounce
from lib.core.records import ReplyKind

__all__ = [
    "HEADER_NAMES",
    "SUBJECT_LIMIT",
    "TEXT_LIMIT",
    "Headers",
    "Understood",
    "bare_subject",
    "failed_recipients",
    "first",
    "is_automatic",
    "is_report",
    "references_of",
    "sender_of",
    "subject_of",
    "understand",
    "understand_headers",
]

#: How much of an answer's text is kept, in characters.
TEXT_LIMIT = 50_000
#: How much of the words that led to a proposal, and how many of a bounce's addresses and ids are kept.
_WORDS_LIMIT, _MOST = 200, 20
_UNREADABLE = "(this mail could not be read)"


def is_report(headers: Headers) -> bool:
    """Say whether the headers mark a delivery status notification (RFC 3464, section 2)."""
    content = first(headers, "content-type").casefold()
    return "multipart/report" in content and "delivery-status" in content


def understand_headers(headers: Headers) -> Understood:
    """Classify by headers alone, where the text may not be read."""
    subject = subject_of(headers)
    automatic = is_automatic(headers) or is_report(headers) or is_machine_subject(subject)
    kind = ReplyKind.AUTOMATIC if automatic else ReplyKind.PERSON
    return Understood(kind=kind, sender=sender_of(headers), subject=subject, text=None)


def understand(raw: bytes, received_at: datetime | None = None) -> Understood:
    """Classify a whole mail; never raises on a malformed one.

    received_at: when it came; without it no day of return is told.
    """
    headers = _headers(raw)
    mail = _parsed(raw)
    sender, subject = sender_of(headers), subject_of(headers)
    parts, whole, new = _texts(mail)
    attachments = parts.attachments
    shown = storable(new or whole, TEXT_LIMIT)
    bounce = _bounce(mail, headers)
    if bounce is not None:
        said = Understood(ReplyKind.BOUNCE, sender, subject, shown, attachments=attachments)
        return _bounced(said, bounce, whole)
    if is_automatic(headers) or is_report(headers) or reads_automatic(subject, new or whole):
        text = f"{subject}\n\n{new or whole}"
        back = _return_date(text, received_at.date()) if received_at is not None else None
        return Understood(
            ReplyKind.AUTOMATIC, sender, subject, shown, returns_on=back, attachments=attachments
        )
    forwarded = is_forwarded(subject, new)
    if optout_words(new):
        return Understood(
            ReplyKind.OPT_OUT, sender, subject, shown, forwarded=forwarded, attachments=attachments
        )
    interest, words = read_interest(new)
    return Understood(
        ReplyKind.PERSON,
        sender,
        subject,
        shown,
        forwarded=forwarded,
        attachments=attachments,
        interest=interest,
        interest_words=storable(words, _WORDS_LIMIT),
    )


def _return_date(text: str, on: date) -> date | None:
    """Return the first day back that an automatic answer names."""
    from lib.core.answers.returning import return_date  # noqa: PLC0415 - cold start: patterns of many languages

    return return_date(text, on)


def _bounced(said: Understood, bounce: Bounce, whole: str) -> Understood:
    """Return what a bounce says: its whole text, since quotes and signature of a machine are its words."""
    return replace(
        said,
        text=storable(whole, TEXT_LIMIT),
        failed=tuple(storable(address, SUBJECT_LIMIT) for address in bounce.failed[:_MOST]),
        severity=bounce.severity,
        references=tuple(storable(id_, SUBJECT_LIMIT) for id_ in bounce.references[:_MOST]),
    )


def _headers(raw: bytes) -> dict[str, list[str]]:
    """Return the mail's headers, names in small letters."""
    headers: dict[str, list[str]] = {}
    for name, value in BytesHeaderParser(policy=email.policy.compat32).parsebytes(bounded(raw)).items():
        headers.setdefault(name.lower(), []).append(str(value))
    return headers


def _parsed(raw: bytes) -> Message | None:
    """Return the parsed mail; None when it cannot be, for its answer counts all the same."""
    try:
        return parsed(raw)
    except Exception:  # noqa: BLE001 - hostile mail breaks the parser in many ways
        return None


def _bounce(mail: Message | None, headers: Headers) -> Bounce | None:
    """Return what a bounce says; a mail that cannot be read is none."""
    try:
        return read_bounce(mail, headers) if mail is not None else None
    except Exception:  # noqa: BLE001 - hostile mail breaks the parser in many ways
        return None


def _texts(mail: Message | None) -> tuple[Parts, str, str]:
    """Return the parts of a mail, its whole text, and what of it is new.

    The plain part counts; where it marks no quote, or is not there, the HTML does.
    """
    try:
        parts = parts_of(mail) if mail is not None else Parts(plain=_UNREADABLE)
    except Exception:  # noqa: BLE001 - hostile mail breaks the parser in many ways; the answer still counts
        parts = Parts(plain=_UNREADABLE)
    plain = parts.plain.strip()
    cut = new_text(plain)
    if plain and (cut.quoted or not parts.html):
        return parts, plain, cut.text
    marked = text_of_html(parts.html)
    by_marks = new_text(marked)
    if plain and not by_marks.quoted:
        return parts, plain, cut.text
    return parts, plain or marked, by_marks.text
