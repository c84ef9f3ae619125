"""Show that no answer is lost: whatever notifications, history and Gmail do, and whoever dies."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from lib.core.errors import MailboxDisconnected, RateLimited
from lib.core.incoming.receiving import CATCH_UP_MARGIN
from lib.core.records import Reply, Status
from lib.flows.notifying import on_notification
from lib.flows.receiving import PAGES, receive
from tests.flows.memory_services import OWNER, enrolled
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Crash, Outreach, crash
from tests.flows.test_receiving import unrelated


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann."""
    made = Outreach(ANN, BEN)
    made.send()
    made.push("of the first step")
    return made


def replies(outreach: Outreach) -> set[str]:
    return {one.gmail_id for one in outreach.kept(Reply)}


def newest(outreach: Outreach) -> int:
    records = outreach.world.accounts[OWNER].history
    return max(record.id for record in records if record.kind == "messagesAdded")


def test_same_push_again_costs_one_read(outreach: Outreach) -> None:
    outreach.answer()
    outreach.push("p")
    outreach.store.calls.clear()
    outreach.world.access_log.clear()
    outreach.push("p")
    assert (outreach.store.calls.total(), outreach.calls()) == (1, [])


def test_notification_of_our_own_send_costs_what_was_agreed(outreach: Outreach) -> None:
    outreach.send(BEN)
    outreach.store.calls.clear()
    outreach.world.access_log.clear()
    outreach.push()
    assert outreach.store.calls.total() <= 4
    assert outreach.calls() == ["history.list"]
    assert int(outreach.inbox().cursor) == newest(outreach)


def test_answer_whose_notification_never_came_is_found_by_maintain(outreach: Outreach) -> None:
    answer = outreach.answer()
    outreach.pass_time(61 * MINUTE)
    outreach.maintain()
    assert replies(outreach) == {answer}


def test_two_workers_at_once_store_an_answer_once(outreach: Outreach) -> None:
    answer = outreach.answer(Auto_Submitted="auto-replied")
    outreach.events["after message"] = lambda: outreach.push("the other")
    outreach.push("this")
    assert replies(outreach) == {answer}
    assert outreach.enrollment(ANN).auto_replies == 1


@pytest.mark.parametrize("at", ["before history", "after history", "before message", "after message"])
def test_worker_that_dies_leaves_the_cursor_where_it_was(outreach: Outreach, at: str) -> None:
    before, answer = outreach.inbox().cursor, outreach.answer()
    outreach.events[at] = crash
    with pytest.raises(Crash):
        outreach.push()
    assert (outreach.inbox().cursor, replies(outreach)) == (before, set())
    outreach.push()
    assert replies(outreach) == {answer}


@pytest.mark.parametrize("status", [403, 429])
def test_wish_of_gmails_to_slow_down_lets_the_notification_come_again(
    outreach: Outreach, status: int
) -> None:
    before, answer = outreach.inbox().cursor, outreach.answer()
    outreach.fault("messages.get", status=status, reason="rateLimitExceeded", message="Quota exceeded")
    with pytest.raises(RateLimited):
        outreach.push()
    assert outreach.inbox().cursor == before
    outreach.push()
    assert replies(outreach) == {answer}


def test_cursor_ends_at_the_newest_mail(outreach: Outreach) -> None:
    for _ in range(3):
        outreach.deliver(unrelated())
    outreach.push()
    assert int(outreach.inbox().cursor) == newest(outreach)


def test_answers_behind_empty_pages_are_found(outreach: Outreach) -> None:
    outreach.world.empty_pages = 3
    answer = outreach.answer()
    outreach.push()
    assert replies(outreach) == {answer}


def test_answers_beyond_the_bound_of_pages_are_left_to_a_task(outreach: Outreach) -> None:
    outreach.world.empty_pages = PAGES
    answer = outreach.answer()
    assert outreach.push("p") is False
    assert (replies(outreach), outreach.inbox().pushes) == (set(), ("of the first step",))
    outreach.tasks.waiting = [task for task in outreach.tasks.waiting if task.function != "send_step"]
    assert outreach.run_tasks() == ["True"]
    assert replies(outreach) == {answer}


def test_many_mails_are_worked_off_page_by_page(outreach: Outreach) -> None:
    answers = set()
    for number in range(250):
        outreach.deliver(unrelated(subject=f"number {number}"))
        if number % 100 == 50:
            answers.add(outreach.answer())
    outreach.push()
    outreach.go_on(3 * MINUTE)
    assert replies(outreach) == answers
    assert int(outreach.inbox().cursor) == newest(outreach)


def test_empty_list_right_after_a_push_is_asked_for_again(outreach: Outreach) -> None:
    outreach.world.empty_history_once = 1
    cursor, answer = outreach.inbox().cursor, outreach.answer()
    outreach.push()
    assert (outreach.inbox().cursor, replies(outreach)) == (cursor, set())
    outreach.pass_time(2 * MINUTE)
    outreach.maintain()
    assert replies(outreach) == {answer}


def test_message_that_gmail_has_a_moment_later_is_not_lost(outreach: Outreach) -> None:
    answer = outreach.answer()
    outreach.fault("messages.get", status=404, reason="notFound")
    outreach.push()
    assert (replies(outreach), len(outreach.pending)) == (set(), 1)
    outreach.pass_time(2 * MINUTE)
    outreach.maintain()
    assert (replies(outreach), outreach.pending) == ({answer}, [])


