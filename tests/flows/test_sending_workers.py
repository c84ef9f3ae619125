"""Show that a step goes out once, whoever else works on it, stalls or dies."""

from __future__ import annotations

import pytest

from lib.core import keys
from lib.core.errors import NotFound
from lib.core.records import Status
from lib.flows.sending import send_step
from tests.flows.memory_services import MAILBOX, ORG, OWNER, enrolled
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Crash, Outreach, crash
from tests.localcloud.gmail import mail as mails


@pytest.fixture
def outreach() -> Outreach:
    return Outreach(ANN, BEN)


# Several workers, and those that stall or die


def test_claim_is_lost_to_a_faster_worker_and_the_draft_deleted(outreach: Outreach) -> None:
    task = outreach.task(ANN)
    outreach.events["after create_draft"] = lambda: send_step(outreach, task, retried=False)
    assert send_step(outreach, task, retried=False) == "lost"
    assert (outreach.got(), outreach.drafts()) == (1, [])


def test_opt_out_before_the_claim_stops_the_step(outreach: Outreach) -> None:
    outreach.events["after create_draft"] = lambda: outreach.update(ANN, status=Status.OPTED_OUT)
    assert outreach.send() == "lost"
    assert (outreach.got(), outreach.drafts()) == (0, [])


def test_worker_that_stalls_before_its_claim_loses_it(outreach: Outreach) -> None:
    outreach.events["after create_draft"] = lambda: outreach.pass_time(6 * MINUTE)
    assert outreach.send() == "lost"
    assert (outreach.got(), outreach.drafts(), outreach.status()) == (0, [], Status.WAITING)


def test_worker_past_its_deadline_leaves_the_draft_to_the_settler(outreach: Outreach) -> None:
    claims = outreach.store.commit
    stalled = iter([True])

    def commit(*args: object) -> object:
        done = claims(*args)  # type: ignore[arg-type]
        if next(stalled, False):
            outreach.pass_time(6 * MINUTE)
        return done

    outreach.store.commit = commit  # type: ignore[method-assign,assignment]
    assert outreach.send() == "left to the settler"
    assert outreach.got() == 0
    outreach.go_on()
    assert (outreach.got(), outreach.drafts()) == (1, [])


def test_worker_that_stalled_before_the_send_sends_no_second_mail(outreach: Outreach) -> None:
    def meanwhile() -> None:
        outreach.pass_time(6 * MINUTE)
        outreach.maintain()

    outreach.events["before send_draft"] = meanwhile
    outreach.send()
    assert outreach.got() == 0
    outreach.go_on()
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_stray_draft_of_a_dead_worker_is_removed_by_the_retry(outreach: Outreach) -> None:
    outreach.events["after create_draft"] = crash
    with pytest.raises(Crash):
        outreach.send()
    assert len(outreach.drafts()) == 1
    own = outreach.world.mailbox(OWNER).create_draft(f"To: {ANN}\nSubject: by hand\n\nx".encode())
    assert outreach.send(retried=True) == "sent"
    assert (outreach.got(), outreach.drafts()) == (1, [own["id"]])


def test_stalled_worker_cannot_claim_with_a_draft_that_was_cleared_away(outreach: Outreach) -> None:
    task = outreach.task(ANN)
    outcomes: list[str] = []

    def retry() -> None:
        outreach.events["after create_draft"] = crash
        with pytest.raises(Crash):
            send_step(outreach, task, retried=True)

    outreach.events["after create_draft"] = retry
    outcomes.append(send_step(outreach, task, retried=False))
    assert outcomes == ["lost"]
    assert outreach.got() == 0
    assert send_step(outreach, task, retried=True) == "sent"
    assert (outreach.got(), outreach.drafts()) == (1, [])


def test_draft_of_another_campaign_to_the_same_person_is_no_stray(outreach: Outreach) -> None:
    enrolled(outreach, ANN, campaign="c2")
    outreach.events["before send_draft"] = crash
    with pytest.raises(Crash):
        outreach.send(campaign="c2")
    outreach.send(retried=True)
    assert len(outreach.drafts()) == 1
    outreach.go_on(10 * MINUTE)
    assert (outreach.got(), outreach.drafts()) == (2, [])


# The Message-ID, by which answers are known


def test_message_id_that_gmail_does_not_know_yet_is_waited_for(outreach: Outreach) -> None:
    outreach.world.sent_visible_after = 30 * MINUTE
    outreach.send()
    assert outreach.enrollment(ANN).sent[0].message_id is None
    outreach.plan(ANN, "nudge", outreach.clock.now() + 20 * MINUTE)
    outreach.pass_time(20 * MINUTE)
    assert "before this one" in outreach.send()
    assert outreach.got() == 1
    outreach.pass_time(DAY - 30 * MINUTE)
    outreach.go_on(15 * MINUTE)
    assert outreach.got() == 2


def test_follow_up_names_a_message_id_found_late(outreach: Outreach) -> None:
    outreach.fault("messages.get", status=503)
    assert outreach.send() == "sent"
    assert outreach.enrollment(ANN).sent[0].message_id is None
    outreach.pass_time(DAY)
    assert outreach.send() == "sent"
    first, second = (mails.parse(one.raw) for one in outreach.world.outside_inbox(ANN))
    assert second["In-Reply-To"] == first["Message-ID"]


def test_enrollment_erased_during_the_send_does_not_come_back(outreach: Outreach) -> None:
    record = outreach.enrollment(ANN)
    key = keys.enrollment(ORG, record.id)

    def erase() -> None:
        outreach.store._documents.pop(key.path)

    outreach.events["after send_draft"] = erase
    outreach.send()
    with pytest.raises(NotFound):
        outreach.enrollment(ANN)
    assert record.mailbox == MAILBOX
