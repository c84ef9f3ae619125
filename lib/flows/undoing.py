"""Undo an acceptance that died: its enrollments, its places in the ledger, its attachments, itself.

Invariant: it may die at any point and be done again; the campaign goes last, so that nothing is left over
that nobody would find.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from lib.core import keys
from lib.core.campaigns.reserving import dates_between
from lib.core.campaigns.undoing import gone, key_of, places_freed, removed, taken_back, undoing
from lib.core.keys import Key
from lib.core.records import Campaign
from lib.ports import Services

#: How many enrollments are deleted at once.
CHUNK = 200
#: Days with so many places in all are freed with one commit.
PLACES = 20_000


def undo(services: Services, campaign: Campaign) -> None:
    """Undo an acceptance that gave no sign for too long; nothing happens when it did, or is through."""
    decide = partial(undoing, campaign=campaign, now=services.clock.now())
    if services.store.change([key_of(campaign)], decide):
        _carry_out(services, campaign)


def take_back(services: Services, campaign: Campaign) -> None:
    """Undo at once an acceptance that has not reserved all its places; nothing happens when it has by now."""
    decide = partial(taken_back, campaign=campaign, now=services.clock.now())
    if services.store.change([key_of(campaign)], decide):
        _carry_out(services, campaign)


def _carry_out(services: Services, campaign: Campaign) -> None:
    store, key = services.store, key_of(campaign)
    while some := store.enrollments(campaign.org, campaign.id, limit=CHUNK):
        wanted: list[Key[Any]] = [key]
        for one in some:
            wanted += [keys.enrollment(one.org, one.id), keys.contact(one.org, one.contact)]
        decide = partial(removed, campaign=campaign, some=some, now=services.clock.now())
        if not store.change(wanted, decide):
            return
    dates, size = dates_between(campaign.days), _days_at_once(services, campaign)
    for start in range(0, len(dates), size):
        days = [keys.day(campaign.org, campaign.mailbox, date) for date in dates[start : start + size]]
        free = partial(places_freed, campaign=campaign, days=days, now=services.clock.now())
        if not store.change([key, *days], free):
            return
    store.change([key], partial(gone, campaign=campaign))


def _days_at_once(services: Services, campaign: Campaign) -> int:
    """Return how many days of the ledger fit into one commit, as the mailbox's cap tells."""
    key = keys.mailbox(campaign.org, campaign.mailbox)
    mailbox = services.store.read([key])[key]
    cap = max(1, mailbox.limits.daily_cap) if mailbox is not None else PLACES
    return max(1, min(100, PLACES // cap))
