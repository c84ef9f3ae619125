"""Show that a mailbox's owner sees who sent what in their name, each mail once."""

from __future__ import annotations

from lib.core.records import AuditEntry
from tests.flows.memory_services import MAILBOX
from tests.flows.outreach import ANN, BEN, MINUTE, Outreach


def sent_entries(outreach: Outreach) -> list[tuple[str, str, str, tuple[str, ...]]]:
    found = [one for one in outreach.kept(AuditEntry) if one.deed == "sent"]
    return [(one.by, one.mailbox, one.campaign, one.about) for one in found]


def test_a_mail_is_in_the_audit_by_its_campaigns_author() -> None:
    outreach = Outreach(ANN, BEN)
    outreach.edit_campaign(author="user-1")
    assert outreach.send() == "sent"
    about = (f"enrollment:{outreach.enrollment(ANN).id}", "step:intro")
    assert sent_entries(outreach) == [("user-1", MAILBOX, "c1", about)]


def test_a_mail_whose_answer_was_lost_is_in_the_audit_once() -> None:
    outreach = Outreach(ANN)
    outreach.fault("drafts.send", when="after", drop=True)
    outreach.send()
    outreach.go_on(40 * MINUTE)
    outreach.send()
    assert outreach.got() == 1
    assert len(sent_entries(outreach)) == 1
    assert ANN not in str(outreach.kept(AuditEntry))
