"""Show that a mailbox which is connected again first catches up with its mail, then takes up what waited."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import MailboxDisconnected
from lib.core.records import AuditEntry, Status
from lib.flows.maintaining import maintain
from lib.flows.resuming import resume_after_reconnect
from tests.flows.leaving_scene import LeavingScene
from tests.flows.memory_services import OWNER, enrolled, in_slots
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Crash

CY = "cy@example.com"
HOUR = timedelta(hours=1)


@pytest.fixture
def scene() -> LeavingScene:
    scene = LeavingScene(ANN, BEN)
    in_slots(scene, ANN, BEN)
    return scene


def gone_for(scene: LeavingScene, away: timedelta) -> None:
    """Disconnect the mailbox, and connect it again after a while."""
    scene.disconnect()
    scene.to_the_end()
    end = scene.clock.now() + away
    while scene.clock.now() < end:
        scene.pass_time(min(HOUR, end - scene.clock.now()))
        scene.maintain()
        scene.run_tasks()
    scene.connect_again()


def lost_for(scene: LeavingScene, away: timedelta) -> None:
    """Let Google take the grant away at the first mail's time, and a new consent come after a while."""
    scene.clock.time = scene.enrollment(ANN).due
    scene.world.revoked.add(OWNER)
    with pytest.raises(MailboxDisconnected):
        scene.send()
    end = scene.clock.now() + away
    while scene.clock.now() < end:
        scene.pass_time(min(10 * MINUTE, end - scene.clock.now()))
        scene.maintain()
        scene.run_tasks()
    scene.connect_again()


def sent_within(scene: LeavingScene, by: timedelta, *emails: str) -> bool:
    scene.go_on(by)
    return [scene.got(email) for email in emails] == [1] * len(emails)


def test_paused_campaigns_go_on_and_everybody_gets_what_waited(scene: LeavingScene) -> None:
    gone_for(scene, DAY)
    scene.pass_time(MINUTE)
    scene.maintain()
    campaign = scene.campaign()
    assert (campaign.status, campaign.paused_for, campaign.why, scene.inbox().behind) == (
        "active",
        "",
        "",
        False,
    )
    assert (scene.got(), scene.got(BEN)) == (0, 0)
    assert sent_within(scene, 10 * MINUTE, ANN, BEN)
    resumed = [one for one in scene.kept(AuditEntry) if one.deed == "resumed_campaign"]
    assert [(one.by, one.campaign, one.about) for one in resumed] == [("", "c1", ("reconnected",))]
    assert scene.failures == []


def test_pauses_of_other_making_stay(scene: LeavingScene) -> None:
    for id_, whose in (("c2", "person"), ("c3", "grant"), ("c4", "label")):
        enrolled(scene, CY, campaign=id_)
        scene.edit_campaign(id_, status="paused", paused_for=whose, why="as it was")
    gone_for(scene, DAY)
    scene.go_on()
    assert {scene.campaign(id_).status for id_ in ("c2", "c3", "c4")} == {"paused"}
    assert scene.got(CY) == 0


def test_an_answer_that_came_meanwhile_stops_its_candidate_before_anything_is_sent(
    scene: LeavingScene,
) -> None:
    assert sent_within(scene, 10 * MINUTE, ANN, BEN)
    scene.push("of both")
    scene.disconnect()
    scene.to_the_end()
    scene.pass_time(2 * DAY)
    scene.answer()
    scene.connect_again()
    # Tasks come before maintain has looked: nothing may go out, first steps included.
    scene.run_tasks()
    assert (scene.got(), scene.got(BEN)) == (1, 1)
    scene.go_on(10 * MINUTE)
    assert (scene.status(), scene.got(), scene.got(BEN)) == (Status.REPLIED, 1, 2)


def test_no_first_step_goes_out_before_the_catch_up(scene: LeavingScene) -> None:
    lost_for(scene, 30 * MINUTE)
    scene.plan(ANN, "intro", scene.clock.now())
    assert "catching up" in scene.send()
    assert scene.got() == 0


def test_what_waited_for_google_goes_on_within_minutes(scene: LeavingScene) -> None:
    lost_for(scene, 5 * HOUR)
    waits = scene.enrollment(ANN).wake_at
    assert waits is not None
    assert scene.campaign().status == "active"
    assert sent_within(scene, 10 * MINUTE, ANN, BEN)


