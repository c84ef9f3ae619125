"""Own the claim: the one commit by which a worker takes a step for its attempt.

Invariant: whoever claims has decided to send on what is true in that commit, and not long ago.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from lib.core.enrollment import ATTEMPT_TIME, claimed, holds
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Attempt, Enrollment, Inbox, Record, Step
from lib.core.sending import Papers, Send, next_move


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold what a worker wants to claim, and what it saw when it decided to send."""

    attempt: Attempt
    tries: int
    writes: Mapping[Key[Any], Record]


class Claimed(StrEnum):
    """Name what became of a claim: ours, lost to others, or ours but taken over by a settler since."""

    OURS = "ours"
    LOST = "lost"
    TAKEN_OVER = "taken_over"


def claim(snapshot: Snapshot, papers: Papers, wanted: Claim, now: datetime) -> Changes[Claimed]:
    """Decide the one commit that takes a step for an attempt.

    Refused past the attempt's deadline: the last look is too long ago. The same claim again (its first
    commit had its effect, its answer was lost) is ours, unless a settler was faster.
    """
    enrollment = snapshot[papers.enrollment]
    if enrollment is None:
        return Changes(Claimed.LOST)
    if enrollment.attempt is not None and enrollment.attempt.id == wanted.attempt.id:
        return Changes(Claimed.OURS if holds(enrollment, wanted.attempt) else Claimed.TAKEN_OVER)
    may = isinstance(next_move(snapshot, papers, wanted.attempt.step, now), Send)
    if not may or enrollment.tries != wanted.tries or now >= wanted.attempt.deadline:
        return Changes(Claimed.LOST)
    after = claimed(enrollment, wanted.attempt, now)
    writes = {papers.enrollment: after, **_rests_on(snapshot, papers), **wanted.writes}
    return Changes(Claimed.OURS, writes=writes)


def _rests_on(snapshot: Snapshot, papers: Papers) -> dict[Key[Any], Record]:
    """Return what lets a delegate's mail go out, to be written as it is.

    So the claim fails, and is decided again, when the grant has ended or an edit has to be approved since.
    What a write leaves as it was keeps its update time: other claims are not in its way.
    """
    campaign, mailbox = snapshot[papers.campaign], snapshot[papers.mailbox]
    if campaign is None or mailbox is None or campaign.author == mailbox.owner:
        return {}
    return {papers.campaign: campaign, papers.mailbox: mailbox}


def attempt_for(
    enrollment: Enrollment,
    inbox: Inbox,
    step: Step,
    *,
    id_: str,
    draft: str,
    thread: str,
    subject: str,
    decided_at: datetime,
) -> Attempt:
    """Return the attempt to be claimed; the version of the step's words is pinned here.

    Its deadline counts from the decision (and last look), not from the claim: a worker that stalls in
    between finds it passed, and leaves the draft to the settler, who looks again.
    """
    return Attempt(
        id=id_,
        step=step.id,
        draft=draft,
        thread=thread,
        subject=subject,
        deadline=decided_at + ATTEMPT_TIME,
        started_at=decided_at,
        history_id=inbox.cursor,
        version=step.version,
        variant=enrollment.variants.get(step.id, ""),
    )
