"""Own a new plan for one enrollment: its remaining steps get new slots, and nothing is sent.

Invariant: the ledger and the enrollment change in one commit; whoever was faster is left alone.
"""

from __future__ import annotations

from lib.core import keys
from lib.core.enrollment import Event, stopped
from lib.core.keys import Changes, Snapshot
from lib.core.plans.freeing import stop_and_free
from lib.core.plans.slotting import planned_anew
from lib.core.records import Enrollment, Status
from lib.flows.queueing import queue_step
from lib.ports import Services


def replan(services: Services, enrollment: Enrollment, why: str) -> str:
    """Plan the remaining steps of an enrollment as it was seen into new slots, and queue the first."""
    key = keys.enrollment(enrollment.org, enrollment.id)
    campaign_key = keys.campaign(enrollment.org, enrollment.campaign)
    mailbox_key = keys.mailbox(enrollment.org, enrollment.mailbox)
    now = services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[tuple[Enrollment, ...]]:
        record, campaign, mailbox = snapshot[key], snapshot[campaign_key], snapshot[mailbox_key]
        if record is None or campaign is None or mailbox is None or record.status is not Status.WAITING:
            return Changes(())
        if (record.step, record.due, record.slots) != (enrollment.step, enrollment.due, enrollment.slots):
            return Changes(())
        try:
            return planned_anew(snapshot, campaign, mailbox, [record], why, now)
        except ValueError:
            after = stopped(record, Event.FAILED, "the hours of this campaign never open", now)
            return stop_and_free(snapshot, key, after, now, ())

    planned = services.store.change([key, campaign_key, mailbox_key], decide)
    for one in planned:
        queue_step(services, one)
    return why
