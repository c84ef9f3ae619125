"""Add candidates to a campaign that runs, with their places.

Invariant: nothing is written before everything is valid, and for everybody there is time; each chunk comes in
whole; the same request again adds nobody twice and is answered alike, also when its upload is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.adding import Addition, added, misfits, remembered, request_of, takes_more, through
from lib.core.campaigns.admitting import LeftOut, Place, Rules, Skipped, documents, examined, places
from lib.core.campaigns.guarding import Contacted
from lib.core.campaigns.listed import Listed
from lib.core.campaigns.request import read_more, refused
from lib.core.campaigns.reserving import no_time, whole_batch, wish_of
from lib.core.enrollment import is_soon
from lib.core.errors import Conflict, Contended, InvalidRequest
from lib.core.keys import Changes, Snapshot
from lib.core.plans.planner import Planner
from lib.core.plans.planning import terms_of
from lib.core.records import AddedUpload, Campaign, Org
from lib.core.rights import refuse_erased
from lib.flows.accepting import queue
from lib.flows.arranging import CHUNK, LedgerReading, chunks, looked_up
from lib.flows.ordering import no_upload
from lib.flows.permitting import Permit, permitted
from lib.flows.uploading import UploadGone, opened
from lib.ports import CHANGE_TRIES, Services


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """Answer an addition; added: how many are new by it, candidates: how many of the request are in it now.

    Of those skipped, and of those written to already, the first 1,000 are named, all are counted: none when
    the same was added before, and its upload is gone.
    """

    id: str
    added: int
    candidates: int
    skipped: tuple[Skipped, ...]
    skipped_count: int
    contacted: tuple[Contacted, ...]
    contacted_count: int


def add(services: Services, caller: VerifiedCaller, campaign_id: str, body: bytes) -> Added:
    """Add the candidates of a request to a campaign, and queue what is due within the horizon.

    InvalidRequest lists every fault; Conflict: it takes nobody any more, or was edited meanwhile.
    """
    try:
        return _added(services, caller, campaign_id, body)
    except UploadGone:
        # Another worker is through with the same request, most likely: then the campaign knows it now.
        with suppress(InvalidRequest):
            return _added(services, caller, campaign_id, body)
        why = "the upload is gone meanwhile, some of its candidates may be in: upload it again"
        raise Conflict(f"{why}, nobody is added twice") from None


def _added(services: Services, caller: VerifiedCaller, campaign_id: str, body: bytes) -> Added:
    permit, org_key = permitted(services, caller, campaign_id, "write"), keys.org(caller.org)
    campaign, org = takes_more(permit.campaign), services.store.read([org_key])[org_key]
    refuse_erased(org, permit.mailbox)
    more = read_more(body, campaign.steps, campaign.name, partial(opened, services, caller))
    if more.faults:
        raise refused(more.faults, more.fault_count)
    request = request_of(caller, more.upload, more.despite)
    if more.listed is None:
        return _over(services, permit, request)
    rules = Rules(
        org=caller.org,
        mailbox=campaign.mailbox,
        settings=org or Org(org=caller.org),
        despite=bool(more.despite),
        now=permit.now,
    )
    everybody = partial(_places, services, campaign, more.listed)
    _refuse_misfits(services, permit, everybody(), rules)
    found = _all_in(services, permit, everybody(), rules, more.despite)
    if more.upload:
        upload = keys.upload(caller.org, more.upload)
        whole = AddedUpload(request=request, candidates=found.candidates)
        end = partial(through, campaign=permit.key, upload=upload, whole=whole)
        services.store.change([permit.key, upload], end)
    return found


def _over(services: Services, permit: Permit, request: str) -> Added:
    """Answer for an upload that is gone since the same request has added its candidates, maybe just now."""
    campaign = services.store.read([permit.key]).need(permit.key)
    before = remembered(campaign, request)
    if before is None:
        raise no_upload()
    return _answer(campaign, 0, before.candidates, LeftOut())


def _answer(campaign: Campaign, added: int, candidates: int, left_out: LeftOut) -> Added:
    return Added(
        id=campaign.id,
        added=added,
        candidates=candidates,
        skipped=tuple(left_out.skipped),
        skipped_count=left_out.skipped_count,
        contacted=tuple(left_out.contacted),
        contacted_count=left_out.contacted_count,
    )


def _places(services: Services, campaign: Campaign, listed: Listed) -> Iterator[Place]:
    return places(campaign.org, campaign.id, listed.candidates(), services.address_key)


def _refuse_misfits(services: Services, permit: Permit, everybody: Iterable[Place], rules: Rules) -> None:
    """Refuse the request when it is to add somebody for whom there would never be time."""
    mailbox = permit.read.need(permit.mailbox_key)
    for some in chunks(misfits(permit.campaign, mailbox, everybody, rules.now), CHUNK):
        them = [place for place, _ in some]
        fit = {place.index for place in examined(looked_up(services, rules.org, them), them, rules).fit}
        for place, why in some:
            if place.index in fit:
                raise no_time(why)


def _all_in(
    services: Services, permit: Permit, everybody: Iterable[Place], rules: Rules, despite: str
) -> Added:
    """Add all candidates, chunk by chunk, and queue what is due soon.

    Of those who are in already too: whoever added them may have died before that.
    """
    outcome, left_out, added_count = 0, LeftOut(), 0
    for chunk in chunks(everybody, CHUNK):
        one = _add(services, permit, chunk, rules, despite)
        left_out.take(one.found.skipped, one.found.contacted)
        added_count += len(one.new)
        them = [*one.new, *(enrollment for _, enrollment in one.found.enrolled)]
        outcome += len(them)
        queue(services, [each for each in them if is_soon(each, permit.now)])
    return _answer(permit.campaign, added_count, outcome, left_out)


def _add(services: Services, permit: Permit, chunk: Sequence[Place], rules: Rules, despite: str) -> Addition:
    """Add a chunk of candidates; when the ledger changes meanwhile, it is planned anew."""
    for _ in range(CHANGE_TRIES):
        addition = _tried(services, permit, chunk, rules, despite)
        if not addition.stale:
            return addition
        # The mailbox's limits may be what has changed.
        permit = replace(permit, read=permit.read | services.store.read([permit.mailbox_key]))
    raise Contended("too many workers change the same days")


def _tried(
    services: Services, permit: Permit, chunk: Sequence[Place], rules: Rules, despite: str
) -> Addition:
    campaign, mailbox = permit.campaign, permit.read.need(permit.mailbox_key)
    people = looked_up(services, campaign.org, chunk)
    fit = examined(people, chunk, rules).fit
    terms, wishes = terms_of(campaign, mailbox), [wish_of(campaign, place, rules.now) for place in fit]
    planner = Planner(terms, len(wishes))
    ledger, schedule = LedgerReading(services, terms, planner), planner.schedule
    try:
        ledger.plan(wishes)
    except InvalidRequest:
        # It was found before anything was written that there is: its limits have changed since.
        raise Conflict("the mailbox has no time for all of them, with its limits as they are now") from None
    batch = whole_batch(schedule, ledger.versions)
    slots = {wish.enrollment: schedule.slots(number, wish) for number, wish in enumerate(wishes)}

    def decide(snapshot: Snapshot) -> Changes[Addition]:
        permit.again(snapshot)
        changes = added(snapshot, campaign, chunk, (batch, slots), rules, despite, permit.caller)
        new = len(changes.result.new)
        entry = permit.audited("edited_campaign", f"candidates added: {new}", f"first:{chunk[0].index}")
        known = permit.known(snapshot[permit.mailbox_key])
        return Changes(changes.result, {**changes.writes, **known, **entry} if new else {}, need=changes.need)

    wanted = [*permit.wanted, *documents(chunk), *batch.keys]
    return services.store.change(wanted, decide, known=people | ledger.snapshot())
