"""Show that an acceptance that died is undone without a trace, wherever it and its undoing die."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lib.core import keys
from lib.core.campaigns.accepting import ACCEPTING_TIME
from lib.core.errors import Conflict
from lib.core.keys import Changes, Snapshot
from lib.core.records import Day
from lib.flows.undoing import undo
from tests.flows.enqueueing_office import (
    ADA,
    BEN,
    Crash,
    Office,
    body,
    crashed,
    ledger,
    planned,
    run,
    writing_calls,
)

FILE = {"name": "role.pdf", "type": "application/pdf", "content": "cm9sZQ=="}
STEPS = [{"id": "intro", "subject": "a", "text": "b", "delay": "P0D", "attachments": [FILE]}]


def undone(office: Office) -> None:
    """Undo as ``maintain`` does: what is due, by its record."""
    for campaign in office.store.due_campaigns(office.clock.now(), 10):
        undo(office, campaign)


def left(office: Office) -> set[str]:
    """Return what is stored, but for days without entries."""
    empty = {keys.day(one.org, one.mailbox, one.date).path for one in office.store._query(Day, "orgs")}
    assert ledger(office) == set()
    return set(office.store.records()) - empty


@pytest.fixture(autouse=True)
def chunks_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.flows.arranging.CHUNK", 1)
    monkeypatch.setattr("lib.flows.undoing.CHUNK", 1)


@pytest.mark.parametrize("after_effect", [False, True])
def test_what_died_anywhere_is_undone_without_a_trace(*, after_effect: bool) -> None:
    before = set(Office().store.records())
    for call in writing_calls()[:-1]:
        office = crashed(call, after_effect=after_effect)
        undone(office)
        assert len(office.store.records()) > len(before) or call == writing_calls()[0], "not due yet"
        office.clock.move(ACCEPTING_TIME)
        undone(office)
        assert left(office) == before
        assert run(office).status == 202
        assert ledger(office) == planned(office)


def test_undoing_that_dies_anywhere_is_made_good() -> None:
    before = set(Office().store.records())
    died_at = 1
    while True:
        office = crashed(writing_calls()[-2], after_effect=True)
        office.clock.move(ACCEPTING_TIME)
        office.store.calls_made, office.store.dies_at = 0, died_at
        try:
            undone(office)
        except Crash:
            office.store.dies_at = None
            office.clock.move(ACCEPTING_TIME)
            undone(office)
            assert left(office) == before
            died_at += 1
        else:
            assert died_at > 8
            return


def test_attachments_go_and_other_campaigns_stay() -> None:
    office = Office()
    run(office, body(ADA, id="c0"))
    before, places = office.store.records(), ledger(office)
    office.store.dies_at, office.store.dies_after_effect = office.store.calls_made + 8, True
    request = body(ADA, BEN, steps=STEPS, contacted={"action": "continue", "reason": "agreed"})
    with pytest.raises(Crash):
        run(office, request)
    office.store.dies_at = None
    assert any("/attachments/" in path for path in office.store.records())
    office.clock.move(ACCEPTING_TIME)
    undone(office)
    assert ledger(office) == places
    days = {keys.day(one.org, one.mailbox, one.date).path for one in office.store._query(Day, "orgs")}
    after = {path: content for path, content in office.store.records().items() if path in before}
    assert after == before
    assert set(office.store.records()) - set(before) <= days


def test_active_campaign_is_never_undone() -> None:
    office = Office()
    run(office)
    campaign, before = office.campaign(), office.store.records()
    assert campaign is not None
    office.clock.move(timedelta(days=1))
    undo(office, campaign)
    assert office.store.records() == before


def test_slow_acceptance_that_is_undone_meanwhile_fails_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = set(Office().store.records())
    for moment in range(2, len(writing_calls()) + 1):
        office, commits = Office(), list[int]()
        commit = office.store.commit

        def stalls(
            snapshot: Snapshot,
            changes: Changes[Any],
            office: Office = office,
            commits: list[int] = commits,
            commit: Any = commit,
            moment: int = moment,
        ) -> Snapshot:
            commits.append(1)
            if len(commits) == moment:
                office.clock.move(ACCEPTING_TIME)
                undone(office)
            return commit(snapshot, changes)  # type: ignore[no-any-return]

        monkeypatch.setattr(office.store, "commit", stalls)
        with pytest.raises(Conflict, match="undone"):
            run(office)
        assert left(office) == before
        assert office.tasks.waiting == []
        monkeypatch.undo()
        monkeypatch.setattr("lib.flows.arranging.CHUNK", 1)
        assert run(office).status == 202


def test_request_during_an_undoing_is_told_to_wait() -> None:
    office = crashed(writing_calls()[1], after_effect=True)
    office.clock.move(ACCEPTING_TIME)
    office.store.calls_made, office.store.dies_at = 0, 2
    office.store.dies_after_effect = True
    with pytest.raises(Crash):
        undone(office)
    office.store.dies_at = None
    with pytest.raises(Conflict, match="being undone"):
        run(office)


def test_acceptance_that_has_given_a_sign_meanwhile_is_left_alone() -> None:
    office = crashed(writing_calls()[1], after_effect=True)
    campaign, before = office.campaign(), office.store.records()
    assert campaign is not None
    office.clock.move(ACCEPTING_TIME - timedelta(seconds=1))
    undo(office, campaign)
    assert office.store.records() == before
