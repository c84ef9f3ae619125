"""Show that a follow-up looks into the mailbox before it goes out, and waits for what it sees there."""

from __future__ import annotations

import pytest

from lib.core.errors import Unavailable
from lib.core.records import Status
from tests.flows.memory_services import OWNER
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Outreach


@pytest.fixture
def outreach() -> Outreach:
    return Outreach(ANN, BEN)


# The last look


def test_last_look_finds_an_answer_that_nobody_announced(outreach: Outreach) -> None:
    outreach.send()
    answer = outreach.answer()
    outreach.pass_time(DAY)
    assert outreach.send() == "already replied"
    assert outreach.got() == 1
    assert outreach.reply(answer) is not None


def test_last_look_finds_an_answer_whose_history_has_expired(outreach: Outreach) -> None:
    outreach.send()
    outreach.answer()
    outreach.world.expire_history_before(outreach.world.accounts[OWNER].history_id, OWNER)
    outreach.pass_time(DAY)
    assert outreach.send() == "already replied"


def test_last_look_that_fails_lets_nothing_out(outreach: Outreach) -> None:
    outreach.send()
    outreach.answer()
    outreach.pass_time(DAY)
    outreach.fault("history.list", status=503)
    with pytest.raises(Unavailable):
        outreach.send()
    assert outreach.got() == 1


def test_follow_up_waits_for_an_answer_that_cannot_be_read_yet(outreach: Outreach) -> None:
    outreach.send()
    answer = outreach.answer()
    outreach.pass_time(DAY)
    outreach.fault("messages.get", status=404, reason="notFound", times=2)
    assert "cannot be read yet" in outreach.send()
    assert (outreach.got(), outreach.status()) == (1, Status.WAITING)
    outreach.go_on(10 * MINUTE)
    assert (outreach.got(), outreach.status()) == (1, Status.REPLIED)
    assert outreach.reply(answer) is not None


def test_mail_that_never_appears_holds_the_follow_up_up_for_minutes_only(outreach: Outreach) -> None:
    outreach.send()
    outreach.world.delete_message(OWNER, outreach.answer())
    outreach.pass_time(DAY)
    assert "cannot be read yet" in outreach.send()
    outreach.go_on(30 * MINUTE)
    assert outreach.got() == 2
    assert outreach.pending == []
