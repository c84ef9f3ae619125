"""Own the figures of a campaign, of a mailbox's campaigns and of an org's: counted where the records lie.

Invariant: exact, however many candidates there are, and none of them is read. Automatic answers and bounces
are no answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from lib.core import keys, rights
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.hours import WEEKDAYS
from lib.core.enrollment.attempts import NO_VARIANT
from lib.core.records import Campaign, Interest, Status
from lib.flows.permitting import permitted
from lib.ports import Counted, Services

#: By weekday ("mon"), a number for each hour of the day, by the candidates' clocks.
Week = Mapping[str, tuple[int, ...]]


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the query of figures: whether those by the hour are wanted too, which cost hundreds of counts."""

    hours: bool = False


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """Show how a step, or a variant of it, fared: mails sent, and whose last mail before the answer it was.

    replied: without those who opted out later, or bounced.
    """

    sent: int
    replied: int
    interested: int


class StepFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Show how a step fared, in all and by variant."""

    id: str
    all: Reaction
    variants: Mapping[str, Reaction]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Show figures. Mails: sent, delivered (those less the bounced). All others count candidates.

    reached: to whom any mail went out. replied: who answered in person after a mail, whatever came of it
    later; an answer counts in each campaign that it stops. interested: of these, as users have marked them;
    the shares are of 1, None where there is nobody yet.
    waiting, held, completed, bounced, opted_out, cancelled, failed: in that status now. auto_replies: mails.
    sent_hours, answer_hours: by the candidates' clocks, None unless asked for.
    median_answer: from a mail to its answer.
    steps: of one campaign only.
    """

    enrolled: int
    waiting: int
    sent: int
    delivered: int
    reached: int
    replied: int
    interested: int
    interested_of_reached: float | None
    interested_of_replied: float | None
    auto_replies: int
    held: int
    completed: int
    bounced: int
    opted_out: int
    cancelled: int
    failed: int
    sent_hours: Week | None
    answer_hours: Week | None
    median_answer: timedelta | None
    steps: tuple[StepFigures, ...] = ()


def campaign_figures(services: Services, caller: VerifiedCaller, id_: str, wanted: Wanted) -> Figures:
    """Count a campaign, for whoever may see it."""
    campaign = permitted(services, caller, id_, "see").campaign
    found = _figures(services, caller.org, "campaign", id_, wanted)
    return msgspec.structs.replace(found, steps=_steps(services, campaign))


def mailbox_figures(services: Services, caller: VerifiedCaller, id_: str, wanted: Wanted) -> Figures:
    """Count all that goes out from a mailbox, for its owner and for admins."""
    key = keys.mailbox(caller.org, id_)
    rights.owned(services.store.read([key]), key, caller, admin=True)
    return _figures(services, caller.org, "mailbox", id_, wanted)


def org_figures(services: Services, caller: VerifiedCaller, wanted: Wanted) -> Figures:
    """Count all of the org, for admins."""
    rights.check_admin(caller)
    return _figures(services, caller.org, "org", "", wanted)


def _figures(services: Services, org: str, of: Counted, id_: str, wanted: Wanted) -> Figures:
    store = services.store
    tally = store.tally(org, of, id_)
    hours = store.hour_figures(org, of, id_) if wanted.hours else None
    interested = tally[Interest.INTERESTED]
    return Figures(
        enrolled=tally["candidates"],
        waiting=tally[Status.WAITING],
        sent=tally["sent"],
        delivered=max(0, tally["sent"] - tally[Status.BOUNCED] + tally["bounced_unreached"]),
        reached=tally["reached"],
        replied=tally["answered"],
        interested=interested,
        interested_of_reached=_share(interested, tally["reached"]),
        interested_of_replied=_share(interested, tally["answered"]),
        auto_replies=tally["auto_replies"],
        held=tally[Status.HELD],
        completed=tally[Status.COMPLETED],
        bounced=tally[Status.BOUNCED],
        opted_out=tally[Status.OPTED_OUT],
        cancelled=tally[Status.CANCELLED],
        failed=tally[Status.FAILED],
        sent_hours=_week(hours["sent"]) if hours else None,
        answer_hours=_week(hours["answered"]) if hours else None,
        median_answer=store.median_answer(org, of, id_),
    )


def _steps(services: Services, campaign: Campaign) -> tuple[StepFigures, ...]:
    """Return the figures of each step: variants are never added or removed, so that their sum is all."""
    given = {step.id: [one.id for one in step.variants] or [NO_VARIANT] for step in campaign.steps}
    counted = services.store.variant_figures(campaign.org, campaign.id, given)
    shown = []
    for step, found in counted.items():
        variants = {id_: Reaction(**one) for id_, one in found.items()}
        sums = {name: sum(one[name] for one in found.values()) for name in Reaction.__struct_fields__}
        named = {} if NO_VARIANT in variants else variants
        shown.append(StepFigures(id=step, all=Reaction(**sums), variants=named))
    return tuple(shown)


def _week(hours: Mapping[int, int]) -> Week:
    return {
        day: tuple(hours.get(number * 24 + hour, 0) for hour in range(24))
        for number, day in enumerate(WEEKDAYS)
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
