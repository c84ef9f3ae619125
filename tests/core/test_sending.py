"""Show what a task for a step comes to: now, later or never, and who gets the claim."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core import enrollment as transitions
from lib.core import keys
from lib.core.claiming import Claim, Claimed, claim
from lib.core.enrollment import ATTEMPT_TIME, Event
from lib.core.keys import Snapshot, Versioned
from lib.core.records import Campaign, Contact, Correspondence, Mailbox, Status, Step
from lib.core.sending import (
    Later,
    Never,
    Papers,
    Reslot,
    Send,
    Stop,
    next_move,
    next_settlement,
    task_of,
)
from tests.core.enrollments import MINUTE, NOW, STEPS, attempt, enrollment, sending
from tests.core.test_receiving import inbox

PAPERS = Papers.of(task_of(enrollment()))
CORRESPONDENCE = keys.correspondence("acme", "thread")


def papers(**changes: Any) -> Snapshot:
    """Return the five documents of a step that may go out, but for some changes."""
    steps = tuple(Step(id=id_, subject="s", text="t", delay=timedelta()) for id_ in STEPS)
    found = {
        "enrollment": enrollment(),
        "campaign": Campaign(
            org="acme",
            id="c1",
            name="n",
            mailbox="sub-1",
            inbox="i1",
            author="u",
            timezone="UTC",
            steps=steps,
            status="active",
            content="",
            candidates=1,
            accepted_at=NOW,
        ),
        "mailbox": Mailbox(
            org="acme",
            id="sub-1",
            inbox="i1",
            owner="u",
            address="a@example.com",
            sender_name="",
            connected_at=NOW,
        ),
        "inbox": inbox(),
        "contact": Contact(org="acme", id="k1"),
        "org": None,
    }
    for name, change in changes.items():
        record = found[name]
        found[name] = msgspec.structs.replace(record, **change) if isinstance(change, dict) else change
    return Snapshot({getattr(PAPERS, name): Versioned(record, 1) for name, record in found.items()})


def test_step_that_is_due_is_sent() -> None:
    move = next_move(papers(), PAPERS, "intro", NOW)
    assert isinstance(move, Send)
    assert move.step.id == "intro"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"enrollment": None}, Never),
        ({"campaign": None}, Never),
        *(({"enrollment": {"status": status}}, Never) for status in Status if status is not Status.WAITING),
        ({"enrollment": {"step": "nudge"}}, Never),
        ({"enrollment": {"due": NOW + MINUTE}}, Never),
        ({"campaign": {"status": "accepting"}}, Later),
        ({"mailbox": None}, Later),
        ({"inbox": None}, Later),
        ({"inbox": {"status": "disconnected"}}, Later),
        ({"inbox": {"mailbox": "sub-new"}}, Later),
    ],
)
def test_step_is_not_sent_now(changes: dict[str, Any], kind: type) -> None:
    assert isinstance(next_move(papers(**changes), PAPERS, "intro", NOW), kind)


@pytest.mark.parametrize(
    ("changes", "event"),
    [
        ({"contact": None}, Event.CANCELLED),
        ({"contact": {"suppressed": "opted_out"}}, Event.OPTED_OUT),
        ({"contact": {"suppressed": "bounced"}}, Event.BOUNCED),
        ({"campaign": {"steps": ()}}, Event.FAILED),
    ],
)
def test_step_is_never_sent(changes: dict[str, Any], event: Event) -> None:
    move = next_move(papers(**changes), PAPERS, "intro", NOW)
    assert isinstance(move, Stop)
    assert move.event is event


def test_settler_sends_only_what_it_holds_and_what_may_still_go_out() -> None:
    taken = transitions.leased(sending(), NOW)
    assert taken.attempt is not None
    held = papers(enrollment=taken)
    assert isinstance(next_settlement(held, PAPERS, taken.attempt, NOW), Send)
    assert isinstance(next_settlement(held, PAPERS, attempt(), NOW), Never)
    stopped = transitions.stopped(taken, Event.REPLIED, "", NOW)
    assert isinstance(next_settlement(papers(enrollment=stopped), PAPERS, taken.attempt, NOW), Never)
    suppressed = papers(enrollment=taken, contact={"suppressed": "opted_out"})
    assert isinstance(next_settlement(suppressed, PAPERS, taken.attempt, NOW), Stop)
    assert isinstance(next_settlement(papers(enrollment=None), PAPERS, taken.attempt, NOW), Never)


def wanted(**changes: Any) -> Claim:
    record = Correspondence(
        org="acme", id="thread", mailbox="sub-1", enrollment="e1", contact="k1", campaign="c1"
    )
    return Claim(attempt=attempt(**changes), tries=0, writes={CORRESPONDENCE: record})


def test_claim_writes_the_enrollment_and_what_belongs_to_it() -> None:
    changes = claim(papers(), PAPERS, wanted(), NOW)
    assert changes.result is Claimed.OURS
    assert set(changes.writes) == {PAPERS.enrollment, CORRESPONDENCE}


@pytest.mark.parametrize(
    "changes",
    [
        {"enrollment": None},
        {"enrollment": {"step": "nudge"}},
        {"enrollment": {"tries": 1}},
        {"enrollment": {"status": Status.REPLIED}},
        {"enrollment": sending(status=Status.WAITING)},
        {"contact": {"suppressed": "opted_out"}},
        {"inbox": {"status": "disconnected"}},
    ],
)
def test_claim_is_lost_to_whatever_came_first(changes: dict[str, Any]) -> None:
    lost = claim(papers(**changes), PAPERS, wanted(id="mine"), NOW)
    assert (lost.result, dict(lost.writes)) == (Claimed.LOST, {})


def test_claim_is_refused_when_the_last_look_is_too_long_ago() -> None:
    assert claim(papers(), PAPERS, wanted(), NOW + ATTEMPT_TIME).result is Claimed.LOST


def test_same_claim_again_is_ours_unless_a_settler_was_faster() -> None:
    again = claim(papers(enrollment=sending()), PAPERS, wanted(), NOW)
    assert (again.result, dict(again.writes)) == (Claimed.OURS, {})
    taken = transitions.leased(sending(), NOW)
    assert claim(papers(enrollment=taken), PAPERS, wanted(), NOW).result is Claimed.TAKEN_OVER
