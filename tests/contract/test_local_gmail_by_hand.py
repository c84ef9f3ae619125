"""The local Gmail lets its owner answer, relabel and tidy up by hand, as in Gmail's own pages."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.localcloud.gmail.official_client import CANDIDATE, RECRUITER, Here, added, letter, refusal


@pytest.fixture
def here() -> Iterator[Here]:
    running = Here()
    yield running
    running.server.stop()


def answered(here: Here, sent: Any) -> Any:
    reference = here.header(sent["id"], "Message-ID")
    raw = letter(to=RECRUITER, subject="Re: A role for you", In_Reply_To=reference)
    return here.world.deliver(
        raw.replace(f"From: {RECRUITER}".encode(), f"From: {CANDIDATE}".encode()), RECRUITER
    )


@pytest.mark.parametrize("theirs", [True, False])
def test_the_owner_answers_in_the_thread_without_any_mark_of_ours(here: Here, *, theirs: bool) -> None:
    sent = here.send(letter(X_Outreach_Attempt="a1"))
    last = answered(here, sent) if theirs else sent
    start, log = here.profile()["historyId"], len(here.world.access_log)
    own = here.world.by_hand(RECRUITER).answer(sent["threadId"], "By hand.")
    assert len(here.world.access_log) == log
    assert own["threadId"] == sent["threadId"]
    assert own["labelIds"] == ["SENT"]
    assert added(here.history(start)) == [own["id"]]
    assert here.header(own["id"], "To") == CANDIDATE
    assert here.header(own["id"], "Subject") == "Re: A role for you"
    assert here.header(own["id"], "In-Reply-To") == here.header(last["id"], "Message-ID")
    mail = here.world.outside_inbox(CANDIDATE)[-1]
    assert b"By hand." in mail.raw
    assert b"X-Outreach" not in mail.raw


def test_a_label_is_taken_off_by_its_name_or_its_id(here: Here) -> None:
    sent = here.send(letter())
    label = here.users.labels().create(userId="me", body={"name": "Outreach/Spring"}).execute()
    body = {"addLabelIds": [label["id"]]}
    for named in (label["id"], label["name"]):
        here.users.threads().modify(userId="me", id=sent["threadId"], body=body).execute()
        start = here.profile()["historyId"]
        here.world.by_hand(RECRUITER).take_off(sent["threadId"], named)
        [record] = here.history(start, historyTypes=["messageAdded", "labelRemoved"])["history"]
        [change] = record["labelsRemoved"]
        assert change["labelIds"] == [label["id"]]
        assert change["message"]["threadId"] == sent["threadId"]
        assert "history" not in here.history(start, historyTypes=["messageAdded", "labelAdded"])


def test_nested_labels_are_labels_of_their_own_and_names_are_taken_once(here: Here) -> None:
    def create(name: str) -> Any:
        return here.users.labels().create(userId="me", body={"name": name}).execute()

    made = [create(name)["id"] for name in ("Outreach/A/replied", "Outreach", "Outreach/A")]
    assert len(set(made)) == 3
    assert all(one.startswith("Label_") for one in made)
    assert refusal(lambda: create("outreach/a")) == (409, "aborted")
    assert refusal(lambda: create("INBOX"))[0] in {400, 409}
    here.users.labels().delete(userId="me", id=made[1]).execute()
    names = {one["name"] for one in here.users.labels().list(userId="me").execute()["labels"]}
    assert {"Outreach/A", "Outreach/A/replied"} < names
    assert "Outreach" not in names
    assert create("Outreach")["id"] not in made


def test_a_label_that_is_deleted_comes_off_its_threads_in_the_history(here: Here) -> None:
    label = here.users.labels().create(userId="me", body={"name": "Outreach"}).execute()["id"]
    sent = [here.send(letter()) for _ in range(2)]
    for one in sent:
        body = {"addLabelIds": [label]}
        here.users.messages().modify(userId="me", id=one["id"], body=body).execute()
    start = here.profile()["historyId"]
    here.world.by_hand(RECRUITER).delete_label(label)
    records = here.history(start, historyTypes="labelRemoved")["history"]
    assert [record["labelsRemoved"][0]["message"]["id"] for record in records] == [one["id"] for one in sent]
    assert {*here.history(start)["history"][0]} == {"id", "messages", "labelsRemoved"}


def test_the_owners_draft_lies_beside_ours(here: Here) -> None:
    here.world.by_hand(RECRUITER).create_draft(letter())
    [found] = here.users.drafts().list(userId="me", q=f"to:{CANDIDATE}").execute()["drafts"]
    raw = here.users.drafts().get(userId="me", id=found["id"], format="raw").execute()["message"]["raw"]
    assert b"A role for you" in base64.urlsafe_b64decode(raw)
