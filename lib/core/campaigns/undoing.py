"""Own the decisions by which an acceptance that died is undone, so that nothing of it is left.

Invariant: each writes the campaign, and only while it is ``undoing`` as the same one: neither a slow
acceptance nor a new one of the same id loses anything to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.campaigns.accepting import ACCEPTING_TIME
from lib.core.campaigns.reserving import without_campaign
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Campaign, Contact, Day, Enrollment, Record


def key_of(campaign: Campaign) -> Key[Campaign]:
    """Return where a campaign lies."""
    return keys.campaign(campaign.org, campaign.id)


def undoing(snapshot: Snapshot, campaign: Campaign, now: datetime) -> Changes[bool]:
    """Begin to undo an acceptance that gave no sign for too long, or go on with it; say whether."""
    there = snapshot[key_of(campaign)]
    if there is None or not _is_same(there, campaign):
        return Changes(False)  # noqa: FBT003 - the answer
    dead = there.status == "accepting" and there.wake_at is not None and there.wake_at <= now
    if not dead and there.status != "undoing":
        return Changes(False)  # noqa: FBT003 - the answer
    return Changes(True, {key_of(campaign): _going_on(there, now)})  # noqa: FBT003 - the answer


def taken_back(snapshot: Snapshot, campaign: Campaign, now: datetime) -> Changes[bool]:
    """Begin to undo an acceptance that has not reserved all its places, for the same request anew."""
    there = snapshot[key_of(campaign)]
    unfinished = there is not None and there.status in ("accepting", "undoing") and there.reserving
    if there is None or not unfinished or not _is_same(there, campaign):
        return Changes(False)  # noqa: FBT003 - the answer
    return Changes(True, {key_of(campaign): _going_on(there, now)})  # noqa: FBT003 - the answer


def removed(
    snapshot: Snapshot, campaign: Campaign, some: Sequence[Enrollment], now: datetime
) -> Changes[bool]:
    """Delete some enrollments, and what their contacts say of them."""
    there = _still(snapshot, campaign)
    if there is None:
        return Changes(False)  # noqa: FBT003 - the answer
    writes: dict[Key[Any], Record] = {key_of(campaign): _going_on(there, now)}
    deletes: set[Key[Any]] = set()
    for one in some:
        key = keys.enrollment(one.org, one.id)
        if snapshot[key] is not None:
            deletes.add(key)
        contact_key = keys.contact(one.org, one.contact)
        contact = snapshot[contact_key]
        if contact is None:
            continue
        others = tuple(ref for ref in contact.enrollments if ref.enrollment != one.id)
        left = msgspec.structs.replace(contact, enrollments=others)
        if left == Contact(org=one.org, id=one.contact):
            # It says nothing any more: as if it had never been.
            deletes.add(contact_key)
        elif left != contact:
            writes[contact_key] = left
    return Changes(True, writes, frozenset(deletes))  # noqa: FBT003 - the answer


def places_freed(
    snapshot: Snapshot, campaign: Campaign, days: Sequence[Key[Day]], now: datetime
) -> Changes[bool]:
    """Free the campaign's places on some ledger days."""
    there = _still(snapshot, campaign)
    if there is None:
        return Changes(False)  # noqa: FBT003 - the answer
    writes: dict[Key[Any], Record] = {key_of(campaign): _going_on(there, now)}
    for key in days:
        day = snapshot[key]
        if day is not None and (left := without_campaign(day, campaign.id)) != day:
            writes[key] = left
    return Changes(True, writes)  # noqa: FBT003 - the answer


def gone(snapshot: Snapshot, campaign: Campaign) -> Changes[None]:
    """Delete the campaign and its attachments."""
    if _still(snapshot, campaign) is None:
        return Changes(None)
    attachments = {
        keys.attachment(campaign.org, campaign.id, one.id)
        for step in campaign.steps
        for one in step.attachments
    }
    return Changes(None, deletes=frozenset({key_of(campaign), *attachments}))


def _still(snapshot: Snapshot, campaign: Campaign) -> Campaign | None:
    there = snapshot[key_of(campaign)]
    is_same = there is not None and there.status == "undoing" and _is_same(there, campaign)
    return there if is_same else None


def _is_same(one: Campaign, other: Campaign) -> bool:
    same = (one.content, one.accepted_at) == (other.content, other.accepted_at)
    return same and one.reserving in {"", other.reserving}


def _going_on(campaign: Campaign, now: datetime) -> Campaign:
    """Return the campaign with a new sign of life; should this die, ``maintain`` comes again after it."""
    return msgspec.structs.replace(campaign, status="undoing", wake_at=now + ACCEPTING_TIME)
