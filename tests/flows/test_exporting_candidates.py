"""Show that who asks what is held about them gets all of it, and nothing of anybody else's."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import Forbidden, InvalidRequest, NotFound
from lib.core.exporting_candidate import HeldData
from lib.core.ids import thread_key
from lib.core.records import Org, Status
from lib.flows.exporting_candidates import ExportRequest, export_candidate
from lib.ports import store
from tests.flows.erasing_scene import ADMIN, aside, erase, everything, second_mailbox, through
from tests.flows.memory_services import MAILBOX, ORG
from tests.flows.outreach import ANN, BEN, Outreach

CAL = "cal@example.com"


def held(outreach: Outreach, address: str = ANN) -> HeldData:
    return export_candidate(outreach, ADMIN, ExportRequest(address=address))


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann from two mailboxes and to Ben; both have answered, Ben's mail twice."""
    made = Outreach(ANN, BEN)
    second_mailbox(made, ANN)
    for email in (ANN, BEN):
        made.send(email)
    made.answer(ANN, text="Call me on Sunday.")
    made.push("of Ann's answer")
    made.answer(BEN, text="Ben's own words.")
    made.answer(BEN, text="Ann answers for Ben.", From=ANN)
    made.push("of Ben's answers")
    return made


def test_all_that_is_held_about_a_candidate_is_handed_out(outreach: Outreach) -> None:
    outreach.update(ANN, variables={"city": "Oslo"}, name="Ann A")
    found = held(outreach, " Ann@EXAMPLE.org")
    assert (found.address, found.hash) == ("Ann@example.org", outreach.contact_id(ANN))
    assert {one.campaign: one.campaign_name for one in found.campaigns} == dict.fromkeys(
        ("c1", "d1"), "Engineers"
    )
    [first] = [one for one in found.campaigns if one.campaign == "c1"]
    assert (first.email, first.name, first.variables) == (ANN, "Ann A", {"city": "Oslo"})
    assert (first.status, len(first.planned)) == (Status.REPLIED, 3)
    [mail] = first.sent
    sent = outreach.enrollment(ANN).sent[0]
    assert (mail.sent_at, mail.message_id, mail.subject) == (sent.at, sent.message_id, "Engineers at Acme")
    assert thread_key(MAILBOX, sent.thread) in found.leads
    assert not found.suppression.gets_no_mail


def test_answers_to_mails_to_others_are_there_too_each_once(outreach: Outreach) -> None:
    assert sorted(one.text or "" for one in held(outreach).answers) == [
        "Ann answers for Ben.",
        "Call me on Sunday.",
    ]
    assert sorted(one.text or "" for one in held(outreach, BEN).answers) == [
        "Ann answers for Ben.",
        "Ben's own words.",
    ]


def test_nothing_of_anybody_else_is_there(outreach: Outreach) -> None:
    said = msgspec.json.encode(held(outreach)).decode()
    assert "Ben's own words" not in said
    assert BEN not in said
    assert outreach.contact_id(BEN) not in said


def test_more_than_a_page_is_handed_out(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = held(outreach)
    monkeypatch.setattr(store, "HELD_PAGE", 1)
    assert held(outreach) == whole


def test_who_gets_no_mail_learns_why_and_since_when(outreach: Outreach) -> None:
    outreach.opt_out(ANN)
    at = outreach.clock.now()
    outreach.pass_time(timedelta(days=1))
    found = held(outreach).suppression
    assert (found.gets_no_mail, found.why, found.since) == (True, "opted_out", at)


def test_mail_of_which_it_is_not_clear_yet_is_named(outreach: Outreach) -> None:
    lead = thread_key(MAILBOX, outreach.enrollment(ANN).sent[0].thread)
    some = {
        "x1": aside(outreach, "x1", contacts=(outreach.contact_id(ANN),)),
        "x2": aside(outreach, "x2", lookups=("other", lead)),
        "x3": aside(outreach, "x3", contacts=(outreach.contact_id(BEN),)),
    }
    for gmail_id, one in some.items():
        outreach.put(keys.pending(ORG, MAILBOX, gmail_id), one)
    assert sorted(one.gmail_id for one in held(outreach).undecided_mail) == ["x1", "x2"]


def test_the_org_is_named_as_people_know_it(outreach: Outreach) -> None:
    assert held(outreach).organisation == ORG
    outreach.put(keys.org(ORG), Org(org=ORG, name="Acme Ltd"))
    assert held(outreach).organisation == "Acme Ltd"


def test_the_owner_of_each_mailbox_sees_in_its_audit_that_it_was_handed_out(outreach: Outreach) -> None:
    held(outreach)
    written_from = {outreach.enrollment(ANN, campaign).mailbox for campaign in ("c1", "d1")}
    entries = [one for one in outreach.store.audit(ORG, limit=99) if one.deed == "exported"]
    assert {one.mailbox for one in entries} == written_from
    about = (f"candidate:{outreach.contact_id(ANN)}",)
    assert {(one.by, one.about) for one in entries} == {(ADMIN.user, about)}


def test_nothing_is_held_after_an_erasure(outreach: Outreach) -> None:
    through(outreach, erase(outreach))
    assert ANN not in everything(outreach)
    with pytest.raises(NotFound):
        held(outreach)


def test_nothing_is_held_about_somebody_unknown(outreach: Outreach) -> None:
    with pytest.raises(NotFound):
        held(outreach, CAL)
    elsewhere = msgspec.structs.replace(ADMIN, org="other")
    with pytest.raises(NotFound):
        export_candidate(outreach, elsewhere, ExportRequest(address=ANN))
    assert [one for one in outreach.store.audit(ORG, limit=99) if one.deed == "exported"] == []


def test_only_admins_may_ask_and_only_for_addresses(outreach: Outreach) -> None:
    member = VerifiedCaller(org=ORG, user="user-1", email="recruiter@example.com", role="member")
    with pytest.raises(Forbidden):
        export_candidate(outreach, member, ExportRequest(address=ANN))
    with pytest.raises(InvalidRequest):
        held(outreach, "nonsense")
