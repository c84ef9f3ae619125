"""Own the plan: when each step of each candidate is due, and why.

Invariant: same input, same plan; candidates take their places one after the other, each with all their
steps, so that follow-ups have theirs before later candidates and campaigns come.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import ceil

import msgspec

from lib.core.ids import digest
from lib.core.plans import reasons
from lib.core.plans.dates_in_words import in_words
from lib.core.plans.ledger import READ_LIMIT, Ledger, Request, day_of, freed, slot_end
from lib.core.plans.windows import calendar_of
from lib.core.records import Campaign, Day, Limits, Mailbox, Reservation, Slot, Step, Window

__all__ = [
    "Planned",
    "Terms",
    "Wish",
    "day_of",
    "days_likely",
    "freed",
    "in_words",
    "plan",
    "plan_digest",
    "slot_end",
    "start_of",
]

_TOKEN = re.compile(r"(\d{8}T\d{6}(?:\.\d{6})?)Z-[a-z2-7]+")
_WHOLE, _PARTS = "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what a plan rests on: the mailbox and its limits, the campaign's steps and window.

    timezone: the mailbox's, in which the days of its ledger begin. window: None is always open.
    """

    org: str
    mailbox: str
    timezone: str
    limits: Limits
    connected_at: datetime
    campaign: str
    steps: tuple[Step, ...]
    window: Window | None


def terms_of(campaign: Campaign, mailbox: Mailbox) -> Terms:
    """Return what a campaign's plan rests on."""
    return Terms(
        org=campaign.org,
        mailbox=mailbox.id,
        timezone=mailbox.timezone,
        limits=mailbox.limits,
        connected_at=mailbox.connected_at,
        campaign=campaign.id,
        steps=campaign.steps,
        window=campaign.window,
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """Ask for a candidate's steps, from ``first`` on ("": all).

    start: what the first wished step counts from; later ones count from the slot before them. after: what
    ``start`` is, in words. not_before: never earlier than this. why: words put first in the reason.
    """

    enrollment: str
    domain: str
    timezone: str
    country: str
    start: datetime
    first: str = ""
    after: str = ""
    not_before: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """Hold the slots of each wish, and the changed days of the ledger, whole.

    need: ISO dates to read before there can be a plan; then there is nothing else.
    """

    slots: tuple[tuple[Slot, ...], ...] = ()
    days: Mapping[str, Day] = field(default_factory=dict)
    need: frozenset[str] = frozenset()


def plan(terms: Terms, wishes: Sequence[Wish], days: Mapping[str, Day | None]) -> Planned:
    """Return slots for all wishes, in their order, and the ledger days with their reservations.

    ``days`` are those that were read, by ISO date (None: not there yet). ValueError when the window never
    opens, or a wish names a step that is not there.
    """
    ledger = Ledger(terms.timezone, terms.limits, terms.connected_at, days)
    slots = []
    for wish in wishes:
        slots.append(_slots(terms, wish, ledger))
        if len(ledger.missing) >= READ_LIMIT:
            break
    if ledger.missing:
        return Planned(need=ledger.wanted())
    return Planned(slots=tuple(slots), days=ledger.changed(terms.org, terms.mailbox))


def days_likely(terms: Terms, wishes: Sequence[Wish]) -> list[str]:
    """Return the dates that a first read should fetch, 100 at most: those of an empty ledger's plan."""
    return sorted(plan(terms, wishes, {}).need)


def plan_digest(content: str, start: datetime, slots: Sequence[Sequence[Slot]]) -> str:
    """Return the token of a whole plan, which acceptance carries to say: exactly that.

    It carries the start too, so that acceptance can plan from the same moment.
    """
    start = start.astimezone(UTC)
    moment = start.strftime(_PARTS if start.microsecond else _WHOLE)
    return f"{moment}Z-{digest('plan', content, moment, msgspec.json.encode(slots).decode())}"


def start_of(token: str) -> datetime | None:
    """Return the start that a plan's token carries, None when it is no such token."""
    matched = _TOKEN.fullmatch(token)
    if matched is None:
        return None
    moment = matched.group(1)
    try:
        return datetime.strptime(moment, _PARTS if "." in moment else _WHOLE).replace(tzinfo=UTC)
    except ValueError:
        return None


def _slots(terms: Terms, wish: Wish, ledger: Ledger) -> tuple[Slot, ...]:
    calendar = calendar_of(terms.window, wish.timezone, wish.country)
    start, after, slots = wish.start, wish.after, list[Slot]()
    for step in terms.steps[_index(terms.steps, wish.first) :]:
        year = start.astimezone(calendar.zone).year
        due, causes = calendar.due(start, step), [reasons.counted(step, after)]
        if not slots:
            causes = [wish.why, *causes] if wish.why else causes
            if wish.not_before is not None and wish.not_before > due:
                due = wish.not_before
                causes.append(reasons.not_before(calendar, ceil(due.timestamp()), year))
        slots.append(_reserved(terms, wish, ledger, step, ceil(due.timestamp()), causes, year))
        start, after = slots[-1].due, f"step {step.id}" if step.id.isdigit() else step.id
    return tuple(slots)


def _index(steps: Sequence[Step], first: str) -> int:
    for index, step in enumerate(steps):
        if first in ("", step.id):
            return index
    raise ValueError(f"there is no step {first!r}")


def _reserved(
    terms: Terms, wish: Wish, ledger: Ledger, step: Step, wished: int, causes: list[str], year: int
) -> Slot:
    """Return the slot of a step that is due at ``wished``, and enter it in the ledger."""
    calendar = calendar_of(terms.window, wish.timezone, wish.country)
    domain = wish.domain.lower()
    opened = calendar.opening(wished)
    if opened != wished:
        causes.append(reasons.moved_into_window(calendar, wished, opened, year))
    jitter = _jitter(wish.enrollment, step.id, ledger.pace.jitter)
    place = ledger.find(Request(calendar=calendar, at=opened, jitter=jitter, domain=domain))
    if place.time - opened >= ledger.pace.width:
        causes.append(reasons.moved_in_ledger(calendar, place, domain, year))
    due = datetime.fromtimestamp(place.time, UTC)
    entry = Reservation(
        at=due, campaign=terms.campaign, enrollment=wish.enrollment, step=step.id, domain=domain
    )
    ledger.take(place, entry)
    day = date.fromordinal(place.number).isoformat()
    return Slot(step=step.id, due=due, reason="; ".join(causes), day=day)


def _jitter(enrollment: str, step: str, most: int) -> int:
    """Return a step's place within its slot, in whole seconds; it looks random and never changes."""
    hashed = hashlib.sha256(f"jitter\x1f{enrollment}\x1f{step}".encode()).digest()
    return int.from_bytes(hashed[:8]) % (most + 1)
