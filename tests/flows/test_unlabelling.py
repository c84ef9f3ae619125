"""Show what the campaign's label does: taken off it stops a candidate, deleted it pauses the campaign."""

from __future__ import annotations

import pytest

from lib.core import keys
from lib.core.records import AuditEntry, Campaign, CampaignLabels, Reads, Status
from tests.flows.memory_services import MAILBOX, ORG, OWNER
from tests.flows.outreach import ANN, BEN, Outreach


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann and Ben, their threads labelled."""
    made = Outreach(ANN, BEN)
    made.send()
    made.send(BEN)
    made.push("of the first step")
    return made


def campaign(outreach: Outreach) -> Campaign:
    key = keys.campaign(ORG, "c1")
    return outreach.store.read([key]).need(key)


def labels(outreach: Outreach) -> CampaignLabels:
    found = campaign(outreach).labels
    assert found is not None
    return found


def take_off(outreach: Outreach, label: str, email: str = ANN) -> None:
    thread = outreach.enrollment(email).sent[0].thread
    outreach.world.by_hand(OWNER).modify_thread(thread, remove=[label])


def test_label_taken_off_a_thread_stops_that_candidate(outreach: Outreach) -> None:
    take_off(outreach, labels(outreach).campaign)
    outreach.push()
    record = outreach.enrollment(ANN)
    assert (record.status, record.why) == (Status.CANCELLED, "label taken off in Gmail")
    assert (outreach.status(BEN), campaign(outreach).status) == (Status.WAITING, "active")


def test_other_labels_mean_nothing(outreach: Outreach) -> None:
    outreach.world.by_hand(OWNER).modify_thread(
        outreach.enrollment(ANN).sent[0].thread, add=["STARRED", labels(outreach).interested]
    )
    take_off(outreach, "STARRED")
    take_off(outreach, labels(outreach).interested)
    outreach.push()
    assert outreach.status() is Status.WAITING


def test_deleted_label_pauses_the_campaign_and_stops_nobody(outreach: Outreach) -> None:
    outreach.world.by_hand(OWNER).delete_label(labels(outreach).campaign)
    outreach.push()
    found = campaign(outreach)
    assert (found.status, "deleted in Gmail" in found.why) == ("paused", True)
    assert found.paused_for == "label"
    [entry] = [one for one in outreach.kept(AuditEntry) if one.deed == "paused_campaign"]
    assert (entry.by, entry.mailbox, entry.campaign) == ("", MAILBOX, "c1")
    assert (outreach.status(), outreach.status(BEN)) == (Status.WAITING, Status.WAITING)


def test_look_at_the_labels_is_on_record(outreach: Outreach) -> None:
    take_off(outreach, labels(outreach).campaign)
    outreach.push()
    assert outreach.calls()[-1] == "labels.list"
    entries = [entry for record in outreach.kept(Reads) for entry in record.entries]
    assert [entry.method for entry in entries][-2:] == ["history.list", "labels.list"]


def test_answers_of_people_get_the_label_for_answers(outreach: Outreach) -> None:
    answer, automatic = outreach.answer(), outreach.answer(BEN, Auto_Submitted="auto-replied")
    outreach.push()
    messages = outreach.world.accounts[OWNER].messages
    replied = labels(outreach).replied
    assert (replied in messages[answer].labels, replied in messages[automatic].labels) == (True, False)


def test_answer_counts_although_its_label_cannot_be_put_on(outreach: Outreach) -> None:
    outreach.fault("messages.modify", status=503, times=None)
    outreach.answer()
    outreach.push()
    assert outreach.status() is Status.REPLIED
