"""Own how a campaign is exported: as a request that can be made again, and with it how everybody fared.

Invariant: what is read back of an export, as JSON or as a shortlist, has the same steps and candidates; all
that a request does not say has a name that begins with ``outreach_``, which its reader leaves out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from lib.core.campaigns.hours import WEEKDAYS
from lib.core.campaigns.rows import OWN_COLUMNS
from lib.core.records import Campaign, Enrollment, Hours, Step, Variant, Window, Words
from lib.core.spreadsheets import plain

#: The columns before a candidate's variables, and after them.
FIRST = ("email", "name", "timezone", "country")
RESULTS = (
    "outreach_status",
    "outreach_sent",
    "outreach_last_sent",
    "outreach_interest",
    "outreach_why",
)


class ExportedWords(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Show what stands for a step's own words; id: of the variant, "" for a candidate's own."""

    id: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""


class ExportedAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """Show a file that goes with a step; content: in base64."""

    name: str
    type: str
    content: str


class ExportedStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Show a step as it is asked for."""

    id: str
    subject: str = ""
    text: str = ""
    html: str = ""
    delay: str
    thread: str
    variants: tuple[ExportedWords, ...] = ()
    attachments: tuple[ExportedAttachment, ...] = ()


class ExportedCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """Show a campaign as it is asked for, but for its candidates; and how it is."""

    id: str
    mailbox: str
    name: str
    timezone: str
    window: str | dict[str, Any]
    steps: tuple[ExportedStep, ...]
    cc: tuple[str, ...]
    reply_to: tuple[str, ...]
    signature: bool
    stop_on_own_answer: bool
    stop_elsewhere: bool
    stop_colleagues: bool
    contacted: dict[str, str]
    outreach_status: str
    outreach_why: str
    outreach_author: str
    outreach_accepted_at: datetime


class ExportedMail(msgspec.Struct, frozen=True, kw_only=True):
    """Show one mail that went out; version, variant: of the step's words."""

    step: str
    at: datetime
    subject: str
    message_id: str | None
    version: int
    variant: str


def exported_head(campaign: Campaign, contents: Mapping[str, str]) -> bytes:
    """Return the beginning of a JSON export, up to and with the opening of its list of candidates.

    contents: of the campaign's attachments, in base64, by their ids.
    """
    despite = campaign.despite
    head = ExportedCampaign(
        id=campaign.id,
        mailbox=campaign.mailbox,
        name=campaign.name,
        timezone=campaign.timezone,
        window=_window(campaign.window),
        steps=tuple(_step(step, contents) for step in campaign.steps),
        cc=campaign.cc,
        reply_to=campaign.reply_to,
        signature=campaign.signature,
        stop_on_own_answer=campaign.stop_on_own_answer,
        stop_elsewhere=campaign.stop_elsewhere,
        stop_colleagues=campaign.stop_colleagues,
        contacted={"action": "continue", "reason": despite} if despite else {"action": "skip"},
        outreach_status=campaign.status,
        outreach_why=campaign.why,
        outreach_author=campaign.author_email,
        outreach_accepted_at=campaign.accepted_at,
    )
    return msgspec.json.encode(head).removesuffix(b"}") + b',"candidates":['


def exported_candidate(campaign: Campaign, one: Enrollment) -> bytes:
    """Return a candidate in a JSON export."""
    steps = {step.id for step in campaign.steps}
    words = {id_: _words(own) for id_, own in one.words.items() if id_ in steps}
    mails = [
        ExportedMail(
            step=mail.step,
            at=mail.at,
            subject=mail.subject,
            message_id=mail.message_id,
            version=mail.version,
            variant=mail.variant,
        )
        for mail in one.sent
    ]
    return msgspec.json.encode(
        {
            **_cells(campaign, one),
            **({"words": words} if words else {}),
            "outreach_status": one.status,
            "outreach_sent": mails,
            "outreach_interest": one.interest,
            "outreach_why": one.why,
        }
    )


def csv_header(variables: Sequence[str]) -> str:
    """Return the header of a CSV export; ``variables``: all that any candidate has."""
    return _row([*FIRST, *variables, *RESULTS])


def csv_row(campaign: Campaign, one: Enrollment, variables: Sequence[str]) -> str:
    """Return a candidate's line of a CSV export; what they have no value for is empty."""
    cells = _cells(campaign, one)
    last = one.sent[-1].at.isoformat() if one.sent else ""
    results = (one.status.value, str(one.sent_count), last, one.interest or "", one.why)
    return _row([*(cells.get(name, "") for name in (*FIRST, *variables)), *results])


def variables_of(some: Iterable[Enrollment]) -> set[str]:
    """Return the names of all variables of some candidates."""
    return {name for one in some for name in one.variables} - OWN_COLUMNS


def _cells(campaign: Campaign, one: Enrollment) -> dict[str, str]:
    """Return what a shortlist says of a candidate; the campaign's own time zone goes without saying."""
    return {
        "email": one.email,
        "name": one.name,
        "timezone": "" if one.timezone == campaign.timezone else one.timezone,
        "country": one.country,
        **one.variables,
    }


def _row(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([plain(cell) for cell in cells])
    return out.getvalue()


def _step(step: Step, contents: Mapping[str, str]) -> ExportedStep:
    days = step.business_days
    delay = f"{days} business day{'s' if days > 1 else ''}" if days else msgspec.to_builtins(step.delay)
    return ExportedStep(
        id=step.id,
        subject=step.subject,
        text=step.text,
        html=step.html or "",
        delay=delay,
        thread=step.thread,
        variants=tuple(_words(variant) for variant in step.variants),
        attachments=tuple(
            ExportedAttachment(name=one.name, type=one.type, content=contents[one.id])
            for one in step.attachments
        ),
    )


def _words(words: Words) -> ExportedWords:
    id_ = words.id if isinstance(words, Variant) else ""
    return ExportedWords(id=id_, subject=words.subject, text=words.text, html=words.html)


def _window(window: Window | None) -> str | dict[str, Any]:
    if window is None:
        return "always"
    week = {day: [_hours(one) for one in getattr(window, day)] for day in WEEKDAYS}
    return {**{day: hours for day, hours in week.items() if hours}, "holidays": window.holidays}


def _hours(one: Hours) -> str:
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (one.opens, one.closes))
