"""Our Gmail adapter does what its port promises, through Google's client on a local Gmail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lib.core.errors import HistoryExpired, MailboxDisconnected, NotFound, Permanent, Unavailable
from tests.contract.gmail_connection import CANDIDATE, RECRUITER, TOPIC, Connected, arriving, letter


@pytest.fixture
def here() -> Iterator[Connected]:
    running = Connected()
    yield running
    running.stop()


# Sending


def test_a_draft_is_made_sent_and_noted_in_three_requests(here: Connected) -> None:
    label = here.mailbox.ensure_labels(["Outreach"])[0]
    before = here.world.requests
    draft = here.mailbox.create_draft(letter(X_Outreach_Attempt="a1"), None)
    sent = here.mailbox.send_draft(draft.id)
    message_id = here.mailbox.note_sent(sent.gmail_id, [label])
    assert here.world.requests - before == 3
    [delivery] = here.world.outside_inbox(CANDIDATE)
    assert delivery.message_id == message_id
    assert sent.thread == draft.thread
    found = here.mailbox.headers([sent.gmail_id], ["Subject"])[sent.gmail_id]
    assert found is not None
    assert found.labels == {"SENT", label}


def test_a_draft_in_a_thread_stays_in_it(here: Connected) -> None:
    first = here.mailbox.send_draft(here.mailbox.create_draft(letter(), None).id)
    assert (
        here.mailbox.create_draft(letter(subject="Re: A role for you"), first.thread).thread == first.thread
    )


def test_a_used_up_draft_is_not_found_and_not_sent_again(here: Connected) -> None:
    draft = here.mailbox.create_draft(letter(), None)
    here.mailbox.send_draft(draft.id)
    with pytest.raises(NotFound):
        here.mailbox.send_draft(draft.id)
    assert here.mailbox.delete_draft(draft.id) is False
    assert here.delivered() == 1


def test_a_draft_is_deleted_once(here: Connected) -> None:
    draft = here.mailbox.create_draft(letter(), None)
    assert here.mailbox.delete_draft(draft.id) is True
    assert here.mailbox.delete_draft(draft.id) is False


def test_all_drafts_to_an_address_are_found_with_their_messages_in_one_request(here: Connected) -> None:
    ours = here.mailbox.create_draft(letter(X_Outreach_Attempt="a1"), None)
    by_hand = here.mailbox.create_draft(letter(), None)
    here.mailbox.create_draft(letter(to="other@example.org", X_Outreach_Attempt="a2"), None)
    before = here.world.requests
    found = dict(here.mailbox.drafts_to(CANDIDATE))
    assert found.keys() == {ours.id, by_hand.id}
    assert here.world.requests - before == 1
    assert here.mailbox.drafts_to("nobody@example.org") == []
    mails = here.mailbox.headers(list(found.values()), ["X-Outreach-Attempt"])
    marks = {draft: mails[message] for draft, message in found.items()}
    assert [mail.headers for mail in marks.values() if mail and mail.headers] == [
        {"x-outreach-attempt": ("a1",)}
    ]
    assert (mark := marks[ours.id]) is not None
    assert mark.headers


def test_noting_a_deleted_mail_gives_an_empty_message_id(here: Connected) -> None:
    sent = here.mailbox.send_draft(here.mailbox.create_draft(letter(), None).id)
    here.world.delete_message(RECRUITER, sent.gmail_id)
    assert here.mailbox.note_sent(sent.gmail_id, []) == ""


def test_a_label_that_cannot_be_put_on_is_no_error(here: Connected) -> None:
    sent = here.mailbox.send_draft(here.mailbox.create_draft(letter(), None).id)
    assert here.mailbox.note_sent(sent.gmail_id, ["Label_gone"])


def test_a_message_id_that_gmail_does_not_tell_now_is_none(here: Connected) -> None:
    sent = here.mailbox.send_draft(here.mailbox.create_draft(letter(), None).id)
    here.fault("messages.get", status=503)
    assert here.mailbox.note_sent(sent.gmail_id, []) is None


# Reading


def test_the_profile_gives_address_and_newest_history_id(here: Connected) -> None:
    address, history_id = here.mailbox.profile()
    assert address == RECRUITER
    assert history_id.isdigit()


def test_history_holds_what_was_added_page_by_page(here: Connected) -> None:
    start = here.mailbox.profile()[1]
    arrived = [here.world.deliver(arriving(f"Mail {number}"), RECRUITER) for number in range(3)]
    here.world.empty_pages = 1
    page = here.mailbox.history(start)
    assert page.records == ()
    assert page.next_page is not None
    rest = here.mailbox.history(start, page.next_page)
    added = [message for record in rest.records for message in record.added]
    assert [message.gmail_id for message in added] == [message["id"] for message in arrived]
    assert added[0].labels is not None
    assert "INBOX" in added[0].labels
    assert rest.next_page is None
    assert int(rest.history_id) >= int(rest.records[-1].id) > int(start)


def test_labels_that_history_leaves_out_are_unknown_not_empty(here: Connected) -> None:
    start = here.mailbox.profile()[1]
    here.world.history_labels = False
    here.world.deliver(arriving(), RECRUITER)
    [record] = here.mailbox.history(start).records
    assert record.added[0].labels is None


def test_an_expired_history_id_is_told_apart(here: Connected) -> None:
    start = here.mailbox.profile()[1]
    here.world.deliver(arriving(), RECRUITER)
    here.world.expire_history_before(int(start) + 1)
    with pytest.raises(HistoryExpired):
        here.mailbox.history(start)


def test_messages_since_a_time_include_spam_and_can_be_sent_only(here: Connected) -> None:
    here.world.deliver(arriving("old"), RECRUITER)
    here.pass_time(timedelta(days=2))
    spam = here.world.deliver(arriving("new"), RECRUITER, labels=("SPAM",))
    sent = here.mailbox.send_draft(here.mailbox.create_draft(letter(), None).id)
    since = here.now - timedelta(days=1)
    page = here.mailbox.messages_since(since)
    assert {message.gmail_id for message in page.messages} == {spam["id"], sent.gmail_id}
    assert {message.labels for message in page.messages} == {None}
    only = here.mailbox.messages_since(since, sent=True)
    assert [message.gmail_id for message in only.messages] == [sent.gmail_id]


def test_headers_come_in_batches_of_fifty_and_gone_mail_is_none(here: Connected) -> None:
    ids = [here.world.deliver(arriving(f"Mail {number}"), RECRUITER)["id"] for number in range(60)]
    before = here.world.requests
    found = here.mailbox.headers([*ids, "beef", ids[0]], ["From", "Subject"])
    assert here.world.requests - before == 2
    assert found["beef"] is None
    first = found[ids[0]]
    assert first is not None
    assert first.headers == {"from": (CANDIDATE,), "subject": ("Mail 0",)}
    assert first.received_at == here.now


def test_a_whole_message_is_read_as_it_came(here: Connected) -> None:
    gmail_id = here.world.deliver(arriving(X_Odd="yes"), RECRUITER)["id"]
    mail = here.mailbox.message(gmail_id)
    assert mail is not None
    assert b"The secret body." in mail.raw
    assert b"X-Odd: yes" in mail.raw
    assert mail.received_at == here.now
    assert here.mailbox.message("beef") is None


def test_no_answer_holds_a_snippet_and_only_message_reads_a_body(here: Connected) -> None:
    label = here.mailbox.ensure_labels(["Outreach"])[0]
    start = here.mailbox.profile()[1]
    gmail_id = here.world.deliver(arriving(), RECRUITER)["id"]
    draft = here.mailbox.create_draft(letter(X_Outreach_Attempt="a1"), None)
    here.mailbox.drafts_to(CANDIDATE)
    here.mailbox.note_sent(here.mailbox.send_draft(draft.id).gmail_id, [label])
    here.mailbox.history(start)
    here.mailbox.messages_since(here.now - timedelta(days=1))
    here.mailbox.headers([gmail_id], ["From"])
    here.mailbox.watch(TOPIC)
    asked = {entry.method for entry in here.world.access_log}
    assert {"drafts.send", "messages.get", "messages.modify", "history.list"} <= asked
    assert all(entry.fields for entry in here.world.access_log)
    assert not [entry.method for entry in here.world.access_log if entry.snippet or entry.body]
    here.mailbox.message(gmail_id)
    assert here.world.access_log[-1].body
    assert not here.world.access_log[-1].snippet


# Watches


def test_a_watch_lasts_a_week_and_takes_the_place_of_another_clients(here: Connected) -> None:
    here.world.mailbox(RECRUITER).watch("projects/other/topics/other")
    watch = here.mailbox.watch(TOPIC)
    assert watch.expires == here.now + timedelta(days=7)
    assert watch.history_id == here.mailbox.profile()[1]
    here.mailbox.stop_watch()


# Access tokens


def test_one_access_token_serves_many_calls(here: Connected) -> None:
    for _ in range(3):
        here.mailbox.profile()
    here.mailbox.headers([here.world.deliver(arriving(), RECRUITER)["id"]], ["From"])
    assert here.tokens_asked_for == 1


def test_a_grant_is_unsealed_once_and_another_one_after_connecting_anew(here: Connected) -> None:
    unsealed: list[str] = []

    def unseal() -> str:
        unsealed.append(str(here.refresh_token))
        return unsealed[-1]

    for sealed in ("first", "first", "second", "second"):
        here.access.mailbox("inbox-1", sealed, unseal).profile()
    assert len(unsealed) == here.tokens_asked_for == 2
    assert len(here.access._tokens) == 1


def test_of_a_grant_that_is_given_back_nothing_is_kept(here: Connected) -> None:
    here.mailbox.profile()
    leaving = here.access.leaving_mailbox("inbox-1", lambda: here.refresh_token)
    leaving.stop_watch()
    assert here.access._tokens == {}
    here.oauth.revoke(here.refresh_token)
    for mailbox in (leaving, here.mailbox):
        with pytest.raises(MailboxDisconnected):
            mailbox.profile()
    here.access.forget("inbox-1")
    assert here.access._tokens == {}


def test_an_access_token_that_is_refused_is_renewed_once(here: Connected) -> None:
    here.mailbox.profile()
    here.oauth.expire_access_tokens(RECRUITER)
    draft = here.mailbox.create_draft(letter(), None)
    here.mailbox.send_draft(draft.id)
    assert here.tokens_asked_for == 2
    assert here.delivered() == 1


def test_an_access_token_is_renewed_for_a_batch_too(here: Connected) -> None:
    gmail_id = here.world.deliver(arriving(), RECRUITER)["id"]
    here.mailbox.profile()
    here.oauth.expire_access_tokens(RECRUITER)
    assert here.mailbox.headers([gmail_id], ["From"])[gmail_id] is not None
    assert here.tokens_asked_for == 2


@pytest.mark.parametrize("blocked", [False, True])
def test_a_grant_that_is_gone_disconnects_the_mailbox(here: Connected, *, blocked: bool) -> None:
    here.mailbox.profile()
    here.oauth.expire_access_tokens(RECRUITER)
    if blocked:
        here.oauth.blocked.add(RECRUITER)
    else:
        here.oauth.revoke_all(RECRUITER)
    with pytest.raises(MailboxDisconnected):
        here.mailbox.profile()


def test_a_wrong_client_secret_disconnects_nobody(here: Connected) -> None:
    here.client = type(here.client)("local-client", "rotated away")
    with pytest.raises(Unavailable):
        here.mailbox.profile()


def test_a_token_endpoint_that_is_down_is_unavailable_even_for_a_send(here: Connected) -> None:
    access = here.new_access(token_url="http://127.0.0.1:1/token")
    with pytest.raises(Unavailable):
        access.mailbox("inbox-1", "sealed", lambda: here.refresh_token).send_draft("r1")


def test_a_fresh_access_token_works_and_a_refused_one_disconnects(here: Connected) -> None:
    token = here.oauth.issue(RECRUITER, {"https://www.googleapis.com/auth/gmail.modify"})["access_token"]
    assert here.access.with_access_token(token).profile()[0] == RECRUITER
    with pytest.raises(MailboxDisconnected):
        here.access.with_access_token("made up").profile()


def test_an_account_without_gmail_is_refused_for_good(here: Connected) -> None:
    here.world.add_account("no-gmail@example.com", "sub-3", has_gmail=False)
    scopes = {"https://www.googleapis.com/auth/gmail.modify"}
    token = here.oauth.issue("no-gmail@example.com", scopes)["access_token"]
    with pytest.raises(Permanent):
        here.access.with_access_token(token).profile()
