"""Own what its author does to a running campaign: pause, resume, cancel it, skip or decide on a candidate.

Invariant: the decision is one commit; what follows from it for each candidate is done at once as far as that
goes, and ``maintain`` does the rest. Until then nobody is sent to whom it concerns, but for what was claimed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns import controlling
from lib.core.enrollment import LIVE
from lib.core.errors import NotFound, OutreachError
from lib.core.keys import Changes, Snapshot
from lib.core.records import Campaign, Enrollment
from lib.flows.deciding import decide_held
from lib.flows.replanning_all import nothing_left, replan_all
from lib.ports import Services

#: How many candidates one commit stops, and how many commits one run makes.
CHUNK = 100
CHUNKS = 10
CLAIMED = "A mail that was already being sent may still arrive."


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the body of a pause or cancellation: why, in the author's words."""

    why: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the body of a decision on a held step: whether its mail went out, as a person saw it."""

    was_sent: bool


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """Answer with what is recorded of a held step, in a word."""

    outcome: str


class Steered(msgspec.Struct, frozen=True, kw_only=True):
    """Answer with the state of a campaign; note: what its author has to know."""

    id: str
    status: str
    why: str
    note: str = ""


def pause(services: Services, caller: VerifiedCaller, id_: str, given: Reason) -> Steered:
    """Let nothing more go out; Conflict for a campaign that is not running."""
    why = controlling.reason(given.why)
    return _answer(_steer(services, caller, id_, lambda one: controlling.paused(one, why)), CLAIMED)


def resume(services: Services, caller: VerifiedCaller, id_: str) -> Steered:
    """Let a paused campaign go on at new times, in the old order."""
    now = services.clock.now()
    campaign = _steer(services, caller, id_, lambda one: controlling.resumed(one, now))
    if campaign.wake_at is not None:
        # The decision stands whatever happens now: maintain goes on where this ends.
        with suppress(OutreachError):
            replan_all(services, campaign)
    return _answer(campaign, "Those who wait get new times, in the same order.")


def cancel(services: Services, caller: VerifiedCaller, id_: str, given: Reason) -> Steered:
    """End a campaign for good."""
    why, now = controlling.reason(given.why), services.clock.now()
    campaign = _steer(services, caller, id_, lambda one: controlling.cancelled(one, why, now))
    if campaign.wake_at is not None:
        with suppress(OutreachError):
            stop_rest(services, campaign)
    return _answer(campaign, CLAIMED)


def stop_rest(services: Services, campaign: Campaign) -> bool:
    """Stop all who are still in a cancelled campaign; return whether nobody is left."""
    for _ in range(CHUNKS):
        live = _live(services, campaign)
        if not live:
            return nothing_left(services, campaign)
        wanted = [keys.enrollment(one.org, one.id) for one in live]
        now = services.clock.now()
        stop = partial(controlling.stopped_all, wanted=wanted, why=campaign.why, now=now)
        services.store.change(wanted, stop)
    return False


def skip(services: Services, caller: VerifiedCaller, id_: str, enrollment: str) -> Enrollment:
    """Take one candidate out of a campaign; one who is out already stays as they are."""
    key, wanted = keys.campaign(caller.org, id_), keys.enrollment(caller.org, enrollment)
    now = services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[Enrollment]:
        controlling.own(snapshot, key, caller)
        record = snapshot.need(wanted)
        if record.campaign != id_:
            raise NotFound("no such candidate")
        changes = controlling.stopped_all(snapshot, [wanted], controlling.SKIPPED, now)
        after = changes.result[0] if changes.result else record
        return Changes(after, changes.writes, need=changes.need)

    return services.store.change([key, wanted], decide)


def decide(services: Services, caller: VerifiedCaller, id_: str, enrollment: str, given: Decision) -> Decided:
    """Take a person's word on a held step."""
    return Decided(outcome=decide_held(services, caller, id_, enrollment, was_sent=given.was_sent))


def _live(services: Services, campaign: Campaign) -> list[Enrollment]:
    """Return the next who are still in a campaign; those who wait come first."""
    for status in LIVE:
        found = services.store.enrollments_in(campaign.org, campaign.id, status, CHUNK)
        if found:
            return found
    return []


def _steer(
    services: Services, caller: VerifiedCaller, id_: str, after: Callable[[Campaign], Campaign]
) -> Campaign:
    key = keys.campaign(caller.org, id_)

    def steer(snapshot: Snapshot) -> Changes[Campaign]:
        campaign = after(controlling.own(snapshot, key, caller))
        return Changes(campaign, writes={} if campaign == snapshot[key] else {key: campaign})

    return services.store.change([key], steer)


def _answer(campaign: Campaign, note: str) -> Steered:
    return Steered(id=campaign.id, status=campaign.status, why=campaign.why, note=note)
