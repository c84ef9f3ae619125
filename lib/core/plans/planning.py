"""Own the plan: when each step of each candidate is due, and why.

Invariant: same input, same plan; candidates take their places one after the other, each with all their
steps, so that follow-ups have theirs before later candidates and campaigns come.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import ceil
from typing import NamedTuple

import msgspec

from lib.core.plans import reasons
from lib.core.plans.dates_in_words import in_words
from lib.core.plans.ledger import READ_LIMIT, Ledger, Request, day_of, freed, slot_end
from lib.core.plans.windows import Calendar, calendar_of
from lib.core.records import Campaign, Day, Limits, Mailbox, Reservation, Slot, Step, Window

__all__ = [
    "PlanDigest",
    "Planned",
    "Reserved",
    "Terms",
    "Wish",
    "day_of",
    "days_likely",
    "entered",
    "freed",
    "in_words",
    "plan",
    "reserve",
    "slot_end",
    "slot_of",
    "start_of",
    "steps_of",
]

_TOKEN = re.compile(r"(\d{8}T\d{6}(?:\.\d{6})?)Z-[a-z2-7]+")
_WHOLE, _PARTS = "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what a plan rests on: the mailbox and its limits, the campaign's steps and window.

    timezone: the mailbox's, in which the days of its ledger begin. window: None is always open. calendars:
    those of its candidates, as far as they were asked for.
    """

    org: str
    mailbox: str
    timezone: str
    limits: Limits
    connected_at: datetime
    campaign: str
    steps: tuple[Step, ...]
    window: Window | None
    calendars: dict[tuple[str, str], Calendar] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def calendar(self, wish: Wish) -> Calendar:
        """Return when the window is open for a candidate."""
        key = (wish.timezone, wish.country)
        if key not in self.calendars:
            self.calendars[key] = calendar_of(self.window, *key)
        return self.calendars[key]


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
    ledger = Ledger(terms.mailbox, terms.timezone, terms.limits, terms.connected_at, days)
    slots: list[tuple[Slot, ...]] = []
    taken: defaultdict[str, list[Reservation]] = defaultdict(list)
    for wish in wishes:
        slots.append(_slots(terms, wish, ledger))
        for slot in slots[-1]:
            taken[slot.day].append(_entry(terms, wish, slot))
        if len(ledger.missing) >= READ_LIMIT:
            break
    if ledger.missing:
        return Planned(need=ledger.wanted())
    changed = {day: entered(terms, day, days.get(day), some) for day, some in sorted(taken.items())}
    return Planned(slots=tuple(slots), days=changed)


def entered(terms: Terms, date_: str, before: Day | None, some: Iterable[Reservation]) -> Day:
    """Return a ledger day with some more entries, in the order of their times."""
    entries = sorted((*(before.entries if before else ()), *some), key=lambda entry: entry.at)
    return Day(org=terms.org, mailbox=terms.mailbox, date=date_, entries=tuple(entries))


def days_likely(terms: Terms, wishes: Sequence[Wish]) -> list[str]:
    """Return the dates that a first read should fetch, 100 at most: those of an empty ledger's plan."""
    return sorted(plan(terms, wishes, {}).need)


class PlanDigest:
    """Make the token of a whole plan, which acceptance carries to say: exactly that.

    It carries the start too, so that acceptance can plan from the same moment.
    """

    def __init__(self, content: str, start: datetime) -> None:
        """Begin with what is sent, and from when on its steps count."""
        start = start.astimezone(UTC)
        self._moment = start.strftime(_PARTS if start.microsecond else _WHOLE)
        self._hashed = hashlib.sha256(f"plan\x1f{content}\x1f{self._moment}".encode())

    def add(self, enrollment: str, slots: Sequence[Slot]) -> None:
        """Take the next candidate's slots: when each step goes out, and why then."""
        self._hashed.update(msgspec.json.encode((enrollment, slots)))

    def token(self) -> str:
        """Return the token of what was taken so far."""
        named = base64.b32encode(self._hashed.digest()[:20]).decode().lower()
        return f"{self._moment}Z-{named}"


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


class Reserved(NamedTuple):
    """Hold a step's place: its time, its ledger day (as an ordinal), the cause and the reason's year."""

    time: int
    number: int
    cause: str
    year: int


def steps_of(terms: Terms, wish: Wish) -> Sequence[Step]:
    """Return the steps that a wish is for; ValueError for one that is not there."""
    if not wish.first:
        return terms.steps
    for index, step in enumerate(terms.steps):
        if wish.first == step.id:
            return terms.steps[index:]
    raise ValueError(f"there is no step {wish.first!r}")


def reserve(
    terms: Terms, wish: Wish, ledger: Ledger, step: Step, before: tuple[datetime, str] | None
) -> Reserved:
    """Find a step's place and take it; ``before``: due time and id of the step before it in this wish."""
    calendar = terms.calendar(wish)
    start, after = before or (wish.start, wish.after)
    if before is not None and after.isdigit():
        after = f"step {after}"
    year = start.astimezone(calendar.zone).year
    due, cause = calendar.due(start, step), reasons.counted(step, after)
    if before is None:
        cause = f"{wish.why}; {cause}" if wish.why else cause
        if wish.not_before is not None and wish.not_before > due:
            due = wish.not_before
            cause = f"{cause}; {reasons.not_before(calendar, ceil(due.timestamp()), year)}"
    domain, wished = wish.domain.lower(), ceil(due.timestamp())
    opened = calendar.opening(wished)
    if opened != wished:
        cause = f"{cause}; {reasons.moved_into_window(calendar, wished, opened, year)}"
    jitter = _jitter(wish.enrollment, step.id, ledger.pace.jitter)
    place = ledger.find(Request(calendar=calendar, at=opened, jitter=jitter, domain=domain))
    if place.waits:
        cause = reasons.whole(cause, calendar, opened, year)
        cause = f"{cause}; {reasons.moved_in_ledger(place, domain, year)}"
    ledger.take(place, domain)
    return Reserved(place.time, place.number, cause, year)


def slot_of(terms: Terms, wish: Wish, step: Step, place: Reserved) -> Slot:
    """Return a step's place as it is kept and shown."""
    calendar = terms.calendar(wish)
    return Slot(
        step=step.id,
        due=datetime.fromtimestamp(place.time, UTC),
        reason=reasons.whole(place.cause, calendar, place.time, place.year),
        day=date.fromordinal(place.number).isoformat(),
    )


def _slots(terms: Terms, wish: Wish, ledger: Ledger) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    for step in steps_of(terms, wish):
        before = (slots[-1].due, slots[-1].step) if slots else None
        slots.append(slot_of(terms, wish, step, reserve(terms, wish, ledger, step, before)))
    return tuple(slots)


def _entry(terms: Terms, wish: Wish, slot: Slot) -> Reservation:
    return Reservation(
        at=slot.due,
        campaign=terms.campaign,
        enrollment=wish.enrollment,
        step=slot.step,
        domain=wish.domain.lower(),
    )


def _jitter(enrollment: str, step: str, most: int) -> int:
    """Return a step's place within its slot, in whole seconds; it looks random and never changes."""
    hashed = hashlib.sha256(f"jitter\x1f{enrollment}\x1f{step}".encode()).digest()
    return int.from_bytes(hashed[:8]) % (most + 1)
