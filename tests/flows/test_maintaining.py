"""Show what is done unasked, and that one failing item does not hold up the others."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.enrollment import GRACE, HORIZON, REPAIR_LATEST
from lib.core.errors import MailboxPaused, Unavailable
from lib.core.incoming.receiving import LOOK_EVERY
from lib.core.records import Reads, Reply, Status
from lib.flows import maintaining
from lib.flows.jobs import Tally
from lib.flows.maintaining import maintain
from lib.flows.queueing import queue_step
from lib.flows.renewing import RENEW_AGAIN, RENEW_EVERY
from lib.flows.sending import task_from
from tests.flows.controlling_scene import Control
from tests.flows.memory_services import OWNER
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Outreach

HOUR = timedelta(hours=1)


@pytest.fixture
def outreach() -> Outreach:
    return Outreach(ANN, BEN)


def far_apart(outreach: Outreach, days: int) -> None:
    """Send Ann's first step; her next one is due after some days."""
    outreach.send()
    outreach.tasks.waiting.clear()
    due = outreach.clock.now() + days * DAY
    outreach.update(ANN, due=due, wake_at=due - HORIZON)
    outreach.update(BEN, status=Status.CANCELLED, wake_at=None)


def test_nothing_due_is_nothing_done(outreach: Outreach) -> None:
    assert outreach.maintain() == Tally()


def test_step_is_queued_when_it_comes_within_the_horizon(outreach: Outreach) -> None:
    far_apart(outreach, 9)
    outreach.pass_time(7 * DAY)
    assert outreach.maintain().queued == 0
    outreach.pass_time(DAY)
    assert outreach.maintain().queued == 1
    (task,) = outreach.tasks.waiting
    assert (task.at, task_from(task.body).step) == (outreach.enrollment(ANN).due, "nudge")
    assert outreach.maintain().queued == 0


def test_lost_task_is_queued_again_under_a_new_name(outreach: Outreach) -> None:
    names = set()
    for _ in range(3):
        outreach.pass_time(2 * HOUR)
        outreach.maintain()
        names |= {task.name for task in outreach.tasks.waiting}
        outreach.tasks.waiting.clear()
    assert len(names) == 6
    control = Control(ANN, BEN)
    control.tasks.waiting.clear()
    control.run(DAY / 2)
    assert (control.got(ANN), control.got(BEN)) == (1, 1)


def test_task_on_its_way_is_not_queued_again(outreach: Outreach) -> None:
    outreach.pass_time(GRACE - MINUTE)
    assert outreach.maintain().queued == 0


def test_queue_that_fails_is_tried_again(outreach: Outreach) -> None:
    working = outreach.tasks.create

    def fail(*_: object) -> None:
        raise Unavailable("the queue is down")

    outreach.tasks.create = fail  # type: ignore[method-assign,assignment]
    outreach.pass_time(GRACE)
    assert outreach.maintain().failed == 2
    outreach.tasks.create = working  # type: ignore[method-assign]
    outreach.pass_time(DAY)
    assert outreach.maintain().queued == 2


def test_unclear_send_is_settled(outreach: Outreach) -> None:
    outreach.fault("drafts.send", when="after", drop=True)
    outreach.send()
    outreach.pass_time(MINUTE)
    assert outreach.maintain().settled == 1
    assert outreach.enrollment(ANN).sent_count == 1


def test_unknown_message_id_is_found_out(outreach: Outreach) -> None:
    outreach.fault("messages.get", status=503)
    outreach.send()
    outreach.pass_time(2 * MINUTE)
    assert outreach.maintain().repaired == 1
    record = outreach.enrollment(ANN)
    assert record.sent[0].message_id == outreach.world.outside_inbox(ANN)[0].message_id
    assert not record.open


def test_message_id_of_a_deleted_mail_is_given_up_after_an_hour(outreach: Outreach) -> None:
    outreach.fault("messages.get", status=503)
    outreach.send()
    outreach.world.delete_message(OWNER, outreach.enrollment(ANN).sent[0].gmail_id)
    outreach.pass_time(59 * MINUTE)
    outreach.maintain()
    assert outreach.enrollment(ANN).open
    outreach.pass_time(HOUR)
    outreach.maintain()
    record = outreach.enrollment(ANN)
    assert (record.open, record.sent[0].message_id) == (False, "")


@pytest.mark.parametrize("disconnected", [False, True])
def test_what_cannot_be_repaired_yet_stands_in_nobodys_way(outreach: Outreach, disconnected: bool) -> None:  # noqa: FBT001 - both
    outreach.world.sent_visible_after = 9 * DAY
    outreach.send()
    outreach.update(ANN, status=Status.COMPLETED)
    if disconnected:
        outreach.put(
            keys.inbox(outreach.inbox_id), msgspec.structs.replace(outreach.inbox(), status="disconnected")
        )
    for wait in (2 * MINUTE, 30 * MINUTE):
        outreach.pass_time(wait)
        outreach.maintain()
        wake_at = outreach.enrollment(ANN).wake_at
        assert wake_at is not None
        assert outreach.clock.now() < wake_at <= outreach.clock.now() + REPAIR_LATEST


