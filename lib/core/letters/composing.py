"""Own the mail that goes out: its headers, its body, and the opt-out line in each of them.

Invariants: the same input gives the same bytes; no value can end a header or begin another; every mail
carries the way to opt out, for people in its text and for mail programs in its headers (RFC 8058).
"""

from __future__ import annotations

import base64
import html as html_module
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from lib.core.errors import InvalidRequest
from lib.core.ids import digest
from lib.core.letters.composing_text import (
    LINE_END,
    header_phrase,
    header_words,
    one_line,
    without_reply_prefix,
)
from lib.core.letters.wording import Letter, into_body, signed, values_for, worded_for, write
from lib.core.mails import MARKER_HEADER
from lib.core.records import AttachmentContent, Campaign, Enrollment, Mailbox, SentMail, Step

#: How many earlier mails References names: the first and the latest ones (RFC 5537, section 3.4.4).
REFERENCES_LIMIT = 20
_OPTOUT_WORDS = "Rather not hear from me about this?"
_OPTOUT_LINK = "Opt out here"


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a finished mail; subject: the thread's, without any reply prefix, as SentMail keeps it."""

    raw: bytes
    subject: str


def thread_of(step: Step, sent: Sequence[SentMail]) -> tuple[SentMail, ...]:
    """Return the earlier mails of the thread that a step continues; empty when it begins one."""
    if step.thread == "new" or not sent:
        return ()
    return tuple(mail for mail in sent if mail.thread == sent[-1].thread)


def compose_step(
    campaign: Campaign,
    step: Step,
    enrollment: Enrollment,
    mailbox: Mailbox,
    *,
    marker: str,
    optout_url: str,
    now: datetime,
    attachments: Sequence[AttachmentContent] = (),
) -> Composed:
    """Return the mail of one step to one candidate; InvalidRequest when it cannot be written.

    attachments: the contents of those that the step names.
    """
    earlier = thread_of(step, enrollment.sent)
    values = values_for(campaign, enrollment, mailbox.sender_name, mailbox.address)
    subject = without_reply_prefix(earlier[0].subject) if earlier else None
    letter = write(worded_for(step, enrollment), values, subject)
    return compose(
        signed(letter, mailbox) if campaign.signature else letter,
        Envelope(
            sender=(mailbox.sender_name, mailbox.address),
            recipient=(enrollment.name, enrollment.email),
            cc=campaign.cc,
            reply_to=campaign.reply_to,
            references=tuple(mail.message_id for mail in earlier if mail.message_id),
            is_reply=bool(earlier),
        ),
        marker=marker,
        optout_url=optout_url,
        now=now,
        files=files_of(step, attachments),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Hold whom a mail is from and to, as (name, address), and what it follows.

    reply_to: colleagues who get the answers too; the sender always does, else no answer would be found.
    references: Message-IDs of the thread, oldest first.
    """

    sender: tuple[str, str]
    recipient: tuple[str, str]
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    is_reply: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """Hold a file that goes with a mail; type: its media type."""

    name: str
    type: str
    content: bytes


def compose(
    letter: Letter,
    envelope: Envelope,
    *,
    marker: str,
    optout_url: str,
    now: datetime,
    files: Sequence[File] = (),
) -> Composed:
    """Return a mail as bytes.

    Gmail joins a follow-up to its thread by References and the same subject with one ``Re:``.
    """
    subject = one_line(letter.subject)
    headers = {
        "From": _address(*envelope.sender),
        "To": _address(*envelope.recipient),
        "Cc": ", ".join(_address("", one) for one in envelope.cc),
        "Reply-To": ", ".join(_address(*one) for one in _answers_to(envelope)),
        "Subject": header_words(f"Re: {subject}" if envelope.is_reply else subject),
        "Date": format_datetime(now),
    }
    if envelope.references:
        named = [one_line(reference) for reference in envelope.references]
        headers["In-Reply-To"] = named[-1]
        headers["References"] = f"{LINE_END} ".join(_bounded(named))
    headers[MARKER_HEADER] = one_line(marker)
    headers["List-Unsubscribe"] = f"<{one_line(optout_url)}>"
    headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    head = "".join(
        f"{name}: {value}{LINE_END}" for name, value in headers.items() if value or name == "Subject"
    )
    return Composed(raw=head.encode("ascii") + _content(letter, marker, optout_url, files), subject=subject)


def _answers_to(envelope: Envelope) -> list[tuple[str, str]]:
    if not envelope.reply_to:
        return []
    return [envelope.sender, *(("", one) for one in envelope.reply_to if one != envelope.sender[1])]


def files_of(step: Step, contents: Sequence[AttachmentContent]) -> list[File]:
    """Return the files that a step names, in its order; InvalidRequest when one is not there."""
    by_id = {one.id: one.content for one in contents}
    if any(one.id not in by_id for one in step.attachments):
        raise InvalidRequest(f"an attachment of step {step.id} is not there")
    return [File(one.name, one.type, base64.b64decode(by_id[one.id])) for one in step.attachments]


def _content(letter: Letter, marker: str, optout_url: str, files: Sequence[File]) -> bytes:
    """Return the body with the headers that describe it.

    Quoted-printable throughout: it survives every hop, and the same text is always the same bytes.
    """
    content = EmailMessage(policy=SMTP)
    content.set_content(with_optout_text(letter.text, optout_url), cte="quoted-printable")
    if letter.html:
        html = with_optout_html(letter.html, optout_url)
        content.add_alternative(html, subtype="html", cte="quoted-printable")
    for one in files:
        maintype, _, subtype = one.type.partition("/")
        content.add_attachment(one.content, maintype=maintype, subtype=subtype, filename=one_line(one.name))
    for number, part in enumerate(part for part in content.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest('boundary', marker, str(number))}")
    return content.as_bytes()


def with_optout_text(text: str, optout_url: str) -> str:
    """Return a text body with the opt-out line at its end."""
    return f"{text.rstrip()}\n\n{_OPTOUT_WORDS} {_OPTOUT_LINK}: {optout_url}\n"


def with_optout_html(html: str, optout_url: str) -> str:
    """Return an html body with the opt-out line at its end, inside the body element when there is one."""
    link = f'<a href="{html_module.escape(optout_url)}">{_OPTOUT_LINK}</a>'
    return into_body(html, f'<p style="color:#666;font-size:small">{_OPTOUT_WORDS} {link}.</p>')


def _address(name: str, address: str) -> str:
    """Return a header's address; InvalidRequest when it is none, so that nothing else gets in there."""
    local, _, domain = address.rpartition("@")
    if not local or not domain or not address.isascii() or set(address) & set('<>,;:"()[]\\@ ') != {"@"}:
        raise InvalidRequest("an address of this mail is damaged")
    return f"{header_phrase(one_line(name))} <{address}>".strip()


def _bounded(references: Sequence[str]) -> list[str]:
    if len(references) <= REFERENCES_LIMIT:
        return list(references)
    return [references[0], *references[1 - REFERENCES_LIMIT :]]
