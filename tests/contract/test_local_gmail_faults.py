"""The local Gmail says what Google's is known to say, where and as often as it is told to."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.localcloud.gmail.faults import SAYS, Fault
from tests.localcloud.gmail.official_client import CANDIDATE, RECRUITER, Here, letter, refusal, resource


@pytest.fixture
def here() -> Iterator[Here]:
    running = Here()
    yield running
    running.server.stop()


@pytest.mark.parametrize("says", [name for name in SAYS if name != "cut"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_each_known_refusal_reaches_the_client_before_and_after_the_effect(
    here: Here, says: str, when: Any
) -> None:
    draft = here.draft(letter())["id"]
    here.world.faults.add(Fault(method="drafts.send", when=when, retry_after=3, **SAYS[says]))
    # A token that is refused is renewed by the client, which this one cannot.
    call = here.users.drafts().send(userId="me", body={"id": draft})
    if says == "refused token":
        with pytest.raises(Exception, match="refresh"):
            call.execute(num_retries=0)
    else:
        with pytest.raises(HttpError) as caught:
            call.execute(num_retries=0)
        details: Any = caught.value.error_details
        assert caught.value.resp.status == SAYS[says]["status"]
        assert (details[0]["reason"], details[0]["message"]) == (SAYS[says]["reason"], SAYS[says]["message"])
        assert caught.value.resp["retry-after"] == "3"
    assert len(here.world.outside_inbox(CANDIDATE)) == (when == "after")


def test_a_cut_before_the_effect_leaves_none(here: Here) -> None:
    draft = here.draft(letter())["id"]
    here.world.faults.add(Fault(method="drafts.send", times=None, **SAYS["cut"]))
    with pytest.raises(ConnectionError):
        here.send_draft(draft)
    assert here.world.outside_inbox(CANDIDATE) == []
    here.world.faults.clear()
    here.send_draft(draft)


def test_a_fault_of_one_message_strikes_at_that_one_for_good(here: Here) -> None:
    ids = [here.world.deliver(letter(to=RECRUITER), RECRUITER)["id"] for _ in range(2)]
    here.world.faults.add(Fault(method="messages.get", id=ids[0], times=None, **SAYS["backend"]))
    get = here.users.messages().get
    for _ in range(3):
        assert refusal(get(userId="me", id=ids[0], format="raw").execute) == (500, "backendError")
        assert get(userId="me", id=ids[1], format="raw").execute()["id"] == ids[1]
    assert here.users.threads().get(userId="me", id=ids[0]).execute()["id"] == ids[0]


def test_units_are_counted_by_minute_and_user(here: Here) -> None:
    for calls in (3, 5, 1):
        for _ in range(calls):
            here.profile()
        here.clock.time += timedelta(minutes=1)
    assert here.world.largest_minute(RECRUITER) == 5
    assert here.world.units(RECRUITER) == 9
    assert here.world.largest_minute("colleague@example.com") == 0


def test_the_quota_of_a_minute_is_refused_until_the_next(here: Here) -> None:
    here.world.minute_quota = 2
    here.profile()
    here.profile()
    assert refusal(here.profile) == (403, "userRateLimitExceeded")
    here.clock.time += timedelta(minutes=1)
    here.profile()


def test_too_many_calls_at_the_same_time_are_refused(here: Here) -> None:
    here.world.concurrent_limit = 1
    here.world.faults.add(Fault(method="getProfile", delay=0.5))
    together, statuses = Barrier(2), list[int]()

    def ask(users: Any) -> None:
        together.wait(5)
        try:
            users.getProfile(userId="me").execute()
            statuses.append(200)
        except HttpError as error:
            statuses.append(int(error.resp.status))

    threads = [Thread(target=ask, args=(here.client("modify"),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(statuses) == [200, 429]
    assert here.profile()["emailAddress"] == RECRUITER


# What a header-only token may do


def test_a_header_only_token_sends_and_lists_but_neither_drafts_nor_changes(here: Here) -> None:
    sent = here.send(letter())
    draft = here.draft(letter())["id"]
    users, body = here.client("send", "metadata"), {"addLabelIds": ["STARRED"]}
    assert users.messages().send(userId="me", body=resource(letter())).execute()["labelIds"] == ["SENT"]
    assert len(users.messages().list(userId="me", labelIds=["SENT"]).execute()["messages"]) == 2
    assert users.history().list(userId="me", startHistoryId="1").execute()["history"]
    assert users.labels().list(userId="me").execute()["labels"]
    assert users.messages().get(userId="me", id=sent["id"], format="metadata").execute()["payload"]["headers"]
    for call in (
        users.drafts().create(userId="me", body={"message": resource(letter())}),
        users.drafts().send(userId="me", body={"id": draft}),
        users.drafts().list(userId="me"),
        users.drafts().delete(userId="me", id=draft),
        users.messages().modify(userId="me", id=sent["id"], body=body),
        users.threads().modify(userId="me", id=sent["threadId"], body=body),
        users.labels().create(userId="me", body={"name": "Outreach"}),
    ):
        assert refusal(call.execute) == (403, "insufficientPermissions")


@pytest.mark.parametrize("scopes", [("send", "metadata"), ("modify", "metadata")])
def test_metadata_refuses_search_and_text_in_googles_words(here: Here, scopes: tuple[str, ...]) -> None:
    sent = here.send(letter())
    users = here.client(*scopes)
    with pytest.raises(HttpError, match="Metadata scope does not support 'q' parameter"):
        users.messages().list(userId="me", q="in:sent").execute()
    for form in ("full", "raw"):
        with pytest.raises(HttpError, match=f"Metadata scope doesn't allow format {form.upper()}"):
            users.messages().get(userId="me", id=sent["id"], format=form).execute()
    with pytest.raises(HttpError, match="Metadata scope doesn't allow format FULL"):
        users.threads().get(userId="me", id=sent["threadId"], format="full").execute()
