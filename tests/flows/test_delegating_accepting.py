"""Show who may begin a campaign, or send a test mail, from a mailbox that is not theirs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.delegating import Gift
from lib.core.errors import Conflict, InvalidRequest
from lib.core.keys import Changes
from lib.core.records import AuditEntry, Enrollment, Org
from lib.flows.delegating import give
from lib.flows.enqueueing import accept, preview
from lib.flows.trying import Trial, send_test
from tests.flows.delegating_scene import ELSEWHERE, LEE, ROBIN, SAM
from tests.flows.enqueueing_office import ADA, Office, body
from tests.flows.memory_services import MAILBOX, ORG, OWNER


@pytest.fixture
def office() -> Office:
    return Office()


def lend(office: Office, **terms: Any) -> None:
    give(office, ROBIN, MAILBOX, Gift(**{"email": SAM.email, **terms}))


def bound_to(office: Office) -> list[str]:
    key = keys.mailbox(ORG, MAILBOX)
    return [one.user for one in office.store.read([key]).need(key).grants]


def test_delegate_accepts_a_campaign_and_is_known_by_id_from_then_on(office: Office) -> None:
    lend(office)
    assert preview(office, SAM, body()).candidates
    assert bound_to(office) == [""]
    assert accept(office, SAM, body()).status == 202
    campaign = office.campaign()
    assert campaign is not None
    assert (campaign.author, campaign.author_email, bound_to(office)) == (SAM.user, SAM.email, [SAM.user])
    entries = [one for one in office.store._query(AuditEntry, f"orgs/{ORG}") if one.campaign]
    assert [(one.deed, one.by, one.campaign) for one in entries] == [("accepted_campaign", SAM.user, "c1")]
    # Whoever has the address later is somebody else.
    other = msgspec.structs.replace(SAM, user="user-9")
    with pytest.raises(InvalidRequest):
        accept(office, other, body(ADA, id="c2"))


@pytest.mark.parametrize("caller", [LEE, ELSEWHERE, msgspec.structs.replace(SAM, email="x@example.com")])
def test_nobody_sends_without_a_grant_of_their_own(office: Office, caller: VerifiedCaller) -> None:
    lend(office)
    with pytest.raises(InvalidRequest) as refused:
        accept(office, caller, body())
    assert [fault.field for fault in refused.value.faults] == ["mailbox"]
    assert "ask its owner for a grant" in refused.value.faults[0].why or caller.org != ORG


def test_grant_for_one_campaign_is_for_that_one(office: Office) -> None:
    lend(office, campaign="c1")
    with pytest.raises(InvalidRequest):
        accept(office, SAM, body(id="c2"))
    assert accept(office, SAM, body()).status == 202


@pytest.mark.parametrize(
    ("known", "changes", "why"),
    [
        (False, {"grants": ()}, "no longer"),
        (True, {"grants": ()}, "no longer"),
        (True, {"erasing": "e"}, "erased"),
    ],
)
def test_grant_that_ends_or_erasure_that_begins_meanwhile_lets_nothing_begin(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    known: bool,  # noqa: FBT001 - a case
    changes: dict[str, Any],
    why: str,
) -> None:
    lend(office)
    if known:
        assert accept(office, SAM, body(ADA, id="c0")).status == 202
    key, commit = keys.mailbox(ORG, MAILBOX), office.store.commit

    def meanwhile(snapshot: Any, written: Changes[Any]) -> Any:
        monkeypatch.setattr(office.store, "commit", commit)
        mailbox = office.store.read([key]).need(key)
        office.put(key, msgspec.structs.replace(mailbox, **changes))
        return commit(snapshot, written)

    monkeypatch.setattr(office.store, "commit", meanwhile)
    with pytest.raises(Conflict, match=why):
        accept(office, SAM, body())
    assert office.campaign() is None


def test_invited_owner_is_known_by_id_after_the_first_campaign(office: Office) -> None:
    key = keys.mailbox(ORG, MAILBOX)
    mailbox = office.store.read([key]).need(key)
    office.put(key, msgspec.structs.replace(mailbox, owner=""))
    assert accept(office, ROBIN, body()).status == 202
    assert office.store.read([key]).need(key).owner == ROBIN.user


@pytest.mark.parametrize("what", ["org", "mailbox"])
def test_no_campaign_begins_where_all_is_being_erased(office: Office, what: str) -> None:
    key = keys.mailbox(ORG, MAILBOX)
    if what == "mailbox":
        office.put(key, msgspec.structs.replace(office.store.read([key]).need(key), erasing="e"))
    else:
        office.put(keys.org(ORG), Org(org=ORG, erasing="e"))
    with pytest.raises(Conflict, match="erased"):
        accept(office, ROBIN, body())
    assert office.store._query(Enrollment, f"orgs/{ORG}") == []


# Test mails


def test_delegates_test_mail_goes_to_themselves_and_is_on_record(office: Office) -> None:
    lend(office, approval=True)
    tried = send_test(office, SAM, Trial(step="intro"), body())
    assert tried.sent_to == SAM.email
    assert office.world.outside_addresses() == [SAM.email]
    (entry,) = [one for one in office.store._query(AuditEntry, f"orgs/{ORG}") if one.deed == "sent"]
    assert (entry.by, entry.mailbox, entry.about) == (SAM.user, MAILBOX, ("a test", "step:intro"))
    assert bound_to(office) == [SAM.user]
    assert send_test(office, ROBIN, Trial(step="intro"), body()).sent_to == OWNER


def test_no_test_mail_without_a_grant(office: Office) -> None:
    with pytest.raises(InvalidRequest):
        send_test(office, SAM, Trial(step="intro"), body())
    assert office.world.outside_addresses() == []


def test_no_test_mail_of_a_campaign_that_is_there_once_the_mailbox_is_leaving(office: Office) -> None:
    accept(office, ROBIN, body())
    snapshot = office.store.read([keys.mailbox(ORG, MAILBOX)])
    key = keys.inbox(snapshot.need(keys.mailbox(ORG, MAILBOX)).inbox)
    leaving = msgspec.structs.replace(office.store.read([key]).need(key), status="leaving")
    office.store.change([key], lambda _: Changes(None, writes={key: leaving}))
    with pytest.raises(Conflict, match="disconnected"):
        send_test(office, ROBIN, Trial(step="intro"), body())
