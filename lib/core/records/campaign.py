"""Own what a campaign says: its steps, its hours, whom it copies, and what stops it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from lib.core.records.record import Record


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the templates that stand for a step's own; empty ones leave the step's."""

    subject: str = ""
    text: str = ""
    html: str = ""


class Variant(Words, frozen=True, kw_only=True):
    """Hold one of several wordings of a step, given to candidates by a hash."""

    id: str


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """Name a file that goes with a step; its content lies apart, under its digest. size: in bytes."""

    id: str
    name: str
    type: str
    size: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Describe one e-mail of a campaign.

    delay: counts from the step before (the first: acceptance). business_days: as many working days, in place
    of a delay. version: counts the edits of its words; who got which is kept.
    """

    id: str
    subject: str
    text: str
    html: str | None = None
    delay: timedelta
    business_days: int = 0
    thread: Literal["reply", "new"] = "reply"
    version: int = 1
    variants: tuple[Variant, ...] = ()
    attachments: tuple[Attachment, ...] = ()


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a stretch of a local day, in minutes from its midnight; ``closes`` is at most 1440."""

    opens: int
    closes: int


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Hold when mails may go out, by weekday, in the candidate's time zone.

    holidays: country whose public holidays are closed, "DE" or with a subdivision "DE-BY"; the candidate's
    own country outranks it. Empty: none.
    """

    mon: tuple[Hours, ...] = ()
    tue: tuple[Hours, ...] = ()
    wed: tuple[Hours, ...] = ()
    thu: tuple[Hours, ...] = ()
    fri: tuple[Hours, ...] = ()
    sat: tuple[Hours, ...] = ()
    sun: tuple[Hours, ...] = ()
    holidays: str = ""


class CampaignLabels(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the ids of the campaign's labels in the user's Gmail."""

    campaign: str
    replied: str
    interested: str


class AddedUpload(msgspec.Struct, frozen=True, kw_only=True):
    """Remember an upload that is gone since its candidates were added: by which request, and how many are in.

    request: a digest of who asked for what.
    """

    request: str
    candidates: int


class Campaign(Record, frozen=True, kw_only=True):
    """Hold a campaign; ``content`` is the digest of what was accepted under its id.

    window: None means at any time. why: why it is paused or cancelled. plan: counts the changes after which
    times are planned anew; enrollments planned for an earlier one are planned again before they send.
    revision: counts the edits, so that two editors do not undo each other's. wake_at: when ``maintain``
    looks whether something was left undone (an acceptance, a new plan, a cancellation); None: nothing.
    days: first and last date of the slot ledger that acceptance reserved. labels: None until the first mail.
    despite: the author's reason for writing to candidates whom a colleague has just written to.
    paused_for: whose doing the pause is ("person": its author's; "owner": the mailbox's owner's, or an
    admin's, which the author cannot end); "": none. approved_at: when the mailbox's owner approved it, as it
    is now. author_email: shown to the owner.
    stop_on_own_answer: the user's answer by hand stops the follow-ups. stop_elsewhere: an answer stops the
    candidate's other campaigns in the org. stop_colleagues: it stops candidates of the same company here;
    stopped_domains: those companies. reserving: whose acceptance is still reserving its places, in several
    commits; until the last one it can only be undone. upload: where its candidates came from, "": not from
    one; shortlist, planned: then the digest of those candidates, and the token of the plan that was accepted.
    added_uploads: where the last ones came from that were added since.
    """

    org: str
    id: str
    name: str
    mailbox: str
    inbox: str
    author: str
    timezone: str
    steps: tuple[Step, ...]
    status: Literal["accepting", "undoing", "active", "paused", "cancelled"]
    why: str = ""
    content: str
    candidates: int
    accepted_at: datetime
    window: Window | None = None
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    signature: bool = True
    plan: int = 1
    revision: int = 1
    wake_at: datetime | None = None
    days: tuple[str, str] | None = None
    labels: CampaignLabels | None = None
    despite: str = ""
    stop_on_own_answer: bool = True
    stop_elsewhere: bool = False
    stop_colleagues: bool = False
    stopped_domains: tuple[str, ...] = ()
    paused_for: Literal["", "person", "owner", "disconnect", "grant", "label"] = ""
    approved_at: datetime | None = None
    author_email: str = ""
    reserving: str = ""
    upload: str = ""
    shortlist: str = ""
    planned: str = ""
    added_uploads: tuple[AddedUpload, ...] = ()


class AttachmentContent(Record, frozen=True, kw_only=True):
    """Hold the content of a campaign's attachment, under its digest; base64, to be read as it is sent."""

    org: str
    campaign: str
    id: str
    content: str
