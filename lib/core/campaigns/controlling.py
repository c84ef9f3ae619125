"""Own what people decide about a running campaign: to pause, resume or cancel it, to skip a candidate.

Invariants: what is decided twice is decided once; a cancelled campaign never runs again; whoever is stopped
gives their later places in the slot ledger back in the same commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.enrollment import LIVE, Event, stopped
from lib.core.errors import Conflict, Fault, InvalidRequest, NotFound
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.freeing import day_keys, freed_days
from lib.core.records import Campaign, Enrollment, Record

#: A reason is a line for the campaign's page.
WHY_LIMIT = 500
SKIPPED = "skipped by the user"
CANCELLED = "the campaign was cancelled"


def own(snapshot: Snapshot, key: Key[Campaign], caller: VerifiedCaller) -> Campaign:
    """Return a campaign that the caller may steer: their own; any other one does not exist for them."""
    campaign = snapshot.need(key)
    if campaign.author != caller.user:
        raise NotFound("no such campaign")
    return campaign


def reason(given: str) -> str:
    """Return a reason as it is kept; InvalidRequest when it is no line of words."""
    words = given.strip()
    if len(words) > WHY_LIMIT or not words.isprintable():
        why = f"is one line of at most {WHY_LIMIT} characters"
        raise InvalidRequest("the reason cannot be kept", (Fault(field="why", why=why),))
    return words


def paused(campaign: Campaign, why: str) -> Campaign:
    """Let nothing more go out until the campaign is resumed; a paused one keeps its first reason."""
    if campaign.status == "paused":
        return campaign
    if campaign.status != "active":
        raise Conflict(_cannot("paused", campaign))
    return msgspec.structs.replace(campaign, status="paused", why=why)


def resumed(campaign: Campaign, now: datetime) -> Campaign:
    """Let a paused campaign go on: all that waits is planned anew, from now on."""
    if campaign.status == "active":
        return campaign
    if campaign.status != "paused":
        raise Conflict(_cannot("resumed", campaign))
    return planned_anew(msgspec.structs.replace(campaign, status="active", why=""), now)


def planned_anew(campaign: Campaign, now: datetime) -> Campaign:
    """Return a campaign whose waiting candidates need new times; until they have, none of them is sent to."""
    return msgspec.structs.replace(campaign, plan=campaign.plan + 1, wake_at=now)


def cancelled(campaign: Campaign, why: str, now: datetime) -> Campaign:
    """End a campaign for good; those who are still in it are stopped one chunk after the other."""
    if campaign.status == "cancelled":
        return campaign
    if campaign.status not in ("active", "paused"):
        raise Conflict(_cannot("cancelled", campaign))
    return msgspec.structs.replace(campaign, status="cancelled", why=why or CANCELLED, wake_at=now)


def stopped_all(
    snapshot: Snapshot, wanted: Sequence[Key[Enrollment]], why: str, now: datetime
) -> Changes[tuple[Enrollment, ...]]:
    """Return the commit that cancels those of ``wanted`` who are still live, their later places given back.

    An attempt under way is left to be settled at once: its draft is withdrawn, or its mail recorded.
    """
    live = [one for key in wanted if (one := snapshot[key]) is not None and one.status in LIVE]
    missing = snapshot.missing(key for one in live for key in day_keys(one, now))
    if missing:
        return Changes((), need=frozenset(missing))
    after = tuple(stopped(one, Event.CANCELLED, why, now) for one in live)
    writes: dict[Key[Any], Record] = {keys.enrollment(one.org, one.id): one for one in after}
    return Changes(after, {**writes, **freed_days(snapshot, live, now)})


def _cannot(deed: str, campaign: Campaign) -> str:
    state = {
        "accepting": "it is still being accepted; try again in a moment",
        "undoing": "its acceptance failed and is being undone; accept it again",
        "cancelled": "it was cancelled",
        "active": "it is running",
    }
    return f"the campaign cannot be {deed}: {state[campaign.status]}"
