"""Own how a campaign looks while it is being written: each of its mails, for one candidate or for nobody yet.

Invariant: each wording is shown as its mail will be, but for the opt-out link and what is not known yet,
which has a mark in its place; templates that are none are shown as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from lib.core.campaigns import fields
from lib.core.campaigns.lint import Finding, lint
from lib.core.campaigns.rows import OWN_COLUMNS
from lib.core.campaigns.steps import sources_of
from lib.core.campaigns.unfinished import Unfinished
from lib.core.campaigns.variants import variant_in
from lib.core.letters import templates
from lib.core.letters.composing import with_optout_html, with_optout_text
from lib.core.letters.composing_text import one_line, text_of_html, without_reply_prefix
from lib.core.letters.values import values_of
from lib.core.letters.wording import Letter, signed, worded
from lib.core.records import Campaign, Enrollment, Mailbox, Status, Step, Variant

#: How much is shown in all, in characters: loops can make much of little, and nobody reads it.
SHOWN_LIMIT = 2_000_000

_NO_VARIANT = ("",)


class RenderedMail(msgspec.Struct, frozen=True, kw_only=True):
    """Show one wording of a step as a mail; variant: "" where the step has none.

    gets: whether it is the one that the chosen candidate gets. The opt-out link leads to a page that says it
    is a test.
    """

    step: str
    variant: str
    gets: bool
    subject: str
    text: str
    html: str


def mark(name: str) -> str:
    """Return what stands for a value that is not there."""
    return f"«{name}»"


class Filling:
    """Fill templates with what there is, and with marks for what is not.

    marked: the names that had no value and no fallback. broken: the sources that are no templates.
    """

    def __init__(self, unfinished: Unfinished, mailbox: Mailbox | None) -> None:
        """Take the chosen candidate's values; without one, every variable has its mark for a value."""
        draft, cells = unfinished.draft, unfinished.cells
        given = cells or {}
        values = values_of(
            given.get("email", ""),
            given.get("name", ""),
            {name: cell for name, cell in given.items() if name not in OWN_COLUMNS},
            sender_name=(mailbox.sender_name or mailbox.address) if mailbox else "",
            sender_address=mailbox.address if mailbox else "",
            campaign_name=draft.name,
        )
        sources = [source for step in draft.steps for source in sources_of(step)]
        own = [text for one in unfinished.words.values() for text in (one.subject, one.text, one.html)]
        used = fields.variables([*sources, *own])
        later = {"sender_name", "sender_first_name", "sender_email", "campaign_name"}
        marks = {name: mark(name) for name in (used if cells is None else later) if not values.get(name)}
        self.values = values | marks
        self.marked: set[str] = set()
        self.broken: set[str] = set()

    def fill(self, source: str, *, html: bool = False) -> str:
        """Return a template filled; what is none comes as it is."""
        present = dict(self.values)
        while True:
            try:
                return templates.render(source, present, html=html)
            except templates.MissingValue as absent:
                if present.get(absent.name):
                    break
                self.marked.add(absent.name)
                present[absent.name] = mark(absent.name)
            except templates.TemplateFault:
                break
        self.broken.add(source)
        return source


def rendered(
    unfinished: Unfinished,
    filling: Filling,
    mailbox: Mailbox | None,
    variants: Mapping[str, str],
    optout_url: str,
) -> Iterator[RenderedMail]:
    """Yield each wording of each step, in their order, as far as much is shown at all.

    mailbox: whose signature there is, None where it is not known. variants: the one that the candidate gets,
    by step id, as far as that is known.
    """
    thread, shown = "", 0
    for index, step in enumerate(unfinished.draft.steps):
        begins = index == 0 or step.thread == "new"
        ids = [one.id for one in step.variants] or _NO_VARIANT
        gets = variants.get(step.id, ids[0])
        before = thread
        for id_ in ids:
            letter = _letter(worded(step, id_, unfinished.words.get(step.id)), filling)
            if begins and id_ == gets:
                thread = letter.subject
            subject = letter.subject if begins else f"Re: {before}"
            if mailbox is not None and unfinished.draft.signature:
                letter = signed(letter, mailbox)
            html = with_optout_html(letter.html, optout_url) if letter.html else ""
            text = with_optout_text(letter.text, optout_url)
            shown += len(text) + len(html)
            if shown > SHOWN_LIMIT:
                return
            is_theirs = id_ == variants.get(step.id, "")
            yield RenderedMail(
                step=step.id, variant=id_, gets=is_theirs, subject=subject, text=text, html=html
            )