def test_message_of_an_unknown_thread_a_moment_later_is_not_lost(outreach: Outreach) -> None:
    answer = outreach.answer(From="private@example.com", Subject="Another subject")
    outreach.fault("messages.get", status=404, reason="notFound")
    outreach.push()
    outreach.pass_time(2 * MINUTE)
    outreach.maintain()
    assert replies(outreach) == {answer}


def test_message_that_is_gone_for_good_pins_nothing(outreach: Outreach) -> None:
    outreach.world.delete_message(OWNER, outreach.answer())
    answer = outreach.answer()
    outreach.push()
    assert replies(outreach) == {answer}
    assert int(outreach.inbox().cursor) == newest(outreach)
    for _ in range(6):
        outreach.pass_time(2 * MINUTE)
        outreach.maintain()
    inbox = outreach.inbox()
    assert (outreach.pending, inbox.pending_marks) == ([], inbox.pending_done)


def test_expired_history_is_caught_up_with(outreach: Outreach) -> None:
    first = outreach.answer()
    outreach.deliver(unrelated())
    spam = outreach.deliver(outreach.written(), labels=("SPAM",))
    expired = outreach.world.accounts[OWNER].history_id
    outreach.world.expire_history_before(expired, OWNER)
    looked_at = outreach.inbox().looked_at
    outreach.push()
    assert replies(outreach) == {first, spam}
    assert outreach.inbox().cursor == str(expired)
    assert outreach.inbox().covered_since == looked_at - CATCH_UP_MARGIN
    assert outreach.bodies() == {first, spam}


def test_catch_up_goes_back_to_the_last_good_time(outreach: Outreach) -> None:
    outreach.pass_time(30 * DAY)
    answer = outreach.answer()
    outreach.pass_time(9 * DAY)
    for number in range(120):
        outreach.deliver(unrelated(subject=f"number {number}"))
    outreach.world.expire_history_before(outreach.world.accounts[OWNER].history_id, OWNER)
    outreach.push()
    assert replies(outreach) == {answer}


def test_catch_up_that_dies_begins_anew(outreach: Outreach) -> None:
    cursor = outreach.inbox().cursor
    answer = outreach.answer()
    outreach.world.expire_history_before(outreach.world.accounts[OWNER].history_id, OWNER)
    outreach.events["after message"] = crash
    with pytest.raises(Crash):
        outreach.push()
    assert outreach.inbox().cursor == cursor
    outreach.push()
    assert replies(outreach) == {answer}


def test_answer_that_comes_during_a_catch_up_is_not_jumped_over(outreach: Outreach) -> None:
    first, later = outreach.answer(), []
    outreach.world.expire_history_before(outreach.world.accounts[OWNER].history_id, OWNER)
    outreach.events["after messages_since"] = lambda: later.append(outreach.answer())
    outreach.push("p")
    outreach.push("q")
    assert replies(outreach) == {first, *later}


def test_revoked_grant_marks_the_mailbox_and_loses_nothing(outreach: Outreach) -> None:
    answer = outreach.answer()
    outreach.world.revoked.add(OWNER)
    with pytest.raises(MailboxDisconnected):
        outreach.push()
    assert outreach.inbox().status == "disconnected"
    assert outreach.push()
    outreach.pass_time(3 * DAY)
    outreach.reconnect()
    outreach.maintain()
    assert replies(outreach) == {answer}


def test_push_for_an_unknown_mailbox_has_no_effect(outreach: Outreach) -> None:
    assert receive(outreach, "unknown", push="p")
    assert outreach.calls()[-1] != "getProfile"


def test_push_finds_the_mailbox_whatever_the_case_of_the_address(outreach: Outreach) -> None:
    answer = outreach.answer()
    data = base64.b64encode(b'{"emailAddress": "Recruiter@Example.com", "historyId": "9"}').decode()
    body = json.dumps({"message": {"data": data, "messageId": "7"}}).encode()
    assert on_notification(outreach, body) == "worked off"
    assert replies(outreach) == {answer}


def test_answer_to_a_second_campaign_goes_there(outreach: Outreach) -> None:
    enrolled(outreach, BEN, campaign="c2")
    outreach.send(BEN, campaign="c2")
    answer = outreach.answer(BEN)
    outreach.push()
    reply = outreach.reply(answer)
    assert reply is not None
    assert reply.campaign == "c2"
    assert outreach.status(BEN) is Status.REPLIED


def test_unknown_message_id_is_asked_for_until_it_is_there(outreach: Outreach) -> None:
    """The next step is days away; an answer by reference alone must be found all the same."""
    outreach.world.sent_visible_after = 10 * MINUTE
    outreach.send(BEN)
    outreach.update(BEN, due=outreach.clock.now() + 9 * DAY)
    for _ in range(10):
        outreach.pass_time(timedelta(minutes=3))
        outreach.maintain()
    assert outreach.enrollment(BEN).sent[0].message_id is not None
    answer = outreach.answer(BEN, From="private@example.com", Subject="Another subject")
    outreach.push()
    assert replies(outreach) == {answer}
