"""Show that a message that cannot be worked off holds up no other, is tried again, and is shown at last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.core.errors import Unavailable
from lib.core.records import Reply, ReplyKind, Status
from tests.flows.memory_services import MAILBOX, ORG, OWNER
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Outreach
from tests.flows.test_receiving import unrelated
from tests.localcloud.gmail.errors import GmailError


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann and Ben."""
    made = Outreach(ANN, BEN)
    made.send()
    made.send(BEN)
    made.push("of the first step")
    return made


class Poison:
    """Let every read of some messages fail."""

    def __init__(self, outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ids: set[str] = set()
        self.tries: list[timedelta] = []
        began = outreach.clock.now()
        account = outreach.world.accounts[OWNER]
        look_up = account.message

        def message(message_id: str) -> Any:
            if message_id in self.ids:
                self.tries.append(outreach.clock.now() - began)
                raise GmailError(500, "backendError", "Backend Error")
            return look_up(message_id)

        monkeypatch.setattr(account, "message", message)


@pytest.fixture
def poison(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> Poison:
    return Poison(outreach, monkeypatch)


def parked(outreach: Outreach) -> set[str]:
    return {one.gmail_id for one in outreach.store.parked(ORG, MAILBOX, 10)}


def test_message_that_fails_holds_up_no_other(outreach: Outreach, poison: Poison) -> None:
    poison.ids = {outreach.answer()}
    other = outreach.answer(BEN)
    outreach.push()
    assert {one.gmail_id for one in outreach.kept(Reply)} == {other}
    assert {one.gmail_id for one in outreach.pending} == poison.ids


def test_message_that_failed_for_a_moment_is_found(outreach: Outreach, poison: Poison) -> None:
    answer = outreach.answer(From="private@example.com", Subject="Another subject")
    poison.ids = {answer}
    outreach.push()
    poison.ids = set()
    outreach.go_on(3 * MINUTE)
    reply = outreach.reply(answer)
    assert reply is not None
    assert (reply.matched_by, reply.text, outreach.pending) == ("reference", "Thank you.", [])


def test_message_that_fails_for_good_is_parked_after_half_an_hour(outreach: Outreach, poison: Poison) -> None:
    poison.ids = {outreach.deliver(unrelated())}
    outreach.push()
    outreach.go_on(50 * MINUTE)
    assert (parked(outreach), outreach.inbox().parked) == (poison.ids, 1)
    assert len(poison.tries) >= 5
    assert poison.tries[-1] - poison.tries[0] >= 30 * MINUTE
    assert not outreach.failures
    inbox = outreach.inbox()
    assert inbox.pending_marks == inbox.pending_done
    assert outreach.kept(Reply) == []


def test_message_parked_in_a_known_thread_counts_as_a_persons_answer(
    outreach: Outreach, poison: Poison
) -> None:
    answer = outreach.answer()
    poison.ids = {answer}
    outreach.push()
    outreach.go_on(50 * MINUTE)
    reply = outreach.reply(answer)
    assert reply is not None
    assert (reply.kind, reply.text, reply.unread) == (ReplyKind.PERSON, None, True)
    assert (outreach.status(), parked(outreach)) == (Status.REPLIED, {answer})


def test_no_follow_up_goes_out_while_a_message_of_its_thread_cannot_be_read(
    outreach: Outreach, poison: Poison
) -> None:
    outreach.pass_time(DAY - 5 * MINUTE)
    poison.ids = {outreach.answer()}
    outreach.push()
    outreach.go_on(60 * MINUTE)
    assert (outreach.got(), outreach.status()) == (1, Status.REPLIED)


def test_few_messages_that_all_fail_hold_up_no_other(outreach: Outreach, poison: Poison) -> None:
    poison.ids = {outreach.deliver(unrelated(subject=str(number))) for number in range(3)}
    outreach.push("of broken ones")
    assert {one.gmail_id for one in outreach.pending} == poison.ids
    answer = outreach.answer()
    outreach.push("of an answer")
    assert outreach.reply(answer) is not None


def test_many_messages_that_all_fail_let_the_notification_come_again(
    outreach: Outreach, poison: Poison
) -> None:
    cursor = outreach.inbox().cursor
    poison.ids = {outreach.deliver(unrelated(subject=str(number))) for number in range(20)}
    with pytest.raises(Unavailable):
        outreach.push()
    assert (outreach.inbox().cursor, outreach.pending) == (cursor, [])
    # What was asked for is on record all the same.
    assert outreach.reads_recorded() == outreach.reads_made()


def test_two_workers_park_a_message_once(outreach: Outreach, poison: Poison) -> None:
    poison.ids = {outreach.answer()}
    outreach.push()
    outreach.go_on(31 * MINUTE)
    outreach.pass_time(4 * MINUTE)
    outreach.events["before headers"] = lambda: outreach.push("the other")
    outreach.push("this")
    assert outreach.inbox().parked == 1


def test_outage_of_all_of_gmail_lets_the_notification_come_again(outreach: Outreach) -> None:
    cursor, answer = outreach.inbox().cursor, outreach.answer()
    outreach.fault("history.list", status=503)
    with pytest.raises(Unavailable):
        outreach.push()
    assert outreach.inbox().cursor == cursor
    outreach.push()
    assert outreach.reply(answer) is not None


def test_follow_up_waits_for_a_mail_in_a_new_thread_whose_read_fails(
    outreach: Outreach, poison: Poison
) -> None:
    answer = outreach.answer(In_Reply_To="", References="")
    poison.ids = {answer}
    outreach.pass_time(DAY)
    assert "cannot be read yet" in outreach.send()
    assert (outreach.got(), outreach.status()) == (1, Status.WAITING)
    poison.ids.clear()
    outreach.pass_time(10 * MINUTE)
    outreach.maintain()
    assert (outreach.got(), outreach.status()) == (1, Status.REPLIED)
