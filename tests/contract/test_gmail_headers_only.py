"""Our Gmail adapter on a mailbox that lets us send and read headers: nothing it asks for is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lib.core.errors import NotFound, OutreachError, Permanent, RateLimited, RecipientRefused, SendUncertain
from tests.contract.gmail_connection import CANDIDATE, RECRUITER, TOPIC, Connected, arriving, letter
from tests.localcloud.gmail.faults import SAYS


@pytest.fixture
def here() -> Iterator[Connected]:
    running = Connected()
    yield running
    running.stop()


def test_a_mail_is_sent_in_its_thread_with_its_marker_in_one_request(here: Connected) -> None:
    mailbox = here.headers_only
    first = mailbox.send_message(letter(X_Outreach_Attempt="a1"), None)
    before = here.world.requests
    second = mailbox.send_message(letter(subject="Re: A role for you"), first.thread)
    assert here.world.requests - before == 1
    assert second.thread == first.thread
    found = mailbox.headers([first.gmail_id], ["X-Outreach-Attempt"])[first.gmail_id]
    assert found is not None
    assert found.headers == {"x-outreach-attempt": ("a1",)}
    assert mailbox.note_sent(first.gmail_id, []) == here.world.outside_inbox(CANDIDATE)[0].message_id


def test_mail_is_listed_and_followed_without_a_search(here: Connected) -> None:
    mailbox = here.headers_only
    start = mailbox.profile()[1]
    old = here.world.deliver(arriving(), RECRUITER, labels=("SPAM",))
    here.pass_time(timedelta(days=2))
    sent = mailbox.send_message(letter(), None)
    page = mailbox.messages_since(here.now - timedelta(days=1))
    assert [one.gmail_id for one in page.messages] == [sent.gmail_id, old["id"]]
    only = mailbox.messages_since(here.now - timedelta(days=1), sent=True)
    assert [one.gmail_id for one in only.messages] == [sent.gmail_id]
    added = [one.gmail_id for record in mailbox.history(start).records for one in record.added]
    assert added == [old["id"], sent.gmail_id]
    assert mailbox.watch(TOPIC).expires == here.now + timedelta(days=7)
    assert "SENT" in mailbox.labels()


def test_what_such_a_grant_does_not_allow_is_refused_for_good(here: Connected) -> None:
    mailbox = here.headers_only
    sent = mailbox.send_message(letter(), None)
    for call in (
        lambda: mailbox.create_draft(letter(), None),
        lambda: mailbox.message(sent.gmail_id),
        lambda: mailbox.drafts_to(CANDIDATE),
        lambda: mailbox.ensure_labels(["Outreach"]),
    ):
        with pytest.raises(Permanent):
            call()
    assert not any(entry.body or entry.snippet for entry in here.world.access_log)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (SAYS["backend"], SendUncertain),
        (SAYS["unavailable"], SendUncertain),
        (SAYS["cut"], SendUncertain),
        (SAYS["user rate limit"], RateLimited),
        (SAYS["recipient"], RecipientRefused),
        (
            {"status": 400, "reason": "invalidArgument", "message": "Invalid thread_id value"},
            RecipientRefused,
        ),
        ({"status": 404, "reason": "notFound"}, NotFound),
    ],
    ids=str,
)
def test_a_send_that_fails_goes_out_once_at_most(
    here: Connected, fault: dict[str, Any], error: type[OutreachError]
) -> None:
    here.fault("messages.send", **fault)
    with pytest.raises(OutreachError) as raised:
        here.headers_only.send_message(letter(), None)
    assert type(raised.value) is error
    assert len(here.calls("messages.send")) == 1
    assert here.delivered() == 0


@pytest.mark.parametrize("says", ["backend", "cut"])
def test_a_send_that_fails_after_its_effect_is_uncertain_and_not_repeated(here: Connected, says: str) -> None:
    here.fault("messages.send", "after", **SAYS[says])
    with pytest.raises(SendUncertain):
        here.headers_only.send_message(letter(), None)
    assert len(here.calls("messages.send")) == 1
    assert here.delivered() == 1


def test_a_thread_that_is_gone_is_told_before_anything_is_sent(here: Connected) -> None:
    with pytest.raises(Permanent):
        here.headers_only.send_message(letter(), "beef")
    assert here.delivered() == 0
