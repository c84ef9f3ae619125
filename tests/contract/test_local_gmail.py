"""The local Gmail sends, threads and bounces as Google's: through the official client."""

import base64
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.localcloud.gmail.official_client import CANDIDATE, COLLEAGUE, RECRUITER, Here, letter, refusal


@pytest.fixture
def here() -> Iterator[Here]:
    running = Here()
    yield running
    running.server.stop()


# Sending


def test_sending_replaces_the_message_id_and_keeps_no_copy(here: Here) -> None:
    sent = here.send(letter(Message_ID="<ours@example.com>", X_Campaign="c1"))
    [delivery] = here.world.outside_inbox(CANDIDATE)
    assert delivery.message_id == here.header(sent["id"], "Message-ID")
    assert delivery.message_id.endswith("@mail.gmail.com>")
    assert b"ours@example.com" not in delivery.raw
    assert b"X-Campaign: c1" in delivery.raw
    assert sent["labelIds"] == ["SENT"]


def test_a_draft_is_used_up_by_sending_it(here: Here) -> None:
    draft = here.draft(letter())
    assert draft["message"]["labelIds"] == ["DRAFT"]
    sent = here.send_draft(draft["id"])
    assert sent["id"] != draft["message"]["id"]
    assert sent["threadId"] == draft["message"]["threadId"]
    assert refusal(lambda: here.send_draft(draft["id"])) == (404, "notFound")
    assert refusal(lambda: here.users.drafts().get(userId="me", id=draft["id"]).execute()) == (
        404,
        "notFound",
    )
    assert refusal(lambda: here.users.drafts().delete(userId="me", id=draft["id"]).execute()) == (
        404,
        "notFound",
    )
    assert len(here.world.outside_inbox(CANDIDATE)) == 1


def test_a_draft_can_be_found_and_deleted(here: Here) -> None:
    draft = here.draft(letter(X_Marker="m1"))
    here.draft(letter(to="other@example.org"))
    found = here.users.drafts().list(userId="me", q=f"to:{CANDIDATE}").execute()
    assert [one["id"] for one in found["drafts"]] == [draft["id"]]
    here.users.drafts().delete(userId="me", id=draft["id"]).execute()
    assert "drafts" not in here.users.drafts().list(userId="me", q=f"to:{CANDIDATE}").execute()


def test_the_thread_of_a_draft_may_not_survive(here: Here) -> None:
    here.world.draft_thread_survives = False
    first = here.draft(letter())
    sent = here.send_draft(first["id"])
    assert sent["threadId"] != first["message"]["threadId"]
    reference = here.header(sent["id"], "Message-ID")
    stray = here.send_draft(here.draft(letter(), sent["threadId"])["id"])
    assert stray["threadId"] != sent["threadId"]
    follow_up = letter(subject="Re: A role for you", References=reference, In_Reply_To=reference)
    assert here.send_draft(here.draft(follow_up, sent["threadId"])["id"])["threadId"] == sent["threadId"]


def test_two_overlapping_sends_of_a_draft_double_only_in_that_variant(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    for doubles, delivered in ((False, 1), (True, 3)):
        here.world.simultaneous_send_doubles = doubles
        both_have_read = threading.Barrier(2)
        monkeypatch.setattr(here.world, "between_read_and_removal", lambda met=both_have_read: met.wait(5))
        draft = here.draft(letter())["id"]
        clients = [here.client("modify"), here.client("modify")]
        calls = [client.drafts().send(userId="me", body={"id": draft}) for client in clients]
        statuses: list[int] = []

        def run(call: Any, into: list[int] = statuses) -> None:
            try:
                call.execute()
                into.append(200)
            except HttpError as error:
                into.append(error.resp.status)

        threads = [threading.Thread(target=run, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert sorted(statuses) == ([200, 200] if doubles else [200, 404])
        assert len(here.world.outside_inbox(CANDIDATE)) == delivered


def test_a_send_that_begins_after_the_first_ended_never_doubles(here: Here) -> None:
    here.world.simultaneous_send_doubles = True
    here.world.send_gap = 0
    draft = here.draft(letter())["id"]
    here.send_draft(draft)
    assert refusal(lambda: here.send_draft(draft)) == (404, "notFound")


def test_an_unknown_address_bounces_after_a_success(here: Here) -> None:
    here.world.bouncing.add("gone@example.org")
    sent = here.send(letter(to="gone@example.org", X_Campaign="c1"))
    [stub] = here.users.messages().list(userId="me", labelIds=["INBOX"]).execute()["messages"]
    report = here.users.messages().get(userId="me", id=stub["id"], format="full").execute()
    headers = {pair["name"]: pair["value"] for pair in report["payload"]["headers"]}
    assert headers["X-Failed-Recipients"] == "gone@example.org"
    assert headers["Auto-Submitted"] == "auto-replied"
    assert headers["In-Reply-To"] == here.header(sent["id"], "Message-ID")
    assert headers["From"].endswith("<mailer-daemon@mail.example.net>")
    assert report["payload"]["mimeType"] == "multipart/report"
    _, status, returned = report["payload"]["parts"]
    assert b"Action: failed\nStatus: 5.1.1" in base64.urlsafe_b64decode(status["body"]["data"])
    assert {"name": "X-Campaign", "value": "c1"} in returned["parts"][0]["headers"]
    assert here.world.outside_inbox("gone@example.org") == []


def test_the_sender_is_the_account_or_one_of_its_aliases(here: Here) -> None:
    here.send(b"From: other@example.net\r\nTo: a@example.org\r\nSubject: s\r\n\r\nx")
    here.send(b"From: jobs@example.com\r\nTo: b@example.org\r\nBcc: c@example.org\r\nSubject: s\r\n\r\nx")
    assert b"From: recruiter@example.com" in here.world.outside_inbox("a@example.org")[0].raw
    assert b"From: jobs@example.com" in here.world.outside_inbox("b@example.org")[0].raw
    assert b"Bcc" not in here.world.outside_inbox("c@example.org")[0].raw


# Threads


@pytest.mark.parametrize(
    ("subject", "refers", "same"),
    [
        ("Re: A role for you", True, True),
        ("Another matter", True, False),
        ("Re: A role for you", False, False),
    ],
)
def test_an_answer_is_threaded_by_reference_and_subject(
    here: Here, subject: str, *, refers: bool, same: bool
) -> None:
    sent = here.send(letter())
    reference = here.header(sent["id"], "Message-ID")
    more = {"In_Reply_To": reference} if refers else {}
    answer = here.world.deliver(letter(to=RECRUITER, subject=subject, **more), RECRUITER)
    assert (answer["threadId"] == sent["threadId"]) is same


def test_a_thread_id_alone_threads_on_the_senders_side_only(here: Here) -> None:
    first = here.send(letter(to=COLLEAGUE))
    second = here.send(letter(to=COLLEAGUE, subject="Re: A role for you"), first["threadId"])
    assert second["threadId"] == first["threadId"]
    theirs = here.client("modify", address=COLLEAGUE).messages().list(userId="me").execute()["messages"]
    assert len({message["threadId"] for message in theirs}) == 2


def test_mail_between_accounts_arrives_unread_in_the_inbox(here: Here) -> None:
    here.send(letter(to=f"{COLLEAGUE}, jobs@example.com"))
    for address in (COLLEAGUE, RECRUITER):
        found = here.world.mailbox(address).list_messages(label_ids=["INBOX", "UNREAD"])
        assert len(found["messages"]) == 1
