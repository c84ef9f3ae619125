"""Show that deeds are on record, and that only an owner sees what else is in the mailbox."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import Forbidden
from lib.core.mailbox_settings import ChangedMailbox
from lib.core.records import AuditEntry, Pending
from lib.flows.controlling import Reason, pause, resume, skip
from lib.flows.permitting import permitted
from lib.flows.setting import change_mailbox, resume_mailbox
from lib.flows.showing_campaigns import show_campaign
from tests.flows.controlling_scene import ADMIN
from tests.flows.delegating_scene import ROBIN, SAM, Delegation
from tests.flows.memory_services import MAILBOX, ORG
from tests.flows.outreach import ANN, DAY


@pytest.fixture
def scene() -> Delegation:
    return Delegation()


def entries(scene: Delegation) -> list[AuditEntry]:
    """Return what is on record since the grant."""
    found = sorted(scene.kept(AuditEntry), key=lambda one: one.id)
    return [one for one in found if one.deed != "granted"]


def test_mail_that_is_no_answer_is_shown_to_the_owner_alone(scene: Delegation) -> None:
    parked = Pending(
        org=ORG,
        id="x",
        mailbox=MAILBOX,
        inbox=scene.inbox_id,
        gmail_id="x",
        thread="x",
        lookups=(),
        contacts=(),
        fetched=True,
        parked="Gmail does not give this message",
        seen_at=scene.clock.now(),
        expires_at=scene.clock.now() + DAY,
    )
    scene.put(keys.pending(ORG, MAILBOX, "x"), parked)
    assert len(show_campaign(scene, ROBIN, "c1").parked) == 1
    assert show_campaign(scene, SAM, "c1").parked == ()


def test_each_deed_is_on_record_once_with_who_did_it(scene: Delegation) -> None:
    pause(scene, ADMIN, "c1", Reason())
    pause(scene, ADMIN, "c1", Reason())
    scene.pass_time(timedelta(seconds=1))
    resume(scene, ROBIN, "c1")
    resume(scene, ROBIN, "c1")
    scene.pass_time(timedelta(seconds=1))
    for _ in range(2):
        skip(scene, ROBIN, "c1", scene.id_of(ANN))
    found = [(one.deed, one.by, one.mailbox, one.campaign) for one in entries(scene)]
    assert found == [
        ("paused_campaign", ADMIN.user, MAILBOX, "c1"),
        ("resumed_campaign", ROBIN.user, MAILBOX, "c1"),
        ("edited_campaign", ROBIN.user, MAILBOX, "c1"),
    ]
    assert entries(scene)[-1].about == (f"enrollment:{scene.id_of(ANN)}", "skipped")


def test_changed_settings_are_on_record_by_name(scene: Delegation) -> None:
    change_mailbox(scene, ROBIN, MAILBOX, ChangedMailbox(daily_cap=7, sender_name="Robin R."))
    change_mailbox(scene, ROBIN, MAILBOX, ChangedMailbox(daily_cap=7))
    (entry,) = entries(scene)
    assert (entry.deed, entry.by) == ("settings_changed", ROBIN.user)
    assert entry.about == ("sender_name", "daily_cap")


def test_pause_of_another_account_at_the_same_address_is_not_lifted(scene: Delegation) -> None:
    until = scene.clock.now() + DAY
    other = msgspec.structs.replace(scene.inbox(), mailbox="sub-new", paused_until=until)
    scene.put(keys.inbox(other.id), other)
    resume_mailbox(scene, ROBIN, MAILBOX)
    assert (scene.inbox().paused_until, entries(scene)) == (until, [])
    scene.put(keys.inbox(other.id), msgspec.structs.replace(other, mailbox=MAILBOX))
    resume_mailbox(scene, ROBIN, MAILBOX)
    assert scene.inbox().paused_until is None
    assert [one.deed for one in entries(scene)] == ["resumed_mailbox"]


def test_permit_is_asked_again_of_what_a_commit_is_decided_on(scene: Delegation) -> None:
    permit = permitted(scene, SAM, "c1", "write")
    assert permit.again(permit.read) == permit.campaign
    scene.end()
    with pytest.raises(Forbidden):
        permit.again(scene.store.read(permit.wanted))
