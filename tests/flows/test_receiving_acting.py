"""Show what each kind of answer stops, suppresses, postpones and pauses, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.enrollment import Event
from lib.core.ids import enrollment_id
from lib.core.incoming.bouncing import PAUSE
from lib.core.records import (
    Campaign,
    Contact,
    Day,
    EnrollmentRef,
    Interest,
    Reply,
    ReplyKind,
    Reservation,
    Status,
    Suppression,
)
from tests.flows.memory_services import MAILBOX, ORG, OWNER, enrolled
from tests.flows.outreach import ANN, BEN, DAY, Outreach


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann and Ben."""
    made = Outreach(ANN, BEN)
    made.send()
    made.send(BEN)
    made.push("of the first step")
    return made


def stored(outreach: Outreach, gmail_id: str) -> Reply:
    reply = outreach.reply(gmail_id)
    assert reply is not None
    return reply


def campaign(outreach: Outreach, **changes: Any) -> Campaign:
    key = keys.campaign(ORG, "c1")
    record = msgspec.structs.replace(outreach.store.read([key]).need(key), **changes)
    if changes:
        outreach.put(key, record)
    return record


def report(status: str, words: str, to: str = ANN, action: str = "failed") -> bytes:
    """Write a report on the delivery of the mail to a candidate (RFC 3464), outside its thread."""
    return f"""From: mailer-daemon@example.net
To: {OWNER}
Subject: Delivery Status Notification
Content-Type: multipart/report; report-type=delivery-status; boundary=b
X-Failed-Recipients: {to}

--b
Content-Type: text/plain

{words}
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--b--
""".replace("\n", "\r\n").encode()


def suppressions(outreach: Outreach) -> list[Suppression]:
    return outreach.store.suppressions(ORG, limit=10)


# Bounces


def test_hard_bounce_stops_everywhere_and_lists_the_address(outreach: Outreach) -> None:
    other_mailbox(outreach, ANN)
    mail = outreach.deliver(report("5.1.1", "550 5.1.1 No such user here"))
    outreach.push()
    assert (stored(outreach, mail).kind, stored(outreach, mail).severity) == (ReplyKind.BOUNCE, "hard")
    assert (outreach.status(), outreach.status(campaign="c9")) == (Status.BOUNCED, Status.BOUNCED)
    (listed,) = suppressions(outreach)
    assert (listed.address, listed.why, listed.by) == (ANN, "bounced", "")
    assert listed.id == outreach.contact().id
    assert outreach.contact().suppressed == "bounced"


def test_soft_bounce_is_kept_and_stops_nothing(outreach: Outreach) -> None:
    mail = outreach.deliver(report("4.2.2", "452 4.2.2 Mailbox full", action="delayed"))
    outreach.push()
    assert stored(outreach, mail).severity == "soft"
    assert (outreach.status(), outreach.contact().suppressed) == (Status.WAITING, None)
    assert outreach.inbox().bounces == ()


def test_refusal_by_policy_stops_this_campaign_and_suppresses_nobody(outreach: Outreach) -> None:
    enrolled(outreach, ANN, campaign="c2")
    mail = outreach.deliver(report("5.7.1", "550 5.7.1 Message rejected as spam by policy"))
    outreach.push()
    assert stored(outreach, mail).severity == "policy"
    assert Status.BOUNCED in {outreach.status(), outreach.status(campaign="c2")}
    assert Status.WAITING in {outreach.status(), outreach.status(campaign="c2")}
    assert (outreach.contact().suppressed, suppressions(outreach)) == (None, [])
    assert len(outreach.inbox().bounces) == 1


def bounce(outreach: Outreach, count: int) -> None:
    for _ in range(count):
        outreach.deliver(report("5.7.1", "550 5.7.1 Message rejected as spam by policy"))
    outreach.push(f"{count} at {outreach.clock.now()}")


