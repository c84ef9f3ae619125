"""The local Gmail notifies, batches, fails and refuses as Google's: through the official client."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httplib2
import pytest
from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

from tests.localcloud.gmail.errors import GmailError
from tests.localcloud.gmail.faults import Fault
from tests.localcloud.gmail.official_client import (
    CANDIDATE,
    COLLEAGUE,
    RECRUITER,
    TOPIC,
    Clock,
    Here,
    letter,
    refusal,
    resource,
)
from tests.localcloud.gmail.records import Caller
from tests.localcloud.gmail.world import World


@pytest.fixture
def here() -> Iterator[Here]:
    running = Here()
    yield running
    running.server.stop()


# Watch and notifications


def test_a_watch_notifies_until_it_expires(here: Here) -> None:
    watch = here.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    assert watch["historyId"] == here.profile()["historyId"]
    assert int(watch["expiration"]) == int((here.clock.time + timedelta(days=7)).timestamp() * 1000)
    for _ in range(2):
        here.world.deliver(letter(to=RECRUITER), RECRUITER)
        topic, data = here.published[-1]
        assert (topic, data["emailAddress"]) == (TOPIC, RECRUITER)
        assert str(data["historyId"]) == here.profile()["historyId"]
    here.clock.time += timedelta(days=7)
    here.world.deliver(letter(to=RECRUITER), RECRUITER)
    assert len(here.published) == 2
    here.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    here.users.stop(userId="me").execute()
    here.world.deliver(letter(to=RECRUITER), RECRUITER)
    assert len(here.published) == 2


def test_a_watch_of_another_client_must_be_stopped_first(here: Here) -> None:
    here.world.mailbox(RECRUITER, Caller(client="another")).watch("projects/other/topics/t")
    call = here.users.watch(userId="me", body={"topicName": TOPIC})
    with pytest.raises(HttpError, match="Only one user push notification client allowed per developer"):
        call.execute()
    here.users.stop(userId="me").execute()
    assert call.execute()["historyId"]


def test_notifications_are_lost_doubled_and_late_on_demand(here: Here) -> None:
    here.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    here.world.notifier.lose_notifications = 1
    for number in (0, 1):
        here.world.deliver(letter(to=RECRUITER), RECRUITER)
        assert len(here.published) == number
    here.world.notifier.double_notifications = lambda address, _history_id: address == RECRUITER
    here.world.deliver(letter(to=RECRUITER), RECRUITER)
    assert here.published[1] == here.published[2]
    counts = here.world.notifier.counts
    assert (counts.published, counts.lost, [one.times for one in counts.sent]) == (3, 1, [0, 1, 2])


def test_at_most_one_notification_a_second_goes_out_when_gmail_s_limit_holds(here: Here) -> None:
    here.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    here.world.one_notification_a_second = True
    for published in (1, 1, 2):
        here.clock.time += timedelta(seconds=0.5)
        here.world.deliver(letter(to=RECRUITER), RECRUITER)
        assert len(here.published) == published
    assert here.world.notifier.counts.lost == 1


def test_history_ids_are_published_as_numbers_and_as_text(here: Here) -> None:
    here.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    for _ in range(8):
        here.world.deliver(letter(to=RECRUITER), RECRUITER)
    assert {type(data["historyId"]) for _, data in here.published} == {int, str}


# Batches, quota, requests


def test_a_batch_is_one_request_whose_parts_are_logged_and_counted(here: Here) -> None:
    sent = [here.send(letter())["id"] for _ in range(3)]
    before, units = here.world.requests, here.world.units(RECRUITER)
    here.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    answers: dict[str, Any] = {}
    batch = BatchHttpRequest(
        callback=lambda number, answer, error: answers.update({number: error or answer}),
        batch_uri=f"{here.server.url}/batch/gmail/v1",
    )
    for number in sent:
        batch.add(
            here.users.messages().get(userId="me", id=number, format="minimal", fields="id"),
            request_id=number,
        )
        body = {"addLabelIds": ["STARRED"]}
        batch.add(
            here.users.messages().modify(userId="me", id=number, body=body), request_id=f"star {number}"
        )
    batch.add(here.users.messages().get(userId="me", id="none"), request_id="missing")
    batch.execute()
    assert answers[sent[0]] == {"id": sent[0]}
    assert answers[f"star {sent[2]}"]["labelIds"] == ["SENT", "STARRED"]
    assert answers["missing"].resp.status == 404
    assert here.world.requests == before + 2
    assert here.world.request_log[-1].request == "batch"
    assert here.world.units(RECRUITER) == units + 100 + 3 * 20 + 3 * 5 + 20
    parts = [entry for entry in here.world.access_log if entry.batch == here.world.request_log[-1].seq]
    assert [entry.status for entry in parts] == [200] * 6 + [404]
    assert not any(entry.snippet for entry in parts if entry.fields)
    assert len(here.published) == 1


def test_the_quota_refuses_when_it_is_used_up(here: Here) -> None:
    here.world.quota_limit = 2
    here.profile()
    here.profile()
    assert refusal(here.profile) == (403, "userRateLimitExceeded")


# Faults


def test_a_fault_before_leaves_no_effect_and_one_after_does(here: Here) -> None:
    here.world.faults.add(Fault(method="messages.send", status=503, account=RECRUITER))
    assert refusal(lambda: here.send(letter())) == (503, "backendError")
    assert here.world.outside_inbox(CANDIDATE) == []
    here.world.faults.add(
        Fault(method="messages.send", when="after", status=429, reason="rateLimitExceeded", retry_after=7)
    )
    with pytest.raises(HttpError) as caught:
        here.send(letter())
    assert caught.value.resp["retry-after"] == "7"
    assert len(here.world.outside_inbox(CANDIDATE)) == 1
    assert [(entry.status, entry.effect) for entry in here.world.access_log] == [(503, False), (429, True)]
    here.send(letter())


def test_a_cut_after_sending_a_draft_leads_to_one_mail(here: Here) -> None:
    """httplib2 sends a request again by itself when no status line came: the draft is then used up."""
    draft = here.draft(letter())["id"]
    here.world.faults.add(Fault(method="drafts.send", when="after", drop=True))
    assert refusal(lambda: here.send_draft(draft)) == (404, "notFound")
    assert len(here.world.outside_inbox(CANDIDATE)) == 1
    sends = [entry for entry in here.world.access_log if entry.method == "drafts.send"]
    assert [(entry.status, entry.effect) for entry in sends] == [(0, True), (404, False)]


def test_a_cut_after_sending_a_message_leads_to_two(here: Here) -> None:
    """Why a message without a draft must not go out through a client that sends again."""
    here.world.faults.add(Fault(method="messages.send", when="after", drop=True))
    here.send(letter())
    assert len(here.world.outside_inbox(CANDIDATE)) == 2


def test_a_connection_that_is_always_cut_reaches_the_caller(here: Here) -> None:
    here.world.faults.add(Fault(method="getProfile", drop=True, times=None))
    with pytest.raises((ConnectionError, httplib2.HttpLib2Error)):
        here.profile()
    here.world.faults.clear()
    assert here.profile()["emailAddress"] == RECRUITER


def test_chance_is_seeded() -> None:
    def run() -> list[bool]:
        world = World(Clock(), seed=7)
        box = world.add_account(RECRUITER, "sub-1")
        world.faults.add(Fault(method="getProfile", status=500, probability=0.5, times=None))
        failed = []
        for _ in range(20):
            try:
                box.get_profile()
                failed.append(False)
            except GmailError:
                failed.append(True)
        return failed

    first = run()
    assert first == run()
    assert set(first) == {True, False}


# Who may call


def test_a_token_with_metadata_refuses_bodies_and_search_whatever_else_it_holds(here: Here) -> None:
    sent = here.send(letter())
    users = here.client("metadata", "modify")
    assert users.messages().get(userId="me", id=sent["id"], format="metadata").execute()["id"] == sent["id"]
    for form in ("full", "raw"):
        call = users.messages().get(userId="me", id=sent["id"], format=form)
        assert refusal(call.execute) == (403, "forbidden")
    assert refusal(users.messages().list(userId="me", q="in:sent").execute) == (403, "forbidden")


@pytest.mark.parametrize("scopes", [("readonly",), ("send", "metadata"), ()])
def test_a_missing_scope_is_refused(here: Here, scopes: tuple[str, ...]) -> None:
    users = here.client(*scopes)
    call = users.drafts().create(userId="me", body={"message": resource(letter())})
    assert refusal(call.execute) == (403, "insufficientPermissions")


def test_only_the_own_mailbox_answers(here: Here) -> None:
    assert here.users.getProfile(userId=RECRUITER).execute()["emailAddress"] == RECRUITER
    with pytest.raises(HttpError, match="Delegation denied"):
        here.users.getProfile(userId=COLLEAGUE).execute()


def test_an_account_without_gmail_is_told_so(here: Here) -> None:
    here.world.add_account("nomail@example.com", "sub-3", has_gmail=False)
    call = here.client("modify", address="nomail@example.com").getProfile(userId="me")
    assert refusal(call.execute) == (400, "failedPrecondition")


def test_expired_and_revoked_tokens_are_refused(here: Here) -> None:
    headers = {"Authorization": f"Bearer {here.token}"}
    url = f"{here.server.url}/gmail/v1/users/me/profile"
    assert httplib2.Http().request(url, headers=headers)[0].status == 200
    here.server.oauth.expire_access_tokens(RECRUITER)
    assert httplib2.Http().request(url, headers=headers)[0].status == 401
    here.client("modify")
    headers = {"Authorization": f"Bearer {here.token}"}
    here.server.oauth.revoke_all(RECRUITER)
    assert httplib2.Http().request(url, headers=headers)[0].status == 401


# What scripts use


def test_scripts_act_over_http(here: Here) -> None:
    def ask(verb: str, path: str, body: Any = None) -> Any:
        text = None if body is None else json.dumps(body)
        response, content = httplib2.Http().request(f"{here.server.url}/_local/{path}", verb, text)
        assert response.status == 200, content
        return json.loads(content)

    ask("POST", "accounts", {"address": "third@example.com", "sub": "sub-3"})
    ask("POST", "bouncing", {"addresses": ["gone@example.org"]})
    ask("POST", "switches", {"empty_pages": 1, "sent_visible_after": 60, "lose_notifications": 2})
    assert (here.world.sent_visible_after, here.world.notifier.lose_notifications) == (
        timedelta(minutes=1),
        2,
    )
    ask("POST", "faults", {"method": "getProfile", "status": 500})
    assert refusal(here.profile)[0] == 500
    ask("POST", "deliver", {"to": RECRUITER, "text": "Subject: hello\n\nfrom outside"})
    ask("POST", "send_by_hand", {"address": RECRUITER, "raw": resource(letter())["raw"]})
    [delivery] = ask("GET", f"inbox/{CANDIDATE}")
    assert b"Hello there" in base64.urlsafe_b64decode(delivery["raw"])
    assert [entry["method"] for entry in ask("GET", "access_log")] == ["getProfile"]
    assert ask("GET", "requests")["requests"] == 1
    assert ask("GET", "status")["published"] == 0
    ask("POST", "reset", {})
    assert ask("GET", "access_log") == []
    assert here.world.empty_pages == 0


def test_the_same_calls_give_the_same_ids() -> None:
    def run() -> list[Any]:
        world = World(Clock(), seed=3)
        box = world.add_account(RECRUITER, "sub-1")
        world.bouncing.add("gone@example.org")
        made = [
            box.create_draft(letter()),
            box.send_message(letter(to="gone@example.org")),
            box.list_messages(),
        ]
        return [*made, world.accounts[RECRUITER].history]

    assert run() == run()
