"""Show that a mailbox of which only headers may be read still finds its answers, and reads no body."""

from __future__ import annotations

import msgspec
import pytest

from lib.core import keys
from lib.core.records import Reply, ReplyKind, Status
from tests.flows.memory_services import OWNER
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Outreach
from tests.flows.test_receiving import unrelated


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann and Ben, with gmail.send and gmail.metadata."""
    made = Outreach(ANN, BEN)
    inbox = msgspec.structs.replace(made.inbox(), access="headers", label=None)
    made.put(keys.inbox(made.inbox_id), inbox)
    made.world.access_log.clear()
    assert made.send() == "sent"
    assert made.send(BEN) == "sent"
    made.push("of the first step")
    return made


@pytest.mark.parametrize(
    ("headers", "matched_by"),
    [
        ({}, "thread"),
        ({"From": "private@example.com", "Subject": "Another"}, "reference"),
        ({"References": "", "In_Reply_To": ""}, "subject"),
    ],
)
def test_answer_stops_and_its_text_is_never_read(
    outreach: Outreach, headers: dict[str, str], matched_by: str
) -> None:
    answer = outreach.answer(**headers)
    outreach.push()
    reply = outreach.reply(answer)
    assert reply is not None
    assert (reply.kind, reply.matched_by, reply.text) == (ReplyKind.PERSON, matched_by, None)
    assert (reply.unread, outreach.status(), outreach.bodies()) == (False, Status.REPLIED, set())


def test_automatic_answer_is_known_by_its_headers(outreach: Outreach) -> None:
    outreach.answer(Auto_Submitted="auto-replied")
    outreach.push()
    assert (outreach.status(), outreach.enrollment(ANN).auto_replies) == (Status.WAITING, 1)


def test_bounce_is_known_by_whom_it_names_and_suppresses_nobody(outreach: Outreach) -> None:
    report = unrelated("mailer-daemon@example.net", "Delivery Status Notification (Failure)")
    report["X-Failed-Recipients"] = ANN
    outreach.deliver(report)
    outreach.push()
    assert (outreach.status(), outreach.contact().suppressed) == (Status.BOUNCED, None)


def test_notice_of_a_delay_stops_nothing(outreach: Outreach) -> None:
    report = unrelated("mailer-daemon@example.net", "Delivery Status Notification (Delay)")
    report["X-Failed-Recipients"] = ANN
    report["Auto-Submitted"] = "auto-replied"
    outreach.deliver(report)
    outreach.push()
    assert outreach.status() is Status.WAITING


def test_no_label_is_put_on(outreach: Outreach) -> None:
    outreach.answer()
    outreach.push()
    assert not [call for call in outreach.calls() if call.startswith("labels.") or "modify" in call]


def test_expired_history_is_caught_up_with_without_a_search(outreach: Outreach) -> None:
    for number in range(150):
        outreach.deliver(unrelated(subject=f"long ago {number}"))
    outreach.push("long ago")
    outreach.go_on(3 * MINUTE)
    outreach.pass_time(3 * DAY)
    outreach.push("three days later")
    outreach.world.access_log.clear()
    answer = outreach.answer()
    newest = outreach.world.accounts[OWNER].history_id
    outreach.world.expire_history_before(newest, OWNER)
    outreach.push()
    assert outreach.inbox().cursor == str(newest)
    outreach.go_on(3 * MINUTE)
    assert {one.gmail_id for one in outreach.kept(Reply)} == {answer}
    # Old mail is not gone through to its end.
    assert outreach.calls().count("messages.list") == 1
