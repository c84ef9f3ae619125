"""Show that a delegate's mails go out as long as grant and approval hold, and not a moment longer."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest

from lib.core.campaigns.editing import Edit
from lib.core.errors import Conflict, Forbidden
from lib.core.records import Status
from lib.core.rights import GRANT_ENDED
from lib.core.sending import Papers, Pause
from lib.flows.adding import add
from lib.flows.controlling import Approval, Reason, approve, cancel, pause, resume
from lib.flows.editing import edit
from lib.flows.putting_off import put_off
from lib.flows.sending import send_step
from tests.flows.delegating_scene import ROBIN, SAM, Delegation
from tests.flows.outreach import ANN, BEN, DAY

HOUR = timedelta(hours=1)


def due(scene: Delegation, email: str = ANN) -> None:
    """Let the time of a candidate's next step come."""
    scene.pass_time(scene.enrollment(email).due - scene.clock.now())


def words(scene: Delegation, text: str = "Good day.") -> Edit:
    """Return an edit of the second step's words."""
    campaign = scene.campaign()
    steps = [
        {"id": step.id, "subject": step.subject, "text": step.text, "delay": f"P{step.delay.days}D"}
        for step in campaign.steps
    ]
    return Edit(revision=campaign.revision, steps=[steps[0], steps[1] | {"text": text}, steps[2]])


def test_delegates_campaign_goes_out_while_the_grant_holds() -> None:
    scene = Delegation()
    scene.run(4 * DAY)
    assert scene.mails().total() == 6
    scene.check()


def test_grant_ended_between_decision_and_claim_sends_nothing() -> None:
    scene = Delegation()
    due(scene)
    scene.events["after create_draft"] = scene.end
    assert scene.send() == "lost"
    assert (scene.got(), scene.drafts(), scene.campaign().paused_for) == (0, [], "grant")
    scene.run(4 * DAY)
    assert scene.mails().total() == 0


def test_grant_that_ended_while_nobody_paused_anything_pauses_at_the_next_send() -> None:
    scene = Delegation()
    ended = msgspec.structs.replace(scene.the_grant(), status="ended")
    scene.change_mailbox(grants=(ended,))
    due(scene)
    assert scene.send() == GRANT_ENDED
    assert (scene.campaign().status, scene.campaign().paused_for, scene.got()) == ("paused", "grant", 0)
    assert scene.enrollment(ANN).why == GRANT_ENDED
    assert scene.deeds()[-1] == ("paused_campaign", "")
    # The next ones find the campaign paused, and pause nothing again.
    due(scene, BEN)
    scene.send(BEN)
    assert [deed for deed, _ in scene.deeds()].count("paused_campaign") == 1


def test_grant_that_expires_between_steps_sends_no_more() -> None:
    scene = Delegation()
    until = scene.clock.now() + DAY / 2
    scene.give(until=until)
    scene.run(4 * DAY)
    assert {step for _, step in scene.mails()} == {"intro"}
    assert (scene.campaign().paused_for, scene.campaign().why) == ("grant", GRANT_ENDED)
    scene.give(until=scene.clock.now() + 30 * DAY)
    resume(scene, SAM, "c1")
    scene.run(4 * DAY)
    assert (scene.mails().total(), max(scene.mails().values())) == (6, 1)
    scene.check()


def test_grant_for_another_campaign_does_not_cover_this_one() -> None:
    scene = Delegation()
    scene.end()
    scene.give(campaign="c2")
    with pytest.raises(Conflict):
        resume(scene, ROBIN, "c1")
    scene.edit_campaign(status="active")
    due(scene)
    assert scene.send() == GRANT_ENDED


def test_two_workers_pause_once() -> None:
    scene = Delegation()
    scene.change_mailbox(grants=())
    due(scene)
    task = scene.task(ANN)
    outcomes = [send_step(scene, task, retried=retried) for retried in (False, True)]
    assert outcomes[0] == GRANT_ENDED
    assert [deed for deed, _ in scene.deeds()].count("paused_campaign") == 1
    assert scene.got() == 0


