"""Show what a disconnect makes of sends under way, and that a crash at any point of it is made good."""

from __future__ import annotations

import pytest

from lib.core.errors import Unavailable
from lib.core.leaving import SETTLED_WITHIN
from lib.core.records import Status
from tests.flows.leaving_scene import DEEDS, LeavingScene
from tests.flows.memory_services import MAILBOX, ORG, OWNER, enrolled, in_slots
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Crash, crash


@pytest.fixture
def scene() -> LeavingScene:
    return LeavingScene(ANN, BEN)


def test_worker_that_has_claimed_is_waited_for(scene: LeavingScene) -> None:
    scene.events["before send_draft"] = scene.disconnect
    assert scene.send() == "sent"
    assert (scene.inbox().status, scene.google.revoked, scene.got()) == ("leaving", [], 1)
    scene.to_the_end()
    scene.left_nothing()
    [mail] = scene.enrollment(ANN).sent
    assert scene.clock.now() - mail.at == MINUTE


@pytest.mark.parametrize("moment", ["before create_draft", "after create_draft"])
def test_worker_that_has_decided_and_not_claimed_loses(scene: LeavingScene, moment: str) -> None:
    in_slots(scene, ANN, BEN)
    scene.clock.time = scene.enrollment(ANN).due
    scene.google.failures = [Unavailable("Google is down")] * 3
    scene.events[moment] = scene.disconnect
    assert scene.send() == "lost"
    assert (scene.got(), scene.drafts(), scene.enrollment(ANN).attempt) == (0, [], None)
    scene.to_the_end()
    scene.left_nothing()


def test_worker_that_died_after_its_claim_has_its_draft_withdrawn(scene: LeavingScene) -> None:
    scene.events["before send_draft"] = crash
    with pytest.raises(Crash):
        scene.send()
    assert scene.disconnect().status == "leaving"
    scene.to_the_end(8 * MINUTE)
    scene.left_nothing()
    assert (scene.status(), scene.got()) == (Status.WAITING, 0)


def test_mail_that_went_out_without_an_answer_is_found_among_sent(scene: LeavingScene) -> None:
    scene.cut(when="after")
    scene.disconnect()
    scene.to_the_end(3 * MINUTE)
    scene.left_nothing()
    record = scene.enrollment(ANN)
    assert (record.sent_count, scene.got(), record.step, record.sent[0].message_id is not None) == (
        1,
        1,
        "nudge",
        True,
    )


def test_attempt_whose_time_has_come_is_settled_at_once(scene: LeavingScene) -> None:
    scene.cut(when="after")
    scene.pass_time(MINUTE)
    assert scene.disconnect().status == "disconnected"
    scene.left_nothing()
    assert scene.enrollment(ANN).sent_count == 1


def test_mail_that_nobody_can_find_is_held_within_ten_minutes(scene: LeavingScene) -> None:
    scene.cut()
    scene.world.mailbox(OWNER).delete_draft(scene.drafts()[0])
    begun = scene.clock.now()
    scene.disconnect()
    scene.to_the_end()
    assert scene.clock.now() - begun <= SETTLED_WITHIN + MINUTE
    scene.left_nothing()
    record = scene.enrollment(ANN)
    assert (record.status, record.wake_at, scene.got()) == (Status.HELD, None, 0)
    assert "whether this mail went out" in record.why


def test_mail_that_shows_late_is_found_by_the_last_look(scene: LeavingScene) -> None:
    scene.world.sent_visible_after = 9 * MINUTE
    scene.cut(when="after")
    scene.disconnect()
    scene.to_the_end()
    scene.left_nothing()
    assert (scene.status(), scene.enrollment(ANN).sent_count) == (Status.WAITING, 1)


def test_draft_that_waits_for_a_better_hour_is_withdrawn_at_last(scene: LeavingScene) -> None:
    scene.fault("drafts.send", status=429, retry_after=7200)
    assert scene.send() == "unclear"
    scene.disconnect()
    scene.to_the_end()
    scene.left_nothing()
    assert (scene.status(), scene.got()) == (Status.WAITING, 0)


def test_attempt_of_somebody_who_has_answered_is_closed(scene: LeavingScene) -> None:
    scene.cut()
    scene.update(ANN, status=Status.REPLIED)
    scene.world.mailbox(OWNER).delete_draft(scene.drafts()[0])
    scene.disconnect()
    scene.to_the_end()
    scene.left_nothing()
    assert (scene.status(), scene.enrollment(ANN).attempt) == (Status.REPLIED, None)


def test_what_is_unclear_in_a_header_only_mailbox_is_looked_for_and_held() -> None:
    for when, status in (("after", Status.WAITING), ("before", Status.HELD)):
        scene = LeavingScene(ANN, access="headers")
        scene.fault("messages.send", when=when, drop=True)
        assert scene.send() == "unclear"
        scene.disconnect()
        scene.to_the_end()
        scene.left_nothing()
        assert scene.status() is status
        assert scene.got() == (1 if when == "after" else 0)


def test_message_id_that_is_unknown_is_asked_for_once_more(scene: LeavingScene) -> None:
    scene.fault("messages.get", status=503)
    assert scene.send() == "sent"
    assert scene.enrollment(ANN).sent[0].message_id is None
    scene.disconnect()
    scene.left_nothing()
    assert scene.enrollment(ANN).sent[0].message_id


def test_message_id_that_stays_unknown_holds_nothing_up(scene: LeavingScene) -> None:
    scene.fault("messages.get", status=503, times=None)
    assert scene.send() == "sent"
    scene.disconnect()
    assert scene.inbox().status == "disconnected"
    scene.pass_time(DAY)
    scene.maintain()
    assert scene.failures == []


def test_what_was_read_on_the_way_is_in_the_chain_of_reads(scene: LeavingScene) -> None:
    scene.cut(when="after")
    scene.disconnect()
    scene.to_the_end()
    assert scene.store.unchained_reads(ORG, MAILBOX, 99) == []
    assert scene.reads_recorded() == scene.reads_made()


# Crashes


def undecided() -> LeavingScene:
    """Return a mailbox with all kinds of sends under way: sent unseen, never sent, without a Message-ID."""
    scene = LeavingScene(ANN, BEN)
    enrolled(scene, "cy@example.com", campaign="c2")
    scene.cut(when="after")
    scene.cut(BEN)
    return scene


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_crash_at_any_call_is_finished_by_maintain(*, after_effect: bool) -> None:
    at = 0
    while True:
        at += 1
        scene = undecided()
        scene.journal.calls.clear()
        scene.journal.dies_at, scene.journal.after_effect = at, after_effect
        died = False
        try:
            scene.disconnect()
            for _ in range(14):
                scene.pass_time(MINUTE)
                scene.maintain()
        except Crash:
            died = True
        asked = "disconnecting" in scene.audited()
        scene.journal.dies_at = None
        if not asked:
            scene.disconnect()
        scene.to_the_end()
        scene.left_nothing()
        assert {scene.got(), scene.enrollment(ANN).sent_count} == {1}, at
        assert (scene.got(BEN), scene.status(BEN)) == (0, Status.WAITING), at
        assert [scene.campaign(id_).paused_for for id_ in ("c1", "c2")] == ["disconnect"] * 2
        assert scene.audited().count("paused_campaign") == 2
        if not died and at > len(scene.journal.calls):
            assert at > 30
            return
        scene.failures.clear()


def test_two_at_once_do_it_once(scene: LeavingScene) -> None:
    scene.events["after stop_watch"] = scene.disconnect
    scene.disconnect()
    scene.left_nothing()
    assert scene.audited() == DEEDS
