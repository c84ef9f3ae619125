"""Own what people decide about a running campaign: pause, resume, approve, cancel it, skip a candidate.

Invariants: what is decided twice is decided once; a cancelled campaign never runs again; whoever is stopped
gives their later places in the slot ledger back in the same commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from lib.core import keys
from lib.core.enrollment import LIVE, Event, stopped
from lib.core.errors import Conflict, Fault, InvalidRequest
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.freeing import day_keys, freed_days
from lib.core.records import Campaign, Enrollment, Record

#: A reason is a line for the campaign's page.
WHY_LIMIT = 500
SKIPPED = "skipped by the user"
CANCELLED = "the campaign was cancelled"

#: Whose doing a pause is; and which others take its place: they do not end when it does.
Pause = Literal["person", "owner", "disconnect", "grant", "label"]
_OUTRANKED: Mapping[str, tuple[Pause, ...]] = {
    "disconnect": ("person", "owner", "grant", "label"),
    "grant": ("person", "owner"),
    "label": ("person", "owner"),
    "person": ("owner",),
}


def reason(given: str) -> str:
    """Return a reason as it is kept; InvalidRequest when it is no line of words."""
    words = given.strip()
    if len(words) > WHY_LIMIT or not words.isprintable():
        why = f"is one line of at most {WHY_LIMIT} characters"
        raise InvalidRequest("the reason cannot be kept", (Fault(field="why", why=why),))
    return words


def paused(campaign: Campaign, why: str, whose: Pause = "person") -> Campaign:
    """Let nothing more go out until the campaign is resumed.

    A paused one keeps its first reason, unless that pause would end by itself and this one does not.
    """
    if campaign.status == "paused" and whose not in _OUTRANKED.get(campaign.paused_for, ()):
        return campaign
    if campaign.status not in ("active", "paused"):
        raise Conflict(_cannot("paused", campaign))
    return msgspec.structs.replace(campaign, status="paused", why=why, paused_for=whose)


def resumed(campaign: Campaign, now: datetime) -> Campaign:
    """Let a paused campaign go on: all that waits is planned anew, from now on."""
    if campaign.status == "active":
        return campaign
    if campaign.status != "paused":
        raise Conflict(_cannot("resumed", campaign))
    active = msgspec.structs.replace(campaign, status="active", why="", paused_for="")
    return planned_anew(active, now)


def approved(campaign: Campaign, revision: int, now: datetime) -> Campaign:
    """Let a delegate's campaign go out as its mailbox's owner saw it; what waited is planned anew."""
    if campaign.status not in ("active", "paused"):
        raise Conflict(_cannot("approved", campaign))
    if campaign.revision != revision:
        raise Conflict("the campaign was changed since: look at it as it is now, and approve that")
    if campaign.approved_at is not None:
        return campaign
    return planned_anew(msgspec.structs.replace(campaign, approved_at=now), now)


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
