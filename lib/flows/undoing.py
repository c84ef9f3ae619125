"""Undo an acceptance that died: its enrollments, its places in the ledger, its attachments, itself.

Invariant: it may die at any point and be done again; the campaign goes last, so that nothing is left over
that nobody would find.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from lib.core import keys
from lib.core.campaigns.reserving import dates_between
from lib.core.campaigns.undoing import gone, key_of, places_freed, removed, undoing
from lib.core.keys import Key
from lib.core.plans.ledger import READ_LIMIT
from lib.core.records import Campaign
from lib.ports import Services

#: How many enrollments are deleted at once.
CHUNK = 200


def undo(services: Services, campaign: Campaign) -> None:
    """Undo an acceptance that gave no sign for too long; nothing happens when it did, or is through."""
    store, key = services.store, key_of(campaign)
    if not store.change([key], partial(undoing, campaign=campaign, now=services.clock.now())):
        return
    while some := store.enrollments(campaign.org, campaign.id, limit=CHUNK):
        wanted: list[Key[Any]] = [key]
        for one in some:
            wanted += [keys.enrollment(one.org, one.id), keys.contact(one.org, one.contact)]
        decide = partial(removed, campaign=campaign, some=some, now=services.clock.now())
        if not store.change(wanted, decide):
            return
    dates = dates_between(campaign.days)
    for start in range(0, len(dates), READ_LIMIT):
        days = [keys.day(campaign.org, campaign.mailbox, date) for date in dates[start : start + READ_LIMIT]]
        free = partial(places_freed, campaign=campaign, days=days, now=services.clock.now())
        if not store.change([key, *days], free):
            return
    store.change([key], partial(gone, campaign=campaign))
