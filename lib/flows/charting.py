"""Own a campaign day by day: what went out and came back, and what is to come.

Invariant: exact, by the calendar of the mailbox's slot ledger; nobody's mails or answers are read for it.
What is to come rests on the places that are reserved, a document a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

import msgspec

from lib.core.callers import VerifiedCaller
from lib.core.plans.ledger import day_of
from lib.core.plans.windows import day_start
from lib.core.records import Day, Mailbox
from lib.flows.permitting import Permit, permitted
from lib.ports import Services

#: How many days are shown at most, and how many of them may be over.
SHOWN_DAYS = 400
PAST_DAYS = 200


class CampaignDay(msgspec.Struct, frozen=True, kw_only=True):
    """Show a day of a campaign: mails that went out and that are still to come, and answers in person.

    sent: by the day of their places. answers: by when they arrived.
    """

    date: date
    planned: int
    sent: int
    answers: int


class CampaignDays(msgspec.Struct, frozen=True, kw_only=True):
    """Show a campaign's days, each from acceptance to the last place that is reserved.

    At most 400, of which the last 200 that are over. timezone: of the mailbox, by whose calendar they are.
    Empty when the mailbox is gone.
    """

    timezone: str
    days: tuple[CampaignDay, ...]


def show_days(services: Services, caller: VerifiedCaller, id_: str) -> CampaignDays:
    """Count a campaign day by day, for whoever may see it; what waits in a paused one is in no day.

    Costs two reads, two queries of the ledger at most, and for each day that is over two counts at most until
    all are found.
    """
    permit = permitted(services, caller, id_, "see")
    if permit.mailbox is None:
        return CampaignDays(timezone="", days=())
    timezone = permit.mailbox.timezone
    today, first = (
        date.fromisoformat(day_of(timezone, at)) for at in (permit.now, permit.campaign.accepted_at)
    )
    first = min(today, max(first, today - timedelta(days=PAST_DAYS)))
    planned = _planned(services, permit, permit.mailbox, today, first + timedelta(days=SHOWN_DAYS))
    last = max([today, *map(date.fromisoformat, planned)])
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    over = [day for day in days if day <= today]
    sent = services.store.sent_days(caller.org, id_, [day.isoformat() for day in over])
    answers = services.store.answers_between(caller.org, id_, _bounds(timezone, over))
    by_day = dict(zip(over, answers, strict=True))
    return CampaignDays(
        timezone=timezone,
        days=tuple(
            CampaignDay(
                date=day,
                planned=planned.get(day.isoformat(), 0),
                sent=sent.get(day.isoformat(), 0),
                answers=by_day.get(day, 0),
            )
            for day in days
        ),
    )


def _planned(
    services: Services, permit: Permit, mailbox: Mailbox, today: date, end: date
) -> Mapping[str, int]:
    """Return how many of the campaign's places are to come on each day that has some, before the end."""
    yesterday = (today - timedelta(days=1)).isoformat()
    found = services.store.all_held(Day, mailbox.org, of=mailbox.id, after=yesterday)
    planned = {}
    for _, day in takewhile(lambda one: one[1].date < end.isoformat(), found):
        own = sum(one.campaign == permit.campaign.id and one.at > permit.now for one in day.entries)
        if own:
            planned[day.date] = own
    return planned


def _bounds(timezone: str, days: Sequence[date]) -> list[datetime]:
    """Return when each of these days in a row begins, and when the last one ends."""
    numbers = [day.toordinal() for day in days]
    return [datetime.fromtimestamp(day_start(timezone, one), UTC) for one in (*numbers, numbers[-1] + 1)]
