"""Own the end of an acceptance: who was not admitted gives their places back, and the campaign is active.

Invariant: mails go out only from here on, when the last candidate is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.campaigns.accepting import ACCEPTING_TIME, Order, going_on
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.planning import freed
from lib.core.records import Day, Record


def freed_of(
    snapshot: Snapshot, order: Order, out: Sequence[str], days: Sequence[Key[Day]], now: datetime
) -> Changes[int]:
    """Free the places of who was not admitted, on the days on which they are.

    Returns how many of them are in the campaign all the same: another worker has admitted them.
    """
    campaign = going_on(snapshot, order)
    gone = [id_ for id_ in out if snapshot[keys.enrollment(order.org, id_)] is None]
    admitted = len(out) - len(gone)
    if campaign.status != "accepting":
        return Changes(admitted)
    writes: dict[Key[Any], Record] = {
        order.key: msgspec.structs.replace(campaign, wake_at=now + ACCEPTING_TIME)
    }
    for key in days:
        day = snapshot[key]
        if day is not None:
            writes[key] = freed(day, enrollments=dict.fromkeys(gone))
    return Changes(admitted, writes)


def activated(snapshot: Snapshot, order: Order, enrolled: int, planned: str, now: datetime) -> Changes[None]:
    """Make a campaign active, with the number of those who are in it.

    planned: the token of the plan, kept for who asks again when the upload is gone.
    """
    campaign = going_on(snapshot, order)
    if campaign.status != "accepting":
        return Changes(None)
    active = msgspec.structs.replace(
        campaign,
        status="active",
        wake_at=None,
        candidates=enrolled,
        planned=planned if campaign.upload else "",
    )
    entry = audited(
        "accepted_campaign",
        order.org,
        now,
        by=order.caller.user,
        mailbox=campaign.mailbox,
        campaign=campaign.id,
    )
    return Changes(None, {order.key: active, **entry})