def test_watch_is_renewed_daily_and_the_cursor_stays(outreach: Outreach) -> None:
    before = outreach.inbox()
    outreach.pass_time(RENEW_EVERY)
    assert outreach.maintain().renewed == 1
    after = outreach.inbox()
    assert after.watch_expires == outreach.clock.now() + 7 * DAY
    assert after.renew_at == outreach.clock.now() + RENEW_EVERY
    assert before.cursor == after.cursor


def test_watch_that_cannot_be_renewed_is_tried_again_within_the_hour(outreach: Outreach) -> None:
    outreach.fault("watch", status=503)
    outreach.pass_time(RENEW_EVERY)
    assert outreach.maintain().failed == 1
    assert outreach.inbox().renew_at == outreach.clock.now() + RENEW_AGAIN
    outreach.pass_time(RENEW_AGAIN)
    assert outreach.maintain().renewed == 1


def test_renewal_finds_out_that_the_grant_is_gone(outreach: Outreach) -> None:
    outreach.world.revoked.add(OWNER)
    outreach.pass_time(RENEW_EVERY)
    outreach.maintain()
    assert outreach.inbox().status == "disconnected"
    outreach.pass_time(RENEW_EVERY)
    tally = outreach.maintain()
    assert (tally.renewed, tally.looked, tally.failed) == (0, 0, 0)


def test_silent_mailbox_is_looked_into(outreach: Outreach) -> None:
    outreach.send()
    answer = outreach.answer()
    outreach.pass_time(LOOK_EVERY)
    assert outreach.maintain().looked == 1
    assert outreach.reply(answer) is not None
    assert outreach.inbox().look_at == outreach.clock.now() + LOOK_EVERY


def test_failing_mailbox_is_looked_into_again_and_holds_up_nobody(outreach: Outreach) -> None:
    outreach.fault("history.list", status=503, times=None)
    outreach.pass_time(LOOK_EVERY)
    tally = outreach.maintain()
    assert (tally.failed, tally.queued) == (1, 2)
    look_at = outreach.inbox().look_at
    assert look_at is not None
    assert outreach.clock.now() < look_at <= outreach.clock.now() + 10 * MINUTE


@pytest.mark.parametrize("error", [Unavailable("down"), KeyError("a bug")])
def test_failing_enrollment_holds_up_nobody(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail_for_ann(services: object, record: object) -> bool:
        if getattr(record, "email", "") == ANN:
            raise error
        return queue_step(services, record)  # type: ignore[arg-type]

    monkeypatch.setattr(maintaining, "queue_step", fail_for_ann)
    outreach.pass_time(GRACE)
    tally = outreach.maintain()
    assert (tally.failed, tally.queued, outreach.failures) == (1, 1, [error])


def test_whole_campaign_runs_on_maintain_and_tasks_alone() -> None:
    control = Control(ANN, BEN)
    for _ in range(2 * 5):
        control.run(DAY / 2)
        if control.got(BEN) == 2 and not control.kept(Reply):
            control.answer(BEN)
    assert (control.got(ANN), control.got(BEN)) == (3, 2)
    assert (control.status(ANN), control.status(BEN)) == (Status.COMPLETED, Status.REPLIED)
    assert control.failures == []


# Alerts


def reported(outreach: Outreach) -> list[tuple[str, str, str]]:
    heard: list[tuple[str, str, str]] = []
    maintain(outreach, lambda event, id_, error: heard.append((event, id_, type(error).__name__)))
    return heard


def test_failed_renewal_is_an_alert_and_shows_on_the_mailbox_until_it_succeeds(outreach: Outreach) -> None:
    outreach.fault("watch", status=503)
    outreach.pass_time(RENEW_EVERY)
    assert reported(outreach) == [("watch_renewal_failed", outreach.inbox_id, "Unavailable")]
    assert "could not be renewed (unavailable)" in outreach.inbox().watch_failed
    outreach.pass_time(RENEW_AGAIN)
    assert reported(outreach) == []
    assert outreach.inbox().watch_failed == ""


def test_failed_renewal_does_not_keep_answers_from_being_found(outreach: Outreach) -> None:
    outreach.send()
    outreach.pass_time(RENEW_EVERY)
    outreach.fault("watch", status=503)
    answer = outreach.answer()
    outreach.maintain()
    assert outreach.reply(answer) is not None


@pytest.mark.parametrize(("alert", "event"), [("project_limit", "project_limit"), ("", "enrollment_failed")])
def test_pause_that_the_operator_has_to_know_is_reported_by_its_name(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch, alert: str, event: str
) -> None:
    def pause(*_: object) -> None:
        raise MailboxPaused("Gmail lets nothing out", retry_after=HOUR, alert=alert)

    monkeypatch.setattr(maintaining, "queue_step", pause)
    outreach.update(BEN, status=Status.CANCELLED, wake_at=None)
    outreach.pass_time(GRACE)
    assert reported(outreach) == [(event, outreach.enrollment(ANN).id, "MailboxPaused")]


def test_what_was_read_in_a_silent_mailbox_is_chained(outreach: Outreach) -> None:
    outreach.pass_time(LOOK_EVERY)
    assert outreach.maintain().chained == len(outreach.kept(Reads)) > 0
    assert all(one.number for one in outreach.kept(Reads))
