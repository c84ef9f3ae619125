"""Own when ``maintain`` looks at an enrollment: whatever dies, there is such a time as long as need be."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from lib.core.records import Enrollment, Status

#: Tasks are created for what is due within this time; ``maintain`` queues the rest as it comes due.
HORIZON = timedelta(hours=24)
#: How long after its due time a queued step is taken for lost.
GRACE = timedelta(minutes=5)
#: How long a claimed attempt belongs to its worker.
ATTEMPT_TIME = timedelta(minutes=5)
#: When ``maintain`` asks again for a Message-ID that the sender could not find out.
REPAIR_AFTER = timedelta(minutes=2)
REPAIR_LATEST = timedelta(hours=1)


def is_soon(enrollment: Enrollment, now: datetime) -> bool:
    """Say whether an enrollment waits for a step that is due within the horizon: then there is a task."""
    return enrollment.status is Status.WAITING and enrollment.due - now <= HORIZON


def wake_for(due: datetime, now: datetime) -> datetime:
    """Return when ``maintain`` looks at a waiting step: its task exists when due within the horizon."""
    return due + GRACE if due - now <= HORIZON else due - HORIZON


def awake(enrollment: Enrollment, now: datetime) -> Enrollment:
    """Return the enrollment with the time at which ``maintain`` should look at it."""
    times: list[datetime] = []
    if enrollment.status is Status.HELD:
        # A held attempt stays open for a late worker's result, but nobody looks at it unasked.
        pass
    elif enrollment.attempt is not None:
        times.append(enrollment.attempt.deadline)
    elif enrollment.status is Status.WAITING:
        times.append(wake_for(enrollment.due, now))
    unknown = any(mail.message_id is None for mail in enrollment.sent)
    if unknown:
        times.append(now + REPAIR_AFTER)
    unsettled = enrollment.attempt is not None and enrollment.status is not Status.HELD
    return msgspec.structs.replace(enrollment, wake_at=min(times, default=None), open=unsettled or unknown)
