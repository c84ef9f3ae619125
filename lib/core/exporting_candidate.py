"""Own what somebody gets who asks what is held about them (GDPR, article 15), in plain words.

Invariant: it holds all that an erasure of them would delete, and nothing of anybody else's but what was
written by or to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from lib.core.records import (
    Campaign,
    Contact,
    Correspondence,
    Enrollment,
    Interest,
    Pending,
    Reply,
    ReplyKind,
    Status,
    SuppressedWhy,
    Suppression,
)


class HeldSuppression(msgspec.Struct, frozen=True, kw_only=True):
    """Say that an address gets no mail, why, and since when (None: that is not known any more)."""

    gets_no_mail: bool
    why: SuppressedWhy | None
    since: datetime | None


class HeldPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Say when a mail was planned for, and why then."""

    step: str
    planned_for: datetime
    reason: str


class HeldMail(msgspec.Struct, frozen=True, kw_only=True):
    """Show a mail that was sent to them; its text lies in the sender's Gmail, under this Message-ID."""

    step: str
    sent_at: datetime
    subject: str
    message_id: str | None
    gmail_id: str
    gmail_thread: str
    wording: str


class HeldWords(msgspec.Struct, frozen=True, kw_only=True):
    """Show what was written for them alone, in place of a step's own words."""

    step: str
    subject: str
    text: str
    html: str


class HeldCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """Show what is held about them in one campaign; ``variables``: what the shortlist said of them."""

    campaign: str
    campaign_name: str
    email: str
    name: str
    timezone: str
    country: str
    variables: Mapping[str, str]
    own_words: tuple[HeldWords, ...]
    status: Status
    why: str
    answered_after_step: str
    interest: Interest | None
    away_until: datetime | None
    automatic_answers: int
    planned: tuple[HeldPlan, ...]
    sent: tuple[HeldMail, ...]


class HeldAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Show an answer of theirs, or to a mail to them; words_kept: False when they fell away with time.

    taken_for: what rules made of it, and by which words; interest: as a person has set it.
    """

    campaign: str
    received_at: datetime
    kind: ReplyKind
    sender: str
    subject: str
    text: str | None
    words_kept: bool
    attachments: tuple[str, ...]
    back_on: date | None
    taken_for: Interest | None
    taken_for_by: str
    interest: Interest | None
    gmail_id: str
    gmail_thread: str


class HeldPending(msgspec.Struct, frozen=True, kw_only=True):
    """Show a mail, by its ids alone, of which it is not clear yet whether it is an answer of theirs."""

    gmail_id: str
    gmail_thread: str
    seen_at: datetime
    kept_until: datetime


class HeldData(msgspec.Struct, frozen=True, kw_only=True):
    """Hold all that is held about one person; ``hash``: the keyed hash of the address, by which it is found.

    leads: hashes of threads and Message-IDs that lead to them.
    """

    address: str
    hash: str
    organisation: str
    exported_at: datetime
    suppression: HeldSuppression
    campaigns: tuple[HeldCampaign, ...]
    answers: tuple[HeldAnswer, ...]
    undecided_mail: tuple[HeldPending, ...]
    leads: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Hold the records that are about one contact, as they were found."""

    contact: Contact | None
    suppression: Suppression | None
    enrollments: Sequence[Enrollment]
    campaigns: Mapping[str, Campaign]
    replies: Sequence[Reply]
    pending: Sequence[Pending]
    correspondence: Sequence[Correspondence]

    @property
    def is_nothing(self) -> bool:
        """Say whether there is nothing at all."""
        known = self.contact is not None or self.suppression is not None
        return not (known or self.enrollments or self.replies or self.pending or self.correspondence)


def held_data(found: Found, *, address: str, hash_: str, organisation: str, now: datetime) -> HeldData:
    """Return what is held, oldest first."""
    why = found.contact.suppressed if found.contact is not None else None
    listed = found.suppression
    return HeldData(
        address=address,
        hash=hash_,
        organisation=organisation,
        exported_at=now,
        suppression=HeldSuppression(
            gets_no_mail=why is not None, why=why, since=listed.at if listed is not None else None
        ),
        campaigns=tuple(_campaign(one, found.campaigns.get(one.campaign)) for one in found.enrollments),
        answers=tuple(map(_answer, sorted(found.replies, key=lambda one: one.received_at))),
        undecided_mail=tuple(
            HeldPending(
                gmail_id=one.gmail_id, gmail_thread=one.thread, seen_at=one.seen_at, kept_until=one.expires_at
            )
            for one in found.pending
        ),
        leads=tuple(one.id for one in found.correspondence),
    )


def _campaign(one: Enrollment, campaign: Campaign | None) -> HeldCampaign:
    return HeldCampaign(
        campaign=one.campaign,
        campaign_name=campaign.name if campaign is not None else "",
        email=one.email,
        name=one.name,
        timezone=one.timezone,
        country=one.country,
        variables=one.variables,
        own_words=tuple(
            HeldWords(step=step, subject=own.subject, text=own.text, html=own.html)
            for step, own in one.words.items()
        ),
        status=one.status,
        why=one.why,
        answered_after_step=one.answered,
        interest=one.interest,
        away_until=one.not_before,
        automatic_answers=one.auto_replies,
        planned=tuple(
            HeldPlan(step=slot.step, planned_for=slot.due, reason=slot.reason) for slot in one.slots
        ),
        sent=tuple(
            HeldMail(
                step=mail.step,
                sent_at=mail.at,
                subject=mail.subject,
                message_id=mail.message_id,
                gmail_id=mail.gmail_id,
                gmail_thread=mail.thread,
                wording=mail.variant,
            )
            for mail in one.sent
        ),
    )


def _answer(one: Reply) -> HeldAnswer:
    return HeldAnswer(
        campaign=one.campaign,
        received_at=one.received_at,
        kind=one.kind,
        sender=one.sender,
        subject=one.subject,
        text=one.text,
        words_kept=not one.faded,
        attachments=one.attachments,
        back_on=one.returns_on,
        taken_for=one.proposed,
        taken_for_by=one.proposed_by,
        interest=one.interest,
        gmail_id=one.gmail_id,
        gmail_thread=one.thread,
    )
