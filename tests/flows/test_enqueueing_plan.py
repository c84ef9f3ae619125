"""Show that a previewed plan is accepted exactly, or answered with the new one."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.campaigns.admitting import LOOKING_TIME
from lib.core.errors import Conflict, InvalidRequest
from lib.core.records import Limits
from lib.flows.enqueueing import preview
from lib.flows.previewing import Preview
from tests.flows.enqueueing_office import ADA, AUTHOR, BEN, CAL, Office, body, ledger, planned, run
from tests.flows.memory_services import MAILBOX, ORG

OFFICE_HOURS = {"mon-fri": ["09:00-12:00", "13:00-17:00"], "holidays": "DE-BE"}


@pytest.fixture
def office() -> Office:
    return Office()


def seen(office: Office, request: bytes) -> Preview:
    return preview(office, AUTHOR, request)


def shown(plan: Preview) -> dict[str, list[tuple[str, str, str]]]:
    return {
        one.email: [(slot.step, slot.due.isoformat(), slot.reason) for slot in one.slots]
        for one in plan.candidates
    }


def stored(office: Office, *emails: str) -> dict[str, list[tuple[str, str, str]]]:
    return {
        email: [(slot.step, slot.due.isoformat(), slot.reason) for slot in office.enrollment(email).slots]
        for email in emails
    }


@pytest.mark.parametrize("window", ["always", OFFICE_HOURS, None])
def test_previewed_plan_is_accepted_exactly(office: Office, window: object) -> None:
    request = body(window=window)
    plan = seen(office, request)
    office.clock.move(LOOKING_TIME - timedelta(seconds=1))
    accepted = run(office, body(window=window, plan_digest=plan.plan_digest))
    assert accepted.plan_digest == plan.plan_digest
    assert shown(plan) == stored(office, ADA, BEN, CAL)
    assert ledger(office) == planned(office)


def test_preview_is_the_same_again_and_writes_nothing(office: Office) -> None:
    before = office.store.records()
    assert seen(office, body()) == seen(office, body())
    assert office.store.records() == before


def test_places_that_another_campaign_took_meanwhile_are_a_conflict_with_the_new_plan(office: Office) -> None:
    plan = seen(office, body(ADA, BEN))
    # From now on the mailbox has mails at the previewed times.
    office.clock.move(LOOKING_TIME)
    run(office, body(CAL, id="c0"))
    before = office.store.records()
    with pytest.raises(Conflict, match="no longer") as caught:
        run(office, body(ADA, BEN, plan_digest=plan.plan_digest))
    assert office.store.records() == before
    anew = caught.value.now
    assert isinstance(anew, Preview)
    assert shown(anew) != shown(plan)
    assert run(office, body(ADA, BEN, plan_digest=anew.plan_digest)).plan_digest == anew.plan_digest
    assert shown(anew) == stored(office, ADA, BEN)
    assert ledger(office) == planned(office)


def test_plan_whose_first_time_has_passed_is_a_conflict(office: Office) -> None:
    plan = seen(office, body())
    office.clock.move(LOOKING_TIME + timedelta(minutes=10))
    with pytest.raises(Conflict):
        run(office, body(plan_digest=plan.plan_digest))
    assert office.campaign() is None


def test_plan_of_yesterday_is_accepted_while_all_of_it_lies_ahead(office: Office) -> None:
    later = [{"id": "intro", "subject": "a", "text": "b", "delay": "3 business days"}]
    plan = seen(office, body(steps=later, window=OFFICE_HOURS))
    office.clock.move(timedelta(days=1))
    run(office, body(steps=later, window=OFFICE_HOURS, plan_digest=plan.plan_digest))
    assert shown(plan) == stored(office, ADA, BEN, CAL)


@pytest.mark.parametrize("digest", ["0" * 64, "20260302T091000Z-abc", "20269902T091000Z-abc", "x"])
def test_digest_that_was_never_given_is_a_conflict(office: Office, digest: str) -> None:
    with pytest.raises(Conflict) as caught:
        run(office, body(plan_digest=digest))
    assert isinstance(caught.value.now, Preview)
    assert office.campaign() is None


def test_candidate_who_opted_out_since_the_preview_makes_it_another_plan(office: Office) -> None:
    plan = seen(office, body())
    office.suppress(CAL)
    with pytest.raises(Conflict):
        run(office, body(plan_digest=plan.plan_digest))


def test_same_digest_again_after_acceptance_is_no_conflict(office: Office) -> None:
    plan = seen(office, body())
    request = body(plan_digest=plan.plan_digest)
    run(office, request)
    office.clock.move(timedelta(days=1))
    again = run(office, request)
    assert (again.status, again.plan_digest) == (200, plan.plan_digest)


def test_preview_of_an_accepted_campaign_shows_its_times(office: Office) -> None:
    run(office)
    office.clock.move(timedelta(hours=1))
    assert shown(seen(office, body())) == stored(office, ADA, BEN, CAL)


def test_full_days_move_on_and_say_so(office: Office) -> None:
    key = keys.mailbox(ORG, MAILBOX)
    mailbox = office.store.read([key]).need(key)
    office.put(key, msgspec.structs.replace(mailbox, limits=Limits(daily_cap=2)))
    run(office)
    days = [office.enrollment(email).slots[0].day for email in (ADA, BEN, CAL)]
    assert days == ["2026-03-02", "2026-03-02", "2026-03-03"]
    assert "2 mails a day" in office.enrollment(CAL).slots[0].reason


def test_mailbox_that_may_send_nothing_is_a_fault(office: Office) -> None:
    key = keys.mailbox(ORG, MAILBOX)
    mailbox = office.store.read([key]).need(key)
    office.put(key, msgspec.structs.replace(mailbox, limits=Limits(daily_cap=0)))
    for act in (run, seen):
        with pytest.raises(InvalidRequest) as caught:
            act(office, body())
        assert [fault.field for fault in caught.value.faults] == ["window"]
    assert office.campaign() is None


def test_two_campaigns_at_once_share_the_days_without_a_clash(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, once = office.store.commit, [1]

    def other_comes_first(snapshot, changes):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        if once.pop() if once else 0:
            run(office, body(CAL, id="c0"))
        return commit(snapshot, changes)

    monkeypatch.setattr(office.store, "commit", other_comes_first)
    run(office, body(ADA, BEN))
    assert ledger(office) == planned(office)
    times = sorted(one[3] for one in ledger(office))
    assert len(times) == len(set(times)) == 6


def test_preview_names_variants_and_what_is_worth_a_look(office: Office) -> None:
    variants = [{"id": "short", "text": "Hi"}, {"id": "long", "text": "Hello"}]
    steps = [{"id": "intro", "subject": "a", "text": "b", "delay": "P0D", "variants": variants}]
    emails = [f"c{number}@example.com" for number in range(40)]
    plan = seen(office, body(*emails, steps=steps))
    counts = {id_: [one.variants["intro"] for one in plan.candidates].count(id_) for id_ in ("short", "long")}
    assert min(counts.values()) >= 10
    assert plan.samples[0].text == {"short": "Hi", "long": "Hello"}[plan.candidates[0].variants["intro"]]
    assert any(finding.field == "title" for finding in plan.lint)
    run(office, body(*emails, steps=steps))
    assert office.enrollment(emails[0]).variants == plan.candidates[0].variants
