"""Show the path of a step: when it goes out, when it waits, and when it never goes."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import MailboxDisconnected
from lib.core.records import Status
from lib.flows.sending import send_step, task_from
from tests.flows.memory_services import ORG, OWNER
from tests.flows.outreach import ANN, BEN, DAY, Outreach
from tests.localcloud.gmail import mail as mails


@pytest.fixture
def outreach() -> Outreach:
    return Outreach(ANN, BEN)


def test_first_mail_goes_out_and_is_on_record(outreach: Outreach) -> None:
    assert outreach.send() == "sent"
    record = outreach.enrollment(ANN)
    (got,) = outreach.world.outside_inbox(ANN)
    assert (record.status, record.step, record.sent_count) == (Status.WAITING, "nudge", 1)
    assert record.sent[0].message_id == got.message_id
    assert record.due == outreach.clock.now() + DAY
    assert (outreach.drafts(), outreach.got(BEN)) == ([], 0)


def test_first_mail_costs_what_was_agreed(outreach: Outreach) -> None:
    outreach.send(BEN)
    tasks = len(outreach.tasks.waiting)
    task = outreach.task(ANN)
    outreach.store.calls.clear()
    outreach.world.access_log.clear()
    send_step(outreach, task, retried=False)
    assert outreach.store.calls.total() <= 3
    assert outreach.calls() == ["drafts.create", "drafts.send", "messages.get", "messages.modify"]
    assert len(outreach.tasks.waiting) == tasks + 1


def test_very_first_mail_of_a_campaign_makes_its_labels_with_one_more_commit(outreach: Outreach) -> None:
    task = outreach.task(ANN)
    outreach.store.calls.clear()
    send_step(outreach, task, retried=False)
    assert outreach.store.calls.total() <= 4
    names = {one["name"]: one["id"] for one in outreach.world.mailbox(OWNER).list_labels()["labels"]}
    labels = outreach.campaign().labels
    assert labels is not None
    assert (labels.campaign, labels.replied, labels.interested) == (
        names["Outreach/Engineers"],
        names["Outreach/Engineers/replied"],
        names["Outreach/Engineers/interested"],
    )
    sent = outreach.world.mailbox(OWNER).get_message(outreach.enrollment(ANN).sent[0].gmail_id)
    assert {outreach.inbox().label, labels.campaign} <= set(sent["labelIds"])


def test_labels_that_cannot_be_made_hold_no_mail_up(outreach: Outreach) -> None:
    for method in ("labels.list", "labels.create"):
        outreach.fault(method, status=403, reason="forbidden")
    assert outreach.send() == "sent"
    assert (outreach.got(), outreach.campaign().labels) == (1, None)
    outreach.world.faults.clear()
    assert outreach.send(BEN) == "sent"
    assert outreach.campaign().labels is not None


def test_follow_up_joins_the_thread(outreach: Outreach) -> None:
    assert outreach.send_nudge() == "sent"
    first, second = (mails.parse(one.raw) for one in outreach.world.outside_inbox(ANN))
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert second["In-Reply-To"] == first["Message-ID"]
    threads = {mail.thread for mail in outreach.enrollment(ANN).sent}
    assert len(threads) == 1


def test_all_steps_complete_the_enrollment(outreach: Outreach) -> None:
    outreach.send_nudge()
    outreach.pass_time(2 * DAY)
    assert outreach.send() == "sent"
    record = outreach.enrollment(ANN)
    assert (record.status, record.wake_at, outreach.got()) == (Status.COMPLETED, None, 3)


def test_next_task_is_queued_for_its_due_time(outreach: Outreach) -> None:
    outreach.send()
    (task,) = outreach.tasks.waiting
    assert task.at == outreach.clock.now() + DAY
    assert task_from(task.body).step == "nudge"


def test_follow_up_goes_on_when_the_user_has_deleted_the_thread(outreach: Outreach) -> None:
    outreach.send()
    outreach.world.delete_message(OWNER, outreach.enrollment(ANN).sent[0].gmail_id)
    outreach.pass_time(DAY)
    assert outreach.send() == "sent"
    first, second = (mails.parse(one.raw) for one in outreach.world.outside_inbox(ANN))
    assert second["In-Reply-To"] == first["Message-ID"]


def test_thread_that_does_not_survive_the_draft_is_followed(outreach: Outreach) -> None:
    outreach.world.draft_thread_survives = False
    assert outreach.send_nudge() == "sent"
    answer = outreach.answer()
    outreach.push()
    assert outreach.status() is Status.REPLIED
    reply = outreach.reply(answer)
    assert reply is not None
    assert reply.matched_by == "thread"


# Tasks that come late, twice, or are none of ours


def test_same_task_again_costs_one_read(outreach: Outreach) -> None:
    task = outreach.task(ANN)
    send_step(outreach, task, retried=False)
    calls = len(outreach.calls())
    outreach.store.calls.clear()
    assert send_step(outreach, task, retried=False) == "another step is next"
    assert (outreach.store.calls.total(), len(outreach.calls())) == (1, calls)
    assert outreach.got() == 1


def test_task_before_its_time_sends_nothing(outreach: Outreach) -> None:
    outreach.send()
    assert outreach.send() == "not due yet"
    assert outreach.got() == 1


@pytest.mark.parametrize("field", ["org", "enrollment", "campaign"])
def test_task_for_what_does_not_exist_sends_nothing(outreach: Outreach, field: str) -> None:
    task = msgspec.structs.replace(outreach.task(ANN), **{field: "forged"})
    assert send_step(outreach, task, retried=False) == "no such enrollment"
    assert outreach.calls() == []


@pytest.mark.parametrize("field", ["mailbox", "inbox", "contact"])
def test_task_that_names_other_papers_sends_nothing(outreach: Outreach, field: str) -> None:
    task = msgspec.structs.replace(outreach.task(ANN), **{field: "forged"})
    send_step(outreach, task, retried=False)
    assert outreach.calls() == []


def test_damaged_task_is_refused() -> None:
    for body in (b"", b"{}", b'{"org": 1}'):
        with pytest.raises(msgspec.MsgspecError):
            task_from(body)


# What makes it wait, or never go


def test_suppressed_address_gets_nothing(outreach: Outreach) -> None:
    key = keys.contact(ORG, outreach.contact_id(ANN))
    outreach.put(key, msgspec.structs.replace(outreach.contact(), suppressed="opted_out"))
    outreach.send()
    assert (outreach.status(), outreach.calls()) == (Status.OPTED_OUT, [])


def test_accepting_campaign_lets_its_steps_wait(outreach: Outreach) -> None:
    outreach.edit_campaign(status="accepting")
    outreach.send()
    record = outreach.enrollment(ANN)
    assert (record.status, outreach.calls()) == (Status.WAITING, [])
    assert record.wake_at == outreach.clock.now() + timedelta(seconds=30)
    outreach.edit_campaign(status="active")
    outreach.go_on()
    assert outreach.got() == 1


def test_disconnected_mailbox_lets_its_steps_wait(outreach: Outreach) -> None:
    disconnected = msgspec.structs.replace(outreach.inbox(), status="disconnected")
    outreach.put(keys.inbox(outreach.inbox_id), disconnected)
    assert outreach.send() == "the mailbox is disconnected"
    assert (outreach.status(), outreach.calls()) == (Status.WAITING, [])


def test_revoked_grant_marks_the_mailbox_and_the_step_waits(outreach: Outreach) -> None:
    outreach.world.revoked.add(OWNER)
    with pytest.raises(MailboxDisconnected):
        outreach.send()
    assert (outreach.inbox().status, outreach.status()) == ("disconnected", Status.WAITING)


def test_grant_revoked_in_the_middle_leaves_the_attempt_to_wait(outreach: Outreach) -> None:
    outreach.events["before send_draft"] = lambda: outreach.world.revoked.add(OWNER)
    with pytest.raises(MailboxDisconnected):
        outreach.send()
    record = outreach.enrollment(ANN)
    assert (record.status, outreach.inbox().status) == (Status.UNCERTAIN, "disconnected")
    outreach.reconnect()
    outreach.pass_time(timedelta(hours=1))
    outreach.go_on()
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_refused_recipient_fails_and_leaves_no_draft(outreach: Outreach) -> None:
    outreach.fault("drafts.send", status=400, reason="invalidArgument", message="Invalid recipient")
    assert outreach.send() == "refused"
    record = outreach.enrollment(ANN)
    assert (record.status, record.attempt, record.wake_at, outreach.drafts()) == (
        Status.FAILED,
        None,
        None,
        [],
    )


def test_recipient_refused_for_the_draft_fails_once_and_is_not_queued_again(outreach: Outreach) -> None:
    outreach.fault("drafts.create", status=400, reason="invalidArgument", message="Invalid recipient")
    outreach.send()
    record = outreach.enrollment(ANN)
    assert (record.status, record.wake_at) == (Status.FAILED, None)
    assert "recipient-refused" in record.why


def test_recipient_refused_after_an_opt_out_stays_opted_out(outreach: Outreach) -> None:
    outreach.fault("drafts.send", status=400, reason="invalidArgument", message="Invalid recipient")
    outreach.events["before send_draft"] = lambda: outreach.update(ANN, status=Status.OPTED_OUT)
    assert outreach.send() == "refused"
    record = outreach.enrollment(ANN)
    assert (record.status, record.attempt) == (Status.OPTED_OUT, None)
