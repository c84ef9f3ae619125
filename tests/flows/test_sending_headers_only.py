"""Show the path of a step in a mailbox that may only send and read headers: no draft, so no second try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.core.enrollment import LOOK_AGAIN
from lib.core.errors import MailboxPaused, RateLimited
from lib.core.records import Status
from tests.flows.memory_services import OWNER
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Crash, Outreach, crash
from tests.localcloud.gmail import mail as mails


@pytest.fixture
def outreach() -> Outreach:
    return Outreach(ANN, BEN, access="headers")


def settle(outreach: Outreach, *waits: timedelta) -> None:
    for wait in waits or (6 * MINUTE, *LOOK_AGAIN):
        outreach.pass_time(wait)
        outreach.maintain()
    assert outreach.failures == []


def test_mail_goes_out_without_a_draft_or_label(outreach: Outreach) -> None:
    assert outreach.send() == "sent"
    record = outreach.enrollment(ANN)
    assert (outreach.got(), record.sent_count, record.step) == (1, 1, "nudge")
    assert outreach.calls() == ["messages.send", "messages.get"]
    assert record.sent[0].message_id == outreach.world.outside_inbox(ANN)[0].message_id
    assert outreach.campaign().labels is None


def test_first_mail_costs_what_was_agreed(outreach: Outreach) -> None:
    outreach.store.calls.clear()
    outreach.send()
    # One more for the task that is read here.
    assert outreach.store.calls.total() <= 4


def test_follow_up_joins_the_thread(outreach: Outreach) -> None:
    assert outreach.send_nudge() == "sent"
    first, second = (mails.parse(one.raw) for one in outreach.world.outside_inbox(ANN))
    assert second["In-Reply-To"] == first["Message-ID"]
    assert len({mail.thread for mail in outreach.enrollment(ANN).sent}) == 1


def test_follow_up_goes_on_when_the_user_has_deleted_the_thread(outreach: Outreach) -> None:
    outreach.send()
    outreach.world.delete_message(OWNER, outreach.enrollment(ANN).sent[0].gmail_id)
    outreach.pass_time(DAY)
    assert outreach.send() == "sent"
    assert outreach.got() == 2


def test_last_look_finds_an_answer(outreach: Outreach) -> None:
    outreach.send()
    outreach.answer()
    outreach.pass_time(DAY)
    assert outreach.send() == "already replied"
    assert outreach.got() == 1


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}], ids=["cut", "error"])
def test_unclear_send_that_went_out_is_found_among_sent(outreach: Outreach, fault: dict[str, Any]) -> None:
    outreach.fault("messages.send", when="after", **fault)
    assert outreach.send() == "unclear"
    settle(outreach, 2 * MINUTE)
    record = outreach.enrollment(ANN)
    assert (outreach.got(), record.sent_count, record.step, record.open) == (1, 1, "nudge", False)


def test_sent_mail_is_found_although_the_history_has_expired(outreach: Outreach) -> None:
    outreach.fault("messages.send", when="after", drop=True)
    outreach.send()
    outreach.world.expire_history_before(outreach.world.accounts[OWNER].history_id, OWNER)
    settle(outreach, 2 * MINUTE)
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}], ids=["cut", "error"])
def test_unclear_send_that_is_not_found_is_held_and_never_sent_again(
    outreach: Outreach, fault: dict[str, Any]
) -> None:
    outreach.fault("messages.send", **fault)
    assert outreach.send() == "unclear"
    settle(outreach, 2 * MINUTE)
    assert outreach.status() is Status.UNCERTAIN
    settle(outreach, *LOOK_AGAIN)
    outreach.go_on(30 * MINUTE)
    assert (outreach.status(), outreach.got()) == (Status.HELD, 0)
    assert outreach.calls().count("messages.send") == 1 + outreach.got(BEN)


def test_settler_sends_nothing_for_a_dead_worker(outreach: Outreach) -> None:
    outreach.events["before send_message"] = crash
    with pytest.raises(Crash):
        outreach.send()
    settle(outreach)
    assert (outreach.status(), outreach.calls().count("messages.send")) == (Status.HELD, 0)


def test_worker_past_its_deadline_sends_nothing_and_sets_the_step_back(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, stalled = outreach.store.commit, iter([True])

    def committed(*args: Any) -> Any:
        done = commit(*args)
        if next(stalled, False):
            outreach.pass_time(6 * MINUTE)
        return done

    monkeypatch.setattr(outreach.store, "commit", committed)
    assert outreach.send() == "set back"
    assert (outreach.status(), outreach.got()) == (Status.WAITING, 0)
    outreach.go_on(10 * MINUTE)
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_send_that_gmail_surely_did_not_take_waits_and_is_not_held(outreach: Outreach) -> None:
    outreach.queue(ANN)
    outreach.fault("messages.send", status=429, retry_after=20, message="Quota exceeded")
    with pytest.raises(RateLimited):
        outreach.send()
    assert outreach.status() is Status.WAITING
    outreach.go_on(10 * MINUTE)
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_mailbox_pauses_at_its_limit(outreach: Outreach) -> None:
    outreach.fault(
        "messages.send", status=429, retry_after=600, message="User-rate limit exceeded (Mail sending)"
    )
    with pytest.raises(MailboxPaused):
        outreach.send()
    assert outreach.inbox().paused_until == outreach.clock.now() + 10 * MINUTE
    outreach.go_on(30 * MINUTE)
    assert (outreach.got(), outreach.status()) == (1, Status.WAITING)


def test_refusal_without_a_reason_is_unclear_and_pauses_the_mailbox_at_once(outreach: Outreach) -> None:
    outreach.fault(
        "messages.send", status=400, reason="failedPrecondition", message="Precondition check failed"
    )
    with pytest.raises(MailboxPaused):
        outreach.send()
    assert outreach.status() is Status.UNCERTAIN
    assert outreach.send(BEN) == outreach.inbox().paused_why
    assert outreach.got(BEN) == 0


def test_refused_recipient_fails(outreach: Outreach) -> None:
    outreach.fault("messages.send", status=400, reason="invalidArgument", message="Invalid To header")
    assert outreach.send() == "refused"
    record = outreach.enrollment(ANN)
    assert (record.status, record.attempt, record.open) == (Status.FAILED, None, False)


def test_stop_in_the_middle_leaves_the_attempt_open_until_it_is_settled(outreach: Outreach) -> None:
    outreach.fault("messages.send", when="after", drop=True)
    outreach.send()
    outreach.opt_out()
    record = outreach.enrollment(ANN)
    assert (record.status, record.open) == (Status.OPTED_OUT, True)
    settle(outreach, MINUTE)
    record = outreach.enrollment(ANN)
    assert (record.status, record.sent_count, record.open) == (Status.OPTED_OUT, 1, False)


def test_two_workers_send_one_mail(outreach: Outreach) -> None:
    task = outreach.task(ANN)
    from lib.flows.sending import send_step  # noqa: PLC0415 - beside its only use

    outreach.events["before send_message"] = lambda: send_step(outreach, task, retried=True)
    outreach.send()
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_reads_are_on_record(outreach: Outreach) -> None:
    outreach.fault("messages.send", when="after", drop=True)
    outreach.send()
    settle(outreach, 2 * MINUTE)
    outreach.pass_time(DAY)
    outreach.send()
    assert outreach.reads_recorded() == outreach.reads_made()
    assert outreach.bodies() == set()
