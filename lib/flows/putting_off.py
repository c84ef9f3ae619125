"""Own what is written down of a step that is not sent now: why, when it comes again, or that it never does.

Invariant: it concerns the step that was decided on, while it waits; whoever has taken it since is left alone.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from lib.core import keys
from lib.core.enrollment import postponed, stopped, troubled
from lib.core.errors import OutreachError
from lib.core.keys import Changes, Snapshot
from lib.core.plans.freeing import stop_and_free
from lib.core.records import Enrollment, Status
from lib.core.sending import PERSON_WAIT, Later, Never, Papers, Pause, Reslot, SendTask, Stop
from lib.ports import Services


def put_off(
    services: Services,
    papers: Papers,
    snapshot: Snapshot,
    move: Later | Reslot | Stop | Pause | Never,
    now: datetime,
) -> str:
    """Write down why a step is not sent, where there is something to write."""
    if isinstance(move, Never):
        return move.why
    if isinstance(move, Reslot):
        return _replanned(services, snapshot.need(papers.enrollment), move.why)
    if isinstance(move, Pause):
        return _pause(services, papers, snapshot, move, now)
    key, step = papers.enrollment, snapshot.need(papers.enrollment).step

    def decide(seen: Snapshot) -> Changes[str]:
        enrollment = seen[key]
        if enrollment is None or enrollment.status is not Status.WAITING or enrollment.step != step:
            return Changes(move.why)
        if isinstance(move, Stop):
            after = stopped(enrollment, move.event, move.why, now)
            return stop_and_free(seen, key, after, now, move.why)
        after = postponed(enrollment, move.why, move.wait, now)
        return Changes(move.why, writes={key: after} if after != enrollment else {})

    return services.store.change([key], decide)


def _replanned(services: Services, enrollment: Enrollment, why: str) -> str:
    from lib.flows.replanning import replan  # noqa: PLC0415 - cold start: planning

    return replan(services, enrollment, why)


def _pause(services: Services, papers: Papers, snapshot: Snapshot, move: Pause, now: datetime) -> str:
    """Pause a campaign whose author holds no grant, and let this candidate wait for its resumption."""
    from lib.core.delegating import without_grant  # noqa: PLC0415 - cold start: few sends come here

    key, campaign = papers.enrollment, snapshot.need(papers.campaign)

    def decide(seen: Snapshot) -> Changes[str]:
        writes = without_grant(seen, campaign, now, by="")
        enrollment = seen[key]
        # Where nothing is to be paused (any more), maintain brings the step up again soon.
        if writes and enrollment is not None and enrollment.status is Status.WAITING:
            writes[key] = postponed(enrollment, move.why, PERSON_WAIT, now)
        return Changes(move.why, writes)

    return services.store.change([key, papers.campaign, papers.mailbox], decide)


def note_trouble(services: Services, task: SendTask, why: str) -> None:
    """Note on the enrollment why it could not go out, if that can be noted."""
    key = keys.enrollment(task.org, task.enrollment)

    def decide(snapshot: Snapshot) -> Changes[None]:
        enrollment = snapshot[key]
        after = troubled(enrollment, task.step, why) if enrollment is not None else None
        return Changes(None, writes={key: after} if after is not None and after != enrollment else {})

    with suppress(OutreachError):
        services.store.change([key], decide)
