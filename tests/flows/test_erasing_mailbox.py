"""Show that a mailbox, or the whole org, goes with all it holds, its access first; what is others' stays."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import NotFound, Unavailable
from lib.core.records import (
    AuditEntry,
    Campaign,
    Contact,
    Enrollment,
    Erasure,
    Inbox,
    Mailbox,
    Org,
    Record,
    Suppression,
)
from lib.flows.erasing.asking import ErasureRequest, ask, erase_mailbox
from tests.flows.erasing_scene import (
    ADMIN,
    COLLEAGUE,
    OWNER_CALLER,
    everything,
    through,
    traces,
    worked,
)
from tests.flows.leaving_scene import LeavingScene
from tests.flows.memory_services import MAILBOX, ORG, OWNER
from tests.flows.outreach import ANN, BEN, MINUTE, Crash

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.flows.outreach import Outreach

OWNER_WORDS = (OWNER, "Robin Recruiter", "Anything she wrote")


def erase_owners(scene: Outreach) -> Erasure:
    return erase_mailbox(scene, OWNER_CALLER, MAILBOX)


def erase_org(scene: Outreach) -> Erasure:
    return ask(scene, ADMIN, ErasureRequest(org=ORG))


def erase_ann(scene: Outreach) -> Erasure:
    return ask(scene, ADMIN, ErasureRequest(candidate=ANN))


@pytest.fixture
def scene() -> LeavingScene:
    return worked()


def test_nothing_of_a_mailbox_is_left_but_ids_in_audit_and_receipt(scene: LeavingScene) -> None:
    assert traces(scene, *OWNER_WORDS)
    done = through(scene, erase_owners(scene))
    assert traces(scene, *OWNER_WORDS) == []
    places = {line.split()[0].split("/")[2] for line in traces(scene, MAILBOX, scene.inbox_id)}
    assert places == {"audit", "erasures"}
    for kind in ("enrollments", "replies", "correspondence", "pending", "campaigns", "attachments", "days"):
        assert done.deleted[kind] > 0, kind
    for kind in ("reads", "chains", "connections", "invitations", "oauth_states", "mailboxes", "inboxes"):
        assert done.deleted[kind] > 0, kind


def test_its_access_goes_before_anything_else(scene: LeavingScene) -> None:
    scene.google.failures = [Unavailable("Google is down")] * 3
    begun = erase_owners(scene)
    for _ in range(3):
        assert scene.inbox().status == "leaving"
        scene.pass_time(MINUTE)
        scene.maintain()
        assert len([one for one in scene.kept(Campaign) if one.mailbox == MAILBOX]) == 1
    assert {str(failure) for failure in scene.failures} == {"Google is down"}
    scene.failures.clear()
    through(scene, begun)
    assert set(scene.google.revoked) == {"token"}
    deeds = [one.deed for one in scene.kept(AuditEntry) if one.mailbox == MAILBOX]
    assert {"erasing", "disconnecting", "disconnected", "erased"} <= set(deeds)


def test_what_is_others_stays(scene: LeavingScene) -> None:
    through(scene, erase_owners(scene))
    assert [one.id for one in scene.kept(Mailbox)] == ["sub-2"]
    assert [one.id for one in scene.kept(Campaign)] == ["d1"]
    assert [(one.campaign, one.email) for one in scene.kept(Enrollment)] == [("d1", ANN)]
    assert [ref.mailbox for ref in scene.contact().enrollments] == ["sub-2"]
    # That Ben wants no mail holds for the whole org.
    left = Contact(org=ORG, id=scene.contact_id(BEN), suppressed="opted_out")
    assert scene.contact(BEN) == left
    assert [one.address for one in scene.kept(Suppression)] == [BEN]


def test_a_contact_that_says_nothing_any_more_goes_too() -> None:
    scene = LeavingScene(ANN)
    assert through(scene, erase_owners(scene)).deleted["contacts"] == 1
    assert scene.kept(Contact) == []


def test_owner_and_admin_may_and_nobody_else(scene: LeavingScene) -> None:
    colleague = VerifiedCaller(org=ORG, user="user-2", email=COLLEAGUE, role="member")
    foreign = VerifiedCaller(org="globex", user="user-1", email=OWNER, role="admin")
    for caller in (colleague, foreign):
        with pytest.raises(NotFound):
            erase_mailbox(scene, caller, MAILBOX)
    assert scene.kept(Erasure) == []
    begun = ask(scene, ADMIN, ErasureRequest(mailbox=MAILBOX))
    assert erase_owners(scene) == begun


def test_another_accounts_inbox_under_its_old_address_stays(scene: LeavingScene) -> None:
    scene.put(keys.inbox(scene.inbox_id), msgspec.structs.replace(scene.inbox(), mailbox="sub-9"))
    through(scene, erase_owners(scene))
    assert scene.inbox().mailbox == "sub-9"
    assert scene.inbox().status == "connected"


def test_an_inbox_connected_in_another_org_since_is_left_alone(scene: LeavingScene) -> None:
    scene.put(keys.inbox(scene.inbox_id), msgspec.structs.replace(scene.inbox(), org="globex"))
    through(scene, erase_owners(scene))
    assert scene.inbox().status == "connected"
    assert scene.google.revoked == []


def test_one_that_is_connected_again_meanwhile_is_disconnected_again(scene: LeavingScene) -> None:
    begun = erase_owners(scene)
    scene.maintain()
    scene.connect_again()
    through(scene, begun)
    assert traces(scene, *OWNER_WORDS) == []
    assert scene.google.revoked == ["token", "new"]


def test_one_that_google_has_disconnected_loses_its_token_too(scene: LeavingScene) -> None:
    gone = msgspec.structs.replace(scene.inbox(), status="disconnected")
    scene.put(keys.inbox(scene.inbox_id), gone)
    through(scene, erase_owners(scene))
    assert traces(scene, *OWNER_WORDS) == []
    assert scene.google.revoked == ["token"]


def test_a_large_mailbox_is_erased_run_by_run(scene: LeavingScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.flows.erasing.pieces.CHUNK", 1)
    monkeypatch.setattr("lib.flows.erasing.carrying_out.PIECES", 2)
    begun = erase_owners(scene)
    before = scene.store.calls["commit"]
    runs = 0
    while scene.kept(Erasure)[0].stage == "marked":
        scene.maintain()
        runs += 1
        assert runs < 100
    # Without any time passing: what is left is due at once.
    assert runs > 5
    assert scene.store.calls["commit"] - before < 20 * runs
    through(scene, begun)
    assert traces(scene, *OWNER_WORDS) == []


def test_an_org_that_is_erased_is_not_swept_besides(scene: LeavingScene) -> None:
    scene.put(keys.org(ORG), Org(org=ORG, sweep_at=scene.clock.now(), guard_days=7))
    begun = erase_org(scene)
    assert scene.store.read([keys.org(ORG)]).need(keys.org(ORG)) == Org(
        org=ORG, guard_days=7, erasing=begun.id
    )
    assert erase_org(scene) == begun


def test_nothing_of_an_org_is_left_but_its_receipt(scene: LeavingScene) -> None:
    scene.put(keys.org("globex"), Org(org="globex", name="Globex"))
    through(scene, erase_ann(scene))
    done = through(scene, erase_org(scene))
    assert scene.kept(Record) == []
    assert everything(scene).splitlines() == [
        f"orgs/globex {msgspec.json.encode(Org(org='globex', name='Globex')).decode()}",
        f"orgs/{ORG}/erasures/{done.id} {msgspec.json.encode(done).decode()}",
    ]
    assert traces(scene, ANN, BEN, OWNER, COLLEAGUE, "Recruiter", "Second") == []
    assert set(scene.google.revoked) == {"token"}
    assert done.deleted["mailboxes"] == done.deleted["inboxes"] == 2
    assert done.deleted["erasures"] == 1


def test_a_mailbox_connected_by_a_late_commit_goes_in_the_second_sweep(scene: LeavingScene) -> None:
    begun = erase_org(scene)
    while scene.kept(Erasure)[0].stage == "marked":
        scene.pass_time(MINUTE)
        scene.maintain()
    assert scene.kept(Mailbox) == []
    # As if its consent had been under way all the while.
    late, inbox = worked(), keys.inbox(scene.contact_id(COLLEAGUE))
    scene.put(inbox, late.store.read([inbox])[inbox])
    scene.put(keys.mailbox(ORG, "sub-2"), late.kept(Mailbox)[-1])
    through(scene, begun)
    assert (scene.kept(Mailbox), scene.store._query(Inbox, "inboxes")) == ([], [])


def carried_out(scene: LeavingScene, ask_for: Callable[[Outreach], Erasure]) -> LeavingScene:
    """Erase, whatever dies on the way; ``maintain`` runs every ten minutes."""
    try:
        begun = ask_for(scene)
    except Crash:
        begun = ask_for(scene)
    end = scene.clock.now() + timedelta(hours=3)
    while [one.stage for one in scene.kept(Erasure) if one.id == begun.id] != ["done"]:
        assert scene.clock.now() < end, "it is never done"
        scene.pass_time(10 * MINUTE)
        with suppress(Crash):
            scene.maintain()
    return scene


WANTED: dict[str, tuple[Callable[[Outreach], Erasure], tuple[str, ...]]] = {
    "candidate": (erase_ann, (ANN, "Anything she wrote")),
    "mailbox": (erase_owners, OWNER_WORDS),
    "org": (erase_org, (ANN, BEN, OWNER, COLLEAGUE)),
}


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("kind", WANTED)
def test_a_crash_at_any_call_is_finished_by_the_next_run(kind: str, *, after_effect: bool) -> None:
    ask_for, words = WANTED[kind]
    calls = carried_out(worked(), ask_for).journal.calls
    looks = ("read", "held", "open")
    effects = [number for number, name in enumerate(calls, 1) if not name.startswith(looks)]
    for at in effects if after_effect else range(1, len(calls) + 1):
        scene = worked()
        scene.journal.dies_at, scene.journal.after_effect = at, after_effect
        carried_out(scene, ask_for)
        assert traces(scene, *words) == [], f"died at call {at}"
        assert [one.stage for one in scene.kept(Erasure)] == ["done"]