def reserved(outreach: Outreach, count: int) -> None:
    """Fill today's ledger with what has gone out."""
    at = outreach.clock.now() - timedelta(minutes=1)
    entry = Reservation(at=at, campaign="c1", enrollment="e", step="intro", domain="example.org")
    day = Day(org=ORG, mailbox=MAILBOX, date=at.date().isoformat(), entries=(entry,) * count)
    outreach.put(keys.day(ORG, MAILBOX, day.date), day)


def test_many_bounces_pause_the_mailbox_for_a_day(outreach: Outreach) -> None:
    reserved(outreach, 99)
    bounce(outreach, 4)
    assert outreach.inbox().paused_until is None
    bounce(outreach, 1)
    inbox = outreach.inbox()
    assert inbox.paused_until == outreach.clock.now() + PAUSE
    assert ("bounced" in inbox.paused_why, inbox.bounces) == (True, ())


def test_few_bounces_among_many_mails_pause_nothing(outreach: Outreach) -> None:
    reserved(outreach, 100)
    bounce(outreach, 5)
    assert (outreach.inbox().paused_until, len(outreach.inbox().bounces)) == (None, 5)


def test_bounces_of_last_week_count_no_more(outreach: Outreach) -> None:
    bounce(outreach, 4)
    outreach.pass_time(8 * DAY)
    bounce(outreach, 1)
    assert (outreach.inbox().paused_until, len(outreach.inbox().bounces)) == (None, 1)


# Opt-out in words


def test_opt_out_in_words_stops_everywhere_and_lists_the_address(outreach: Outreach) -> None:
    other_mailbox(outreach, ANN)
    mail = outreach.deliver(outreach.written(text="Please remove me from your list."))
    outreach.push()
    assert stored(outreach, mail).kind is ReplyKind.OPT_OUT
    assert (outreach.status(), outreach.status(campaign="c9")) == (Status.OPTED_OUT, Status.OPTED_OUT)
    assert [one.why for one in suppressions(outreach)] == ["opted_out"]


def test_opt_out_outranks_an_earlier_bounce(outreach: Outreach) -> None:
    outreach.deliver(report("5.1.1", "550 5.1.1 No such user here"))
    outreach.push("one")
    outreach.deliver(outreach.written(text="Please remove me from your list."))
    outreach.push("two")
    assert outreach.contact().suppressed == "opted_out"
    assert [one.why for one in suppressions(outreach)] == ["opted_out"]


# Automatic answers


def away(outreach: Outreach, text: str, email: str = ANN, **headers: str) -> str:
    return outreach.deliver(
        outreach.written(
            email, text=text, Auto_Submitted="auto-replied", Subject="Automatic reply: Engineers", **headers
        )
    )


def test_out_of_office_moves_the_next_step_behind_the_return(outreach: Outreach) -> None:
    mail = away(outreach, "I am out of the office and will be back on 16 March 2026.")
    outreach.push()
    reply, record = stored(outreach, mail), outreach.enrollment(ANN)
    assert (reply.kind, str(reply.returns_on)) == (ReplyKind.AUTOMATIC, "2026-03-16")
    assert record.status is Status.WAITING
    assert record.not_before is not None
    # The day begins in the candidate's own time zone.
    assert record.not_before.isoformat() == "2026-03-15T23:00:00+00:00"
    assert record.due >= record.not_before


def test_out_of_office_of_a_colleague_in_copy_postpones_nothing(outreach: Outreach) -> None:
    campaign(outreach, cc=("boss@example.com",))
    away(outreach, "I am out of the office and will be back on 16 March 2026.", From="boss@example.com")
    outreach.push()
    assert outreach.enrollment(ANN).not_before is None


# People


