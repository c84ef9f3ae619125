"""The local Gmail shows messages, labels and history as Google's: through the official client."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.localcloud.gmail import fields
from tests.localcloud.gmail.official_client import (
    CANDIDATE,
    RECRUITER,
    Here,
    added,
    letter,
    refusal,
    resource,
)


@pytest.fixture
def here() -> Iterator[Here]:
    running = Here()
    yield running
    running.server.stop()


# Reading


def test_the_snippet_is_in_every_format_unless_the_mask_leaves_it_out(here: Here) -> None:
    sent = here.send(letter(body="Private words"))
    get = here.users.messages().get
    for form in ("minimal", "metadata", "full"):
        assert get(userId="me", id=sent["id"], format=form).execute()["snippet"] == "Private words"
    masked = get(
        userId="me", id=sent["id"], format="metadata", fields="id,threadId,payload/headers"
    ).execute()
    assert set(masked) == {"id", "threadId", "payload"}
    assert set(masked["payload"]) == {"headers"}
    raw = get(userId="me", id=sent["id"], format="raw", fields="raw").execute()
    assert b"Private words" in base64.urlsafe_b64decode(raw["raw"])
    assert [(entry.format, entry.snippet, entry.body) for entry in here.world.access_log[1:]] == [
        ("minimal", True, False),
        ("metadata", True, False),
        ("full", True, True),
        ("metadata", False, False),
        ("raw", False, True),
    ]
    assert all(entry.message_ids == [sent["id"]] for entry in here.world.access_log)


@pytest.mark.parametrize(
    ("mask", "left"),
    [
        ("messages(id)", {"messages": [{"id": 1}, {"id": 2}]}),
        ("messages/payload/headers(name,value)", {"messages": [{"payload": {"headers": [{"name": 1}]}}, {}]}),
        ("messages(payload(*))", {"messages": [{"payload": {"headers": [{"name": 1, "more": 2}]}}, {}]}),
        (
            "*",
            {"messages": [{"id": 1, "payload": {"headers": [{"name": 1, "more": 2}]}}, {"id": 2}], "size": 2},
        ),
        ("*/id,size", {"messages": [{"id": 1}, {"id": 2}], "size": 2}),
        (
            "messages(id,payload/headers/more)",
            {"messages": [{"id": 1, "payload": {"headers": [{"more": 2}]}}, {"id": 2}]},
        ),
    ],
)
def test_field_masks(mask: str, left: Any) -> None:
    whole = {"messages": [{"id": 1, "payload": {"headers": [{"name": 1, "more": 2}]}}, {"id": 2}], "size": 2}
    assert fields.keep(whole, fields.parse(mask)) == left


def test_a_malformed_mask_is_refused_before_any_effect(here: Here) -> None:
    call = here.users.messages().send(userId="me", body=resource(letter()), fields="id(")
    assert refusal(call.execute) == (400, "invalidArgument")
    assert here.world.outside_inbox(CANDIDATE) == []


def test_search_finds_the_replaced_id_only(here: Here) -> None:
    sent = here.send(letter(Message_ID="<ours@example.com>"))
    here.clock.time += timedelta(hours=1)
    later = here.send(letter(to="second@example.org", subject="Other"))
    reference = here.header(sent["id"], "Message-ID").strip("<>")

    def found(q: str, **more: Any) -> list[str]:
        page = here.users.messages().list(userId="me", q=q, **more).execute()
        return [message["id"] for message in page.get("messages", [])]

    assert found("rfc822msgid:ours@example.com") == []
    assert found(f"rfc822msgid:{reference}") == [sent["id"]]
    assert found("in:sent") == [later["id"], sent["id"]]
    assert found("to:second@example.org") == [later["id"]]
    assert found('subject:"A role"') == [sent["id"]]
    assert found(f"after:{int(here.clock.time.timestamp())}") == [later["id"]]
    assert found(f"in:sent before:{int(here.clock.time.timestamp())}") == [sent["id"]]
    assert refusal(lambda: found("has:attachment")) == (400, "invalidArgument")
    spam = here.world.deliver(letter(to=RECRUITER), RECRUITER, ("SPAM",))
    assert spam["id"] not in found("")
    assert spam["id"] in found("in:anywhere")
    assert spam["id"] in found("", includeSpamTrash=True)


def test_lists_come_in_pages_newest_first(here: Here) -> None:
    sent = []
    for _ in range(5):
        here.clock.time += timedelta(seconds=1)
        sent.append(here.send(letter())["id"])
    first = here.users.messages().list(userId="me", maxResults=3).execute()
    assert [message["id"] for message in first["messages"]] == sent[:1:-1]
    rest = here.users.messages().list(userId="me", maxResults=3, pageToken=first["nextPageToken"]).execute()
    assert [message["id"] for message in rest["messages"]] == sent[1::-1]
    assert "nextPageToken" not in rest


# Labels


def test_labels_are_made_once_and_put_on_threads(here: Here) -> None:
    labels = here.users.labels()
    label = labels.create(userId="me", body={"name": "Outreach"}).execute()
    call = labels.create(userId="me", body={"name": "Outreach"})
    assert refusal(call.execute)[0] == 409
    assert label["id"] in [one["id"] for one in labels.list(userId="me").execute()["labels"]]
    sent = here.send(letter())
    start = here.profile()["historyId"]
    body = {"addLabelIds": [label["id"]]}
    here.users.threads().modify(userId="me", id=sent["threadId"], body=body).execute()
    here.users.messages().modify(userId="me", id=sent["id"], body={"removeLabelIds": [label["id"]]}).execute()
    came, went = here.history(start)["history"]
    assert came["labelsAdded"][0]["labelIds"] == went["labelsRemoved"][0]["labelIds"] == [label["id"]]
    here.users.messages().batchModify(userId="me", body={"ids": [sent["id"]], **body}).execute()
    thread = here.users.threads().get(userId="me", id=sent["threadId"], format="minimal").execute()
    assert thread["messages"][0]["labelIds"] == ["SENT", label["id"]]
    labels.delete(userId="me", id=label["id"]).execute()
    assert refusal(labels.get(userId="me", id=label["id"]).execute)[0] == 404
    wrong = here.users.messages().modify(userId="me", id=sent["id"], body=body)
    assert refusal(wrong.execute)[0] == 400


# History


def test_history_tells_a_sent_draft_apart_from_new_mail(here: Here) -> None:
    start = here.profile()["historyId"]
    sent = here.send_draft(here.draft(letter())["id"])
    arrived = here.world.deliver(letter(to=RECRUITER), RECRUITER, ("CATEGORY_PROMOTIONS",))
    page = here.history(start)
    kinds = [
        next(kind for kind in record if kind.startswith(("messagesA", "messagesD")))
        for record in page["history"]
    ]
    assert kinds == ["messagesAdded", "messagesDeleted", "messagesAdded", "messagesAdded"]
    ids = [int(record["id"]) for record in page["history"]]
    assert ids == sorted(set(ids))
    assert page["historyId"] == page["history"][-1]["id"] == here.profile()["historyId"]
    filtered = here.history(start, historyTypes="messageAdded", labelId="INBOX")
    assert added(filtered) == [arrived["id"]]
    assert set(filtered["history"][0]["messagesAdded"][0]["message"]["labelIds"]) >= {"UNREAD", "INBOX"}
    assert added(here.history(start, historyTypes="messageAdded", labelId="SENT")) == [sent["id"]]
    here.world.history_labels = False
    assert "labelIds" not in here.history(start)["history"][0]["messagesAdded"][0]["message"]


def test_history_comes_in_pages_some_of_them_empty(here: Here) -> None:
    start = here.profile()["historyId"]
    arrived = [here.world.deliver(letter(to=RECRUITER), RECRUITER)["id"] for _ in range(5)]
    here.world.empty_pages = 2
    pages, token = [], None
    while True:
        pages.append(here.history(start, maxResults=3, pageToken=token))
        token = pages[-1].get("nextPageToken")
        if token is None:
            break
    assert ["history" in page for page in pages] == [False, False, True, False, False, True]
    assert [one for page in pages for one in added(page)] == arrived


def test_history_may_be_empty_once_although_something_came(here: Here) -> None:
    start = here.profile()["historyId"]
    arrived = here.world.deliver(letter(to=RECRUITER), RECRUITER)
    here.world.empty_history_once = 1
    assert "history" not in here.history(start)
    assert added(here.history(start)) == [arrived["id"]]


def test_history_from_an_expired_id_is_not_found(here: Here) -> None:
    start = here.profile()["historyId"]
    here.world.deliver(letter(to=RECRUITER), RECRUITER)
    current = here.profile()["historyId"]
    here.world.expire_history_before(int(current))
    assert refusal(lambda: here.history(start)) == (404, "notFound")
    assert "history" not in here.history(current)


def test_a_deleted_mail_stays_in_the_history_and_is_gone(here: Here) -> None:
    start = here.profile()["historyId"]
    arrived = here.world.deliver(letter(to=RECRUITER), RECRUITER)
    here.world.delete_message(RECRUITER, arrived["id"])
    assert added(here.history(start)) == [arrived["id"]]
    assert refusal(here.users.messages().get(userId="me", id=arrived["id"]).execute) == (404, "notFound")


def test_sent_mail_may_be_visible_late(here: Here) -> None:
    start = here.profile()["historyId"]
    here.world.sent_visible_after = timedelta(minutes=2)
    sent = here.send(letter())
    reference = here.world.outside_inbox(CANDIDATE)[0].message_id
    assert refusal(here.users.messages().get(userId="me", id=sent["id"]).execute) == (404, "notFound")
    assert added(here.history(start)) == []
    # The candidate is quicker than Gmail's index, and the answer still finds its thread.
    answer = here.world.deliver(letter(to=RECRUITER, In_Reply_To=reference), RECRUITER)
    assert answer["threadId"] == sent["threadId"]
    here.clock.time += timedelta(minutes=2)
    # Its record is then the newest: a cursor that moved on in between still meets it.
    assert added(here.history(start)) == [answer["id"], sent["id"]]
