"""Own the decisions by which a campaign comes to be: begun, its candidates admitted, made active.

Invariants: the commit that begins a campaign reserves all places of all its candidates; each decision may be
taken again at any time, by a repeated request too, and ends in the same records; every commit of an
acceptance writes the campaign, so that none gets through once it is being undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.admitting import Examined, Place, Rules, Skipped, enrollment_of, examined, records_of
from lib.core.campaigns.fields import is_id
from lib.core.campaigns.guarding import Contacted
from lib.core.campaigns.request import Draft
from lib.core.campaigns.reserving import (
    Sketch,
    Slots,
    day_keys,
    digest_of,
    planned_on,
    slots_of,
    span_of,
)
from lib.core.errors import Conflict, Fault
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.planning import freed, slot_end
from lib.core.records import AttachmentContent, Campaign, Enrollment, Mailbox, Record
from lib.core.rights import NO_GRANT, bound, may_send, refuse_erased

#: After so long without a sign an acceptance has died, and is undone.
ACCEPTING_TIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Order:
    """Hold a valid request: whose it is, what it says, its attachments, and its candidates' places."""

    caller: VerifiedCaller
    draft: Draft
    content: str
    contents: Mapping[str, str]
    plan_digest: str | None
    places: tuple[Place, ...]

    @property
    def org(self) -> str:
        """Return the org."""
        return self.caller.org

    @property
    def key(self) -> Key[Campaign]:
        """Return the key of the campaign."""
        return keys.campaign(self.org, self.draft.id)


@dataclass(frozen=True, slots=True)
class Begun:
    """Hold a campaign, and the slots it was begun with: None when it was there already."""

    campaign: Campaign
    slots: Slots | None


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
    if campaign.content != order.content or campaign.author != order.caller.user:
        raise Conflict(f"there is another campaign {campaign.id!r}: choose another id")
    if campaign.status == "undoing":
        raise Conflict("an acceptance of this campaign that died is being undone: try again in a minute")
    return True


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
        candidates=len(draft.candidates),
        accepted_at=start,
        wake_at=now + ACCEPTING_TIME,
        cc=draft.cc,
        reply_to=draft.reply_to,
        signature=draft.signature,
        despite=draft.despite,
        stop_on_own_answer=draft.stop_on_own_answer,
        stop_elsewhere=draft.stop_elsewhere,
        stop_colleagues=draft.stop_colleagues,
    )


def begun(
    snapshot: Snapshot, order: Order, campaign: Campaign, sketch: Sketch, now: datetime
) -> Changes[Begun | None]:
    """Begin a campaign and reserve all its places, or find the one that is there.

    From now on its author is known to the mailbox by their id. Conflict when they may not send from it (any
    more). None, with nothing written: the plan is no longer the one whose digest the request carries.
    """
    existing = snapshot[order.key]
    if there_already(existing, order):
        assert existing is not None
        return Changes(Begun(existing, None))
    mailbox_key = keys.mailbox(order.org, campaign.mailbox)
    mailbox = snapshot[mailbox_key]
    refuse_erased(snapshot[keys.org(order.org)], mailbox)
    if mailbox is None or not may_send(mailbox, order.caller, campaign.id, now):
        raise Conflict(NO_GRANT)
    found = planned_on(snapshot, sketch)
    if found.need:
        return Changes(None, need=frozenset(day_keys(sketch.terms, found.need)))
    slots = slots_of(sketch.wishes, found)
    if order.plan_digest is not None:
        same = digest_of(order.content, campaign.accepted_at, slots) == order.plan_digest
        dues = [slot.due for some in slots.values() for slot in some]
        if not same or any(slot_end(due, sketch.terms.limits) <= now for due in dues):
            return Changes(None)
    campaign = msgspec.structs.replace(campaign, days=span_of(slots))
    return Changes(
        Begun(campaign, slots),
        {
            order.key: campaign,
            # Written even where nothing is bound: a grant that ends now, or an erasure, makes this fail.
            mailbox_key: bound(mailbox, order.caller),
            **{keys.day(order.org, campaign.mailbox, date): day for date, day in found.days.items()},
            **_contents(order),
        },
    )


def _contents(order: Order) -> dict[Key[Any], Record]:
    return {
        keys.attachment(order.org, order.draft.id, id_): AttachmentContent(
            org=order.org, campaign=order.draft.id, id=id_, content=content
        )
        for id_, content in order.contents.items()
    }


def admitted(
    snapshot: Snapshot, order: Order, chunk: Sequence[Place], slots: Slots, rules: Rules, now: datetime
) -> Changes[Admitted]:
    """Take some candidates into a campaign that is being accepted, but for those who may get nothing."""
    campaign = _going_on(snapshot, order)
    found = examined(snapshot, chunk, rules)
    if found.need:
        return Changes(_outcome(found, (), ()), need=found.need)
    accepting = campaign.status == "accepting"
    writes: dict[Key[Any], Record] = {}
    added: list[tuple[Place, Enrollment]] = []
    left_out: list[Skipped] = []
    for place in found.fit:
        if not accepting or place.enrollment_id not in slots:
            # Erased since, or left out at first: nothing comes (back) by a repeated request.
            left_out.append(Skipped(index=place.index, reason="is not in the campaign"))
            continue
        enrollment = enrollment_of(campaign, place, slots[place.enrollment_id], campaign.accepted_at)
        writes |= records_of(snapshot, campaign, place, enrollment)
        added.append((place, enrollment))
    if writes:
        writes[order.key] = msgspec.structs.replace(campaign, wake_at=now + ACCEPTING_TIME)
    return Changes(_outcome(found, added, left_out), writes)


def activated(snapshot: Snapshot, order: Order, slots: Slots, enrolled: int, now: datetime) -> Changes[None]:
    """Make a campaign active, with the number of those who are in it; free the places of who is not.

    ``slots``: of those who were not admitted. Should another worker have admitted one, it is counted.
    """
    campaign = _going_on(snapshot, order)
    if campaign.status != "accepting":
        return Changes(None)
    out = [id_ for id_ in slots if snapshot[keys.enrollment(order.org, id_)] is None]
    days = [
        keys.day(order.org, campaign.mailbox, date)
        for date in sorted({slot.day for id_ in out for slot in slots[id_]})
    ]
    if missing := snapshot.missing(days):
        return Changes(None, need=frozenset(missing))
    writes: dict[Key[Any], Record] = {
        order.key: msgspec.structs.replace(
            campaign, status="active", wake_at=None, candidates=enrolled + len(slots) - len(out)
        ),
        **audited(
            "accepted_campaign",
            order.org,
            now,
            by=order.caller.user,
            mailbox=campaign.mailbox,
            campaign=campaign.id,
        ),
    }
    for key in days:
        day = snapshot[key]
        if day is not None:
            writes[key] = freed(day, enrollments=dict.fromkeys(out))
    return Changes(None, writes)


def _going_on(snapshot: Snapshot, order: Order) -> Campaign:
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
