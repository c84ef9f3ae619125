"""Show that a crash anywhere in an acceptance is made good by the same request again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.campaigns.accepting import ACCEPTING_TIME
from lib.core.keys import Changes, Snapshot
from lib.core.records import Status
from tests.flows.enqueueing_office import (
    ADA,
    BEN,
    CAL,
    Crash,
    Office,
    body,
    crashed,
    ledger,
    ledger_days,
    planned,
    run,
    writing_calls,
)
from tests.flows.memory_services import MAILBOX, ORG


@pytest.fixture
def office() -> Office:
    return Office()


def test_no_step_is_sent_before_the_last_candidate_is_in() -> None:
    begins, admits, _ = writing_calls()
    for call in (begins, admits):
        office = crashed(call, after_effect=True)
        campaign = office.campaign()
        assert campaign is not None
        assert (campaign.status, campaign.wake_at) == ("accepting", office.clock.now() + ACCEPTING_TIME)
        assert office.tasks.waiting == []
    assert office.enrollment(ADA).status is Status.WAITING


def test_all_places_are_reserved_in_the_commit_that_begins() -> None:
    whole = Office()
    run(whole)
    office = crashed(writing_calls()[0], after_effect=True)
    assert ledger(office) == ledger(whole) == planned(whole)
    assert planned(office) == set()


def calls_of_a_whole_run() -> int:
    office = Office()
    run(office)
    return office.store.calls_made


@pytest.mark.parametrize("after_effect", [False, True])
def test_crash_at_any_store_call_and_a_repetition_end_in_the_same_records(
    monkeypatch: pytest.MonkeyPatch, *, after_effect: bool
) -> None:
    monkeypatch.setattr("lib.flows.arranging.CHUNK", 1)
    whole = Office()
    run(whole)
    for call in range(1, calls_of_a_whole_run() + 1):
        office = crashed(call, after_effect=after_effect)
        assert run(office).candidates == 3
        assert office.store.records() == whole.store.records(), f"crash at call {call}"
        assert office.tasks.names == whole.tasks.names


def test_crash_while_tasks_are_made_is_made_good(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Office()
    run(whole)
    create = office.tasks.create

    def dies_at_the_second(function: str, name: str, task: bytes, at: Any) -> None:
        if office.tasks.names:
            raise Crash
        create(function, name, task, at)

    monkeypatch.setattr(office.tasks, "create", dies_at_the_second)
    with pytest.raises(Crash):
        run(office)
    monkeypatch.undo()
    assert run(office).status == 200
    assert office.tasks.names == whole.tasks.names
    assert office.store.records() == whole.store.records()


def test_repetition_a_day_later_keeps_the_first_times() -> None:
    whole = Office()
    run(whole)
    for call in writing_calls():
        office = crashed(call, after_effect=True)
        office.clock.move(timedelta(days=1))
        run(office)
        assert office.enrollment(ADA) == whole.enrollment(ADA)
        assert ledger(office) == ledger(whole)


def test_reserved_times_stay_when_places_before_them_have_become_free() -> None:
    office = Office()
    run(office, body(CAL, id="c0"))
    office.store.dies_at = office.store.calls_made + writing_calls()[0]
    office.store.dies_after_effect = True
    with pytest.raises(Crash):
        run(office, body(ADA, BEN))
    office.store.dies_at = None
    reserved = ledger(office)
    for day in ledger_days(office):
        left = tuple(entry for entry in day.entries if entry.campaign != "c0")
        office.put(keys.day(ORG, MAILBOX, day.date), msgspec.structs.replace(day, entries=left))
    assert run(office, body(ADA, BEN)).candidates == 2
    assert ledger(office) < reserved
    assert {one for one in planned(office) if one[1] != office.enrollment(CAL, "c0").id} == ledger(office)
    behind = max((office.enrollment(one).slots[0] for one in (ADA, BEN)), key=lambda slot: slot.due)
    assert behind.reason == "as reserved at acceptance"


def test_place_of_a_candidate_who_opted_out_meanwhile_is_freed() -> None:
    office = crashed(writing_calls()[0], after_effect=True)
    office.suppress(BEN)
    accepted = run(office)
    assert (accepted.candidates, [one.index for one in accepted.skipped]) == (2, [1])
    campaign = office.campaign()
    assert campaign is not None
    assert (campaign.status, campaign.candidates) == ("active", 2)
    assert ledger(office) == planned(office)


def test_opt_out_between_the_look_and_the_admission_is_heeded(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, commits = office.store.commit, []

    def opts_out_first(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        commits.append(1)
        if len(commits) == 2:
            office.suppress(BEN)
        return commit(snapshot, changes)

    monkeypatch.setattr(office.store, "commit", opts_out_first)
    assert [one.index for one in run(office).skipped] == [1]
    assert ledger(office) == planned(office)


def test_two_same_requests_at_once_make_one_campaign(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Office()
    run(whole)
    once = {"left": 1}
    commit = office.store.commit

    def other_comes_first(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if once["left"]:
            once["left"] = 0
            run(office)
        return commit(snapshot, changes)

    monkeypatch.setattr(office.store, "commit", other_comes_first)
    assert run(office).status == 200
    assert office.store.records() == whole.store.records()


def test_slower_of_two_same_requests_brings_nobody_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, commits = office.store.commit, list[int]()

    def other_is_through_and_ada_erased(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        commits.append(1)
        if len(commits) == 2:
            run(office)
            key = keys.enrollment(ORG, office.enrollment(ADA).id)
            commit(Snapshot(), Changes(None, deletes=frozenset({key})))
        return commit(snapshot, changes)

    monkeypatch.setattr(office.store, "commit", other_is_through_and_ada_erased)
    assert [(one.index, one.reason) for one in run(office).skipped] == [(0, "is not in the campaign")]
    assert len(office.store.enrollments(ORG, "c1", limit=10)) == 2
