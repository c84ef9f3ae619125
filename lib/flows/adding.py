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
from lib.core.errors import NotFound
from lib.core.plans.planning import terms_of
from lib.core.records import Campaign, Mailbox, Org
from lib.flows.accepting import CHUNK, chunks, looked_up, queue, sketched
from lib.ports import Services


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """Answer an addition; added: how many are new, candidates: how many of the request are in it now."""

    id: str
    added: int
    candidates: int
    skipped: tuple[Skipped, ...]
    contacted: tuple[Contacted, ...]


def add(services: Services, caller: VerifiedCaller, campaign_id: str, body: bytes) -> Added:
    """Add the candidates of a request to the caller's campaign, and queue what is due within the horizon.

    InvalidRequest lists every fault; NotFound: no such campaign of the caller's; Conflict: it takes nobody
    any more, or was edited meanwhile.
    """
    campaign_key, org_key = keys.campaign(caller.org, campaign_id), keys.org(caller.org)
    known = services.store.read([campaign_key, org_key])
    campaign = known[campaign_key]
    if campaign is None or campaign.author != caller.user:
        raise NotFound("no such campaign")
    takes_more(campaign)
    mailbox_key = keys.mailbox(caller.org, campaign.mailbox)
    mailbox = services.store.read([mailbox_key]).need(mailbox_key)
    more = read_more(body, campaign.steps, campaign.name)
    if more.faults:
        raise refused(more.faults)
    now = services.clock.now()
    rules = Rules(
        org=caller.org,
        mailbox=campaign.mailbox,
        settings=known[org_key] or Org(org=caller.org),
        despite=bool(more.despite),
        now=now,
    )
    everybody = places(caller.org, campaign_id, more.candidates, services.address_key)
    additions = [_add(services, campaign, mailbox, chunk, rules, more) for chunk in chunks(everybody, CHUNK)]
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
    campaign: Campaign,
    mailbox: Mailbox,
    chunk: Sequence[Place],
    rules: Rules,
    more: Shortlist,
) -> Addition:
    people = looked_up(services, campaign.org, chunk)
    fit = examined(people, chunk, rules).fit
    sketch, days = sketched(services, terms_of(campaign, mailbox), wishes_of(campaign, fit, rules.now))
    return services.store.change(
        [keys.campaign(campaign.org, campaign.id), *documents(chunk), *day_keys(sketch.terms, sketch.days)],
        lambda snapshot: added(snapshot, campaign, chunk, sketch, rules, more.despite),
        known=people | days,
    )
