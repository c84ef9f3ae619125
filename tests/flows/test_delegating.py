"""Show how grants are asked for, given, listed and ended, by whom, and what is on record of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.delegating import Accepting, Gift, Plea
from lib.core.errors import Conflict, Forbidden, InvalidRequest, NotFound
from lib.core.records import AuditEntry, Org
from lib.core.rights import Right
from lib.flows.controlling import Approval, Reason, approve, pause, resume
from lib.flows.delegating import ShownGrant, accept, ask, end, give, list_grants
from lib.flows.showing import HeldMailbox, ShownMailbox, list_mailboxes
from lib.flows.showing_campaigns import show_campaign
from tests.flows.controlling_scene import ADMIN
from tests.flows.delegating_scene import ELSEWHERE, LEE, ROBIN, SAM, Delegation
from tests.flows.memory_services import MAILBOX, ORG, OWNER
from tests.flows.outreach import DAY, Crash, Outreach

PLEA = Plea(address=OWNER)


@pytest.fixture
def outreach() -> Outreach:
    return Outreach()


def grants(outreach: Outreach, caller: VerifiedCaller = ROBIN) -> list[ShownGrant]:
    return list_grants(outreach, caller, MAILBOX)


def deeds(outreach: Outreach) -> list[tuple[str, str, tuple[str, ...]]]:
    found = sorted(outreach.kept(AuditEntry), key=lambda one: one.id)
    assert {one.mailbox for one in found} <= {MAILBOX}
    return [(one.deed, one.by, one.about) for one in found]


def test_wish_is_accepted_and_ended_and_each_is_on_record_once(outreach: Outreach) -> None:
    wish = ask(outreach, SAM, PLEA)
    assert (wish.status, wish.mailbox, wish.holds) == ("asked", MAILBOX, False)
    assert ask(outreach, SAM, PLEA) == wish
    outreach.pass_time(DAY)
    lent = accept(outreach, ROBIN, MAILBOX, wish.id, Accepting(until=outreach.clock.now() + DAY))
    assert (lent.status, lent.holds) == ("given", True)
    assert accept(outreach, ROBIN, MAILBOX, wish.id, Accepting()) == lent
    outreach.pass_time(DAY)
    (expired,) = grants(outreach)
    assert (expired.status, expired.holds) == ("given", False)
    over = end(outreach, ROBIN, MAILBOX, wish.id)
    assert (over.status, over.holds, end(outreach, ROBIN, MAILBOX, wish.id)) == ("ended", False, over)
    about = f"grant:{wish.id}", f"user:{SAM.user}", "all campaigns"
    assert deeds(outreach) == [
        ("asked", SAM.user, (*about, "until it is ended")),
        ("granted", ROBIN.user, (*about, "until 2026-03-04T09:00:00Z")),
        ("grant_ended", ROBIN.user, (*about, "until 2026-03-04T09:00:00Z")),
    ]


def test_mailbox_that_has_gone_to_another_company_is_not_found(outreach: Outreach) -> None:
    moved = msgspec.structs.replace(outreach.inbox(), org="globex")
    outreach.put(keys.inbox(moved.id), moved)
    with pytest.raises(NotFound):
        ask(outreach, SAM, PLEA)


@pytest.mark.parametrize("address", ["nobody@example.com", "ben@example.net"])
def test_mailbox_that_is_not_connected_here_is_not_found(outreach: Outreach, address: str) -> None:
    with pytest.raises(NotFound, match="no mailbox of this address"):
        ask(outreach, SAM, Plea(address=address))
    with pytest.raises(NotFound, match="no mailbox of this address"):
        ask(outreach, ELSEWHERE, PLEA)
    outreach.put(
        keys.inbox(outreach.inbox_id), msgspec.structs.replace(outreach.inbox(), status="disconnected")
    )
    with pytest.raises(NotFound):
        ask(outreach, SAM, PLEA)
    assert outreach.kept(AuditEntry) == []


def test_wish_with_faults_is_refused_before_anything_is_looked_up(outreach: Outreach) -> None:
    with pytest.raises(InvalidRequest) as refused:
        ask(outreach, SAM, Plea(address="", campaign="/", until=outreach.clock.now()))
    assert [fault.field for fault in refused.value.faults] == ["address", "campaign", "until"]


@pytest.mark.parametrize("caller", [SAM, LEE, ADMIN, ELSEWHERE])
def test_only_the_owner_gives_and_accepts(outreach: Outreach, caller: VerifiedCaller) -> None:
    wish = ask(outreach, SAM, PLEA)
    with pytest.raises(NotFound):
        give(outreach, caller, MAILBOX, Gift(email="x@example.com"))
    with pytest.raises(NotFound):
        accept(outreach, caller, MAILBOX, wish.id, Accepting())
    assert [one.status for one in grants(outreach)] == ["asked"]


@pytest.mark.parametrize("caller", [LEE, ELSEWHERE, msgspec.structs.replace(ROBIN, org="globex")])
def test_grants_of_others_do_not_exist(outreach: Outreach, caller: VerifiedCaller) -> None:
    lent = give(outreach, ROBIN, MAILBOX, Gift(email=SAM.email))
    with pytest.raises(NotFound):
        list_grants(outreach, caller, MAILBOX)
    with pytest.raises(NotFound):
        end(outreach, caller, MAILBOX, lent.id)
    assert [one.holds for one in grants(outreach)] == [True]


@pytest.mark.parametrize("caller", [ROBIN, SAM, ADMIN])
def test_owner_delegate_and_admin_end_a_grant(outreach: Outreach, caller: VerifiedCaller) -> None:
    lent = give(outreach, ROBIN, MAILBOX, Gift(email=SAM.email))
    give(outreach, ROBIN, MAILBOX, Gift(email=LEE.email))
    assert end(outreach, caller, MAILBOX, lent.id).status == "ended"
    assert sorted(one.status for one in grants(outreach)) == ["ended", "given"]
    assert [one.email for one in grants(outreach, SAM)] == [SAM.email]
    assert len(grants(outreach, ADMIN)) == 2


def test_delegate_ends_nobody_elses_grant(outreach: Outreach) -> None:
    give(outreach, ROBIN, MAILBOX, Gift(email=SAM.email))
    other = give(outreach, ROBIN, MAILBOX, Gift(email=LEE.email))
    with pytest.raises(NotFound):
        end(outreach, SAM, MAILBOX, other.id)


def test_no_grant_begins_while_the_mailbox_or_the_org_is_being_erased(outreach: Outreach) -> None:
    wish = ask(outreach, SAM, PLEA)
    key = keys.mailbox(ORG, MAILBOX)
    before = outreach.store.read([key]).need(key)
    for where, record in (
        (key, msgspec.structs.replace(before, erasing="e")),
        (keys.org(ORG), Org(org=ORG, erasing="e")),
    ):
        outreach.put(where, record)
        with pytest.raises(Conflict):
            ask(outreach, LEE, PLEA)
        with pytest.raises(Conflict):
            give(outreach, ROBIN, MAILBOX, Gift(email=LEE.email))
        with pytest.raises(Conflict):
            accept(outreach, ROBIN, MAILBOX, wish.id, Accepting())
        outreach.put(key, before)
    assert end(outreach, ROBIN, MAILBOX, wish.id).status == "ended"


def test_mailboxes_are_listed_with_no_more_than_each_may_know(outreach: Outreach) -> None:
    give(outreach, ROBIN, MAILBOX, Gift(email=SAM.email))
    (own,), (lent,), (admins,) = (list_mailboxes(outreach, one) for one in (ROBIN, SAM, ADMIN))
    assert isinstance(own, ShownMailbox)
    assert isinstance(admins, ShownMailbox)
    assert (own.own, own.grants, admins.own, admins.grants) == (True, (), False, ())
    assert isinstance(lent, HeldMailbox)
    assert (lent.status, lent.own, [one.email for one in lent.grants]) == ("connected", False, [SAM.email])
    assert list_mailboxes(outreach, LEE) == list_mailboxes(outreach, ELSEWHERE) == []


# What follows for campaigns


def test_end_pauses_what_rests_on_the_grant_and_nothing_else() -> None:
    scene = Delegation()
    campaigns: dict[str, dict[str, Any]] = {
        "mine": {"author": ROBIN.user},
        "lees": {"author": LEE.user},
        "over": {"status": "cancelled"},
        "new": {"status": "accepting"},
    }
    for id_, changes in campaigns.items():
        record = msgspec.structs.replace(scene.campaign(), id=id_, **changes)
        scene.put(keys.campaign(ORG, id_), record)
    scene.end()
    assert (scene.campaign().status, scene.campaign().paused_for) == ("paused", "grant")
    found = {id_: scene.campaign(id_).status for id_ in campaigns}
    assert found == {"mine": "active", "lees": "active", "over": "cancelled", "new": "accepting"}
    deeds = sorted(scene.deeds())
    assert deeds == [(deed, ROBIN.user) for deed in ("grant_ended", "granted", "paused_campaign")]


def test_end_that_dies_before_the_pause_is_made_good_by_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Delegation()
    with monkeypatch.context() as patch:
        patch.setattr(scene.store, "held", lambda *_, **__: (_ for _ in ()).throw(Crash))
        with pytest.raises(Crash):
            scene.end()
    assert (scene.the_grant().status, scene.campaign().status) == ("ended", "active")
    scene.end()
    assert scene.campaign().status == "paused"
    assert [deed for deed, _ in scene.deeds()].count("grant_ended") == 1


def test_author_without_a_grant_only_looks_on_and_stops() -> None:
    scene = Delegation()
    scene.end()
    with pytest.raises(Forbidden):
        resume(scene, SAM, "c1")
    shown = show_campaign(scene, SAM, "c1")
    assert (shown.steps, shown.answers, shown.may) == ((), (), ("see", "stop"))
    # Nor can the owner let it go on for an author who holds nothing.
    with pytest.raises(Conflict, match="grant"):
        resume(scene, ROBIN, "c1")


def test_new_grant_lets_the_campaign_go_on_once_its_author_has_acted_by_it() -> None:
    scene = Delegation()
    scene.end()
    lent = scene.give()
    assert resume(scene, SAM, "c1").status == "active"
    (bound,) = [one for one in scene.mailbox().grants if one.id == lent.id]
    assert bound.user == SAM.user
    scene.run(4 * DAY)
    assert scene.mails().total() == 6


def test_owner_sees_all_of_a_delegates_campaign_and_others_their_part() -> None:
    scene = Delegation(approval=True)
    seen: dict[str, tuple[Right, ...]] = {
        one.user: show_campaign(scene, one, "c1").may for one in (ROBIN, SAM, ADMIN)
    }
    assert seen == {
        ROBIN.user: ("see", "read", "stop", "write", "approve"),
        SAM.user: ("see", "read", "stop", "write"),
        ADMIN.user: ("see", "stop"),
    }
    shown = show_campaign(scene, SAM, "c1")
    assert (shown.author_email, shown.needs_approval, shown.approved_at) == (SAM.email, True, None)
    with pytest.raises(NotFound):
        show_campaign(scene, LEE, "c1")
    scene.give(email=LEE.email)
    assert show_campaign(scene, LEE, "c1").may == ("see", "read")
    with pytest.raises(Forbidden):
        pause(scene, LEE, "c1", Reason())
    with pytest.raises(Forbidden):
        approve(scene, SAM, "c1", Approval(revision=1))
