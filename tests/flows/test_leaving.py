"""Show that a disconnect leaves no access behind, whatever fails, and settles or holds what was under way."""

from __future__ import annotations

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import NotFound, Permanent, Unavailable
from lib.core.leaving import UNREVOKED, UNSETTLED
from lib.core.records import AuditEntry, Status
from lib.flows.leaving import CLAIMED
from tests.flows.leaving_scene import ADMIN, COLLEAGUE, DEEDS, ROBIN, LeavingScene
from tests.flows.memory_services import MAILBOX, OWNER, enrolled
from tests.flows.outreach import ANN, BEN, DAY, MINUTE


@pytest.fixture
def scene() -> LeavingScene:
    return LeavingScene(ANN, BEN)


def test_a_quiet_mailbox_is_disconnected_at_once(scene: LeavingScene) -> None:
    answer = scene.disconnect()
    assert (answer.id, answer.status, answer.note) == (MAILBOX, "disconnected", CLAIMED)
    scene.left_nothing()
    assert scene.audited() == DEEDS
    assert {(one.by, one.mailbox) for one in scene.kept(AuditEntry)} == {("user-1", MAILBOX)}


def test_watch_ends_before_the_grant_and_the_grant_before_the_token(scene: LeavingScene) -> None:
    scene.disconnect()
    calls = scene.journal.calls
    wish, pause = calls.index("commit AuditEntry Inbox"), calls.index("commit AuditEntry Campaign")
    last = len(calls) - 1 - calls[::-1].index("commit AuditEntry Inbox OutgoingEvent")
    assert wish < pause < calls.index("stop_watch") < calls.index("revoke") < last


def test_only_the_owner_and_an_admin_may(scene: LeavingScene) -> None:
    elsewhere = msgspec.structs.replace(ADMIN, org="globex")
    for caller in (COLLEAGUE, elsewhere, msgspec.structs.replace(ROBIN, org="globex")):
        with pytest.raises(NotFound):
            scene.disconnect(caller)
    assert (scene.inbox().status, scene.audited()) == ("connected", [])
    scene.disconnect(ADMIN)
    scene.left_nothing()
    assert {one.by for one in scene.kept(AuditEntry)} == {"user-3"}


def test_the_same_wish_twice_is_one(scene: LeavingScene) -> None:
    scene.google.failures = [Unavailable("Google is down")] * 2
    assert scene.disconnect().status == "leaving"
    assert scene.disconnect().status == "leaving"
    assert scene.disconnect().status == "disconnected"
    assert scene.disconnect().status == "disconnected"
    scene.left_nothing()
    assert scene.audited() == DEEDS


def test_only_campaigns_that_run_are_paused_and_only_of_this_mailbox(scene: LeavingScene) -> None:
    for id_, status in (("c2", "paused"), ("c3", "cancelled"), ("c4", "accepting"), ("c5", "active")):
        enrolled(scene, campaign=id_)
        scene.edit_campaign(id_, status=status, why="as it was")
    scene.edit_campaign("c5", mailbox="sub-2")
    scene.disconnect()
    states = {
        id_: (one.status, one.paused_for)
        for id_ in ("c1", "c2", "c3", "c4", "c5")
        if (one := scene.campaign(id_))
    }
    assert states == {
        "c1": ("paused", "disconnect"),
        "c2": ("paused", ""),
        "c3": ("cancelled", ""),
        "c4": ("accepting", ""),
        "c5": ("active", ""),
    }
    assert scene.campaign("c2").why == "as it was"


