"""Show that the record of reads says what Gmail's own log says, in every kind of run that does not crash."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.core.records import Reads
from tests.flows.memory_services import OWNER
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Crash, Outreach, crash
from tests.flows.test_receiving import unrelated
from tests.localcloud.gmail import mail as mails


@pytest.fixture
def outreach() -> Outreach:
    return Outreach(ANN, BEN)


def check(outreach: Outreach) -> None:
    assert outreach.reads_made()
    assert outreach.reads_recorded() == outreach.reads_made()


def test_reads_of_sends_and_answers_are_on_record(outreach: Outreach) -> None:
    outreach.send_nudge()
    outreach.answer()
    outreach.deliver(unrelated())
    outreach.push()
    check(outreach)


def test_reads_of_a_last_look_that_finds_an_answer_are_on_record(outreach: Outreach) -> None:
    outreach.send()
    outreach.answer()
    outreach.pass_time(DAY)
    assert outreach.send() == "already replied"
    check(outreach)


def test_reads_of_a_claim_that_was_lost_are_on_record(outreach: Outreach) -> None:
    outreach.send()
    outreach.pass_time(DAY)
    outreach.events["after create_draft"] = lambda: outreach.pass_time(6 * MINUTE)
    assert outreach.send() == "lost"
    check(outreach)


def test_reads_of_a_step_that_waits_are_on_record(outreach: Outreach) -> None:
    outreach.world.sent_visible_after = 30 * MINUTE
    outreach.send()
    outreach.update(ANN, due=outreach.clock.now() + 20 * MINUTE)
    outreach.pass_time(20 * MINUTE)
    outreach.send()
    outreach.maintain()
    check(outreach)


def test_reads_of_a_follow_up_that_waits_for_a_mail_are_on_record(outreach: Outreach) -> None:
    outreach.send()
    outreach.world.delete_message(OWNER, outreach.answer())
    outreach.pass_time(DAY)
    assert "cannot be read yet" in outreach.send()
    check(outreach)


def test_reads_before_a_refused_draft_are_on_record(outreach: Outreach) -> None:
    outreach.send()
    outreach.pass_time(DAY)
    outreach.fault("drafts.create", status=400, message="Invalid recipient")
    outreach.send()
    check(outreach)


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"status": 429}, {"status": 400}])
@pytest.mark.parametrize("when", ["before", "after"])
def test_reads_of_settling_are_on_record(outreach: Outreach, fault: dict[str, int], when: str) -> None:
    outreach.send()
    outreach.pass_time(DAY)
    outreach.fault("drafts.send", when=when, times=2, **fault)
    outreach.send()
    for wait in (6 * MINUTE, 6 * MINUTE, 40 * MINUTE):
        outreach.pass_time(wait)
        outreach.maintain()
    check(outreach)


def test_reads_of_a_late_worker_are_on_record(outreach: Outreach) -> None:
    def meanwhile() -> None:
        outreach.pass_time(6 * MINUTE)
        outreach.maintain()

    outreach.events["after send_draft"] = meanwhile
    outreach.send()
    check(outreach)


def test_reads_of_catching_up_and_looking_again_are_on_record(outreach: Outreach) -> None:
    outreach.send()
    outreach.world.delete_message(OWNER, outreach.answer())
    outreach.push("p")
    outreach.world.expire_history_before(outreach.world.accounts[OWNER].history_id + 1, OWNER)
    outreach.answer()
    outreach.push("q")
    outreach.pass_time(timedelta(hours=1))
    outreach.maintain()
    check(outreach)


def test_reads_of_a_retry_are_on_record(outreach: Outreach) -> None:
    outreach.events["after create_draft"] = crash
    with pytest.raises(Crash):
        outreach.send()
    stray = mails.addresses(outreach.world.accounts[OWNER].drafts[outreach.drafts()[0]].message.parsed, "To")
    assert stray == [ANN]
    outreach.send(retried=True)
    listed = [entry for record in outreach.kept(Reads) for entry in record.entries]
    assert [entry.method for entry in listed] == ["drafts.list", "messages.get", "messages.get"]


def test_record_holds_ids_and_reasons_and_no_text(outreach: Outreach) -> None:
    outreach.send()
    answer = outreach.answer()
    outreach.push()
    entries = [entry for record in outreach.kept(Reads) for entry in record.entries]
    (body,) = [entry for entry in entries if entry.format == "raw"]
    assert (body.ids, body.why) == ((answer,), "an answer, by its thread")
    assert all(entry.why for entry in entries)


def test_runs_number_their_entries(outreach: Outreach) -> None:
    outreach.send()
    for number in range(150):
        outreach.deliver(unrelated(subject=str(number)))
    outreach.world.empty_pages = 2
    outreach.push()
    runs: dict[str, list[int]] = {}
    for record in outreach.kept(Reads):
        runs.setdefault(record.run, []).append(record.sequence)
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in runs.values())
    assert max(len(found) for found in runs.values()) > 1
