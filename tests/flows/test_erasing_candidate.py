"""Show that a candidate's data goes everywhere and comes back by no late commit, but that a wish is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import Conflict, Forbidden, InvalidRequest, NotFound
from lib.core.ids import address_id
from lib.core.records import (
    AuditEntry,
    Contact,
    Correspondence,
    Day,
    Enrollment,
    Erasure,
    Org,
    Reply,
    Status,
    Suppression,
    Upload,
    UploadPart,
)
from lib.core.uploads import NewUpload
from lib.flows.enqueueing import accept
from lib.flows.erasing.asking import ErasureRequest, ask
from lib.flows.erasing.showing import Page, list_erasures, show_erasure
from lib.flows.uploading import put_part, start_upload
from tests.flows.enqueueing_office import body
from tests.flows.erasing_scene import ADMIN, OWNER_CALLER, aside, erase, erasure, everything, through, traces
from tests.flows.memory_services import MAILBOX, ORG, enrolled, in_slots
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Outreach

ANN_WORDS = (ANN, "Ann Answers", "Kelvin", "Anything she wrote")


@pytest.fixture
def outreach() -> Outreach:
    made = Outreach(ANN, BEN)
    enrolled(made, ANN, campaign="c2")
    made.update(ANN, name="Ann Answers", variables={"city": "Kelvin"})
    return made


def test_nothing_of_an_answered_candidate_is_left(outreach: Outreach) -> None:
    in_slots(outreach, ANN, BEN)
    outreach.run_through(lambda: outreach.got() > 0)
    outreach.answer(text="Anything she wrote")
    outreach.push()
    assert outreach.status() is Status.REPLIED
    assert traces(outreach, *ANN_WORDS)
    contact, ids = outreach.contact_id(ANN), [one.id for one in outreach.kept(Enrollment) if one.email == ANN]

    done = through(outreach, erase(outreach))

    assert traces(outreach, *ANN_WORDS) == []
    assert traces(outreach, *ids) == [line for line in traces(outreach, *ids) if "/audit/" in line]
    assert [one.contact for one in outreach.kept(Enrollment)] == [outreach.contact_id(BEN)]
    assert {line.split()[0].split("/")[2] for line in traces(outreach, contact)} == {"audit", "erasures"}
    assert done.deleted["enrollments"] == 2
    assert (done.deleted["replies"], done.deleted["contacts"]) == (1, 1)
    assert done.deleted["correspondence"] == 2
    assert (done.done_at, done.wake_at) == (outreach.clock.now(), None)
    # Removed once more when whatever was under way must have ended.
    assert done.done_at is not None
    assert done.done_at >= done.asked_at + timedelta(hours=1)
    assert done.backups_until == outreach.clock.now() + timedelta(days=outreach.backup_days)
    assert [part.what for part in done.kept if "mailbox itself" in part.what]


def test_an_open_upload_goes_since_it_may_hold_the_candidate(outreach: Outreach) -> None:
    author = VerifiedCaller(org=ORG, user="user-1", email="recruiter@example.com", role="member")
    content = f"email,city\n{ANN},Kelvin\n".encode()
    upload = start_upload(outreach, author, NewUpload(format="csv", bytes=len(content)))
    put_part(outreach, author, upload.id, "0", content)
    done = through(outreach, erase(outreach))
    assert (done.deleted["uploads"], done.deleted["parts"]) == (1, 1)
    assert outreach.kept(Upload) == outreach.kept(UploadPart) == []


def test_the_others_go_on_and_the_days_cap_still_counts_what_went_out(outreach: Outreach) -> None:
    in_slots(outreach, ANN, BEN)
    outreach.run_through(lambda: outreach.got() > 0)
    places = sum(len(day.entries) for day in outreach.kept(Day))
    through(outreach, erase(outreach))
    left = [entry for day in outreach.kept(Day) for entry in day.entries]
    # The one that went out counts still, and is nobody's; the two to come are free.
    assert len(left) == places - 2
    assert [entry.domain for entry in left if not entry.enrollment] == [""]
    outreach.run_through(lambda: outreach.got(BEN) == 2, most=5 * DAY)


def test_the_mark_is_one_commit_that_stops_all(outreach: Outreach) -> None:
    before = outreach.store.calls["commit"]
    begun = erase(outreach)
    assert outreach.store.calls["commit"] == before + 1
    for campaign in ("c1", "c2"):
        record = outreach.enrollment(ANN, campaign)
        assert (record.status, record.why) == (Status.CANCELLED, "the candidate's data is being erased")
    assert (outreach.contact().erasing, begun.stage) == (begun.id, "marked")
    assert [(one.deed, one.by) for one in outreach.kept(AuditEntry)] == [("erasing", "admin-1")]


def test_the_same_wish_again_is_the_one_under_way_and_a_later_one_is_new(outreach: Outreach) -> None:
    begun = erase(outreach)
    assert erase(outreach, f" {ANN.upper()} ") == begun
    assert outreach.kept(Erasure) == [begun]
    done = through(outreach, begun)
    again = erase(outreach)
    assert again.id != done.id
    assert through(outreach, again).deleted == {"contacts": 1}


def test_somebody_of_whom_nothing_is_held_can_be_erased(outreach: Outreach) -> None:
    done = through(outreach, erase(outreach, "nobody@example.com"))
    assert done.deleted == {"contacts": 1}
    assert traces(outreach, "nobody") == []


def test_a_suppressed_candidate_is_kept_as_a_keyed_hash_only(outreach: Outreach) -> None:
    outreach.opt_out()
    [listed] = outreach.kept(Suppression)
    assert listed.address == ANN
    done = through(outreach, erase(outreach))
    assert traces(outreach, ANN, "Ann Answers") == []
    assert outreach.contact() == Contact(org=ORG, id=outreach.contact_id(ANN), suppressed="opted_out")
    [listed] = outreach.kept(Suppression)
    assert (listed.address, listed.why) == ("", "opted_out")
    assert any("gets no mail" in part.what for part in done.kept)


def test_a_bounced_candidate_goes_with_the_notice_that_names_them(outreach: Outreach) -> None:
    outreach.send()
    notice = outreach.written(
        From="mailer-daemon@example.com",
        Subject="Delivery Status Notification (Failure)",
        X_Failed_Recipients=ANN,
        text=f"The address {ANN} was not found. 550 5.1.1",
    )
    outreach.deliver(notice)
    outreach.push()
    assert outreach.contact().suppressed == "bounced"
    through(outreach, erase(outreach))
    assert traces(outreach, ANN) == []
    assert outreach.contact().suppressed == "bounced"


def test_an_answer_from_another_address_goes_with_the_candidate_it_answers_for(outreach: Outreach) -> None:
    outreach.send()
    outreach.deliver(outreach.written(From="ann.private@example.net", text="Anything she wrote"))
    outreach.push()
    [reply] = outreach.kept(Reply)
    assert reply.different_sender
    through(outreach, erase(outreach))
    assert traces(outreach, *ANN_WORDS, "ann.private") == []


def test_what_somebody_wrote_in_answer_to_anothers_mail_goes_with_them(outreach: Outreach) -> None:
    outreach.send(BEN)
    outreach.deliver(outreach.written(BEN, From=f"Ann Answers <{ANN}>", text="Anything she wrote"))
    outreach.push()
    [reply] = outreach.kept(Reply)
    assert (reply.contact, reply.sender_id) == (outreach.contact_id(BEN), outreach.contact_id(ANN))
    through(outreach, erase(outreach))
    assert (outreach.kept(Reply), traces(outreach, *ANN_WORDS)) == ([], [])
    # That Ben was answered for stays: nothing more goes to him.
    assert outreach.status(BEN) is Status.REPLIED


def test_mail_put_aside_and_parked_goes_when_it_may_be_theirs(outreach: Outreach) -> None:
    outreach.send()
    [known, *_] = [one for one in outreach.kept(Correspondence) if one.contact == outreach.contact_id(ANN)]
    waiting: dict[str, dict[str, Any]] = {
        "m1": {"contacts": (outreach.contact_id(ANN),)},
        "m2": {"lookups": (known.id,), "parked": "cannot be read"},
        "m3": {"contacts": (outreach.contact_id(BEN),)},
    }
    for gmail_id, changes in waiting.items():
        outreach.put(keys.pending(ORG, MAILBOX, gmail_id), aside(outreach, gmail_id, **changes))
    done = through(outreach, erase(outreach))
    assert [one.gmail_id for one in outreach.pending] == ["m3"]
    assert done.deleted["pending"] == 2


def test_an_attempt_under_way_is_waited_for_and_settled(outreach: Outreach) -> None:
    outreach.fault("drafts.send", status=500)
    outreach.send()
    assert outreach.enrollment(ANN).attempt is not None
    begun = erase(outreach)
    outreach.maintain()
    outreach.pass_time(MINUTE)
    outreach.maintain()
    # The draft was withdrawn before its record went.
    assert outreach.drafts() == []
    assert through(outreach, begun).deleted["enrollments"] == 2
    assert outreach.got() == 0


def test_an_attempt_that_nobody_can_settle_is_waited_for_a_quarter_of_an_hour(outreach: Outreach) -> None:
    outreach.fault("drafts.send", status=500)
    outreach.send()
    outreach.world.revoked.add("recruiter@example.com")
    begun = erase(outreach)
    for _ in range(14):
        outreach.pass_time(MINUTE)
        outreach.maintain()
    assert (erasure(outreach, begun.id).stage, len(outreach.kept(Enrollment))) == ("marked", 3)
    outreach.pass_time(2 * MINUTE)
    outreach.maintain()
    assert (erasure(outreach, begun.id).stage, len(outreach.kept(Enrollment))) == ("swept", 1)


def test_an_old_link_opts_out_by_keyed_hash_during_and_after_the_erasure(outreach: Outreach) -> None:
    begun = erase(outreach)
    outreach.opt_out()
    [listed] = outreach.kept(Suppression)
    assert (listed.address, listed.why) == ("", "opted_out")
    through(outreach, begun)
    through(outreach, erase(outreach, BEN))
    outreach.opt_out(BEN)
    assert {one.address for one in outreach.kept(Suppression)} == {""}
    assert outreach.contact(BEN).suppressed == "opted_out"
    assert traces(outreach, ANN, BEN) == []


def test_nobody_is_taken_in_who_is_being_erased_and_afterwards_only_by_a_new_wish(outreach: Outreach) -> None:
    begun = erase(outreach)
    refused = accept(outreach, OWNER_CALLER, body(ANN, id="c9"))
    assert [one.reason for one in refused.skipped] == ["the candidate's data is being erased"]
    while erasure(outreach, begun.id).stage == "marked":
        outreach.pass_time(MINUTE)
        outreach.maintain()
    # All is removed once, but for the mark: a worker may be under way with an acceptance from before it.
    assert len(accept(outreach, OWNER_CALLER, body(ANN, id="c8")).skipped) == 1
    through(outreach, begun)
    assert traces(outreach, ANN) == []
    # The same request again is no new wish.
    assert len(accept(outreach, OWNER_CALLER, body(ANN, id="c9")).skipped) == 1
    assert traces(outreach, ANN) == []
    assert accept(outreach, OWNER_CALLER, body(ANN, id="c10")).skipped == ()


def test_another_form_of_the_address_is_the_same_candidate() -> None:
    outreach = Outreach("Kim.Candidate+jobs@gmail.com")
    assert traces(outreach, "kim.candidate")
    through(outreach, erase(outreach, "kimcandidate@googlemail.com"))
    assert traces(outreach, "kim") == []


def test_only_admins_ask_and_only_for_one_thing(outreach: Outreach) -> None:
    with pytest.raises(Forbidden):
        ask(outreach, OWNER_CALLER, ErasureRequest(candidate=ANN))
    for wrong in (
        ErasureRequest(),
        ErasureRequest(candidate=ANN, mailbox=MAILBOX),
        ErasureRequest(candidate="no address"),
        ErasureRequest(org="another"),
    ):
        with pytest.raises(InvalidRequest):
            ask(outreach, ADMIN, wrong)
    with pytest.raises(NotFound):
        ask(outreach, ADMIN, ErasureRequest(mailbox="none"))
    outreach.put(keys.org(ORG), Org(org=ORG, erasing="some"))
    with pytest.raises(Conflict):
        ask(outreach, ADMIN, ErasureRequest(candidate=ANN))
    assert outreach.kept(Erasure) == []


def test_receipts_are_shown_to_admins_and_to_who_asked(outreach: Outreach) -> None:
    done = through(outreach, erase(outreach))
    assert show_erasure(outreach, ADMIN, done.id) == done
    assert list_erasures(outreach, ADMIN, Page()).erasures == (done,)
    assert list_erasures(outreach, ADMIN, Page(after=done.id)).erasures == ()
    with pytest.raises(NotFound):
        show_erasure(outreach, OWNER_CALLER, done.id)
    with pytest.raises(Forbidden):
        list_erasures(outreach, OWNER_CALLER, Page())
    elsewhere = VerifiedCaller(org="other", user="admin-1", email="admin@example.com", role="admin")
    with pytest.raises(NotFound):
        show_erasure(outreach, elsewhere, done.id)
    assert list_erasures(outreach, elsewhere, Page()).erasures == ()


def test_receipts_and_the_audit_name_nobody(outreach: Outreach) -> None:
    through(outreach, erase(outreach))
    assert address_id(outreach.address_key, ANN) in everything(outreach)
    assert "example.org" not in "".join(traces(outreach, "/erasures/", "/audit/"))