def test_many_campaigns_are_paused_chunk_by_chunk(
    scene: LeavingScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.flows.leaving.CHUNK", 2)
    for number in range(2, 8):
        enrolled(scene, campaign=f"c{number}")
    scene.disconnect()
    assert {scene.campaign(f"c{number}").status for number in range(1, 8)} == {"paused"}
    assert scene.audited().count("paused_campaign") == 7


def test_nothing_is_sent_and_nothing_read_after_the_wish(scene: LeavingScene) -> None:
    scene.send()
    scene.google.failures = [Unavailable("Google is down")] * 99
    scene.answer()
    scene.world.access_log.clear()
    scene.disconnect()
    scene.pass_time(DAY)
    for _ in range(5):
        scene.pass_time(MINUTE)
        scene.send(), scene.send(BEN), scene.push(), scene.maintain(), scene.run_tasks()
    assert (scene.got(), scene.got(BEN)) == (1, 0)
    assert set(scene.calls()) <= {"stop"}
    assert scene.inbox().status == "leaving"


@pytest.mark.parametrize(("expired", "call"), [(False, "history"), (True, "messages_since")])
def test_a_look_into_the_mailbox_that_is_under_way_ends_with_its_page(
    scene: LeavingScene, monkeypatch: pytest.MonkeyPatch, *, expired: bool, call: str
) -> None:
    monkeypatch.setattr("lib.flows.receiving.PAGES", 9)
    for number in range(250):
        scene.deliver(f"From: f{number}@example.org\r\nSubject: Lunch\r\n\r\nToday?".encode())
    if expired:
        scene.world.expire_history_before(scene.world.accounts[OWNER].history_id, OWNER)
    scene.google.failures = [Unavailable("Google is down")]
    scene.events["after headers"] = scene.disconnect
    assert scene.push()
    assert scene.journal.calls.count(call) == 1
    assert scene.inbox().status == "leaving"
    assert scene.tasks.waiting == []


# What fails on the way


def test_google_that_does_not_answer_is_asked_until_it_does(scene: LeavingScene) -> None:
    scene.google.failures = [Unavailable("Google is down")] * 5
    assert scene.disconnect().status == "leaving"
    assert scene.inbox().sealed_token == "acme/sub-1/token"
    for _ in range(4):
        scene.pass_time(MINUTE)
        scene.maintain()
        assert scene.inbox().status == "leaving"
    scene.pass_time(MINUTE)
    scene.maintain()
    scene.left_nothing()
    assert [str(error) for error in scene.failures] == ["Google is down"] * 4


def test_google_that_refuses_for_a_week_keeps_no_token_alive_here(scene: LeavingScene) -> None:
    scene.google.failures = [Unavailable("the app was deleted")] * 3
    scene.disconnect()
    scene.pass_time(6 * DAY)
    scene.maintain()
    assert scene.inbox().status == "leaving"
    scene.pass_time(DAY)
    scene.maintain()
    inbox = scene.inbox()
    assert (inbox.status, inbox.sealed_token, scene.google.revoked) == ("disconnected", "", [])
    assert "remove this app" in inbox.why


def test_watch_that_cannot_be_ended_for_a_while_is_tried_three_times_then_left_to_the_grant(
    scene: LeavingScene,
) -> None:
    scene.fault("stop", status=503, times=None)
    scene.disconnect()
    scene.to_the_end()
    assert scene.journal.calls.count("stop_watch") == 4
    assert scene.google.revoked == ["token"]
    inbox = scene.inbox()
    assert (inbox.sealed_token, inbox.renew_at, inbox.look_at) == ("", None, None)


def test_watch_that_ends_at_the_second_try_holds_nothing_up(scene: LeavingScene) -> None:
    scene.fault("stop", status=503)
    assert scene.disconnect().status == "leaving"
    assert scene.google.revoked == []
    scene.pass_time(2 * MINUTE)
    scene.maintain()
    scene.left_nothing()


def test_grant_that_google_took_away_before_still_costs_the_token(scene: LeavingScene) -> None:
    scene.world.revoked.add(OWNER)
    with pytest.raises(Permanent):
        scene.send()
    assert (scene.inbox().status, scene.inbox().sealed_token) == ("disconnected", "acme/sub-1/token")
    scene.disconnect()
    inbox = scene.inbox()
    assert (inbox.status, inbox.sealed_token, scene.google.revoked) == ("disconnected", "", ["token"])
    assert scene.campaign().paused_for == "disconnect"


def test_grant_that_google_takes_away_meanwhile_does_not_end_the_leaving_early(scene: LeavingScene) -> None:
    scene.cut()
    scene.world.revoked.add(OWNER)
    assert scene.disconnect().status == "leaving"
    scene.pass_time(MINUTE)
    scene.maintain()
    assert scene.inbox().status == "leaving"
    scene.to_the_end()
    assert (scene.inbox().sealed_token, scene.google.revoked) == ("", ["token"])
    assert (scene.status(), scene.enrollment(ANN).why) == (Status.HELD, UNSETTLED)


def test_token_that_does_not_open_is_destroyed_and_its_owner_told(
    scene: LeavingScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sealed_elsewhere(_sealed: str, *, org: str, mailbox: str) -> str:
        raise Permanent(f"{org}/{mailbox}: it does not open")

    monkeypatch.setattr(scene.vault, "open", sealed_elsewhere)
    scene.disconnect()
    assert (scene.inbox().sealed_token, scene.inbox().why) == ("", UNREVOKED)
    assert scene.google.revoked == []


def test_mailbox_without_a_connection_is_disconnected_already(scene: LeavingScene) -> None:
    taken_over = msgspec.structs.replace(scene.inbox(), mailbox="sub-2")
    scene.put(keys.inbox(scene.inbox_id), taken_over)
    assert scene.disconnect().status == "disconnected"
    assert (scene.inbox(), scene.google.revoked) == (taken_over, [])


def test_connection_that_came_since_is_left_alone_by_a_worker_of_the_old_one(
    scene: LeavingScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = scene.inbox()

    def connected_anew(_token: str) -> None:
        scene.put(keys.inbox(scene.inbox_id), msgspec.structs.replace(stale, sealed_token="acme/sub-1/new"))

    monkeypatch.setattr(scene.google, "revoke", connected_anew)
    scene.disconnect()
    assert (scene.inbox().status, scene.inbox().sealed_token) == ("connected", "acme/sub-1/new")
