"""Show what a task for a step comes to: now, later or never, and who gets the claim."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core import enrollment as transitions
from lib.core import keys
from lib.core.claiming import Claim, Claimed, attempt_for, claim
from lib.core.enrollment import ATTEMPT_TIME, Event
from lib.core.keys import Snapshot, Versioned
from lib.core.records import Campaign, Contact, Correspondence, Limits, Mailbox, Org, Status, Step
from lib.core.sending import (
    AFTER_PAUSE,
    Later,
    Never,
    Papers,
    Reslot,
    Send,
    Stop,
    jittered,
    next_move,
    next_settlement,
    task_of,
)
from tests.core.enrollments import MINUTE, NOW, STEPS, attempt, enrollment, sending, slots
from tests.core.test_receiving import inbox

GAP, SECOND = timedelta(seconds=90), timedelta(seconds=1)
PAPERS = Papers.of(task_of(enrollment()))
CORRESPONDENCE = keys.correspondence("acme", "thread")


def papers(**changes: Any) -> Snapshot:
    """Return the five documents of a step that may go out, but for some changes."""
    steps = tuple(Step(id=id_, subject="s", text="t", delay=timedelta()) for id_ in STEPS)
    found: dict[str, Any] = {
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
        ({"campaign": {"status": "undoing"}}, Never),
        ({"campaign": {"status": "paused"}}, Later),
        ({"inbox": {"paused_until": NOW + MINUTE}}, Later),
        ({"enrollment": {"due": NOW - GAP}}, Reslot),
        ({"enrollment": {"slots": slots()[1:]}}, Reslot),
        ({"campaign": {"plan": 2}}, Reslot),
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
        ({"contact": {"suppressed": "listed"}}, Event.CANCELLED),
        ({"campaign": {"steps": ()}}, Event.FAILED),
        ({"campaign": {"status": "cancelled"}}, Event.CANCELLED),
        ({"campaign": {"stopped_domains": ("example.org",)}}, Event.CANCELLED),
        ({"org": Org(org="acme", suppressed_domains=("example.org",))}, Event.CANCELLED),
        ({"org": Org(org="acme", suppressed_domains=("org",))}, Event.CANCELLED),
    ],
)
def test_step_is_never_sent(changes: dict[str, Any], event: Event) -> None:
    move = next_move(papers(**changes), PAPERS, "intro", NOW)
    assert isinstance(move, Stop)
    assert move.event is event


def test_step_goes_out_until_its_slot_ends_and_not_after_it() -> None:
    assert isinstance(next_move(papers(), PAPERS, "intro", NOW + GAP - SECOND), Send)
    missed = next_move(papers(), PAPERS, "intro", NOW + GAP)
    assert missed == Reslot("its time was missed")


def test_pause_that_has_passed_holds_nothing_up() -> None:
    assert isinstance(next_move(papers(inbox={"paused_until": NOW}), PAPERS, "intro", NOW), Send)


def test_those_who_waited_for_a_pause_come_in_the_order_of_their_times() -> None:
    until = NOW + timedelta(hours=20)
    inbox = {"paused_until": until, "paused_why": "Gmail's limit"}
    waits = []
    for late in range(0, 20 * 60, 7):
        due = NOW + late * MINUTE
        record = enrollment(due=due, slots=(msgspec.structs.replace(slots()[0], due=due),))
        move = next_move(papers(enrollment=record, inbox=inbox), PAPERS, "intro", due)
        assert isinstance(move, Later)
        assert move.why == "Gmail's limit"
        waits.append(due + move.wait)
    assert waits == sorted(set(waits))
    assert until <= waits[0] < waits[-1] <= until + AFTER_PAUSE


def test_suppressed_domain_is_no_part_of_a_name() -> None:
    org = Org(org="acme", suppressed_domains=("ample.org", "example.orgs", "mail.example.org"))
    assert isinstance(next_move(papers(org=org), PAPERS, "intro", NOW), Send)


@given(st.text(max_size=30), st.integers(1, 10_000))
def test_wait_is_made_longer_by_at_most_a_half(seed: str, seconds: int) -> None:
    wait = timedelta(seconds=seconds)
    assert wait <= jittered(wait, seed) <= wait * 1.5
    assert jittered(wait, seed) == jittered(wait, seed)


def test_waits_of_many_are_spread() -> None:
    waits = {jittered(timedelta(seconds=100), str(number)).seconds for number in range(200)}
    assert len(waits) > 30
    assert (min(waits) < 105, max(waits) > 145) == (True, True)


def test_attempt_pins_the_version_and_variant_of_its_words() -> None:
    step = Step(id="intro", subject="", text="", delay=timedelta(), version=7)
    made = attempt_for(
        enrollment(variants={"intro": "b"}),
        inbox(),
        step,
        id_="a",
        draft="d",
        thread="t",
        subject="s",
        decided_at=NOW,
    )
    assert (made.version, made.variant, made.deadline) == (7, "b", NOW + ATTEMPT_TIME)


def test_settler_takes_back_what_is_past_its_slot() -> None:
    taken = transitions.leased(sending(), NOW)
    assert taken.attempt is not None
    assert isinstance(next_settlement(papers(enrollment=taken), PAPERS, taken.attempt, NOW + GAP), Reslot)


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
    long_slots = papers(mailbox={"limits": Limits(gap=2 * ATTEMPT_TIME)})
    assert claim(long_slots, PAPERS, wanted(), NOW + ATTEMPT_TIME - SECOND).result is Claimed.OURS
    assert claim(long_slots, PAPERS, wanted(), NOW + ATTEMPT_TIME).result is Claimed.LOST


def test_same_claim_again_is_ours_unless_a_settler_was_faster() -> None:
    again = claim(papers(enrollment=sending()), PAPERS, wanted(), NOW)
    assert (again.result, dict(again.writes)) == (Claimed.OURS, {})
    taken = transitions.leased(sending(), NOW)
    assert claim(papers(enrollment=taken), PAPERS, wanted(), NOW).result is Claimed.TAKEN_OVER