def test_attempt_that_waited_for_google_is_settled_within_minutes(scene: LeavingScene) -> None:
    scene.clock.time = scene.enrollment(ANN).due
    scene.cut(when="after")
    scene.world.revoked.add(OWNER)
    scene.pass_time(5 * MINUTE)
    scene.maintain()
    scene.pass_time(40 * MINUTE)
    scene.maintain()
    attempt = scene.enrollment(ANN).attempt
    assert attempt is not None
    assert attempt.deadline > scene.clock.now() + 10 * MINUTE
    scene.connect_again()
    scene.failures.clear()
    scene.go_on(3 * MINUTE)
    assert (scene.enrollment(ANN).sent_count, scene.enrollment(ANN).attempt, scene.got()) == (1, None, 1)
    assert scene.failures == []


def test_steps_that_are_not_due_yet_keep_their_times(scene: LeavingScene) -> None:
    assert sent_within(scene, 10 * MINUTE, ANN, BEN)
    before = scene.enrollment(ANN).slots
    scene.world.revoked.add(OWNER)
    scene.put(keys.inbox(scene.inbox_id), msgspec.structs.replace(scene.inbox(), status="disconnected"))
    scene.pass_time(2 * HOUR)
    scene.connect_again()
    scene.go_on(5 * MINUTE)
    assert (scene.inbox().behind, scene.enrollment(ANN).slots) == (False, before)


def test_more_missed_steps_than_one_run_takes_are_taken_by_the_next(
    scene: LeavingScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.flows.resuming.MISSED", 1)
    lost_for(scene, 5 * HOUR)
    for behind in (True, True, False):
        scene.pass_time(MINUTE)
        scene.maintain()
        assert scene.inbox().behind is behind
        assert scene.got() == 0
    assert sent_within(scene, 10 * MINUTE, ANN, BEN)


def test_a_catch_up_of_many_pages_ends_before_anything_is_sent(
    scene: LeavingScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lib.flows.receiving.PAGES", 1)
    scene.disconnect()
    for number in range(450):
        scene.deliver(f"From: f{number}@example.org\r\nSubject: Lunch\r\n\r\nToday?".encode())
    scene.pass_time(DAY)
    scene.connect_again()
    scene.maintain()
    assert scene.inbox().behind
    waited = 0
    while scene.inbox().behind:
        assert scene.campaign().status == "paused"
        scene.pass_time(MINUTE)
        scene.run_tasks()
        scene.maintain()
        waited += 1
        assert waited < 20
    assert sent_within(scene, 10 * MINUTE, ANN, BEN)


def test_a_connection_that_ends_while_it_is_resumed_stays_ended(scene: LeavingScene) -> None:
    gone_for(scene, DAY)
    stale = scene.inbox()
    scene.disconnect()
    resume_after_reconnect(scene, stale)
    assert (scene.inbox().status, scene.campaign().status) == ("disconnected", "paused")


def test_a_mailbox_that_is_not_behind_is_left_alone(scene: LeavingScene) -> None:
    enrolled(scene, CY, campaign="c2")
    scene.edit_campaign(status="paused", paused_for="disconnect")
    scene.pass_time(DAY)
    before = scene.store._documents.copy()
    resume_after_reconnect(scene, scene.inbox())
    assert scene.store._documents == before


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_crash_at_any_call_is_made_good(*, after_effect: bool) -> None:
    at = 0
    while True:
        at += 1
        scene = LeavingScene(ANN, BEN)
        enrolled(scene, CY, campaign="c2")
        in_slots(scene, ANN, BEN)
        in_slots(scene, CY, campaign="c2")
        gone_for(scene, DAY)
        # One campaign ran on: Google took the grant away before it could be paused.
        scene.edit_campaign("c2", status="active", paused_for="")
        scene.journal.calls.clear()
        scene.journal.dies_at, scene.journal.after_effect = at, after_effect
        died = False
        try:
            maintain(scene, lambda *_: None)
        except Crash:
            died = True
        scene.journal.dies_at = None
        scene.go_on(15 * MINUTE)
        assert [scene.got(email) for email in (ANN, BEN, CY)] == [1, 1, 1], at
        assert {scene.campaign(id_).status for id_ in ("c1", "c2")} == {"active"}
        assert not scene.inbox().behind
        deeds = [one.deed for one in scene.kept(AuditEntry)]
        assert deeds.count("resumed_campaign") == 1
        if not died and at > len(scene.journal.calls):
            assert at > 15
            return
