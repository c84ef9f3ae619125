"""Add candidates to a campaign that runs, with their places.

Invariant: nothing is written before everything is valid; each chunk comes in whole, and the same request
again adds nobody twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.adding import Addition, added, takes_more
from lib.core.campaigns.admitting import Place, Rules, Skipped, documents, examined, places
from lib.core.campaigns.guarding import Contacted
from lib.core.campaigns.request import Shortlist, read_more, refused
from lib.core.campaigns.reserving import day_keys, wishes_of
from lib.core.keys import Changes, Snapshot
from lib.core.plans.planning import terms_of
from lib.core.records import Org
from lib.core.rights import refuse_erased
from lib.flows.accepting import CHUNK, chunks, looked_up, queue, sketched
from lib.flows.permitting import Permit, permitted
from lib.ports import Services


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """Answer an addition; added: how many are new, candidates: how many of the request are in it now."""

    id: str
    added: int
    candidates: int
    skipped: tuple[Skipped, ...]
    contacted: tuple[Contacted, ...]


def add(services: Services, caller: VerifiedCaller, campaign_id: str, body: bytes) -> Added:
    """Add the candidates of a request to a campaign, and queue what is due within the horizon.

    InvalidRequest lists every fault; Conflict: it takes nobody any more, or was edited meanwhile.
    """
    permit, org_key = permitted(services, caller, campaign_id, "write"), keys.org(caller.org)
    campaign, org = takes_more(permit.campaign), services.store.read([org_key])[org_key]
    refuse_erased(org, permit.mailbox)
    more = read_more(body, campaign.steps, campaign.name)
    if more.faults:
        raise refused(more.faults)
    rules = Rules(
        org=caller.org,
        mailbox=campaign.mailbox,
        settings=org or Org(org=caller.org),
        despite=bool(more.despite),
        now=permit.now,
    )
    everybody = places(caller.org, campaign_id, more.candidates, services.address_key)
    additions = [_add(services, permit, chunk, rules, more) for chunk in chunks(everybody, CHUNK)]
    queue(services, [enrollment for one in additions for enrollment in one.new])
    return Added(
        id=campaign_id,
        added=sum(len(one.new) for one in additions),
        candidates=sum(len(one.new) + len(one.found.enrolled) for one in additions),
        skipped=tuple(skipped for one in additions for skipped in one.found.skipped),
        contacted=tuple(contacted for one in additions for contacted in one.found.contacted),
    )


def _add(
    services: Services,
    permit: Permit,
    chunk: Sequence[Place],
    rules: Rules,
    more: Shortlist,
) -> Addition:
    campaign, mailbox = permit.campaign, permit.read.need(permit.mailbox_key)
    people = looked_up(services, campaign.org, chunk)
    fit = examined(people, chunk, rules).fit
    sketch, days = sketched(services, terms_of(campaign, mailbox), wishes_of(campaign, fit, rules.now))

    def decide(snapshot: Snapshot) -> Changes[Addition]:
        permit.again(snapshot)
        changes = added(snapshot, campaign, chunk, sketch, rules, more.despite, permit.caller)
        new = len(changes.result.new)
        entry = permit.audited("edited_campaign", f"candidates added: {new}", f"first:{chunk[0].index}")
        known = permit.known(snapshot[permit.mailbox_key])
        return Changes(changes.result, {**changes.writes, **known, **entry} if new else {}, need=changes.need)

    wanted = [*permit.wanted, *documents(chunk), *day_keys(sketch.terms, sketch.days)]
    return services.store.change(wanted, decide, known=people | days)
