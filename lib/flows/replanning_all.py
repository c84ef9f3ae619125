"""Own a new plan for a whole campaign, after a pause or an edit: chunk by chunk, in the old order.

Invariant: places and candidates change in one commit a chunk, so it may die anywhere and ``maintain`` goes
on; whoever has no new time yet is not sent to, their plan being older than the campaign's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from lib.core import keys
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.slotting import planned_anew
from lib.core.records import Campaign, Enrollment, Status
from lib.flows.queueing import queue_step
from lib.ports import Services

#: How many candidates get new times in one commit, and how many commits one run makes.
CHUNK = 100
CHUNKS = 10
WHY = "the campaign was planned anew"


def replan_all(services: Services, campaign: Campaign) -> bool:
    """Give everybody who waits new times; return whether nothing is left to do for this plan."""
    for _ in range(CHUNKS):
        waiting = services.store.enrollments_to_plan(campaign.org, campaign.id, campaign.plan, CHUNK)
        if not waiting:
            return nothing_left(services, campaign)
        planned = _replan(services, campaign, waiting)
        if planned is None:
            return nothing_left(services, campaign)
        for enrollment in planned:
            queue_step(services, enrollment)
    return False


def nothing_left(services: Services, seen: Campaign) -> bool:
    """Let ``maintain`` sleep unless the campaign was paused, cancelled or planned anew; say whether."""
    key = keys.campaign(seen.org, seen.id)

    def decide(snapshot: Snapshot) -> Changes[bool]:
        record = snapshot[key]
        if record is None or (record.status, record.plan) != (seen.status, seen.plan):
            return Changes(record is None)
        return Changes(result=True, writes={key: msgspec.structs.replace(record, wake_at=None)})

    return services.store.change([key], decide)


def _replan(
    services: Services, campaign: Campaign, waiting: Sequence[Enrollment]
) -> tuple[Enrollment, ...] | None:
    """Return a chunk with its new times; None when the campaign no longer runs."""
    campaign_key, mailbox_key = (
        keys.campaign(campaign.org, campaign.id),
        keys.mailbox(campaign.org, campaign.mailbox),
    )
    wanted = [keys.enrollment(one.org, one.id) for one in waiting]
    now = services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[tuple[Enrollment, ...] | None]:
        record, mailbox = snapshot[campaign_key], snapshot[mailbox_key]
        if record is None or mailbox is None or record.status != "active":
            return Changes(None)
        found = [
            one
            for key in wanted
            if (one := snapshot[key]) is not None
            and (one.status, one.plan < record.plan) == (Status.WAITING, True)
        ]
        changes = planned_anew(snapshot, record, mailbox, found, WHY, now)
        planned: tuple[Enrollment, ...] | None = changes.result
        return Changes(planned, changes.writes, need=changes.need)

    documents: list[Key[Any]] = [campaign_key, mailbox_key, *wanted]
    return services.store.change(documents, decide)
