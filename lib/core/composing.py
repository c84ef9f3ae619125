"""Own the mail that goes out: its headers, its body, and the opt-out line in each of them.

Invariants: the same input gives the same bytes; no value can end a header or begin another; every mail
carries the way to opt out, for people in its text and for mail programs in its headers (RFC 8058).
"""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from lib.core import templates
from lib.core.composing_text import (
    LINE_END,
    header_phrase,
    header_words,
    one_line,
    text_of_html,
    without_reply_prefix,
)
from lib.core.errors import InvalidRequest
from lib.core.ids import digest
from lib.core.records import Campaign, Enrollment, Mailbox, SentMail, Step
from lib.core.templates_check import values_of

#: The header by which a settler finds what an attempt sent.
MARKER_HEADER = "X-Outreach-Attempt"
#: How many earlier mails References names: the first and the latest ones (RFC 5537, section 3.4.4).
REFERENCES_LIMIT = 20
_OPTOUT_WORDS = "Rather not hear from me about this?"
_OPTOUT_LINK = "Opt out here"
_BODY_END = re.compile(r"</body", re.IGNORECASE)


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a finished mail; subject: the thread's, without any reply prefix, as SentMail keeps it."""

    raw: bytes
    subject: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a step as filled in for one candidate; html is empty where the step has none."""

    subject: str
    text: str
    html: str


def thread_of(step: Step, sent: Sequence[SentMail]) -> tuple[SentMail, ...]:
    """Return the earlier mails of the thread that a step continues; empty when it begins one."""
    if step.thread == "new" or not sent:
        return ()
    return tuple(mail for mail in sent if mail.thread == sent[-1].thread)


def write(step: Step, values: dict[str, str], thread_subject: str | None) -> Words:
    """Fill a step's templates; the subject is the thread's where there is one.

    InvalidRequest when they cannot be filled, which the check at acceptance rules out.
    """
    try:
        subject = thread_subject if thread_subject is not None else fill_subject(step, values)
        html = templates.render(step.html, values, html=True) if step.html else ""
        text = templates.render(step.text, values, html=False)
    except (templates.TemplateFault, templates.MissingValue):
        raise InvalidRequest(f"step {step.id} cannot be filled in for this candidate") from None
    return Words(subject=subject, text=text if text.strip() else text_of_html(html), html=html)


def fill_subject(step: Step, values: dict[str, str]) -> str:
    """Return the subject of a step that begins a thread, without any reply prefix."""
    return without_reply_prefix(one_line(templates.render(step.subject, values, html=False)))


def sample(campaign: Campaign, enrollment: Enrollment, sender_name: str) -> Iterator[tuple[str, Words]]:
    """Yield each step's id and words as a candidate will get them, without the opt-out line."""
    values = values_of(
        enrollment.email,
        enrollment.name,
        enrollment.variables,
        sender_name=sender_name,
        campaign_name=campaign.name,
    )
    thread: str | None = None
    for step in campaign.steps:
        begins = thread is None or step.thread == "new"
        words = write(step, values, None if begins else thread)
        thread = words.subject
        yield step.id, words if begins else msgspec.structs.replace(words, subject=f"Re: {thread}")


def compose_step(
    campaign: Campaign,
    step: Step,
    enrollment: Enrollment,
    mailbox: Mailbox,
    *,
    marker: str,
    optout_url: str,
    now: datetime,
) -> Composed:
    """Return the mail of one step to one candidate; InvalidRequest when it cannot be written."""
    earlier = thread_of(step, enrollment.sent)
    values = values_of(
        enrollment.email,
        enrollment.name,
        enrollment.variables,
        sender_name=mailbox.sender_name or mailbox.address,
        campaign_name=campaign.name,
    )
    return compose(
        write(step, values, without_reply_prefix(earlier[0].subject) if earlier else None),
        sender=(mailbox.sender_name, mailbox.address),
        recipient=(enrollment.name, enrollment.email),
        references=[mail.message_id for mail in earlier if mail.message_id],
        is_reply=bool(earlier),
        marker=marker,
        optout_url=optout_url,
        now=now,
    )


def compose(
    words: Words,
    *,
    sender: tuple[str, str],
    recipient: tuple[str, str],
    references: Sequence[str],
    is_reply: bool,
    marker: str,
    optout_url: str,
    now: datetime,
) -> Composed:
    """Return a mail as bytes; sender and recipient are (name, address), references Message-IDs, oldest first.

    Gmail joins a follow-up to its thread by References and the same subject with one ``Re:``.
    """
    subject = one_line(words.subject)
    headers = {
        "From": _address(*sender),
        "To": _address(*recipient),
        "Subject": header_words(f"Re: {subject}" if is_reply else subject),
        "Date": format_datetime(now),
    }
    if references:
        named = [one_line(reference) for reference in references]
        headers["In-Reply-To"] = named[-1]
        headers["References"] = f"{LINE_END} ".join(_bounded(named))
    headers[MARKER_HEADER] = one_line(marker)
    headers["List-Unsubscribe"] = f"<{one_line(optout_url)}>"
    headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    head = "".join(f"{name}: {value}{LINE_END}" for name, value in headers.items())
    return Composed(raw=head.encode("ascii") + _content(words, marker, optout_url), subject=subject)


def _content(words: Words, marker: str, optout_url: str) -> bytes:
    """Return the body with the headers that describe it.

    Quoted-printable throughout: it survives every hop, and the same text is always the same bytes.
    """
    content = EmailMessage(policy=SMTP)
    content.set_content(with_optout_text(words.text, optout_url), cte="quoted-printable")
    if words.html:
        html = with_optout_html(words.html, optout_url)
        content.add_alternative(html, subtype="html", cte="quoted-printable")
        content.set_boundary(f"=_{digest('boundary', marker)}")
    return content.as_bytes()


def with_optout_text(text: str, optout_url: str) -> str:
    """Return a text body with the opt-out line at its end."""
    return f"{text.rstrip()}\n\n{_OPTOUT_WORDS} {_OPTOUT_LINK}: {optout_url}\n"


def with_optout_html(html: str, optout_url: str) -> str:
    """Return an html body with the opt-out line at its end, inside the body element when there is one."""
    link = f'<a href="{html_module.escape(optout_url)}">{_OPTOUT_LINK}</a>'
    line = f'<p style="color:#666;font-size:small">{_OPTOUT_WORDS} {link}.</p>\n'
    ends = [found.start() for found in _BODY_END.finditer(html)]
    at = ends[-1] if ends else len(html)
    return f"{html[:at].rstrip()}\n{line}{html[at:]}"


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
