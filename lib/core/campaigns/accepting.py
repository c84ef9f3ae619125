"""Own the decisions by which a campaign comes to be: begun, its places reserved, its candidates admitted.

Invariants: nobody is admitted before the places of all candidates are reserved, in one commit where they fit
into one; each decision may be taken again at any time, by a repeated request too, and ends in the same
records; every commit of an acceptance writes the campaign, so that none gets through once it is being undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.admitting import (
    Examined,
    Place,
    Rules,
    Skipped,
    enrollment_of,
    examined,
    places,
    records_of,
)
from lib.core.campaigns.fields import is_id
from lib.core.campaigns.guarding import Contacted
from lib.core.campaigns.listed import Listed
from lib.core.campaigns.request import Draft
from lib.core.campaigns.reserving import Batch, Seating
from lib.core.errors import Conflict, Fault
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import AttachmentContent, Campaign, Enrollment, Mailbox, Record
from lib.core.rights import NO_GRANT, bound, may_send, refuse_erased

#: After so long without a sign an acceptance has died, and is undone.
ACCEPTING_TIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Order:
    """Hold a valid request: whose it is, what it says, its attachments, and its candidates.

    upload: the id of the upload that they come from, "" for none. is_over: it is gone since all of them are
    in the campaign; listed only counts them then.
    """

    caller: VerifiedCaller
    draft: Draft
    content: str
    contents: Mapping[str, str]
    plan_digest: str | None
    listed: Listed
    upload: str = ""
    is_over: bool = False

    @property
    def org(self) -> str:
        """Return the org."""
        return self.caller.org

    @property
    def key(self) -> Key[Campaign]:
        """Return the key of the campaign."""
        return keys.campaign(self.org, self.draft.id)

    def places(self, address_key: bytes) -> Iterator[Place]:
        """Yield the candidates' places, from the first one on."""
        return places(self.org, self.draft.id, self.listed.candidates(), address_key)


class Begun(Enum):
    """Name what came of a commit that reserves places."""

    RESERVED = "reserved"
    THERE_ALREADY = "there already"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Admitted:
    """Hold who is in the campaign, each with its place, and who is not."""

    enrolled: tuple[tuple[Place, Enrollment], ...]
    skipped: tuple[Skipped, ...]
    contacted: tuple[Contacted, ...]


def mailbox_faults(
    snapshot: Snapshot, draft: Draft, caller: VerifiedCaller, now: datetime
) -> tuple[Fault, ...]:
    """Return what is wrong with the mailbox a new campaign names; a malformed id has its fault already."""
    if not is_id(draft.mailbox):
        return ()
    mailbox = snapshot[keys.mailbox(caller.org, draft.mailbox)]
    if mailbox is None or not may_send(mailbox, caller, draft.id, now):
        why = "you have no mailbox of this id; connect it, or ask its owner for a grant"
        return (Fault(field="mailbox", why=why),)
    inbox = snapshot[keys.inbox(mailbox.inbox)]
    if inbox is None or inbox.mailbox != mailbox.id or inbox.status != "connected":
        return (Fault(field="mailbox", why="the mailbox is disconnected; connect it again first"),)
    return ()


def there_already(campaign: Campaign | None, order: Order) -> bool:
    """Say whether just this was accepted before; Conflict when the campaign of its id is another one."""
    if campaign is None:
        return False
    if not is_of(campaign, order):
        raise Conflict(f"there is another campaign {campaign.id!r}: choose another id")
    if campaign.status == "undoing":
        raise Conflict("an acceptance of this campaign that died is being undone: try again in a minute")
    return True


def is_of(campaign: Campaign, order: Order) -> bool:
    """Say whether a campaign is the one that an order asks for."""
    return (campaign.content, campaign.author) == (order.content, order.caller.user)


def campaign_of(order: Order, mailbox: Mailbox, start: datetime, now: datetime) -> Campaign:
    """Return the campaign of a request as it begins, before its days are known."""
    draft = order.draft
    return Campaign(
        org=order.org,
        id=draft.id,
        name=draft.name,
        mailbox=mailbox.id,
        inbox=mailbox.inbox,
        author=order.caller.user,
        author_email=order.caller.email,
        timezone=draft.timezone,
        window=draft.window,
        steps=draft.steps,
        status="accepting",
        content=order.content,
        candidates=order.listed.count,
        accepted_at=start,
        wake_at=now + ACCEPTING_TIME,
        cc=draft.cc,
        reply_to=draft.reply_to,
        signature=draft.signature,
        despite=draft.despite,
        stop_on_own_answer=draft.stop_on_own_answer,
        stop_elsewhere=draft.stop_elsewhere,
        stop_colleagues=draft.stop_colleagues,
        upload=order.upload,
        shortlist=order.listed.digest if order.upload else "",
    )


