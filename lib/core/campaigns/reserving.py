"""Own how a campaign's candidates get their places in the slot ledger.

Invariant: what was planned on some ledger days is used only while they are as they were; else it is planned
anew, or the days to read are named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from lib.core import keys
from lib.core.campaigns.admitting import Place
from lib.core.campaigns.request import refused
from lib.core.errors import Fault
from lib.core.keys import Key, Snapshot
from lib.core.plans.planning import Planned, Terms, Wish, plan, plan_digest, terms_of
from lib.core.records import Campaign, Day, Mailbox, Slot

#: Slots by enrollment.
Slots = Mapping[str, tuple[Slot, ...]]

_ONE = timedelta(days=1)
_WEEK, _WORK_WEEK = 7, 5
#: No more dates are guessed at once.
_FAR_DAYS = 1_000
#: The reason of a time that was reserved before a crash, when it cannot be worked out any more.
_RESERVED = "as reserved at acceptance"


@dataclass(frozen=True, slots=True)
class Sketch:
    """Hold a plan, and all that it rests on."""

    terms: Terms
    wishes: tuple[Wish, ...]
    days: Mapping[str, Day | None]
    planned: Planned

    @property
    def slots(self) -> Slots:
        """Return the planned slots by enrollment."""
        return slots_of(self.wishes, self.planned)


def wishes_of(campaign: Campaign, places: Iterable[Place], start: datetime) -> tuple[Wish, ...]:
    """Return the wishes of candidates for all their steps, counted from ``start``, their acceptance."""
    return tuple(
        Wish(
            enrollment=place.enrollment_id,
            domain=place.candidate.domain,
            timezone=place.candidate.timezone or campaign.timezone,
            country=place.candidate.country,
            start=start,
            after="acceptance",
        )
        for place in places
    )


def planned(terms: Terms, wishes: Sequence[Wish], days: Mapping[str, Day | None]) -> Planned:
    """Plan; InvalidRequest when there would never be time."""
    try:
        return plan(terms, wishes, days)
    except ValueError as error:
        raise refused([Fault(field="window", why=f"{error}, with the mailbox's daily cap")]) from None


def planned_on(snapshot: Snapshot, sketch: Sketch) -> Planned:
    """Return the sketch's plan, made anew when its ledger days have changed since; it may need more days."""
    days = {date_: snapshot[day_key(sketch.terms, date_)] for date_ in sketch.days}
    if days == sketch.days:
        return sketch.planned
    return planned_anew(snapshot, sketch, sketch.wishes)


def planned_anew(snapshot: Snapshot, sketch: Sketch, wishes: Sequence[Wish]) -> Planned:
    """Return a plan for some wishes on the days that were read for the sketch; it may need more days."""
    days = {date_: snapshot[day_key(sketch.terms, date_)] for date_ in sketch.days}
    found = planned(sketch.terms, wishes, days)
    while found.need and not snapshot.missing(day_keys(sketch.terms, found.need)):
        days |= {date_: snapshot[day_key(sketch.terms, date_)] for date_ in found.need}
        found = planned(sketch.terms, wishes, days)
    return found


def day_key(terms: Terms, date_: str) -> Key[Day]:
    """Return the key of one day of the ledger that the terms are about."""
    return keys.day(terms.org, terms.mailbox, date_)


def day_keys(terms: Terms, dates: Iterable[str]) -> list[Key[Day]]:
    """Return the keys of ledger days, in the order of their dates."""
    return [day_key(terms, one) for one in sorted(dates)]


def days_to_come(terms: Terms, wishes: Sequence[Wish], asked: Collection[str]) -> list[str]:
    """Return the dates that a large plan will need besides those asked for, as far as the daily cap tells."""
    mails = len(wishes) * len(terms.steps)
    more = mails * _WEEK // (_WORK_WEEK * max(1, terms.limits.daily_cap)) - len(asked)
    last = date.fromisoformat(max(asked))
    return [(last + _ONE * number).isoformat() for number in range(1, min(more, _FAR_DAYS) + 1)]


def slots_of(wishes: Sequence[Wish], found: Planned) -> Slots:
    """Return planned slots by enrollment."""
    return {wish.enrollment: slots for wish, slots in zip(wishes, found.slots, strict=True)}


def span_of(slots: Slots) -> tuple[str, str] | None:
    """Return the first and last ledger date of some slots."""
    dates = [slot.day for some in slots.values() for slot in some]
    return (min(dates), max(dates)) if dates else None


def dates_between(span: tuple[str, str] | None) -> list[str]:
    """Return all dates of a span."""
    if span is None:
        return []
    first, last = date.fromisoformat(span[0]), date.fromisoformat(span[1])
    return [(first + _ONE * number).isoformat() for number in range((last - first).days + 1)]


def digest_of(content: str, start: datetime, slots: Slots) -> str:
    """Return the token of a plan: what is sent, to whom of the candidates, when, and why then."""
    named = msgspec.json.encode(list(slots)).decode()
    return plan_digest(f"{content} {named}", start, list(slots.values()))


def without_campaign(day: Day, campaign: str) -> Day:
    """Return a ledger day without the reservations of a campaign."""
    return msgspec.structs.replace(
        day, entries=tuple(entry for entry in day.entries if entry.campaign != campaign)
    )


def taken_over(
    campaign: Campaign, mailbox: Mailbox, places: Sequence[Place], days: Mapping[str, Day | None]
) -> Slots:
    """Return the slots that an acceptance which died has reserved in the ledger.

    The times are the ledger's. The reasons come from planning anew on the days without this campaign, from
    the same start: that gives the same plan as long as nobody else's places have changed.
    """
    times = {
        (entry.enrollment, entry.step): (entry.at, day.date)
        for day in days.values()
        if day is not None
        for entry in day.entries
        if entry.campaign == campaign.id
    }
    reserved = {enrollment for enrollment, _ in times}
    wishes = wishes_of(
        campaign, [one for one in places if one.enrollment_id in reserved], campaign.accepted_at
    )
    before = {key: day and without_campaign(day, campaign.id) for key, day in days.items()}
    anew = planned(terms_of(campaign, mailbox), wishes, before)
    reasons = {
        (enrollment, slot.step, slot.due): slot.reason
        for enrollment, slots in ({} if anew.need else slots_of(wishes, anew)).items()
        for slot in slots
    }

    def slot(enrollment: str, step: str) -> Slot:
        at, day = times[enrollment, step]
        return Slot(step=step, due=at, reason=reasons.get((enrollment, step, at), _RESERVED), day=day)

    return {
        wish.enrollment: tuple(slot(wish.enrollment, step.id) for step in campaign.steps)
        for wish in wishes
        if all((wish.enrollment, step.id) in times for step in campaign.steps)
    }
