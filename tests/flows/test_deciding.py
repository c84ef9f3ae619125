"""Show that a person decides on what is held, and that Gmail is asked once more before."""

from __future__ import annotations

import msgspec
import pytest

from lib.core.callers import VerifiedCaller
from lib.core.enrollment import LOOK_AGAIN
from lib.core.errors import Conflict, Forbidden, MailboxDisconnected, NotFound, Unavailable
from lib.core.records import Status
from lib.flows.controlling import skip
from lib.flows.deciding import decide_held
from lib.flows.telling import show_timeline
from tests.flows.memory_services import ORG, OWNER
from tests.flows.outreach import ANN, DAY, MINUTE, Outreach

AUTHOR = VerifiedCaller(org=ORG, user="user-1", email=OWNER, role="member")


@pytest.fixture
def outreach() -> Outreach:
    """Hold the first step: its connection was cut, its draft deleted by the user."""
    services = Outreach(ANN)
    services.fault("drafts.send", drop=True)
    assert services.send() == "unclear"
    services.world.mailbox(OWNER).delete_draft(services.drafts()[0])
    for wait in (6 * MINUTE, *LOOK_AGAIN):
        services.pass_time(wait)
        services.maintain()
    assert services.status() is Status.HELD
    return services


def decide(outreach: Outreach, *, was_sent: bool, caller: VerifiedCaller = AUTHOR) -> str:
    return decide_held(outreach, caller, "c1", outreach.enrollment(ANN).id, was_sent=was_sent)


def test_held_step_that_did_not_go_out_gets_a_new_slot(outreach: Outreach) -> None:
    assert decide(outreach, was_sent=False) == "not sent"
    assert outreach.status() is Status.WAITING
    outreach.go_on(10 * MINUTE)
    assert (outreach.got(), outreach.enrollment(ANN).sent_count) == (1, 1)


def test_held_step_that_went_out_is_followed_by_the_next_one_in_its_time(outreach: Outreach) -> None:
    assert decide(outreach, was_sent=True) == "sent"
    record = outreach.enrollment(ANN)
    (unseen,) = record.sent
    assert (record.status, record.step, unseen.gmail_id) == (Status.WAITING, "nudge", "")
    outreach.pass_time(DAY - 40 * MINUTE)
    outreach.go_on(90 * MINUTE)
    assert (outreach.got(), outreach.enrollment(ANN).step) == (1, "last")


def test_the_timeline_tells_a_decision_from_a_skip(outreach: Outreach) -> None:
    decide(outreach, was_sent=False)
    outreach.pass_time(MINUTE)
    id_ = outreach.enrollment(ANN).id
    skip(outreach, AUTHOR, "c1", id_)
    told = show_timeline(outreach, AUTHOR, "c1", id_).events
    assert [one.about for one in told if one.what == "deed"] == [("held: not sent",), ("skipped",)]


@pytest.mark.parametrize("was_sent", [True, False])
def test_mail_that_is_found_after_all_counts_more_than_any_word(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch, *, was_sent: bool
) -> None:
    record = outreach.enrollment(ANN)
    assert record.attempt is not None
    marker = f"{record.id}.{record.attempt.id}"
    raw = f"From: {OWNER}\r\nTo: {ANN}\r\nSubject: x\r\nX-Outreach-Attempt: {marker}\r\n\r\nHello"
    outreach.world.mailbox(OWNER).send_message(raw.encode())
    assert decide(outreach, was_sent=was_sent) == "sent"
    record = outreach.enrollment(ANN)
    assert (record.sent_count, record.step) == (1, "nudge")
    assert record.sent[0].gmail_id
    monkeypatch.undo()


def test_word_is_not_taken_when_gmail_cannot_be_asked(outreach: Outreach) -> None:
    held = outreach.enrollment(ANN)
    outreach.fault("history.list", status=503)
    with pytest.raises(Unavailable):
        decide(outreach, was_sent=False)
    outreach.world.revoked.add(OWNER)
    for _ in range(2):
        with pytest.raises(MailboxDisconnected):
            decide(outreach, was_sent=False)
    assert outreach.enrollment(ANN) == held


def test_word_counts_once(outreach: Outreach) -> None:
    decide(outreach, was_sent=True)
    with pytest.raises(Conflict):
        decide(outreach, was_sent=False)
    assert outreach.enrollment(ANN).sent_count == 1


def test_two_words_at_once_count_once(outreach: Outreach) -> None:
    outreach.events["after history"] = lambda: decide(outreach, was_sent=True)
    with pytest.raises(Conflict):
        decide(outreach, was_sent=False)
    assert (outreach.enrollment(ANN).sent_count, outreach.status()) == (1, Status.WAITING)


def test_only_who_may_write_decides(outreach: Outreach) -> None:
    other = VerifiedCaller(org=ORG, user="user-2", email="sam@example.com", role="member")
    with pytest.raises(NotFound):
        decide(outreach, was_sent=True, caller=other)
    with pytest.raises(Forbidden):
        decide(outreach, was_sent=True, caller=msgspec.structs.replace(other, role="admin"))
    elsewhere = VerifiedCaller(org="other", user="user-1", email="", role="admin")
    with pytest.raises(NotFound):
        decide(outreach, was_sent=True, caller=elsewhere)
    with pytest.raises(NotFound):
        decide_held(outreach, AUTHOR, "c2", outreach.enrollment(ANN).id, was_sent=True)


def test_look_before_a_decision_is_on_record(outreach: Outreach) -> None:
    decide(outreach, was_sent=False)
    assert outreach.reads_recorded() == outreach.reads_made()
