"""Show that reading never takes more than half of the user's quota a minute, and still finds everything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from lib.core.incoming.reading_quota import MOST
from lib.core.incoming.receiving import LOOK_EVERY
from lib.core.records import Reply
from tests.flows.memory_services import OWNER
from tests.flows.outreach import ANN, BEN, MINUTE, READS, Crash, Outreach, crash
from tests.flows.test_receiving import unrelated


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann, and have a mailbox that is flooded right after."""
    made = Outreach(ANN, BEN)
    made.send()
    made.push("of the first step")
    made.tasks.waiting.clear()
    made.world.access_log.clear()
    return made


def flood(outreach: Outreach, mails: int = 500, every: int = 100) -> tuple[set[str], set[str]]:
    """Deliver many unrelated mails, and answers between them; return answers and the others."""
    answers, others = set(), set()
    for number in range(mails):
        others.add(outreach.deliver(unrelated(subject=f"number {number}")))
        if number % every == 0:
            answers.add(outreach.answer())
    return answers, others


def most_in_a_minute(reads: Sequence[tuple[datetime, int]]) -> int:
    """Return the most units in any sixty seconds."""
    return max(
        sum(units for at, units in reads if start <= at < start + timedelta(minutes=1)) for start, _ in reads
    )


def reading(outreach: Outreach) -> list[tuple[datetime, int]]:
    return [(entry.time, entry.units) for entry in outreach.world.access_log if entry.method in READS]


def replies(outreach: Outreach) -> set[str]:
    return {one.gmail_id for one in outreach.kept(Reply)}


def run_to_the_end(outreach: Outreach, most: int = 30) -> int:
    """Let the continuation tasks run; return the minutes it took."""
    for minutes in range(most):
        if not outreach.tasks.waiting:
            return minutes
        outreach.pass_time(MINUTE)
        outreach.run_tasks()
    raise AssertionError("it does not come to an end")


def test_flood_is_read_within_the_allowance_and_every_answer_found(outreach: Outreach) -> None:
    answers, others = flood(outreach)
    assert outreach.push() is False
    assert replies(outreach) < answers
    minutes = run_to_the_end(outreach)
    assert replies(outreach) == answers
    assert outreach.bodies() == answers
    assert outreach.headers_read() == others
    most = most_in_a_minute(reading(outreach))
    print(f"500 unrelated mails and 5 answers: {minutes} minutes, at most {most} of {MOST} units a minute")
    assert MOST / 2 < most <= MOST
    newest = max(one.id for one in outreach.world.accounts[OWNER].history if one.kind == "messagesAdded")
    assert int(outreach.inbox().cursor) == newest


def test_no_header_is_read_twice_when_a_page_is_cut(outreach: Outreach) -> None:
    flood(outreach)
    outreach.push()
    run_to_the_end(outreach)
    asked = [
        id_ for entry in outreach.world.access_log if entry.format == "metadata" for id_ in entry.message_ids
    ]
    assert len(asked) == len(set(asked))


def test_pushes_in_a_minute_that_is_used_up_ask_gmail_nothing(outreach: Outreach) -> None:
    answers, _ = flood(outreach)
    outreach.push()
    outreach.world.access_log.clear()
    waiting = len(outreach.tasks.waiting)
    for number in range(5):
        assert outreach.push(f"push {number}") is False
    assert outreach.calls() == []
    assert len(outreach.tasks.waiting) == waiting
    run_to_the_end(outreach)
    assert replies(outreach) == answers


def test_lost_continuation_is_made_good_by_maintain(outreach: Outreach) -> None:
    answers, _ = flood(outreach, mails=200)
    outreach.push()
    outreach.tasks.waiting.clear()
    outreach.pass_time(LOOK_EVERY + MINUTE)
    outreach.maintain()
    assert replies(outreach) == answers


def test_worker_that_dies_in_a_flood_loses_nothing(outreach: Outreach) -> None:
    answers, _ = flood(outreach)
    outreach.events["after headers"] = crash
    with pytest.raises(Crash):
        outreach.push("p")
    outreach.push("p")
    run_to_the_end(outreach)
    assert replies(outreach) == answers


def test_many_answers_at_once_are_read_within_the_allowance(outreach: Outreach) -> None:
    answers = {outreach.answer() for _ in range(200)}
    outreach.push()
    run_to_the_end(outreach)
    assert replies(outreach) == answers
    assert most_in_a_minute(reading(outreach)) <= MOST


def test_expired_history_of_a_flooded_mailbox_is_caught_up_with_over_minutes(outreach: Outreach) -> None:
    answers, _ = flood(outreach)
    looked_at = outreach.inbox().looked_at
    outreach.world.expire_history_before(outreach.world.accounts[OWNER].history_id, OWNER)
    assert outreach.push() is False
    # Pushes meanwhile neither begin anew nor take the cursor along.
    cursor = outreach.inbox().cursor
    later = outreach.answer()
    asked = len(outreach.calls())
    for number in range(3):
        outreach.pass_time(MINUTE / 2)
        assert outreach.push(f"push {number}") is False
    assert (outreach.inbox().cursor, len(outreach.calls())) == (cursor, asked)
    run_to_the_end(outreach)
    outreach.push("after all")
    run_to_the_end(outreach)
    assert replies(outreach) == {*answers, later}
    assert most_in_a_minute(reading(outreach)) <= MOST
    covered = outreach.inbox().covered_since
    assert covered is not None
    assert covered < looked_at


def test_catch_up_whose_task_is_lost_begins_anew(outreach: Outreach) -> None:
    answers, _ = flood(outreach, mails=200)
    outreach.world.expire_history_before(outreach.world.accounts[OWNER].history_id, OWNER)
    outreach.push()
    outreach.tasks.waiting.clear()
    for _ in range(20):
        outreach.pass_time(MINUTE)
        outreach.maintain()
        outreach.run_tasks()
    assert replies(outreach) == answers
