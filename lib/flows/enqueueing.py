"""Take a campaign in: preview it, or accept it with all its candidates.

Invariants: nothing is written before everything is valid; a plan that was previewed is accepted exactly, or
not at all, with the new plan as the answer. The client's campaign id is the idempotency key.
"""

from __future__ import annotations

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.accepting import Begun, Order, there_already
from lib.core.campaigns.admitting import Skipped
from lib.core.campaigns.guarding import Contacted
from lib.core.errors import Conflict
from lib.core.keys import Snapshot
from lib.core.plans.planning import PlanDigest, start_of
from lib.core.records import Campaign
from lib.flows.accepting import Outcome, Reserved, activate, admit, begin, rules_of
from lib.flows.arranging import People, taken_over
from lib.flows.ordering import examined_request, no_upload
from lib.flows.previewing import Preview, previewed
from lib.flows.undoing import take_back
from lib.flows.uploading import drop
from lib.ports import Services


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """Answer an acceptance: 202, or 200 when the same was accepted before; candidates are those enrolled.

    Of those skipped, and of those written to already, the first 1,000 are named, all are counted: none when
    the same was accepted before, and its upload is gone.
    """

    status: int
    id: str
    plan_digest: str
    candidates: int
    skipped: tuple[Skipped, ...] = ()
    skipped_count: int = 0
    contacted: tuple[Contacted, ...] = ()
    contacted_count: int = 0


class HowTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the query of a request: whether it is only planned and shown."""

    dry_run: bool = False


def enqueue(services: Services, caller: VerifiedCaller, how: HowTo, body: bytes) -> Preview | Accepted:
    """Plan a request and write nothing, or accept it."""
    return (preview if how.dry_run else accept)(services, caller, body)


def preview(services: Services, caller: VerifiedCaller, body: bytes) -> Preview:
    """Plan a request and write nothing. Conflict while its places are being reserved."""
    order, known = examined_request(services, caller, body)
    if order.is_over:
        raise no_upload()
    campaign = known[order.key]
    if campaign is not None and campaign.reserving:
        # Nobody is in it yet, and its own places are in the ledger: neither list nor plan would be right.
        raise Conflict("this campaign is being accepted: send it (again), or look in a minute")
    return previewed(services, order, known)


def accept(services: Services, caller: VerifiedCaller, body: bytes) -> Accepted:
    """Accept a campaign and all its candidates, and queue what is due within the horizon.

    InvalidRequest lists every fault; Conflict: the id has other content, or the plan is another one (its
    ``now`` is then a new Preview).
    """
    order, known = examined_request(services, caller, body)
    if order.is_over:
        return _over(known.need(order.key))
    reserved = _reserved(services, order, known)
    campaign = reserved.campaign.need(order.key)
    outcome = Outcome(PlanDigest(order.content, campaign.accepted_at), bytearray(order.listed.count))
    admit(services, order, reserved, rules_of(order, known, campaign.accepted_at), outcome)
    activate(services, order, reserved, outcome)
    if order.upload:
        drop(services, order.org, order.upload)
    return Accepted(
        status=202 if campaign.status == "accepting" else 200,
        id=campaign.id,
        plan_digest=outcome.digest.token(),
        candidates=outcome.count,
        skipped=tuple(outcome.left_out.skipped),
        skipped_count=outcome.left_out.skipped_count,
        contacted=tuple(outcome.left_out.contacted),
        contacted_count=outcome.left_out.contacted_count,
    )


def _over(campaign: Campaign) -> Accepted:
    """Answer for a campaign that has all the candidates of an upload, which is gone since."""
    return Accepted(status=200, id=campaign.id, plan_digest=campaign.planned, candidates=campaign.candidates)


def _reserved(services: Services, order: Order, known: Snapshot) -> Reserved:
    """Return who has which places: reserved now, or by the same request before."""
    campaign = known[order.key]
    if campaign is not None and campaign.reserving:
        # Whoever was at it has died, or is overtaken now: nobody may be left out because of it.
        take_back(services, campaign)
        known |= services.store.read([order.key])
        there_already(known[order.key], order)
        campaign = known[order.key]
    if campaign is None:
        found = _begun(services, order, known)
        if isinstance(found, Reserved):
            return found
        known |= services.store.read([order.key])
    return _gone_on_with(services, order, known, known.need(order.key))


def _begun(services: Services, order: Order, known: Snapshot) -> Reserved | Begun:
    """Begin the campaign, unless another worker was faster. Conflict when the plan is another one."""
    token = order.plan_digest
    start = services.clock.now() if token is None else start_of(token)
    found = begin(services, order, known, start) if start is not None else Begun.STALE
    if found is Begun.STALE:
        anew = previewed(services, order, known)
        raise Conflict("the plan is no longer the one that was previewed: look at the new one", anew)
    return found


def _gone_on_with(services: Services, order: Order, known: Snapshot, campaign: Campaign) -> Reserved:
    """Return what an acceptance that was begun before has reserved; nothing when it is through."""
    mailbox = known.get(keys.mailbox(order.org, campaign.mailbox))
    people, now = People(order.listed.count), known.only(order.key)
    if campaign.status != "accepting" or mailbox is None:
        return Reserved(None, people, now)
    return Reserved(taken_over(services, order, campaign, mailbox), people, now)
