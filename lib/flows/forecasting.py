"""Own the forecast of a campaign: when its last mail will be out, and what holds it back.

Invariant: it rests on the places that are reserved in the mailbox's slot ledger, a document a day; no
candidate is read but the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.plans.ledger import cap_after, day_of
from lib.core.records import Day, Reservation, Slot
from lib.flows.permitting import Permit, permitted
from lib.ports import Services


class PlannedDay(msgspec.Struct, frozen=True, kw_only=True):
    """Show a day of the mailbox's ledger: mails of the campaign that are to come.

    all: places taken on that day by all campaigns; cap: how many there are. Equal, the cap holds back.
    """

    date: str
    mails: int
    all: int
    cap: int


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Show what is to come of a campaign if nobody answers; a paused one gets new times at its resumption.

    mails: how many. last: the last reserved place, None when nothing is to come; an absence or a late mail
    may move it. last_step: its step. reasons: why that candidate's steps are not earlier, in their order,
    naming each cap that moved one; only for who may read the campaign. days: by the mailbox's calendar.
    """

    status: str
    mails: int
    last: datetime | None
    last_step: str
    reasons: tuple[Slot, ...]
    days: tuple[PlannedDay, ...]


def show_forecast(services: Services, caller: VerifiedCaller, id_: str) -> Forecast:
    """Forecast a campaign, for whoever may see it."""
    permit = permitted(services, caller, id_, "see")
    days: list[PlannedDay] = []
    coming: list[Reservation] = []
    for day, cap in _days(services, permit):
        own = [one for one in day.entries if one.campaign == id_ and one.at > permit.now]
        coming += own
        if own:
            days.append(PlannedDay(date=day.date, mails=len(own), all=len(day.entries), cap=cap))
    last = max(coming, key=lambda one: one.at, default=None)
    reads = last is not None and "read" in permit.rights
    return Forecast(
        status=permit.campaign.status,
        mails=len(coming),
        last=None if last is None else last.at,
        last_step="" if last is None else last.step,
        reasons=_slots(services, caller.org, last.enrollment) if reads and last is not None else (),
        days=tuple(days),
    )


def _days(services: Services, permit: Permit) -> Iterator[tuple[Day, int]]:
    """Yield the days of the campaign's mailbox from today on, with the cap of each."""
    mailbox = permit.mailbox
    if mailbox is None:
        return
    connected = date.fromisoformat(day_of(mailbox.timezone, mailbox.connected_at))
    yesterday = date.fromisoformat(day_of(mailbox.timezone, permit.now)) - timedelta(days=1)
    found = services.store.all_held(Day, mailbox.org, of=mailbox.id, after=yesterday.isoformat())
    for _, day in found:
        yield day, cap_after(mailbox.limits, (date.fromisoformat(day.date) - connected).days)


def _slots(services: Services, org: str, enrollment: str) -> tuple[Slot, ...]:
    key = keys.enrollment(org, enrollment)
    one = services.store.read([key])[key]
    return one.slots if one is not None else ()
