"""Show that a crash anywhere in an acceptance is made good by the same request again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.core.enrollment import GRACE
from lib.core.keys import Changes, Snapshot
from lib.core.records import Status
from tests.flows.enqueueing_office import ADA, Crash, Office, run


@pytest.fixture
def office() -> Office:
    return Office()


def test_no_step_is_sent_before_the_last_candidate_is_in(office: Office) -> None:
    office.store.dies_at, office.store.dies_after_effect = 5, True
    with pytest.raises(Crash):
        run(office)
    office.store.dies_at = None
    campaign = office.campaign()
    assert campaign is not None
    assert campaign.status == "accepting"
    assert office.enrollment(ADA).status is Status.WAITING
    assert office.tasks.waiting == []


def calls_of_a_whole_run() -> int:
    office = Office()
    run(office)
    return office.store.calls_made


@pytest.mark.parametrize("after_effect", [False, True])
def test_crash_at_any_store_call_and_a_repetition_end_in_the_same_records(
    monkeypatch: pytest.MonkeyPatch, *, after_effect: bool
) -> None:
    monkeypatch.setattr("lib.flows.enqueueing.CHUNK", 1)
    whole = Office()
    run(whole)
    for call in range(1, calls_of_a_whole_run() + 1):
        office = Office()
        office.store.dies_at, office.store.dies_after_effect = call, after_effect
        with pytest.raises(Crash):
            run(office)
        office.store.dies_at = None
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


def test_repetition_a_day_later_keeps_the_first_times(office: Office) -> None:
    office.store.dies_at = 4
    with pytest.raises(Crash):
        run(office)
    office.store.dies_at = None
    began = office.clock.now()
    office.clock.move(timedelta(days=1))
    assert run(office).status == 202
    ada = office.enrollment(ADA)
    assert (ada.due, ada.wake_at) == (began, began + GRACE)


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
