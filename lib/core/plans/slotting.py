"""Own new slots for enrollments that are under way: after a missed slot, a pause, an edit, a late mail.

Invariant: old places are given back in the same commit in which new ones are taken, none before now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from lib.core import keys
from lib.core.campaigns.variants import variants_for
from lib.core.enrollment import replanned
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.planning import Wish, days_likely, freed, plan, terms_of
from lib.core.records import Campaign, Day, Enrollment, Mailbox
from lib.core.sending import domain_of


def wish_of(enrollment: Enrollment, campaign: Campaign, why: str, now: datetime) -> Wish:
    """Return the wish for an enrollment's remaining steps, from its last mail on but not before now."""
    last = enrollment.sent[-1] if enrollment.sent else None
    return Wish(
        enrollment=enrollment.id,
        domain=domain_of(enrollment),
        timezone=enrollment.timezone,
        country=enrollment.country,
        start=last.at if last is not None else campaign.accepted_at,
        first=enrollment.step,
        after=last.step if last is not None else "acceptance",
        not_before=max(now, enrollment.not_before or now),
        why=why,
    )


def planned_anew(
    snapshot: Snapshot,
    campaign: Campaign,
    mailbox: Mailbox,
    enrollments: Sequence[Enrollment],
    why: str,
    now: datetime,
) -> Changes[tuple[Enrollment, ...]]:
    """Return the commit that gives waiting enrollments new slots, in this order; asks for days it needs.

    The enrollments must be those of ``snapshot``. ValueError when the window never opens.
    """
    terms = terms_of(campaign, mailbox)
    wishes = [wish_of(one, campaign, why, now) for one in enrollments]
    held = {slot.day for one in enrollments for slot in one.slots if slot.day}
    dates = held | set(days_likely(terms, wishes))
    while True:
        wanted = {date: keys.day(mailbox.org, mailbox.id, date) for date in dates}
        missing = snapshot.missing(wanted.values())
        if missing:
            return Changes((), need=frozenset(missing))
        days = {date: _given_back(snapshot[key], enrollments) for date, key in wanted.items()}
        planned = plan(terms, wishes, days)
        if not planned.need:
            break
        dates |= planned.need
    changed: dict[Key[Day], Day] = {
        wanted[date]: day for date, day in days.items() if day is not None and day != snapshot[wanted[date]]
    }
    changed |= {wanted[date]: day for date, day in planned.days.items()}
    after = tuple(
        replanned(_with_variants(one, campaign), slots, campaign.plan, now)
        for one, slots in zip(enrollments, planned.slots, strict=True)
    )
    return Changes(after, writes={**changed, **{keys.enrollment(one.org, one.id): one for one in after}})


def _with_variants(enrollment: Enrollment, campaign: Campaign) -> Enrollment:
    """Return an enrollment with a variant of each step: one that came with an edit may have some."""
    variants = variants_for(campaign.steps, enrollment.id) | enrollment.variants
    return msgspec.structs.replace(enrollment, variants=variants)


def _given_back(day: Day | None, enrollments: Sequence[Enrollment]) -> Day | None:
    """Return a day without the places of all steps that did not go out."""
    if day is None:
        return None
    gone = {one.id: {mail.step for mail in one.sent} for one in enrollments}
    remaining = {
        one.id: frozenset(slot.step for slot in one.slots if slot.step not in gone[one.id])
        for one in enrollments
    }
    return freed(day, enrollments=remaining)