def other_mailbox(outreach: Outreach, email: str) -> None:
    """Enroll a candidate from a colleague's mailbox too."""
    enrolled(outreach, email, campaign="c9")
    id_ = enrollment_id("c9", outreach.contact_id(email))
    record = outreach.enrollment(email, "c9")
    outreach.put(keys.enrollment(ORG, id_), msgspec.structs.replace(record, mailbox="sub-2"))
    contact = outreach.contact(email)
    refs = tuple(
        EnrollmentRef(enrollment=ref.enrollment, mailbox="sub-2" if ref.enrollment == id_ else MAILBOX)
        for ref in contact.enrollments
    )
    outreach.put(keys.contact(ORG, contact.id), Contact(org=ORG, id=contact.id, enrollments=refs))


@pytest.mark.parametrize(("elsewhere", "then"), [(False, Status.WAITING), (True, Status.REPLIED)])
def test_answer_stops_other_mailboxes_campaigns_where_the_campaign_says_so(
    outreach: Outreach,
    elsewhere: bool,  # noqa: FBT001 - both variants
    then: Status,
) -> None:
    other_mailbox(outreach, ANN)
    campaign(outreach, stop_elsewhere=elsewhere)
    outreach.answer()
    outreach.push()
    assert (outreach.status(), outreach.status(campaign="c9")) == (Status.REPLIED, then)


@pytest.mark.parametrize(
    ("email", "domains"), [("kim@helix.example.com", ("helix.example.com",)), ("kim@gmail.com", ())]
)
def test_answer_stops_colleagues_at_the_same_company_where_the_campaign_says_so(
    email: str, domains: tuple[str, ...]
) -> None:
    outreach = Outreach(email)
    outreach.send(email)
    campaign(outreach, stop_colleagues=True)
    for _ in range(2):
        outreach.answer(email)
    outreach.push()
    assert campaign(outreach).stopped_domains == domains


def test_answer_notes_the_step_it_answers_and_what_it_seems_to_say(outreach: Outreach) -> None:
    written = outreach.written(text="Yes, I am very interested. Let us talk next week.")
    written.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="cv.pdf")
    mail = outreach.deliver(written)
    outreach.push()
    reply = stored(outreach, mail)
    assert (reply.step, reply.attachments) == ("intro", ("cv.pdf",))
    assert reply.proposed is Interest.INTERESTED
    assert reply.proposed_by
    assert outreach.enrollment(ANN).answered == "intro"


def test_forged_reference_of_a_stranger_stops_only_with_the_mark(outreach: Outreach) -> None:
    mail = outreach.answer(From="mallory@example.net", Subject="Hello")
    outreach.push()
    assert (stored(outreach, mail).different_sender, outreach.status()) == (True, Status.REPLIED)
    assert outreach.contact().suppressed is None


# Slots


@pytest.mark.parametrize("event", [Event.REPLIED, Event.BOUNCED, Event.OPTED_OUT])
def test_every_stop_frees_its_later_slots(outreach: Outreach, event: Event) -> None:
    record = outreach.enrollment(ANN)
    slots = tuple(msgspec.structs.replace(slot, day=slot.due.date().isoformat()) for slot in record.slots)
    outreach.update(ANN, slots=slots)
    for slot in slots:
        entries = tuple(
            Reservation(at=slot.due, campaign="c1", enrollment=one.id, step=slot.step, domain="example.org")
            for one in (record, outreach.enrollment(BEN))
        )
        day = Day(org=ORG, mailbox=MAILBOX, date=slot.day, entries=entries)
        outreach.put(keys.day(ORG, MAILBOX, slot.day), day)
    mails = {
        Event.REPLIED: bytes(outreach.written()),
        Event.BOUNCED: report("5.7.1", "550 5.7.1 rejected as spam by policy"),
        Event.OPTED_OUT: bytes(outreach.written(text="Unsubscribe.")),
    }
    outreach.deliver(mails[event])
    outreach.push()
    assert outreach.status().value == event.value
    days = {one.date: [entry.enrollment for entry in one.entries] for one in outreach.kept(Day)}
    ben = outreach.enrollment(BEN).id
    assert [days[slot.day] for slot in slots] == [[record.id, ben], [ben], [ben]]
