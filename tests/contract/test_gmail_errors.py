"""What Gmail answers becomes the right one of our errors, and no request goes out twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lib.core.errors import (
    MailboxDisconnected,
    MailboxPaused,
    MailboxRefused,
    NotFound,
    OutreachError,
    Permanent,
    RateLimited,
    RecipientRefused,
    Retryable,
    SendUncertain,
    Unavailable,
)
from tests.contract.gmail_connection import CANDIDATE, Connected, letter

Fault = dict[str, Any]

LIMITED: Fault = {"status": 403, "reason": "userRateLimitExceeded"}
SENDING_LIMIT: Fault = {
    "status": 429,
    "reason": "rateLimitExceeded",
    "message": "User-rate limit exceeded (Mail sending).  Retry after 2026-03-02T11:00:00.000Z",
}
REFUSED: Fault = {"status": 400, "reason": "invalidArgument", "message": "Invalid To header"}

CONCURRENT: Fault = {
    "status": 429,
    "reason": "rateLimitExceeded",
    "message": "Too many concurrent requests for user",
}
DELEGATION: Fault = {"status": 403, "reason": "forbidden", "message": "Delegation denied for a@example.com"}
LACKING: Fault = {
    "status": 403,
    "reason": "insufficientPermissions",
    "message": "Request had insufficient authentication scopes.",
}
PRECONDITION: Fault = {"status": 400, "reason": "failedPrecondition", "message": "Precondition check failed."}
NO_GMAIL: Fault = {"status": 400, "reason": "failedPrecondition", "message": "Mail service not enabled"}

#: fault, what it means for a read, what it means for a send.
TABLE: list[tuple[Fault, type[OutreachError], type[OutreachError]]] = [
    ({"status": 429, "reason": "rateLimitExceeded"}, RateLimited, RateLimited),
    (LIMITED, RateLimited, RateLimited),
    ({"status": 403, "reason": "rateLimitExceeded"}, RateLimited, RateLimited),
    ({"status": 403, "reason": "dailyLimitExceeded"}, MailboxPaused, MailboxPaused),
    (SENDING_LIMIT, MailboxPaused, MailboxPaused),
    (CONCURRENT, RateLimited, RateLimited),
    ({"status": 403, "reason": "domainPolicy"}, MailboxPaused, MailboxPaused),
    ({"status": 403, "reason": "accessNotConfigured"}, MailboxPaused, MailboxPaused),
    (LACKING, MailboxDisconnected, MailboxDisconnected),
    (DELEGATION, Permanent, Permanent),
    ({"status": 403, "reason": "forbidden"}, MailboxRefused, MailboxRefused),
    ({"status": 500, "reason": "backendError"}, Unavailable, SendUncertain),
    ({"status": 503, "reason": "backendError"}, Unavailable, SendUncertain),
    ({"status": 408, "reason": "timeout"}, Unavailable, SendUncertain),
    ({"drop": True}, Unavailable, SendUncertain),
    ({"status": 401, "reason": "authError", "times": 2}, Unavailable, Unavailable),
    ({"status": 404, "reason": "notFound"}, NotFound, NotFound),
    (PRECONDITION, MailboxRefused, MailboxRefused),
    (NO_GMAIL, Permanent, Permanent),
    ({"status": 400, "reason": "invalidArgument", "message": "Message not a draft"}, Permanent, NotFound),
    ({"status": 413, "reason": "uploadTooLarge"}, Permanent, RecipientRefused),
    (REFUSED, Permanent, RecipientRefused),
]


@pytest.fixture
def here() -> Iterator[Connected]:
    running = Connected()
    yield running
    running.stop()


@pytest.mark.parametrize(("fault", "read", "send"), TABLE, ids=str)
def test_errors_become_ours_by_status_and_reason(
    here: Connected, fault: Fault, read: type[OutreachError], send: type[OutreachError]
) -> None:
    draft = here.mailbox.create_draft(letter(), None)
    here.fault("getProfile", **fault)
    with pytest.raises(OutreachError) as reading:
        here.mailbox.profile()
    assert type(reading.value) is read
    here.fault("drafts.send", **fault)
    with pytest.raises(OutreachError) as sending:
        here.mailbox.send_draft(draft.id)
    assert type(sending.value) is send
    assert here.delivered() == 0
    assert "Invalid To" not in str(sending.value)


def test_a_refused_recipient_is_told_when_the_draft_is_made(here: Connected) -> None:
    here.fault("drafts.create", **REFUSED)
    with pytest.raises(RecipientRefused):
        here.mailbox.create_draft(letter(), None)


def test_a_draft_that_gmail_cannot_take_is_the_fault_of_its_message(here: Connected) -> None:
    here.fault("drafts.create", status=400, reason="invalidArgument", message="Invalid message")
    with pytest.raises(RecipientRefused):
        here.mailbox.create_draft(letter(), None)


@pytest.mark.parametrize(
    ("fault", "alert", "wait"),
    [
        (SENDING_LIMIT, "", timedelta(hours=2)),
        (SENDING_LIMIT | {"message": "User-rate limit exceeded (Mail sending)"}, "", timedelta(hours=1)),
        # 09:00 UTC is 01:00 in Los Angeles.
        ({"status": 403, "reason": "dailyLimitExceeded"}, "project_limit", timedelta(hours=23)),
        ({"status": 403, "reason": "domainPolicy"}, "admin_block", timedelta(hours=6)),
        ({"status": 403, "reason": "accessNotConfigured"}, "not_set_up", timedelta(hours=1)),
    ],
    ids=str,
)
def test_a_pause_says_how_long_in_words_and_whom_it_concerns(
    here: Connected, fault: Fault, alert: str, wait: timedelta
) -> None:
    here.fault("getProfile", **fault)
    with pytest.raises(MailboxPaused) as error:
        here.mailbox.profile()
    assert (error.value.alert, error.value.retry_after) == (alert, wait)
    assert "403" not in str(error.value)


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (CONCURRENT, timedelta(seconds=2)),
        (SENDING_LIMIT, timedelta(hours=2)),
        (LIMITED | {"retry_after": 90}, timedelta(seconds=90)),
        (LIMITED | {"retry_after": 10**9}, timedelta(days=1)),
        (LIMITED, timedelta(seconds=5)),
        ({"status": 503, "retry_after": 30}, timedelta(seconds=30)),
        (SENDING_LIMIT | {"message": "Retry after 2020-01-01T00:00:00Z"}, timedelta(seconds=1)),
        (SENDING_LIMIT | {"message": "Retry after 2026-99-99T00:00:00Z"}, timedelta(seconds=5)),
        (SENDING_LIMIT | {"retry_after": 90}, timedelta(seconds=90)),
    ],
    ids=str,
)
def test_the_wait_that_gmail_asks_for_is_passed_on(here: Connected, fault: Fault, wait: timedelta) -> None:
    here.fault("getProfile", **fault)
    with pytest.raises(Retryable) as error:
        here.mailbox.profile()
    assert error.value.retry_after == wait


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}], ids=["cut", "error"])
def test_a_failure_after_the_effect_delivers_once_and_says_that_nobody_knows(
    here: Connected, fault: Fault
) -> None:
    draft = here.mailbox.create_draft(letter(), None)
    here.fault("drafts.send", "after", **fault)
    with pytest.raises(SendUncertain):
        here.mailbox.send_draft(draft.id)
    assert len(here.calls("drafts.send")) == 1
    assert here.delivered() == 1
    # The truth can be found out: the draft is used up.
    with pytest.raises(NotFound):
        here.mailbox.send_draft(draft.id)
    assert here.delivered() == 1


def test_a_cut_while_a_draft_is_made_makes_one_draft(here: Connected) -> None:
    here.mailbox.profile()
    here.fault("drafts.create", "after", drop=True)
    with pytest.raises(Unavailable):
        here.mailbox.create_draft(letter(X_Outreach_Attempt="a1"), None)
    assert len(here.mailbox.drafts_to(CANDIDATE)) == 1


def test_no_connection_means_surely_not_sent(here: Connected) -> None:
    token = here.oauth.issue("recruiter@example.com", set())["access_token"]
    access = here.new_access(endpoint="http://127.0.0.1:1/")
    with pytest.raises(Unavailable):
        access.with_access_token(token).send_draft("r1")


def test_an_answer_that_never_comes_is_uncertain(here: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.adapters.gmail.transport.TIMEOUT", 1.0)
    draft = here.mailbox.create_draft(letter(), None)
    here.fault("drafts.send", "after", delay=2.0)
    with pytest.raises(SendUncertain):
        here.mailbox.send_draft(draft.id)
    # The late answer is not taken for the next call's.
    assert here.mailbox.profile()[0] == "recruiter@example.com"
    assert here.delivered() == 1


def test_a_connection_that_the_other_side_closed_is_not_used_again(here: Connected) -> None:
    draft = here.mailbox.create_draft(letter(), None)
    connection = here.access._connections._idle.queue[-1]
    [kept] = connection.connections.values()
    before = kept.sock
    kept.sock.shutdown(2)
    here.mailbox.send_draft(draft.id)
    assert kept.sock is not before
    assert here.delivered() == 1


def test_many_threads_share_one_mailbox_and_one_token(here: Connected) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                here.mailbox.profile()
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert here.tokens_asked_for == 1