def _letter(step: Step, filling: Filling) -> Letter:
    html = filling.fill(step.html, html=True) if step.html else ""
    text = filling.fill(step.text)
    subject = without_reply_prefix(one_line(filling.fill(step.subject)))
    return Letter(subject=subject, text=text if text.strip() else text_of_html(html), html=html)


def looked_over(
    unfinished: Unfinished, filling: Filling, mailbox: Mailbox | None, now: datetime
) -> list[Finding]:
    """Return what a colleague would point out, of all wordings, after they were filled once.

    candidates: 1, or 0 where there is none; what is a fault already is not found again.
    """
    draft, given = unfinished.draft, unfinished.cells or {}
    marks = {name: mark(name) for name in filling.marked}
    stand_ins = {name: cell for name, cell in filling.values.items() if cell == mark(name)}
    used = stand_ins if unfinished.cells is None else {}
    variables = {name: cell for name, cell in given.items() if name not in OWN_COLUMNS}
    enrollment = Enrollment(
        org="",
        id="",
        campaign=draft.id,
        mailbox=draft.mailbox,
        inbox="",
        contact="",
        email=given.get("email") or mark("email"),
        name=given.get("name") or (used | marks).get("name", ""),
        timezone="",
        variables=used | variables | marks,
        words=dict(unfinished.words),
        slots=(),
        status=Status.WAITING,
        step="",
        due=now,
        wake_at=None,
    )
    rounds = max((len(step.variants) for step in draft.steps), default=0) or 1
    some = [
        (number, msgspec.structs.replace(enrollment, variants=_variants(draft.steps, number)))
        for number in range(rounds)
    ]
    found = lint(_campaign(unfinished, filling, now), some, len(some), mailbox or _nobodys(now))
    count = 0 if unfinished.cells is None else 1
    return [msgspec.structs.replace(one, candidates=count, examples=()) for one in found]


def _variants(steps: tuple[Step, ...], number: int) -> dict[str, str]:
    return {step.id: variant_in(step, number) for step in steps}


def _campaign(unfinished: Unfinished, filling: Filling, now: datetime) -> Campaign:
    """Return the campaign with nothing in the place of what cannot be filled."""

    def kept(source: str) -> str:
        return "" if source in filling.broken else source

    def words(one: Step | Variant) -> dict[str, str]:
        return {"subject": kept(one.subject), "text": kept(one.text), "html": kept(one.html or "")}

    draft = unfinished.draft
    steps = tuple(
        msgspec.structs.replace(
            step,
            **words(step),
            variants=tuple(msgspec.structs.replace(one, **words(one)) for one in step.variants),
        )
        for step in draft.steps
    )
    return Campaign(
        org="",
        id=draft.id,
        name=draft.name or mark("campaign_name"),
        mailbox=draft.mailbox,
        inbox="",
        author="",
        timezone="",
        steps=steps,
        status="accepting",
        content="",
        candidates=1,
        accepted_at=now,
    )


def _nobodys(now: datetime) -> Mailbox:
    """Return a mailbox in the place of the one that is not known."""
    name, address = mark("sender_name"), mark("sender_email")
    return Mailbox(org="", id="", inbox="", owner="", address=address, sender_name=name, connected_at=now)
