"""Show that candidates can be added to a running campaign, each once, with places of their own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import Conflict, InvalidRequest, NotFound
from lib.core.keys import Changes, Snapshot
from lib.core.records import Campaign, Status
from lib.flows.adding import Added, add
from tests.flows.enqueueing_office import ADA, AUTHOR, BEN, CAL, Crash, Office, body, ledger, planned, run
from tests.flows.memory_services import MAILBOX, ORG

ME = AUTHOR
DAN, EVE = "dan@example.com", "eve@example.org"


@pytest.fixture
def office() -> Office:
    made = Office()
    run(made)
    return made


def more(*emails: str, **changes: Any) -> bytes:
    candidates = [{"email": email, "name": "Kim K", "title": "Engineer"} for email in emails]
    return json.dumps({"candidates": candidates} | changes).encode()


def added(office: Office, *emails: str, **changes: Any) -> Added:
    return add(office, ME, "c1", more(*emails, **changes))


def changed(office: Office, **changes: Any) -> Campaign:
    campaign = office.campaign()
    assert campaign is not None
    after = msgspec.structs.replace(campaign, **changes)
    office.put(keys.campaign(ORG, "c1"), after)
    return after


def count(office: Office) -> int:
    campaign = office.campaign()
    assert campaign is not None
    return campaign.candidates


def test_added_candidates_get_all_steps_and_places(office: Office) -> None:
    office.clock.move(timedelta(hours=2))
    result = added(office, DAN, EVE)
    assert (result.added, result.candidates, result.skipped) == (2, 2, ())
    dan = office.enrollment(DAN)
    assert (dan.status, [slot.step for slot in dan.slots]) == (Status.WAITING, ["intro", "nudge"])
    assert dan.due >= office.clock.now()
    assert ledger(office) == planned(office)
    assert count(office) == 5
    assert len(office.tasks.waiting) == 5
    contact = office.contact(DAN)
    assert contact is not None
    assert [ref.campaign for ref in contact.enrollments] == ["c1"]


def test_same_addition_again_adds_nobody(office: Office) -> None:
    added(office, DAN)
    before = office.store.records()
    office.clock.move(timedelta(hours=1))
    again = added(office, DAN, ADA)
    assert (again.added, again.candidates) == (0, 2)
    assert office.store.records() == before


@pytest.mark.parametrize("after_effect", [False, True])
def test_addition_that_dies_anywhere_is_made_good(
    monkeypatch: pytest.MonkeyPatch, *, after_effect: bool
) -> None:
    monkeypatch.setattr("lib.flows.adding.CHUNK", 1)
    died_at = 1
    while True:
        office = Office()
        run(office)
        office.store.calls_made, office.store.dies_at = 0, died_at
        office.store.dies_after_effect = after_effect
        try:
            added(office, DAN, EVE)
        except Crash:
            office.store.dies_at = None
            added(office, DAN, EVE)
            died_at += 1
        else:
            assert died_at > 6
            return
        assert count(office) == 5
        assert ledger(office) == planned(office)


def test_guard_and_suppressions_hold_for_added_ones(office: Office) -> None:
    run(office, body(DAN, id="c2"))
    office.suppress(EVE)
    result = added(office, DAN, EVE)
    assert (result.added, [one.index for one in result.skipped]) == (0, [0, 1])
    result = added(office, DAN, EVE, contacted={"action": "continue", "reason": "agreed"})
    assert (result.added, [one.index for one in result.skipped]) == (1, [1])
    assert changed(office).despite == "agreed"


def test_added_candidates_are_checked_against_the_steps(office: Office) -> None:
    before = office.store.records()
    with pytest.raises(InvalidRequest) as caught:
        add(office, ME, "c1", json.dumps({"shortlist": "email,name\nx,Kim\ndan@example.com,\n"}).encode())
    assert {fault.field for fault in caught.value.faults} == {"email", "steps[0].subject"}
    with pytest.raises(InvalidRequest):
        added(office, DAN, steps=[])
    assert office.store.records() == before


#: Open for a minute each day, which in the mailbox's own time zone lies within its first gap.
AT_MIDNIGHT = {"window": {"mon-sun": ["00:00-00:01"]}, "timezone": "America/New_York"}


def from_anywhere(*places: tuple[str, str]) -> bytes:
    candidates = [
        {"email": email, "name": "Kim K", "title": "Engineer", "timezone": timezone}
        for email, timezone in places
    ]
    return json.dumps({"candidates": candidates}).encode()


@pytest.fixture
def nightly(monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr("lib.flows.adding.CHUNK", 1)
    made = Office()
    run(made, body(ADA, **AT_MIDNIGHT))
    return made


def test_nobody_is_added_when_for_one_late_in_the_list_there_would_never_be_time(nightly: Office) -> None:
    before = nightly.store.records()
    some = from_anywhere((DAN, "America/Chicago"), (EVE, "UTC"))
    with pytest.raises(InvalidRequest) as caught:
        add(nightly, ME, "c1", some)
    assert [fault.field for fault in caught.value.faults] == ["window"]
    assert nightly.store.records() == before


def test_who_is_left_out_anyway_needs_no_time(nightly: Office) -> None:
    nightly.suppress(EVE)
    result = add(nightly, ME, "c1", from_anywhere((DAN, "America/Chicago"), (EVE, "UTC")))
    assert (result.added, [one.index for one in result.skipped]) == (1, [1])


def test_who_is_in_already_needs_no_time(nightly: Office) -> None:
    some = from_anywhere((DAN, "America/Chicago"))
    add(nightly, ME, "c1", some)
    key = keys.mailbox(ORG, MAILBOX)
    mailbox = nightly.store.read([key]).need(key)
    limits = msgspec.structs.replace(mailbox.limits, gap=timedelta(hours=12))
    nightly.put(key, msgspec.structs.replace(mailbox, limits=limits))
    again = add(nightly, ME, "c1", some)
    assert (again.added, again.candidates) == (0, 1)


@pytest.mark.parametrize(("status", "fits"), [("paused", True), ("cancelled", False), ("accepting", False)])
def test_only_a_campaign_that_goes_on_takes_more(office: Office, status: str, *, fits: bool) -> None:
    changed(office, status=status)
    if fits:
        assert added(office, DAN).added == 1
        return
    with pytest.raises(Conflict):
        added(office, DAN)


def test_only_the_author_adds(office: Office) -> None:
    for caller in (
        msgspec.structs.replace(ME, user="user-2"),
        msgspec.structs.replace(ME, org="globex"),
    ):
        with pytest.raises(NotFound):
            add(office, caller, "c1", more(DAN))
    with pytest.raises(NotFound):
        add(office, ME, "c9", more(DAN))


def test_edit_in_the_same_moment_is_a_conflict(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, once = office.store.commit, [1]

    def edited_first(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if once:
            once.clear()
            campaign = office.campaign()
            assert campaign is not None
            intro = msgspec.structs.replace(campaign.steps[0], text="{{ salary }}", version=2)
            changed(office, steps=(intro, *campaign.steps[1:]))
        return commit(snapshot, changes)

    monkeypatch.setattr(office.store, "commit", edited_first)
    with pytest.raises(Conflict, match="edited"):
        added(office, DAN)
    assert count(office) == 3
    assert ledger(office) == planned(office)


def test_two_additions_at_once_count_everybody_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, once = office.store.commit, [1]

    def other_comes_first(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if once:
            once.clear()
            added(office, DAN, BEN, CAL)
        return commit(snapshot, changes)

    monkeypatch.setattr(office.store, "commit", other_comes_first)
    added(office, DAN, EVE)
    assert count(office) == 5
    assert ledger(office) == planned(office)