def test_pause_that_dies_is_done_by_the_next_task(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Delegation()
    scene.change_mailbox(grants=())
    due(scene)
    with monkeypatch.context() as patch:
        patch.setattr(scene.store, "commit", lambda *_: (_ for _ in ()).throw(Conflict("it dies here")))
        with pytest.raises(Conflict):
            scene.send()
    assert scene.campaign().status == "active"
    scene.run(HOUR)
    assert (scene.campaign().paused_for, scene.got()) == ("grant", 0)


def test_grant_that_is_given_anew_in_time_pauses_nothing() -> None:
    scene = Delegation()
    due(scene)
    papers, before = Papers.of(scene.task(ANN)), scene.enrollment(ANN)
    put_off(scene, papers, scene.store.read(papers.all()), Pause(GRANT_ENDED), scene.clock.now())
    assert (scene.campaign().status, scene.enrollment(ANN)) == ("active", before)
    scene.run(HOUR)
    assert scene.got() == 1


def test_settler_sends_nothing_without_a_grant() -> None:
    scene = Delegation()
    due(scene)
    scene.fault("drafts.send", drop=True)
    scene.send()
    assert scene.enrollment(ANN).attempt is not None
    scene.change_mailbox(grants=())
    scene.run(DAY)
    assert (scene.got(), scene.drafts(), scene.campaign().paused_for) == (0, [], "grant")
    assert scene.enrollment(ANN).status is Status.WAITING


# Approval


def test_nothing_goes_out_before_the_approval_and_no_burst_after_it() -> None:
    scene = Delegation(approval=True)
    scene.run(3 * DAY)
    assert scene.mails().total() == 0
    assert "approved" in scene.enrollment(ANN).why
    assert approve(scene, ROBIN, "c1", Approval(revision=1)).status == "active"
    approve(scene, ROBIN, "c1", Approval(revision=1))
    assert [deed for deed, _ in scene.deeds()].count("approved_campaign") == 1
    now, gap = scene.clock.now(), scene.mailbox().limits.gap
    dues = sorted(slot.due for one in scene.everybody() for slot in one.slots)
    assert dues[0] >= now
    assert all(later - earlier >= gap / 2 for earlier, later in pairwise(dues))
    scene.run(4 * DAY)
    assert (scene.mails().total(), max(scene.mails().values())) == (6, 1)


def test_owners_own_campaign_needs_no_approval_and_is_not_planned_anew_by_one() -> None:
    scene = Delegation(approval=True)
    scene.change_campaign(author=ROBIN.user)
    before = scene.campaign()
    approve(scene, ROBIN, "c1", Approval(revision=1))
    assert scene.campaign() == before
    due(scene)
    assert scene.send() == "sent"


def test_edit_after_the_approval_has_to_be_approved_again() -> None:
    scene = Delegation(approval=True)
    approve(scene, ROBIN, "c1", Approval(revision=1))
    scene.run(DAY / 2)
    assert scene.mails().total() == 2
    edit(scene, SAM, "c1", words(scene))
    assert scene.campaign().approved_at is None
    scene.run(4 * DAY)
    assert scene.mails().total() == 2
    with pytest.raises(Conflict, match="changed since"):
        approve(scene, ROBIN, "c1", Approval(revision=1))
    approve(scene, ROBIN, "c1", Approval(revision=2))
    scene.run(4 * DAY)
    assert scene.mails().total() == 6


def test_edit_between_decision_and_claim_is_not_sent_unapproved() -> None:
    scene = Delegation(approval=True)
    approve(scene, ROBIN, "c1", Approval(revision=1))
    due(scene)
    scene.events["after create_draft"] = lambda: edit(scene, SAM, "c1", words(scene))
    assert scene.send() == "lost"
    assert (scene.got(), scene.drafts()) == (0, [])


def test_owners_edit_leaves_the_approval_and_nothing_changed_too() -> None:
    scene = Delegation(approval=True)
    approve(scene, ROBIN, "c1", Approval(revision=1))
    approved_at = scene.campaign().approved_at
    edit(scene, SAM, "c1", words(scene, scene.campaign().steps[1].text))
    edit(scene, ROBIN, "c1", words(scene))
    assert (scene.campaign().approved_at, scene.campaign().revision) == (approved_at, 2)


def test_added_candidates_have_to_be_approved_unless_the_owner_adds_them() -> None:
    scene = Delegation(approval=True)
    approve(scene, ROBIN, "c1", Approval(revision=1))
    more = msgspec.json.encode({"candidates": [{"email": "dan@example.org", "name": "Dan"}]})
    assert add(scene, ROBIN, "c1", more).added == 1
    assert scene.campaign().approved_at is not None
    more = msgspec.json.encode({"candidates": [{"email": "eve@example.net", "name": "Eve"}]})
    assert add(scene, SAM, "c1", more).added == 1
    assert (scene.campaign().approved_at, scene.campaign().revision) == (None, 2)
    # The same again adds nobody, and takes no approval away.
    approve(scene, ROBIN, "c1", Approval(revision=2))
    assert add(scene, SAM, "c1", more).added == 0
    assert scene.campaign().approved_at is not None


def test_author_whose_new_grant_is_not_bound_yet_gets_no_edit_past_the_approval() -> None:
    scene = Delegation(approval=True)
    approve(scene, ROBIN, "c1", Approval(revision=1))
    scene.end()
    scene.give(approval=True)
    edit(scene, SAM, "c1", words(scene))
    assert scene.campaign().approved_at is None


def test_refused_campaign_is_cancelled_by_the_owner_and_a_paused_one_stays_so() -> None:
    scene = Delegation(approval=True)
    pause(scene, ROBIN, "c1", Reason())
    approve(scene, ROBIN, "c1", Approval(revision=1))
    assert scene.campaign().status == "paused"
    cancel(scene, ROBIN, "c1", Reason(why="not in my name"))
    with pytest.raises(Conflict):
        approve(scene, ROBIN, "c1", Approval(revision=1))
    scene.run(DAY)
    assert scene.mails().total() == 0


def test_pause_by_the_owner_outlasts_all_others_and_only_they_end_it() -> None:
    scene = Delegation()
    scene.change_campaign(status="paused", paused_for="disconnect", why="the mailbox is disconnected")
    pause(scene, SAM, "c1", Reason(why="mine"))
    assert (scene.campaign().paused_for, scene.campaign().why) == ("person", "mine")
    pause(scene, ROBIN, "c1", Reason(why="wait"))
    assert (scene.campaign().paused_for, scene.campaign().why) == ("owner", "wait")
    with pytest.raises(Forbidden, match="only the owner can resume it"):
        resume(scene, SAM, "c1")
    scene.end()
    pause(scene, SAM, "c1", Reason(why="mine"))
    assert (scene.campaign().paused_for, scene.campaign().why) == ("owner", "wait")
    scene.give()
    bind(scene)
    resume(scene, ROBIN, "c1")
    assert (scene.campaign().status, scene.campaign().paused_for) == ("active", "")


def bind(scene: Delegation) -> None:
    """Let the delegate be known by id, as their first deed does."""
    grants = tuple(msgspec.structs.replace(one, user=SAM.user) for one in scene.mailbox().grants)
    scene.change_mailbox(grants=grants)
