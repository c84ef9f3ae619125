"""Show that a campaign comes in whole or not at all, and only once."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.campaigns.admitting import LOOKING_TIME
from lib.core.enrollment import GRACE, HORIZON
from lib.core.errors import Conflict, InvalidRequest
from lib.core.ids import enrollment_id
from lib.core.keys import Changes, Snapshot
from lib.core.records import EnrollmentRef, Status
from lib.core.sending import SendTask
from lib.flows.arranging import CHUNK
from lib.flows.enqueueing import accept, preview
from tests.flows.enqueueing_office import (
    ADA,
    AUTHOR,
    BEN,
    CAL,
    Office,
    body,
    ledger,
    ledger_days,
    planned,
    run,
)
from tests.flows.memory_services import MAILBOX, ORG


@pytest.fixture
def office() -> Office:
    return Office()


def test_accepted_campaign_is_active_with_all_its_candidates(office: Office) -> None:
    accepted = run(office)
    assert (accepted.status, accepted.candidates, accepted.skipped) == (202, 3, ())
    campaign = office.campaign()
    assert campaign is not None
    assert (campaign.status, campaign.candidates, campaign.author) == ("active", 3, AUTHOR.user)
    ada, now = office.enrollment(ADA), office.clock.now()
    assert (ada.status, ada.step, ada.wake_at) == (Status.WAITING, "intro", ada.due + GRACE)
    assert timedelta() <= ada.due - now < timedelta(minutes=2)
    assert [slot.step for slot in ada.slots] == ["intro", "nudge"]
    assert timedelta() <= ada.slots[1].due - ada.slots[0].due - timedelta(days=3) < timedelta(minutes=2)
    assert (ada.timezone, ada.variables) == ("Europe/Berlin", {"title": "Engineer"})
    assert (ada.domain, ada.plan, ada.variants) == ("example.org", 1, {})
    contact = office.contact(ADA)
    assert contact is not None
    assert contact.enrollments == (EnrollmentRef(enrollment=ada.id, mailbox=MAILBOX, campaign="c1"),)
    assert (campaign.wake_at, campaign.days) == (None, ("2026-03-02", "2026-03-05"))
    assert ledger(office) == planned(office)


def test_tasks_are_made_for_what_is_due_within_the_horizon(office: Office) -> None:
    run(office)
    tasks = [msgspec.json.decode(task.body, type=SendTask) for task in office.tasks.waiting]
    assert {(task.enrollment, task.step) for task in tasks} == {
        (office.enrollment(email).id, "intro") for email in (ADA, BEN, CAL)
    }


def test_what_is_due_later_gets_no_task_yet(office: Office) -> None:
    later = [{"id": "intro", "subject": "a", "text": "b", "delay": "P2D"}]
    run(office, body(steps=later))
    assert office.tasks.waiting == []
    ada = office.enrollment(ADA)
    assert ada.wake_at == ada.due - HORIZON >= office.clock.now() + timedelta(days=1)


def test_same_request_again_changes_nothing(office: Office) -> None:
    run(office)
    before, tasks = office.store.records(), len(office.tasks.waiting)
    office.clock.move(timedelta(hours=1))
    again = run(office)
    assert (again.status, again.candidates) == (200, 3)
    assert office.store.records() == before
    assert len(office.tasks.waiting) == tasks


def test_same_request_after_a_stop_revives_nobody(office: Office) -> None:
    run(office)
    office.update(ADA, status=Status.REPLIED)
    before = office.store.records()
    assert run(office).status == 200
    assert office.store.records() == before


def test_same_request_brings_nobody_back_after_an_erasure(office: Office) -> None:
    run(office)
    key = keys.enrollment(ORG, enrollment_id("c1", office.contact_id(ADA)))
    office.store.commit(Snapshot(), Changes(None, deletes=frozenset({key})))
    again = run(office)
    assert [one.index for one in again.skipped] == [0]
    assert office.store.read([key])[key] is None


def test_same_id_with_other_content_is_a_conflict(office: Office) -> None:
    run(office)
    before = office.store.records()
    for other in (body(ADA), body(name="Other")):
        with pytest.raises(Conflict, match="another campaign"):
            run(office, other)
        with pytest.raises(Conflict, match="another campaign"):
            preview(office, AUTHOR, other)
    assert office.store.records() == before


def test_preview_plans_everybody_and_writes_nothing(office: Office) -> None:
    before = office.store.records()
    office.suppress(BEN)
    seen = preview(office, AUTHOR, body())
    assert [one.email for one in seen.candidates] == [ADA, CAL]
    assert [slot.reason for slot in seen.candidates[0].slots] == [
        "right after acceptance",
        "3 days after intro",
    ]
    assert seen.candidates[0].slots[0].due >= office.clock.now() + LOOKING_TIME
    assert [(one.index, one.reason) for one in seen.skipped] == [(1, "has opted out")]
    assert [(one.index, one.step, one.subject, one.text) for one in seen.samples[:2]] == [
        (0, "intro", "Engineer wanted", "Hi Kim"),
        (0, "nudge", "Re: Engineer wanted", "Again, from Robin Recruiter"),
    ]
    assert office.store.calls["commit"] == 1, "the suppression itself"
    assert set(office.store.records()) - set(before) == {keys.contact(ORG, office.contact_id(BEN)).path}
    assert office.tasks.waiting == []


def test_suppressed_candidate_is_skipped_and_named(office: Office) -> None:
    office.suppress(BEN)
    accepted = run(office)
    assert (accepted.candidates, [one.index for one in accepted.skipped]) == (2, [1])
    key = keys.enrollment(ORG, enrollment_id("c1", office.contact_id(BEN)))
    assert office.store.read([key])[key] is None
    again = run(office)
    assert (again.status, again.skipped) == (200, accepted.skipped)


def test_contact_keeps_its_other_campaigns(office: Office) -> None:
    run(office)
    run(office, body(ADA, id="c2", contacted={"action": "continue", "reason": "she asked for it"}))
    contact = office.contact(ADA)
    assert contact is not None
    assert len(contact.enrollments) == 2


@pytest.mark.parametrize(
    ("mailbox", "user", "why"),
    [("sub-9", "user-1", "no mailbox"), (MAILBOX, "user-2", "no mailbox"), ("a/b", "user-1", "digits")],
)
def test_mailbox_that_is_not_the_authors_is_a_fault(
    office: Office, mailbox: str, user: str, why: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        accept(office, msgspec.structs.replace(AUTHOR, user=user), body(mailbox=mailbox))
    assert [fault.field for fault in caught.value.faults] == ["mailbox"]
    assert why in caught.value.faults[0].why


def test_disconnected_mailbox_takes_no_new_campaign_but_repeats(office: Office) -> None:
    run(office)
    gone = msgspec.structs.replace(office.inbox(), status="disconnected")
    office.put(keys.inbox(gone.id), gone)
    assert run(office).status == 200
    with pytest.raises(InvalidRequest) as caught:
        run(office, body(id="c2"))
    assert [fault.field for fault in caught.value.faults] == ["mailbox"]


def test_mailbox_of_another_org_is_not_found(office: Office) -> None:
    with pytest.raises(InvalidRequest):
        accept(office, msgspec.structs.replace(AUTHOR, org="globex"), body())


def test_refused_request_lists_the_mailbox_with_the_rest_and_writes_nothing(office: Office) -> None:
    before = office.store.records()
    with pytest.raises(InvalidRequest) as caught:
        run(office, body("x", mailbox="sub-9", timezone="Mars"))
    assert {fault.field for fault in caught.value.faults} == {"timezone", "candidates[0].email", "mailbox"}
    assert office.store.records() == before
    assert office.store.calls["commit"] == 0


@pytest.mark.parametrize("candidates", [1, CHUNK, 2 * CHUNK + 50])
def test_acceptance_keeps_its_budget(office: Office, candidates: int) -> None:
    request = body(*(f"c{number}@example.com" for number in range(candidates)))
    run(office, request)
    assert office.store.calls["commit"] <= candidates / 200 + 5
    reading = office.store.calls["read"]
    assert office.store.calls["query"] == 0
    days = len(ledger_days(office))
    assert reading <= (candidates + days) / 100 + 5
    assert office.store.written <= 2 * candidates + 2 * days + 10
    assert ledger(office) == planned(office)


def test_no_first_step_is_taken_for_queued_that_was_beyond_the_horizon_at_acceptance(office: Office) -> None:
    # Planned from ten minutes later on than it is accepted: a day after the one is more than a day after now.
    steps = [
        {"id": "intro", "subject": "Hi", "text": "Hi", "delay": f"PT23H{minutes}M"} for minutes in (50, 57)
    ]
    for number, step in enumerate(steps):
        request = body(f"ada{number}@example.org", id=f"c{number}", steps=[step])
        digest = preview(office, AUTHOR, request).plan_digest
        run(office, body(f"ada{number}@example.org", id=f"c{number}", steps=[step], plan_digest=digest))
        one = office.enrollment(f"ada{number}@example.org", f"c{number}")
        queued = any(one.id.encode() in task.body for task in office.tasks.waiting)
        assert one.wake_at is not None
        assert queued or one.wake_at <= one.due - HORIZON
        assert queued is (one.due - office.clock.now() <= HORIZON)
