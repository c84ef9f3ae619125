"""Show which mail is taken for whose answer, how much of it is read, and what it stops."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from lib.core.records import Reply, ReplyKind, Status
from lib.flows.sending import send_step
from tests.flows.memory_services import OWNER, enrolled
from tests.flows.outreach import ANN, BEN, DAY, Outreach
from tests.localcloud.gmail import mail as mails

FRIEND = "friend@example.com"


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann."""
    made = Outreach(ANN, BEN)
    made.send()
    made.push("of the first step")
    return made


def unrelated(sender: str = FRIEND, subject: str = "Lunch?", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, OWNER, subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Nobody else's business.")
    return message


def stored(outreach: Outreach, gmail_id: str) -> Reply:
    reply = outreach.reply(gmail_id)
    assert reply is not None
    return reply


def test_answer_in_the_thread_stops_the_campaign(outreach: Outreach) -> None:
    answer = outreach.answer()
    outreach.push()
    reply = stored(outreach, answer)
    assert (reply.kind, reply.matched_by, reply.text) == (ReplyKind.PERSON, "thread", "Thank you.")
    assert (reply.sender, reply.different_sender) == (ANN, False)
    assert (outreach.status(), outreach.status(BEN)) == (Status.REPLIED, Status.WAITING)
    outreach.pass_time(DAY)
    assert outreach.send() == "already replied"


def test_answer_costs_what_was_agreed(outreach: Outreach) -> None:
    outreach.answer()
    outreach.store.calls.clear()
    outreach.world.access_log.clear()
    outreach.push()
    assert outreach.store.calls.total() <= 5
    assert outreach.calls() == ["history.list", "messages.get", "messages.modify"]


def test_answer_from_another_address_is_known_by_its_references(outreach: Outreach) -> None:
    answer = outreach.answer(From="private@example.com", Subject="Another subject")
    outreach.push()
    reply = stored(outreach, answer)
    assert (reply.matched_by, reply.different_sender, reply.text) == ("reference", True, "Thank you.")
    assert outreach.status() is Status.REPLIED


def test_answer_without_references_is_known_by_address_and_subject(outreach: Outreach) -> None:
    answer = outreach.answer(References="", In_Reply_To="", Subject="AW: Engineers  at Acme")
    outreach.push()
    reply = stored(outreach, answer)
    assert (reply.matched_by, reply.text) == ("subject", "Thank you.")


def test_mail_from_a_candidates_address_alone_stops_and_its_body_stays_unread(outreach: Outreach) -> None:
    mail = outreach.deliver(unrelated(ANN, "Something else"))
    outreach.push()
    reply = stored(outreach, mail)
    assert (reply.matched_by, reply.text, reply.subject) == ("sender", None, "Something else")
    assert outreach.status() is Status.REPLIED
    assert mail not in outreach.bodies()


def test_mail_of_somebody_we_have_not_written_to_is_nothing(outreach: Outreach) -> None:
    mail = outreach.deliver(unrelated(BEN))
    outreach.push()
    assert outreach.reply(mail) is None
    assert outreach.status(BEN) is Status.WAITING


def test_unrelated_mail_is_read_by_its_headers_only(outreach: Outreach) -> None:
    mail = outreach.deliver(unrelated())
    outreach.push()
    assert (outreach.reply(mail), outreach.bodies(), outreach.pending) == (None, set(), [])
    assert outreach.headers_read() >= {mail}
    assert not any(entry.snippet for entry in outreach.world.access_log)


def test_bulk_mail_is_not_even_looked_at(outreach: Outreach) -> None:
    mail = outreach.deliver(unrelated(), labels=("CATEGORY_PROMOTIONS",))
    outreach.push()
    assert mail not in outreach.headers_read() | outreach.bodies()


def test_answer_in_the_thread_counts_whatever_its_labels(outreach: Outreach) -> None:
    answer = outreach.deliver(outreach.written(), labels=("SPAM", "CATEGORY_PROMOTIONS"))
    outreach.push()
    assert stored(outreach, answer).kind is ReplyKind.PERSON


def test_own_mail_and_drafts_are_no_answers(outreach: Outreach) -> None:
    thread = outreach.enrollment(ANN).sent[0].thread
    by_hand = f"To: {FRIEND}\nSubject: Re: Engineers at Acme\n\nby hand".encode()
    outreach.world.mailbox(OWNER).create_draft(by_hand, thread)
    outreach.world.mailbox(OWNER).send_message(by_hand, thread)
    outreach.push()
    assert (outreach.kept(Reply), outreach.status()) == ([], Status.WAITING)


def test_own_mail_and_drafts_are_known_without_labels_too(outreach: Outreach) -> None:
    outreach.world.history_labels = False
    test_own_mail_and_drafts_are_no_answers(outreach)


def test_answers_are_found_when_history_has_no_labels(outreach: Outreach) -> None:
    outreach.world.history_labels = False
    answer, bulk = outreach.answer(), outreach.deliver(unrelated(), labels=("CATEGORY_FORUMS",))
    outreach.push()
    assert stored(outreach, answer).matched_by == "thread"
    assert outreach.reply(bulk) is None


# What kind of answer


@pytest.mark.parametrize("in_thread", [True, False])
def test_bounce_stops_and_suppresses_the_address(outreach: Outreach, in_thread: bool) -> None:  # noqa: FBT001 - both variants
    outreach.world.bounce_in_thread = in_thread
    outreach.world.bouncing.add(BEN)
    outreach.send(BEN)
    outreach.push()
    (reply,) = outreach.kept(Reply)
    assert reply.kind is ReplyKind.BOUNCE
    assert (outreach.status(BEN), outreach.contact(BEN).suppressed) == (Status.BOUNCED, "bounced")
    assert outreach.status() is Status.WAITING


def test_bounce_of_somebody_else_stops_nobody(outreach: Outreach) -> None:
    sent = outreach.world.outside_inbox(ANN)[0]
    report = mails.bounce(sent.raw, "colleague@example.org", OWNER, outreach.clock.now())
    mail = outreach.deliver(report)
    outreach.push()
    assert stored(outreach, mail).kind is ReplyKind.AUTOMATIC
    assert outreach.status() is Status.WAITING


def test_bounce_without_references_is_known_by_the_mail_it_returns(outreach: Outreach) -> None:
    sent = outreach.world.outside_inbox(ANN)[0]
    raw = mails.bounce(sent.raw, ANN, OWNER, outreach.clock.now())
    for name in ("In-Reply-To", "References"):
        raw = mails.without_header(raw, name)
    mail = outreach.deliver(raw)
    outreach.push()
    assert stored(outreach, mail).matched_by == "reference"
    assert outreach.status() is Status.BOUNCED


def test_bounce_that_returns_nothing_is_known_by_the_failed_recipient(outreach: Outreach) -> None:
    raw = (
        f"From: mailer-daemon@example.net\nTo: {OWNER}\nSubject: Undelivered Mail\n"
        f"X-Failed-Recipients: {ANN}\nAuto-Submitted: auto-replied\n\n"
        f"<{ANN}>: 550 5.1.1 no such user here\n"
    )
    mail = outreach.deliver(raw.encode())
    outreach.push()
    assert stored(outreach, mail).matched_by == "recipient"
    assert mail in outreach.bodies()


def test_automatic_answer_stops_nothing(outreach: Outreach) -> None:
    answer = outreach.answer(Auto_Submitted="auto-replied")
    outreach.push()
    assert stored(outreach, answer).kind is ReplyKind.AUTOMATIC
    record = outreach.enrollment(ANN)
    assert (record.status, record.auto_replies) == (Status.WAITING, 1)
    outreach.pass_time(DAY)
    assert outreach.send() == "sent"


def test_answer_stops_the_candidate_in_every_campaign_of_the_mailbox(outreach: Outreach) -> None:
    enrolled(outreach, ANN, campaign="c2")
    outreach.answer()
    outreach.push()
    assert (outreach.status(), outreach.status(campaign="c2")) == (Status.REPLIED, Status.REPLIED)


def test_answer_after_the_last_step_is_kept_too(outreach: Outreach) -> None:
    for days in (1, 2):
        outreach.pass_time(days * DAY)
        outreach.send()
    assert outreach.status() is Status.COMPLETED
    answer = outreach.answer()
    outreach.push()
    assert stored(outreach, answer).kind is ReplyKind.PERSON
    assert outreach.status() is Status.REPLIED


def test_second_answer_is_kept_beside_the_first(outreach: Outreach) -> None:
    answers = {outreach.answer(), outreach.answer()}
    outreach.push()
    assert {one.gmail_id for one in outreach.kept(Reply)} == answers


@pytest.mark.parametrize(
    "hostile",
    [
        b"Subject: =?utf-8?b?A?=\n\nx",
        b"Content-Type: text/plain; charset=unicode_escape\n\n\\ud800",
    ],
    ids=["broken word", "half a character"],
)
def test_hostile_mail_holds_nothing_up(outreach: Outreach, hostile: bytes) -> None:
    thread = outreach.enrollment(ANN).sent[0].thread
    mail = outreach.deliver(b"From: mallory@example.net\n" + hostile, thread=thread)
    outreach.deliver(b"From: mallory@example.net\n" + hostile)
    answer = outreach.answer()
    outreach.push()
    assert {one.gmail_id for one in outreach.kept(Reply)} == {mail, answer}


# An answer in the middle of a send


def test_answer_during_a_send_deletes_the_draft_before_the_stop_is_committed(outreach: Outreach) -> None:
    outreach.pass_time(DAY)
    seen: list[tuple[Status, int]] = []

    def answered() -> None:
        outreach.answer()
        outreach.events["after delete_draft"] = lambda: seen.append(
            (outreach.status(), len(outreach.drafts()))
        )
        outreach.push()

    outreach.events["before send_draft"] = answered
    outreach.send()
    record = outreach.enrollment(ANN)
    assert seen == [(Status.SENDING, 0)]
    assert (record.status, record.attempt, outreach.got()) == (Status.REPLIED, None, 1)


def test_answer_to_the_mail_that_is_just_going_out_is_found(outreach: Outreach) -> None:
    """The answer overtakes our own record of what was sent, from an address and thread that nobody knows."""
    task = outreach.task(BEN)
    answers: list[str] = []

    def answered() -> None:
        answers.append(outreach.answer(BEN, From="private@example.com", Subject="Another subject"))
        outreach.push()
        ours = {one.id for one in outreach.world.accounts[OWNER].messages.values() if "SENT" in one.labels}
        assert {one.gmail_id for one in outreach.pending} - ours == set(answers)

    outreach.events["after send_draft"] = answered
    send_step(outreach, task, retried=False)
    assert outreach.status(BEN) is Status.WAITING
    outreach.push("the next one")
    assert stored(outreach, answers[0]).matched_by == "reference"
    assert (outreach.status(BEN), outreach.pending) == (Status.REPLIED, [])


def test_unrelated_mail_during_a_send_is_looked_up_once_more_and_dropped(outreach: Outreach) -> None:
    def lunch() -> None:
        outreach.deliver(unrelated())
        outreach.push()

    outreach.events["after send_draft"] = lunch
    outreach.send(BEN)
    # Our own mail waits too: it was there before it was on record.
    assert len(outreach.pending) == 2
    outreach.push("the next one")
    inbox = outreach.inbox()
    assert (outreach.pending, inbox.pending_marks) == ([], inbox.pending_done)
    assert outreach.bodies() == set()
