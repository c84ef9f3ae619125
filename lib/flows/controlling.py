"""Own what people do to a running campaign: pause, resume, approve, cancel it, skip or decide on a candidate.

Invariant: the decision is one commit; what follows from it for each candidate is done at once as far as that
goes, and ``maintain`` does the rest. Until then nobody is sent to whom it concerns, but for what was claimed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns import controlling
from lib.core.enrollment import LIVE
from lib.core.errors import Conflict, Forbidden, NotFound, OutreachError
from lib.core.keys import Changes, Snapshot
from lib.core.records import Campaign, Deed, Enrollment, Mailbox
from lib.core.rights import bound, is_owner, lacking, needs_approval
from lib.flows.deciding import decide_held
from lib.flows.permitting import Permit, permitted
from lib.flows.replanning_all import nothing_left, replan_all
from lib.ports import Services

#: How many candidates one commit stops, and how many commits one run makes.
CHUNK = 100
CHUNKS = 10
ANEW = "Those who wait get new times, in the same order."
OWNERS_PAUSE = "the mailbox's owner or an admin has paused this campaign: only the owner can resume it"
CLAIMED = "A mail that was already being sent may still arrive."


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the body of a pause or cancellation: why, in words."""

    why: str = ""


class Approval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the body of an approval; revision: of the campaign that the owner has looked at."""

    revision: int


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
    permit = permitted(services, caller, id_, "stop")
    whose: controlling.Pause = "person" if permit.campaign.author == caller.user else "owner"
    campaign = _steer(services, permit, "paused_campaign", lambda one, _: controlling.paused(one, why, whose))
    return _answer(campaign, CLAIMED)


def resume(services: Services, caller: VerifiedCaller, id_: str) -> Steered:
    """Let a paused campaign go on at new times, in the old order."""
    permit = permitted(services, caller, id_, "write")

    def resumed(campaign: Campaign, mailbox: Mailbox | None) -> Campaign:
        _granted(campaign, mailbox, permit.now)
        if campaign.paused_for == "owner" and not (mailbox is not None and is_owner(mailbox, caller)):
            raise Forbidden(OWNERS_PAUSE)
        return controlling.resumed(campaign, permit.now)

    campaign = _steer(services, permit, "resumed_campaign", resumed)
    return _answer(_anew(services, campaign), ANEW)


def approve(services: Services, caller: VerifiedCaller, id_: str, given: Approval) -> Steered:
    """Let a delegate's campaign go out as the owner has seen it; Conflict when it has changed since.

    One that needs no approval stays as it is.
    """
    permit = permitted(services, caller, id_, "approve")

    def approved(campaign: Campaign, mailbox: Mailbox | None) -> Campaign:
        _granted(campaign, mailbox, permit.now)
        if mailbox is None or not needs_approval(mailbox, campaign, permit.now):
            return campaign
        return controlling.approved(campaign, given.revision, permit.now)

    campaign = _steer(services, permit, "approved_campaign", approved)
    return _answer(_anew(services, campaign), ANEW)


def cancel(services: Services, caller: VerifiedCaller, id_: str, given: Reason) -> Steered:
    """End a campaign for good."""
    why, permit = controlling.reason(given.why), permitted(services, caller, id_, "stop")
    campaign = _steer(
        services, permit, "cancelled_campaign", lambda one, _: controlling.cancelled(one, why, permit.now)
    )
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
    permit, wanted = permitted(services, caller, id_, "stop"), keys.enrollment(caller.org, enrollment)

    def decide(snapshot: Snapshot) -> Changes[Enrollment]:
        permit.again(snapshot)
        record = snapshot.need(wanted)
        if record.campaign != id_:
            raise NotFound("no such candidate")
        changes = controlling.stopped_all(snapshot, [wanted], controlling.SKIPPED, permit.now)
        after = changes.result[0] if changes.result else record
        entry = permit.audited("edited_campaign", f"enrollment:{record.id}", "skipped")
        return Changes(after, {**changes.writes, **entry} if changes.writes else {}, need=changes.need)

    return services.store.change([*permit.wanted, wanted], decide)


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


def _granted(campaign: Campaign, mailbox: Mailbox | None, now: datetime) -> None:
    """Raise Conflict for a campaign that would pause again at once."""
    if mailbox is not None and lacking(mailbox, campaign, now) == "grant":
        raise Conflict("the campaign's author holds no grant for this mailbox (any more): it needs one first")


def _anew(services: Services, campaign: Campaign) -> Campaign:
    """Give those who wait new times; that they are due is on record, and maintain goes on where this ends."""
    if campaign.status == "active" and campaign.wake_at is not None:
        with suppress(OutreachError):
            replan_all(services, campaign)
    return campaign


def _steer(
    services: Services, permit: Permit, deed: Deed, after: Callable[[Campaign, Mailbox | None], Campaign]
) -> Campaign:
    def steer(snapshot: Snapshot) -> Changes[Campaign]:
        before, mailbox = permit.again(snapshot), snapshot[permit.mailbox_key]
        campaign = after(before, mailbox and bound(mailbox, permit.caller))
        if campaign == before:
            return Changes(campaign)
        return Changes(campaign, {permit.key: campaign, **permit.known(mailbox), **permit.audited(deed)})

    return services.store.change(permit.wanted, steer, known=permit.read)


def _answer(campaign: Campaign, note: str) -> Steered:
    return Steered(id=campaign.id, status=campaign.status, why=campaign.why, note=note)
