"""Show that the user's own answer by hand stops the follow-ups, and is never mistaken for a mail of ours."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.records import Reply, Status
from tests.flows.memory_services import ORG, OWNER
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Crash, Outreach, crash
from tests.flows.test_parking import Poison


@pytest.fixture(params=[True, False], ids=["labels", "no labels in history"])
def outreach(request: pytest.FixtureRequest) -> Outreach:
    """Have written to Ann and Ben."""
    made = Outreach(ANN, BEN)
    made.world.history_labels = request.param
    made.send()
    made.send(BEN)
    made.push("of the first step")
    return made


def by_hand(outreach: Outreach, to: str = ANN, *, thread: str | None = None, **headers: str) -> str:
    """Let the user write in Gmail's own pages, in the candidate's thread."""
    thread = thread or outreach.enrollment(ANN).sent[0].thread
    lines = [f"To: {to}", "Subject: Re: Engineers at Acme", *(f"{k}: {v}" for k, v in headers.items())]
    raw = "\n".join([*lines, "", "Let us talk on Monday."]).encode()
    return str(outreach.world.by_hand(OWNER).send_message(raw, thread)["id"])


def aside(outreach: Outreach) -> list[str]:
    """Return what was put aside, but for drafts that are gone: without labels they look like any mail."""
    return [one.gmail_id for one in outreach.pending if one.fetched]


def of_campaign(outreach: Outreach, **changes: Any) -> None:
    key = keys.campaign(ORG, "c1")
    outreach.put(key, msgspec.structs.replace(outreach.store.read([key]).need(key), **changes))


def test_own_answer_stops_the_candidate_and_nothing_is_kept_of_it(outreach: Outreach) -> None:
    mail = by_hand(outreach)
    outreach.push()
    record = outreach.enrollment(ANN)
    assert (record.status, record.why) == (Status.CANCELLED, "answered by hand")
    assert outreach.status(BEN) is Status.WAITING
    assert (outreach.kept(Reply), aside(outreach), mail in outreach.bodies()) == ([], [], False)
    outreach.pass_time(DAY)
    assert "already cancelled" in outreach.send()


def test_own_answer_stops_nothing_where_the_campaign_says_so(outreach: Outreach) -> None:
    of_campaign(outreach, stop_on_own_answer=False)
    by_hand(outreach)
    outreach.push()
    assert outreach.status() is Status.WAITING


def test_forward_to_a_colleague_is_no_answer_to_the_candidate(outreach: Outreach) -> None:
    by_hand(outreach, "colleague@example.com")
    outreach.push()
    assert outreach.status() is Status.WAITING


def test_copy_to_the_candidate_is_an_answer(outreach: Outreach) -> None:
    by_hand(outreach, "colleague@example.com", Cc=f"Ann <{ANN.upper()}>")
    outreach.push()
    assert outreach.status() is Status.CANCELLED


def test_own_mail_in_another_thread_is_not_looked_at(outreach: Outreach) -> None:
    mail = str(outreach.world.by_hand(OWNER).send_message(f"To: {ANN}\nSubject: Hi\n\nHi".encode())["id"])
    outreach.push()
    assert outreach.status() is Status.WAITING
    if outreach.world.history_labels:
        assert mail not in outreach.headers_read()


def test_follow_up_of_ours_is_not_taken_for_the_users(outreach: Outreach) -> None:
    outreach.pass_time(DAY)
    assert outreach.send() == "sent"
    outreach.push()
    assert (outreach.status(), outreach.got()) == (Status.WAITING, 2)
    ours = {mail.gmail_id for mail in outreach.enrollment(ANN).sent}
    assert aside(outreach) == []
    asked = [one for entry in outreach.world.access_log[-3:] for one in entry.message_ids if entry.body]
    assert not ours & set(asked)


def test_follow_up_whose_notification_comes_before_its_record_waits_for_it(outreach: Outreach) -> None:
    outreach.pass_time(DAY)
    outreach.events["after send_draft"] = lambda: outreach.push("early")
    assert outreach.send() == "sent"
    assert outreach.status() is Status.WAITING
    assert len(aside(outreach)) == 1
    outreach.push("the next one")
    assert (outreach.status(), outreach.got(), aside(outreach)) == (Status.WAITING, 2, [])


def test_own_answer_during_a_send_stops_when_the_send_is_over(outreach: Outreach) -> None:
    def answered() -> None:
        by_hand(outreach)
        outreach.push("early")
        assert outreach.status() is Status.SENDING

    outreach.pass_time(DAY)
    outreach.events["before send_draft"] = answered
    outreach.send()
    outreach.pass_time(2 * MINUTE)
    outreach.maintain()
    # Two of ours, and the user's own.
    assert (outreach.status(), outreach.got(), aside(outreach)) == (Status.CANCELLED, 3, [])


def test_own_answer_after_the_candidates_changes_nothing(outreach: Outreach) -> None:
    outreach.answer()
    by_hand(outreach)
    outreach.push()
    assert outreach.status() is Status.REPLIED
    by_hand(outreach)
    outreach.push("again")
    assert outreach.status() is Status.REPLIED


def test_own_answer_is_found_again_when_the_history_has_expired(outreach: Outreach) -> None:
    by_hand(outreach)
    outreach.world.expire_history_before(outreach.world.accounts[OWNER].history_id, OWNER)
    outreach.push()
    assert (outreach.status(), outreach.status(BEN)) == (Status.CANCELLED, Status.WAITING)


def test_our_own_mail_that_cannot_be_read_while_its_send_is_open_is_nobodys_answer(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    outreach.pass_time(DAY)
    outreach.events["after send_draft"] = crash
    with pytest.raises(Crash):
        outreach.send()
    poison = Poison(outreach, monkeypatch)
    poison.ids = {list(outreach.world.accounts[OWNER].messages)[-1]}
    for number in range(40):
        outreach.pass_time(2 * MINUTE)
        outreach.push(f"p{number}")
    assert (outreach.status(), outreach.kept(Reply), outreach.inbox().parked) == (Status.SENDING, [], 0)
    poison.ids.clear()
    outreach.maintain()
    outreach.go_on(10 * MINUTE)
    assert (len(outreach.enrollment(ANN).sent), outreach.got(), outreach.kept(Reply)) == (2, 2, [])
