"""Own the words of a step for one candidate: which wording it is, its values, and the templates filled.

Invariant: a candidate's own words outrank the variant's, and these the step's; a body is taken whole, so that
text and html of one mail always say the same.
"""

from __future__ import annotations

import html as html_module
from collections.abc import Iterator

import msgspec

from lib.core.errors import InvalidRequest
from lib.core.letters import templates
from lib.core.letters.composing_text import one_line, text_of_html, without_reply_prefix
from lib.core.letters.values import values_of
from lib.core.records import Campaign, Enrollment, Mailbox, Step, Words


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a step as filled in for one candidate; html is empty where the step has none."""

    subject: str
    text: str
    html: str


def worded(step: Step, variant: str, own: Words | None) -> Step:
    """Return the step in the words that a candidate gets; an unknown variant changes nothing."""
    for words in (next((one for one in step.variants if one.id == variant), None), own):
        if words is None:
            continue
        subject = words.subject or step.subject
        if words.text or words.html:
            step = msgspec.structs.replace(step, text=words.text, html=words.html or None)
        step = msgspec.structs.replace(step, subject=subject)
    return step


def worded_for(step: Step, enrollment: Enrollment) -> Step:
    """Return the step in the words that an enrollment's candidate gets."""
    return worded(step, enrollment.variants.get(step.id, ""), enrollment.words.get(step.id))


def values_for(
    campaign: Campaign, enrollment: Enrollment, sender_name: str, sender_address: str
) -> dict[str, str]:
    """Return all values of a candidate's templates."""
    return values_of(
        enrollment.email,
        enrollment.name,
        enrollment.variables,
        sender_name=sender_name or sender_address,
        sender_address=sender_address,
        campaign_name=campaign.name,
    )


def write(step: Step, values: dict[str, str], thread_subject: str | None) -> Letter:
    """Fill a step's templates; the subject is the thread's where there is one.

    InvalidRequest when they cannot be filled, which the check at acceptance rules out.
    """
    try:
        subject = thread_subject if thread_subject is not None else fill_subject(step, values)
        html = templates.render(step.html, values, html=True) if step.html else ""
        text = templates.render(step.text, values, html=False)
    except (templates.TemplateFault, templates.MissingValue):
        raise InvalidRequest(f"step {step.id} cannot be filled in for this candidate") from None
    return Letter(subject=subject, text=text if text.strip() else text_of_html(html), html=html)


def fill_subject(step: Step, values: dict[str, str]) -> str:
    """Return the subject of a step that begins a thread, without any reply prefix."""
    return without_reply_prefix(one_line(templates.render(step.subject, values, html=False)))


def signed(letter: Letter, mailbox: Mailbox) -> Letter:
    """Return a letter with the sender's signature below it; html without one of its own gets the text's.

    Without the usual "-- " before it: mail programs hide what follows that, and the opt-out line does.
    """
    text = mailbox.signature_text.strip() or text_of_html(mailbox.signature_html)
    if not text:
        return letter
    html = letter.html
    if html:
        lines = "<br>\n".join(html_module.escape(line) for line in text.splitlines())
        html = into_body(html, mailbox.signature_html.strip() or f"<p>{lines}</p>")
    return msgspec.structs.replace(letter, text=f"{letter.text.rstrip()}\n\n{text}\n", html=html)


def into_body(html: str, piece: str) -> str:
    """Return html with a piece at its end, inside the body element when there is one."""
    at = html.lower().rfind("</body")
    at = len(html) if at < 0 else at
    return f"{html[:at].rstrip()}\n{piece}\n{html[at:]}"


def sample(
    campaign: Campaign, enrollment: Enrollment, sender_name: str, sender_address: str = ""
) -> Iterator[tuple[str, Letter]]:
    """Yield each step's id and words as a candidate will get them, without signature and opt-out line."""
    values = values_for(campaign, enrollment, sender_name, sender_address)
    thread: str | None = None
    for step in campaign.steps:
        begins = thread is None or step.thread == "new"
        letter = write(worded_for(step, enrollment), values, None if begins else thread)
        thread = letter.subject
        yield step.id, letter if begins else msgspec.structs.replace(letter, subject=f"Re: {thread}")
