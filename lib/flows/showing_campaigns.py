"""Own what the web app reads of a campaign: its state, exact figures, answers.

Invariant: whoever may see a campaign sees its figures; steps and answers only who may read them, and mail of
the mailbox that is no answer only its owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from lib.core.callers import VerifiedCaller
from lib.core.records import Campaign, Interest, Pending, Status, Step
from lib.core.rights import Right, is_owner, needs_approval
from lib.flows.permitting import permitted
from lib.flows.showing_answers import ShownAnswer, shown_answers
from lib.ports import Services

#: How many answers, and how many mails that could not be worked off, are shown with a campaign.
ANSWERS_SHOWN = 100
PARKED_SHOWN = 100


class ShownParked(msgspec.Struct, frozen=True, kw_only=True):
    """Show a mail of the mailbox that could not be worked off; it is to be looked at in Gmail."""

    gmail_id: str
    why: str
    seen_at: datetime


class ShownCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """Show a campaign: figures count its candidates by status, ``sent`` its mails.

    why: why it is paused or cancelled. held: candidates of whom a person has to say whether a mail went out.
    needs_approval: no mail goes out before the mailbox's owner has approved it; approved_at: when they did.
    may: what the caller may do.
    interested: share of those who answered, None before the first answer. variants: by step and variant.
    planning: some candidates still wait for new times. parked: see ``ShownParked``.
    """

    id: str
    name: str
    mailbox: str
    author_email: str
    status: str
    why: str
    paused_for: str
    planning: bool
    needs_approval: bool
    approved_at: datetime | None
    may: tuple[Right, ...]
    revision: int
    accepted_at: datetime
    steps: tuple[Step, ...]
    figures: Mapping[str, int]
    held: int
    interested: float | None
    variants: Mapping[str, Mapping[str, Mapping[str, int]]]
    answers: tuple[ShownAnswer, ...]
    parked: tuple[ShownParked, ...]


class LatestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Name the latest answer of a campaign."""

    id: str
    received_at: datetime


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """Show what changes of a campaign by itself; the fields are those of ``ShownCampaign``.

    latest: None before the first answer, and for who may not read it.
    """

    status: str
    why: str
    revision: int
    planning: bool
    figures: Mapping[str, int]
    held: int
    latest: LatestAnswer | None


def show_campaign(services: Services, caller: VerifiedCaller, id_: str) -> ShownCampaign:
    """Show a campaign with exact figures, and with its words and answers to whoever may read them."""
    permit = permitted(services, caller, id_, "see")
    campaign, mailbox, may = permit.campaign, permit.mailbox, permit.rights
    reads, owns = "read" in may, mailbox is not None and is_owner(mailbox, caller)
    store, figures = services.store, services.store.figures(caller.org, id_)
    tried = {step.id: [one.id for one in step.variants] for step in campaign.steps if step.variants}
    answers = store.replies(caller.org, id_, ANSWERS_SHOWN) if reads else []
    parked = store.parked(caller.org, campaign.mailbox, PARKED_SHOWN) if owns else []
    return ShownCampaign(
        id=campaign.id,
        name=campaign.name,
        mailbox=campaign.mailbox,
        author_email=campaign.author_email,
        status=campaign.status,
        why=campaign.why,
        paused_for=campaign.paused_for,
        planning=is_planning(campaign),
        needs_approval=mailbox is not None and needs_approval(mailbox, campaign, permit.now),
        approved_at=campaign.approved_at,
        may=may,
        revision=campaign.revision,
        accepted_at=campaign.accepted_at,
        steps=campaign.steps if reads else (),
        figures=figures,
        held=figures[Status.HELD],
        interested=interested_share(figures),
        variants=store.variant_figures(caller.org, id_, tried) if tried else {},
        answers=shown_answers(services, answers),
        parked=tuple(map(_shown_parked, parked)),
    )


def show_pulse(services: Services, caller: VerifiedCaller, id_: str) -> Pulse:
    """Show whether anything has changed with a campaign, cheaply: to be asked every few seconds.

    Costs two reads, the counts of ``figures`` (sixteen at most) and a query of one document.
    """
    permit = permitted(services, caller, id_, "see")
    campaign, figures = permit.campaign, services.store.figures(caller.org, id_)
    some = services.store.replies(caller.org, id_, 1) if "read" in permit.rights else []
    return Pulse(
        status=campaign.status,
        why=campaign.why,
        revision=campaign.revision,
        planning=is_planning(campaign),
        figures=figures,
        held=figures[Status.HELD],
        latest=next((LatestAnswer(id=one.id, received_at=one.received_at) for one in some), None),
    )


def is_planning(campaign: Campaign) -> bool:
    """Say whether some candidates still wait for new times."""
    return campaign.status == "active" and campaign.wake_at is not None


def interested_share(figures: Mapping[str, int]) -> float | None:
    """Return how many of those who answered are interested, None when nobody has answered."""
    answered = figures[Status.REPLIED]
    return min(1.0, figures[Interest.INTERESTED] / answered) if answered else None


def _shown_parked(one: Pending) -> ShownParked:
    return ShownParked(gmail_id=one.gmail_id, why=one.parked, seen_at=one.seen_at)
