"""Own the decisions by which candidates are added to a campaign that runs.

Invariants: enrollments, contacts, reserved places and the campaign's count change in one commit; who is in
stays as they are, so that the same request again adds nobody. An upload goes in the commit by which the
campaign remembers it: one of both is always there to answer the same request by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.admitting import Examined, Place, Rules, enrollment_of, examined, records_of
from lib.core.campaigns.reserving import Batch, wish_of
from lib.core.errors import Conflict
from lib.core.ids import digest
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.planning import Terms, Wish, plan, terms_of
from lib.core.records import AddedUpload, Campaign, Enrollment, Mailbox, Record, Slot, Upload
from lib.core.rights import is_owner
from lib.core.uploads import dropped

#: So many uploads are remembered; whoever asks again does so within minutes.
REMEMBERED = 10


@dataclass(frozen=True, slots=True)
class Addition:
    """Hold what came of a chunk of candidates: who was sorted how, and who is new.

    stale: nothing was written, since others are fit now, or the ledger has changed: it is to be planned anew.
    """

    found: Examined
    new: tuple[Enrollment, ...] = ()
    stale: bool = False


def takes_more(campaign: Campaign) -> Campaign:
    """Return the campaign if candidates can be added to it; Conflict otherwise."""
    if campaign.status not in ("active", "paused"):
        raise Conflict(f"the campaign is {campaign.status}: nobody can be added")
    return campaign


def misfits(
    campaign: Campaign, mailbox: Mailbox, everybody: Iterable[Place], now: datetime
) -> Iterator[tuple[Place, ValueError]]:
    """Yield for whom there would never be time, and why: where they are, the mailbox's day leaves none.

    Nothing else keeps a candidate from a place, since each cap is one at least and the ledger has no end. So
    whoever shares time zone and country fares alike, and no day has to be read. What this lets through are
    hours that fit on a few days a year, between two zones' changes of clocks: these can be taken by others.
    """
    terms, known = terms_of(campaign, mailbox), dict[tuple[str, str], ValueError | None]()
    for place in everybody:
        wish = wish_of(campaign, place, now)
        where = (wish.timezone, wish.country)
        if where not in known:
            known[where] = _never(terms, wish)
        if (why := known[where]) is not None:
            yield place, why


def _never(terms: Terms, wish: Wish) -> ValueError | None:
    """Return why a wish has no place even in an empty ledger, None when it has."""
    try:
        plan(terms, [wish], {})
    except ValueError as error:
        return error
    return None


def added(
    snapshot: Snapshot,
    before: Campaign,
    chunk: Sequence[Place],
    planned: tuple[Batch, Mapping[str, tuple[Slot, ...]]],
    rules: Rules,
    despite: str,
    caller: VerifiedCaller,
) -> Changes[Addition]:
    """Add some candidates; ``before`` is the campaign against whose steps they were checked.

    ``planned``: the places of those who seemed fit, and their slots by enrollment. With what the mailbox's
    owner has not seen it is another campaign, to be approved anew.
    """
    key = keys.campaign(before.org, before.id)
    campaign = takes_more(snapshot.need(key))
    if (campaign.steps, campaign.window) != (before.steps, before.window):
        raise Conflict("the campaign was edited meanwhile: check the candidates again")
    found = examined(snapshot, chunk, rules)
    if found.need:
        return Changes(Addition(found), need=found.need)
    if not found.fit:
        return Changes(Addition(found))
    batch, slots = planned
    mailbox = snapshot.need(keys.mailbox(campaign.org, campaign.mailbox))
    days = batch.days(snapshot) if batch.rests_on(mailbox) else None
    if days is None or [place.enrollment_id for place in found.fit] != list(slots):
        return Changes(Addition(found, stale=True))
    new = [enrollment_of(campaign, place, slots[place.enrollment_id], rules.now) for place in found.fit]
    writes: dict[Key[Any], Record] = {**days}
    for place, enrollment in zip(found.fit, new, strict=True):
        writes |= records_of(snapshot, campaign, place, enrollment)
    larger = msgspec.structs.replace(
        campaign, candidates=campaign.candidates + len(new), despite=_both(campaign.despite, despite)
    )
    return Changes(Addition(found, tuple(new)), {**writes, **_enlarged(larger, mailbox, caller)})


def request_of(caller: VerifiedCaller, upload: str, despite: str) -> str:
    """Return what a request to add an upload's candidates is remembered by; an upload's id is used once."""
    return digest("addition", caller.user, upload, despite)


def remembered(campaign: Campaign, request: str) -> AddedUpload | None:
    """Return what came of a request before, None when it is not known (any more)."""
    return next((one for one in campaign.added_uploads if one.request == request), None)


def through(
    snapshot: Snapshot, campaign: Key[Campaign], upload: Key[Upload], whole: AddedUpload
) -> Changes[None]:
    """Delete an upload whose candidates are all added, and remember it."""
    gone, record = dropped(snapshot, upload), snapshot[campaign]
    if record is None or remembered(record, whole.request):
        return gone
    uploads = (*record.added_uploads, whole)[-REMEMBERED:]
    after = msgspec.structs.replace(record, added_uploads=uploads)
    return Changes(None, {campaign: after}, deletes=gone.deletes)


def _enlarged(campaign: Campaign, mailbox: Mailbox, caller: VerifiedCaller) -> dict[Key[Any], Record]:
    """Return what is written of the campaign and its mailbox.

    What the owner has not seen is not approved, whether or not anybody asks for that now. The mailbox is
    written as it is: a grant that ends now, or limits that change, make this fail.
    """
    key = keys.campaign(campaign.org, campaign.id)
    written: dict[Key[Any], Record] = {keys.mailbox(mailbox.org, mailbox.id): mailbox}
    if is_owner(mailbox, caller):
        return {key: campaign, **written}
    after = msgspec.structs.replace(campaign, revision=campaign.revision + 1, approved_at=None)
    return {key: after, **written}


def _both(one: str, other: str) -> str:
    """Return both reasons, each once."""
    return "; ".join(dict.fromkeys(reason for reason in (one, other) if reason))
