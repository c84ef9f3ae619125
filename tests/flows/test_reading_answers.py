"""Show that a mail found by its sender's address alone is read at the user's click, and not before."""

from __future__ import annotations

import msgspec
import pytest

from lib.core.callers import VerifiedCaller
from lib.core.errors import Conflict, Forbidden, MailboxDisconnected, NotFound
from lib.core.records import Reads, Status
from lib.flows.reading_answers import WHY, read_answer
from tests.flows.memory_services import MAILBOX, ORG, OWNER
from tests.flows.outreach import ANN, BEN, Outreach
from tests.flows.test_receiving import unrelated

AUTHOR = VerifiedCaller(org=ORG, user="user-1", email="recruiter@example.com", role="member")


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann."""
    made = Outreach(ANN, BEN)
    made.send()
    made.push("of the first step")
    return made


def met(outreach: Outreach, text: str = "Let us have lunch.") -> str:
    """Let Ann write about something else; return the answer's id."""
    message = unrelated(ANN, "Something else")
    message.set_content(text)
    mail = outreach.deliver(message)
    outreach.push("of something else")
    reply = outreach.reply(mail)
    assert reply is not None
    assert (reply.text, reply.unread, mail in outreach.bodies()) == (None, True, False)
    return reply.id


def test_text_is_read_at_the_click_and_kept(outreach: Outreach) -> None:
    id_ = met(outreach)
    reply = read_answer(outreach, AUTHOR, "c1", id_)
    assert (reply.text, reply.unread) == ("Let us have lunch.", False)
    assert outreach.reply(reply.gmail_id) == reply
    whys = [entry.why for record in outreach.kept(Reads) for entry in record.entries if entry.format == "raw"]
    assert whys == [WHY]
    assert outreach.reads_recorded() == outreach.reads_made()


def test_second_click_reads_nothing_more(outreach: Outreach) -> None:
    id_ = met(outreach)
    first, calls = read_answer(outreach, AUTHOR, "c1", id_), len(outreach.calls())
    assert read_answer(outreach, AUTHOR, "c1", id_) == first
    assert len(outreach.calls()) == calls


def test_opt_out_that_is_read_late_holds(outreach: Outreach) -> None:
    id_ = met(outreach, "Please remove me from your list.")
    assert outreach.contact().suppressed is None
    read_answer(outreach, AUTHOR, "c1", id_)
    assert (outreach.status(), outreach.contact().suppressed) == (Status.OPTED_OUT, "opted_out")
    assert [one.address for one in outreach.store.suppressions(ORG, limit=5)] == [ANN]


@pytest.mark.parametrize(
    ("org", "user", "campaign"), [(ORG, "user-2", "c1"), ("other", "user-1", "c1"), (ORG, "user-1", "c2")]
)
def test_nobody_reads_what_is_not_theirs(outreach: Outreach, org: str, user: str, campaign: str) -> None:
    id_ = met(outreach)
    caller = VerifiedCaller(org=org, user=user, email="other@example.com", role="member")
    with pytest.raises(NotFound):
        read_answer(outreach, caller, campaign, id_)
    with pytest.raises(Forbidden if (org, campaign) == (ORG, "c1") else NotFound):
        read_answer(outreach, msgspec.structs.replace(caller, role="admin"), campaign, id_)
    assert outreach.bodies() == set()


@pytest.mark.parametrize("id_", ["", "-", "nothing", f"{MAILBOX}-unknown", "../x-1"])
def test_unknown_answer_is_not_found(outreach: Outreach, id_: str) -> None:
    with pytest.raises(NotFound):
        read_answer(outreach, AUTHOR, "c1", id_)


def test_mail_that_was_deleted_is_not_found_and_the_try_is_on_record(outreach: Outreach) -> None:
    id_ = met(outreach)
    outreach.world.delete_message(OWNER, id_.rpartition("-")[2])
    with pytest.raises(NotFound):
        read_answer(outreach, AUTHOR, "c1", id_)
    assert outreach.reads_recorded() == outreach.reads_made()


def test_nothing_is_read_while_the_mailbox_is_disconnected(outreach: Outreach) -> None:
    id_ = met(outreach)
    outreach.world.revoked.add(OWNER)
    with pytest.raises(MailboxDisconnected):
        read_answer(outreach, AUTHOR, "c1", id_)
    with pytest.raises(Conflict):
        read_answer(outreach, AUTHOR, "c1", id_)