def begun(
    snapshot: Snapshot, order: Order, campaign: Campaign, batch: Batch, now: datetime
) -> Changes[Begun]:
    """Begin a campaign and reserve its first places, or find the one that is there.

    campaign: as it will be, with ``reserving`` set when more commits are to come. From now on its author is
    known to the mailbox by their id. Conflict when they may not send from it (any more). Stale, with nothing
    written: a day of the ledger, or the mailbox's limits, are no longer as they were planned on.
    """
    if there_already(snapshot[order.key], order):
        return Changes(Begun.THERE_ALREADY)
    mailbox_key = keys.mailbox(order.org, campaign.mailbox)
    mailbox = snapshot[mailbox_key]
    refuse_erased(snapshot[keys.org(order.org)], mailbox)
    if mailbox is None or not may_send(mailbox, order.caller, campaign.id, now):
        raise Conflict(NO_GRANT)
    days = batch.days(snapshot) if batch.rests_on(mailbox) else None
    if days is None:
        return Changes(Begun.STALE)
    return Changes(
        Begun.RESERVED,
        {
            order.key: msgspec.structs.replace(campaign, wake_at=now + ACCEPTING_TIME),
            # Written even where nothing is bound: a grant that ends now, or an erasure, makes this fail.
            mailbox_key: bound(mailbox, order.caller),
            **days,
            **_contents(order),
        },
    )


def reserved(
    snapshot: Snapshot, order: Order, run: str, batch: Batch, now: datetime, *, last: bool
) -> Changes[Begun]:
    """Reserve more places of a campaign that the same ``run`` began; with the last ones it is whole."""
    campaign = going_on(snapshot, order)
    if campaign.reserving != run:
        raise Conflict("the same campaign is being accepted by another request: try again in a minute")
    days = batch.days(snapshot)
    if days is None:
        return Changes(Begun.STALE)
    still = "" if last else run
    campaign = msgspec.structs.replace(campaign, reserving=still, wake_at=now + ACCEPTING_TIME)
    return Changes(Begun.RESERVED, {order.key: campaign, **days})


def _contents(order: Order) -> dict[Key[Any], Record]:
    return {
        keys.attachment(order.org, order.draft.id, id_): AttachmentContent(
            org=order.org, campaign=order.draft.id, id=id_, content=content
        )
        for id_, content in order.contents.items()
    }


def admitted(
    snapshot: Snapshot,
    order: Order,
    chunk: Sequence[Place],
    seating: Seating | None,
    rules: Rules,
    now: datetime,
) -> Changes[Admitted]:
    """Take some candidates into a campaign that is being accepted, but for those who may get nothing."""
    campaign = going_on(snapshot, order)
    found = examined(snapshot, chunk, rules)
    if found.need:
        return Changes(_outcome(found, (), ()), need=found.need)
    accepting = campaign.status == "accepting"
    if accepting and campaign.reserving:
        raise Conflict("the same campaign is being accepted by another request: try again in a minute")
    writes: dict[Key[Any], Record] = {}
    added: list[tuple[Place, Enrollment]] = []
    left_out: list[Skipped] = []
    for place in found.fit:
        slots = seating.slots(campaign, place) if accepting and seating else None
        if slots is None:
            # Erased since, or left out at first: nothing comes (back) by a repeated request.
            left_out.append(Skipped(index=place.index, reason="is not in the campaign"))
            continue
        enrollment = enrollment_of(campaign, place, slots, campaign.accepted_at)
        writes |= records_of(snapshot, campaign, place, enrollment)
        added.append((place, enrollment))
    if writes:
        writes[order.key] = msgspec.structs.replace(campaign, wake_at=now + ACCEPTING_TIME)
    return Changes(_outcome(found, added, left_out), writes)


def going_on(snapshot: Snapshot, order: Order) -> Campaign:
    """Return the campaign of an acceptance that is under way, or through; Conflict when it is no more."""
    campaign = snapshot[order.key]
    if campaign is None:
        raise Conflict("the acceptance took too long and was undone: send the campaign again")
    there_already(campaign, order)
    return campaign


def _outcome(
    found: Examined, added: Sequence[tuple[Place, Enrollment]], left_out: Sequence[Skipped]
) -> Admitted:
    return Admitted(
        enrolled=tuple(sorted((*found.enrolled, *added), key=lambda one: one[0].index)),
        skipped=tuple(sorted((*found.skipped, *left_out), key=lambda one: one.index)),
        contacted=found.contacted,
    )
