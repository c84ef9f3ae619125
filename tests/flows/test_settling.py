"""Show how attempts come to an end whose worker died, stalled, or got an unclear answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.core.enrollment import LOOK_AGAIN
from lib.core.records import Status
from tests.flows.memory_services import OWNER
from tests.flows.outreach import ANN, DAY, MINUTE, Crash, Outreach, crash


@pytest.fixture
def outreach() -> Outreach:
    return Outreach(ANN)


def settle(outreach: Outreach, *, after: timedelta = 6 * MINUTE) -> None:
    outreach.pass_time(after)
    outreach.maintain()
    assert outreach.failures == []


def go_on(outreach: Outreach, by: timedelta = 6 * MINUTE) -> None:
    """Let what is behind its slot get a new one, and go out there."""
    outreach.go_on(by)
    assert outreach.failures == []


def cut(outreach: Outreach, when: str = "after") -> None:
    """Cut the connection of the first send, after Gmail has sent the mail or before."""
    outreach.fault("drafts.send", when=when, drop=True)
    assert outreach.send() == "unclear"


def test_send_that_surely_had_no_effect_is_made_good_by_the_same_draft(outreach: Outreach) -> None:
    cut(outreach, "before")
    drafts = outreach.drafts()
    assert (outreach.status(), outreach.got(), len(drafts)) == (Status.UNCERTAIN, 0, 1)
    settle(outreach, after=MINUTE)
    assert (outreach.got(), outreach.drafts()) == (1, [])
    assert outreach.calls().count("drafts.create") == 1


def test_draft_whose_slot_has_ended_is_deleted_and_the_step_gets_a_new_slot(outreach: Outreach) -> None:
    cut(outreach, "before")
    settle(outreach, after=2 * MINUTE)
    record = outreach.enrollment(ANN)
    assert (record.status, record.attempt, outreach.got(), outreach.drafts()) == (Status.WAITING, None, 0, [])
    missed = record.due
    outreach.run_tasks()
    record = outreach.enrollment(ANN)
    assert (record.due > outreach.clock.now(), outreach.got()) == (True, 0)
    assert "its time was missed" not in record.why
    assert record.slots[0].due == record.due > missed
    go_on(outreach)
    assert (outreach.got(), outreach.calls().count("drafts.create")) == (1, 2)
    assert outreach.enrollment(ANN).sent_count == 1


def test_send_cut_after_its_effect_is_found_among_sent(outreach: Outreach) -> None:
    cut(outreach)
    assert outreach.got() == 1
    settle(outreach)
    record = outreach.enrollment(ANN)
    assert (outreach.got(), record.sent_count, record.step, record.attempt) == (1, 1, "nudge", None)
    assert record.sent[0].message_id == outreach.world.outside_inbox(ANN)[0].message_id


def test_sent_mail_is_found_although_the_history_has_expired(outreach: Outreach) -> None:
    cut(outreach)
    outreach.world.expire_history_before(outreach.world.accounts[OWNER].history_id, OWNER)
    settle(outreach)
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_sent_mail_is_found_although_history_has_no_labels_and_empty_pages(outreach: Outreach) -> None:
    outreach.world.history_labels = False
    outreach.world.empty_pages = 2
    cut(outreach)
    settle(outreach)
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_sent_mail_that_is_visible_late_is_found_by_a_later_look(outreach: Outreach) -> None:
    outreach.world.sent_visible_after = 20 * MINUTE
    cut(outreach)
    settle(outreach)
    assert outreach.status() is Status.UNCERTAIN
    settle(outreach)
    assert outreach.status() is Status.UNCERTAIN
    settle(outreach, after=31 * MINUTE)
    assert (outreach.status(), outreach.enrollment(ANN).sent_count, outreach.got()) == (Status.WAITING, 1, 1)


def test_what_cannot_be_found_out_is_held_and_never_sent_blindly(outreach: Outreach) -> None:
    cut(outreach, "before")
    outreach.world.mailbox(OWNER).delete_draft(outreach.drafts()[0])
    for wait in (6 * MINUTE, *LOOK_AGAIN, DAY, DAY):
        settle(outreach, after=wait)
        outreach.run_tasks()
    record = outreach.enrollment(ANN)
    assert (record.status, record.wake_at, outreach.got()) == (Status.HELD, None, 0)
    assert "look into the mailbox" in record.why


def test_worker_that_died_before_its_send_is_made_good(outreach: Outreach) -> None:
    outreach.events["before send_draft"] = crash
    with pytest.raises(Crash):
        outreach.send()
    go_on(outreach, 10 * MINUTE)
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_worker_that_died_after_its_send_is_found_out(outreach: Outreach) -> None:
    outreach.events["after send_draft"] = crash
    with pytest.raises(Crash):
        outreach.send()
    assert outreach.send(retried=True) == "already sending"
    settle(outreach)
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_attempt_belongs_to_its_worker_until_the_deadline(outreach: Outreach) -> None:
    outreach.events["before send_draft"] = crash
    with pytest.raises(Crash):
        outreach.send()
    settle(outreach, after=4 * MINUTE)
    assert outreach.got() == 0


def test_rate_limit_is_waited_out_as_long_as_gmail_says(outreach: Outreach) -> None:
    outreach.fault("drafts.send", status=429, retry_after=3600)
    assert outreach.send() == "unclear"
    settle(outreach, after=59 * MINUTE)
    assert outreach.got() == 0
    go_on(outreach, 40 * MINUTE)
    assert outreach.got() == 1


def test_send_that_stays_unclear_is_tried_ever_more_rarely(outreach: Outreach) -> None:
    outreach.fault("drafts.send", status=503, times=None)
    outreach.send()
    go_on(outreach, timedelta(hours=6))
    assert outreach.got() == 0
    outreach.world.faults.clear()
    go_on(outreach, timedelta(hours=1))
    assert outreach.got() == 1
    assert outreach.drafts() == []


def test_settler_that_dies_is_followed_by_another(outreach: Outreach) -> None:
    cut(outreach, "before")
    outreach.events["after send_draft"] = crash
    outreach.pass_time(MINUTE)
    with pytest.raises(Crash):
        outreach.maintain()
    settle(outreach)
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}], ids=["error", "cut"])
def test_draft_whose_deletion_nobody_confirmed_is_no_riddle(
    outreach: Outreach, fault: dict[str, Any]
) -> None:
    cut(outreach, "before")
    outreach.fault("drafts.delete", when="after", **fault)
    outreach.pass_time(2 * MINUTE)
    outreach.maintain()
    assert (outreach.drafts(), len(outreach.failures)) == ([], 1)
    outreach.go_on(timedelta(hours=1))
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_settler_that_dies_after_it_deleted_the_draft_is_followed_by_another(outreach: Outreach) -> None:
    cut(outreach, "before")
    outreach.events["after delete_draft"] = crash
    outreach.pass_time(2 * MINUTE)
    with pytest.raises(Crash):
        outreach.maintain()
    go_on(outreach, timedelta(hours=1))
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_worker_that_wakes_after_the_settler_changes_nothing(outreach: Outreach) -> None:
    def settled_and_gone_on() -> None:
        settle(outreach)
        outreach.clock.time = outreach.enrollment(ANN).due
        outreach.send()

    outreach.events["after send_draft"] = settled_and_gone_on
    outreach.send()
    record = outreach.enrollment(ANN)
    assert (outreach.got(), record.sent_count, record.step) == (2, 2, "last")


# Stops in the middle of an attempt


def test_draft_of_a_candidate_who_opted_out_is_deleted(outreach: Outreach) -> None:
    cut(outreach, "before")
    outreach.opt_out()
    settle(outreach, after=MINUTE)
    record = outreach.enrollment(ANN)
    assert (record.status, record.attempt, record.wake_at) == (Status.OPTED_OUT, None, None)
    assert (outreach.got(), outreach.drafts()) == (0, [])


def test_mail_that_went_out_before_an_opt_out_is_recorded(outreach: Outreach) -> None:
    cut(outreach)
    outreach.opt_out()
    settle(outreach, after=MINUTE)
    record = outreach.enrollment(ANN)
    assert (record.status, record.sent_count, record.attempt) == (Status.OPTED_OUT, 1, None)


def test_draft_deleted_by_a_settler_that_died_is_closed_all_the_same(outreach: Outreach) -> None:
    cut(outreach, "before")
    outreach.opt_out()
    outreach.events["after delete_draft"] = crash
    with pytest.raises(Crash):
        outreach.maintain()
    for wait in (6 * MINUTE, *LOOK_AGAIN):
        settle(outreach, after=wait)
    record = outreach.enrollment(ANN)
    assert (record.status, record.attempt, record.wake_at, outreach.got()) == (
        Status.OPTED_OUT,
        None,
        None,
        0,
    )


def test_answer_is_looked_for_before_the_second_try(outreach: Outreach) -> None:
    outreach.send()
    outreach.pass_time(DAY)
    cut(outreach, "before")
    outreach.answer()
    settle(outreach)
    assert (outreach.got(), outreach.status(), outreach.drafts()) == (1, Status.REPLIED, [])


def test_answer_that_cannot_be_read_yet_holds_the_second_try_up(outreach: Outreach) -> None:
    outreach.send()
    outreach.pass_time(DAY)
    cut(outreach, "before")
    outreach.answer()
    outreach.fault("messages.get", status=404, reason="notFound", times=2)
    settle(outreach, after=MINUTE)
    assert (outreach.got(), outreach.status()) == (1, Status.WAITING)
    go_on(outreach)
    assert (outreach.got(), outreach.status()) == (1, Status.REPLIED)


def test_attempt_of_a_disconnected_mailbox_waits(outreach: Outreach) -> None:
    cut(outreach, "before")
    outreach.world.revoked.add(OWNER)
    outreach.pass_time(6 * MINUTE)
    outreach.maintain()
    outreach.failures.clear()
    settle(outreach, after=DAY)
    assert (outreach.status(), outreach.inbox().status, outreach.got()) == (
        Status.UNCERTAIN,
        "disconnected",
        0,
    )
    outreach.reconnect()
    settle(outreach, after=2 * timedelta(hours=1))
    go_on(outreach)
    assert outreach.got() == 1
