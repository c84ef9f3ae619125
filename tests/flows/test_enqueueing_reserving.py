"""Show that places that need several commits are reserved whole or not at all, wherever it dies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.core import keys
from lib.core.campaigns.accepting import ACCEPTING_TIME
from lib.core.errors import Conflict
from lib.core.keys import Changes, Snapshot
from lib.core.records import Day
from lib.flows.enqueueing import preview
from lib.flows.previewing import Preview
from lib.flows.undoing import undo
from tests.flows.enqueueing_office import ADA, AUTHOR, BEN, CAL, Crash, Office, body, ledger, planned, run
from tests.flows.memory_services import MAILBOX, ORG

STEPS = [
    {"id": id_, "subject": "{{ title }}", "text": "Hi", "delay": f"P{days}D"}
    for id_, days in (("intro", 0), ("nudge", 3), ("last", 7))
]
REQUEST = body(ADA, BEN, CAL, steps=STEPS)


@pytest.fixture(autouse=True)
def one_day_a_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.core.campaigns.reserving._COMMIT_BYTES", 1)


def whole() -> Office:
    office = Office()
    run(office, REQUEST)
    return office


def same_records(one: Office, other: Office) -> None:
    """A run of its own has its own name while it reserves; afterwards nothing tells them apart."""
    assert one.store.records() == other.store.records()


def died_at(call: int, *, after_effect: bool) -> Office | None:
    """Return an office where an acceptance died at a call; None when it was through before."""
    office = Office()
    office.store.dies_at, office.store.dies_after_effect = call, after_effect
    try:
        run(office, REQUEST)
    except Crash:
        office.store.dies_at = None
        return office
    return None


def unfinished() -> Office:
    """Return an office where an acceptance died with the places of one day reserved."""
    for call in range(1, 20):
        office = died_at(call, after_effect=True)
        campaign = office.campaign() if office is not None else None
        if office is not None and campaign is not None and campaign.reserving:
            return office
    raise AssertionError


def test_places_of_three_days_take_three_commits_and_are_all_there() -> None:
    office = whole()
    campaign = office.campaign()
    assert campaign is not None
    assert (campaign.status, campaign.reserving) == ("active", "")
    assert len({one[0] for one in ledger(office)}) == 3
    assert ledger(office) == planned(office)
    # Three days, one chunk of candidates, and the end.
    assert len(office.store.writing) == 5


@pytest.mark.parametrize("after_effect", [False, True])
def test_crash_between_any_two_calls_and_a_repetition_end_in_the_same_records(*, after_effect: bool) -> None:
    expected, call, unfinished = whole(), 1, 0
    while (office := died_at(call, after_effect=after_effect)) is not None:
        campaign = office.campaign()
        unfinished += campaign is not None and bool(campaign.reserving)
        assert run(office, REQUEST).candidates == 3, f"crash at call {call}"
        same_records(office, expected)
        assert ledger(office) == planned(office)
        call += 1
    assert unfinished >= 2


def test_unfinished_reservation_that_died_is_undone_by_maintain() -> None:
    before, call = set(Office().store.records()), 1
    while (office := died_at(call, after_effect=True)) is not None:
        call += 1
        campaign = office.campaign()
        if campaign is None or not campaign.reserving:
            continue
        office.clock.move(ACCEPTING_TIME)
        for due in office.store.due_campaigns(office.clock.now(), 10):
            undo(office, due)
        assert ledger(office) == set()
        empty = {keys.day(ORG, MAILBOX, day.date).path for day in office.store._query(Day, "orgs")}
        assert set(office.store.records()) - empty == before


def test_undoing_that_dies_in_a_repetition_is_made_good_by_the_next_one() -> None:
    expected, call = whole(), 1
    while True:
        office = unfinished()
        office.store.calls_made, office.store.dies_at = 0, call
        office.store.dies_after_effect = True
        try:
            run(office, REQUEST)
        except Crash:
            office.store.dies_at = None
            assert run(office, REQUEST).candidates == 3, f"crash at call {call}"
            same_records(office, expected)
            call += 1
        else:
            assert call > 10
            return


class Between:
    """Do something once, right before the commit of a number."""

    def __init__(self, office: Office, number: int, act: Any) -> None:
        self.office, self.left, self.act, self.real = office, number, act, office.store.commit

    def __call__(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if changes.writes or changes.deletes:
            self.left -= 1
            if self.left == 0:
                self.act()
        return self.real(snapshot, changes)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_day_that_changes_meanwhile_is_planned_anew(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    office = Office()
    other = body("dan@example.com", id="c0", steps=STEPS)
    between = Between(office, number, lambda: run(office, other))
    monkeypatch.setattr(office.store, "commit", between)
    accepted = run(office, REQUEST)
    assert accepted.candidates == 3
    assert ledger(office) == planned(office)
    times = [one[3] for one in ledger(office)]
    assert len(times) == len(set(times)) == 12


@pytest.mark.parametrize("number", [1, 2])
def test_day_that_changes_after_a_preview_is_a_conflict_that_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    office = Office()
    digest = preview(office, AUTHOR, REQUEST).plan_digest
    request = body(ADA, BEN, CAL, steps=STEPS, plan_digest=digest)
    # As long as the first places, so that they meet the same times.
    office.clock.move(timedelta(minutes=10))
    between = Between(office, number, lambda: run(office, body("dan@example.com", id="c0", steps=STEPS)))
    monkeypatch.setattr(office.store, "commit", between)
    with pytest.raises(Conflict, match="no longer") as caught:
        run(office, request)
    anew = caught.value.now
    assert isinstance(anew, Preview)
    assert office.campaign() is None
    assert {one[1] for one in ledger(office)} == {office.enrollment("dan@example.com", "c0").id}
    again = run(office, body(ADA, BEN, CAL, steps=STEPS, plan_digest=anew.plan_digest))
    assert again.plan_digest == anew.plan_digest


@pytest.mark.parametrize("number", range(2, 6))
def test_same_request_at_once_overtakes_and_the_slower_one_leaves_it_alone(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    office = Office()
    between = Between(office, number, lambda: run(office, REQUEST))
    monkeypatch.setattr(office.store, "commit", between)
    try:
        run(office, REQUEST)
    except Conflict as conflict:
        assert "another request" in str(conflict) or "undone" in str(conflict)  # noqa: PT017 - either is fine
    campaign = office.campaign()
    assert campaign is not None
    assert (campaign.status, campaign.candidates, campaign.reserving) == ("active", 3, "")
    assert ledger(office) == planned(office)


def test_maintain_leaves_a_reservation_alone_that_gives_signs_of_life() -> None:
    office = unfinished()
    campaign, before = office.campaign(), office.store.records()
    assert campaign is not None
    undo(office, campaign)
    assert office.store.records() == before


def test_whoever_was_overtaken_adds_no_places_to_those_of_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()

    def other_begins_and_dies() -> None:
        office.clock.move(timedelta(hours=1))
        first, commit = office.campaign(), office.store.commit
        assert first is not None

        def dies(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
            after = commit(snapshot, changes)
            campaign = office.campaign()
            if campaign is not None and campaign.reserving not in {"", first.reserving}:
                raise Crash
            return after

        with monkeypatch.context() as patch:
            patch.setattr(office.store, "commit", dies)
            with pytest.raises(Crash):
                run(office, REQUEST)

    monkeypatch.setattr(office.store, "commit", Between(office, 3, other_begins_and_dies))
    with pytest.raises(Conflict, match="another request"):
        run(office, REQUEST)
    monkeypatch.undo()
    monkeypatch.setattr("lib.core.campaigns.reserving._COMMIT_BYTES", 1)
    assert run(office, REQUEST).candidates == 3
    assert ledger(office) == planned(office)


def test_preview_of_what_is_half_reserved_says_so_and_shows_no_empty_plan() -> None:
    office = unfinished()
    with pytest.raises(Conflict, match="is being accepted"):
        preview(office, AUTHOR, REQUEST)
    assert run(office, REQUEST).candidates == 3
    assert preview(office, AUTHOR, REQUEST).count == 3
