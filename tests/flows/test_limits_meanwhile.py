"""Show that limits which change while candidates are planned hold for them: no day gets more than its cap."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import Conflict, InvalidRequest
from lib.core.ids import enrollment_id
from lib.core.keys import Changes, Key, Snapshot
from lib.flows.adding import add
from lib.flows.enqueueing import preview
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


def lowered(office: Office, when: Callable[[Key[Any]], bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the owner lower the cap to one a day right before the first commit that writes such a key."""
    changed(office, when, monkeypatch, daily_cap=1, domain_cap=1, ramp_start=1)


def changed(
    office: Office, when: Callable[[Key[Any]], bool], monkeypatch: pytest.MonkeyPatch, **limits: Any
) -> None:
    """Let the owner change limits right before the first commit that writes such a key."""
    commit, key, done = office.store.commit, keys.mailbox(ORG, MAILBOX), list[bool]()

    def later(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if not done and any(when(one) for one in changes.writes):
            done.append(True)
            mailbox = office.store.read([key]).need(key)
            after = msgspec.structs.replace(mailbox.limits, **limits)
            office.put(key, msgspec.structs.replace(mailbox, limits=after))
        return commit(snapshot, changes)

    monkeypatch.setattr(office.store, "commit", later)


def test_gap_that_leaves_no_time_amid_an_addition_is_a_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lib.flows.adding.CHUNK", 1)
    office, hours = Office(), {"window": {"mon-sun": ["00:30-00:40"]}, "timezone": "America/New_York"}
    run(office, body(ADA, **hours))
    places = [(BEN, "America/Chicago"), (CAL, "UTC")]
    some = [{"email": email, "name": "Kim K", "title": "E", "timezone": zone} for email, zone in places]
    key = keys.enrollment(ORG, enrollment_id("c1", office.contact_id(CAL)))
    changed(office, key.__eq__, monkeypatch, gap=timedelta(hours=1))
    with pytest.raises(Conflict, match="no time for all"):
        add(office, AUTHOR, "c1", json.dumps({"candidates": some}).encode())
    assert office.enrollment(BEN).due
    assert ledger(office) == planned(office)
    with pytest.raises(InvalidRequest):
        add(office, AUTHOR, "c1", json.dumps({"candidates": some}).encode())


def most(office: Office) -> int:
    return max(len(day.entries) for day in ledger_days(office))


def test_acceptance_keeps_a_cap_that_is_lowered_while_it_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    lowered(office, lambda key: key == keys.campaign(ORG, "c1"), monkeypatch)
    assert run(office).candidates == 3
    assert most(office) == 1


def test_previewed_plan_is_refused_when_the_cap_is_lowered(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    token = preview(office, AUTHOR, body()).plan_digest
    lowered(office, lambda key: key == keys.campaign(ORG, "c1"), monkeypatch)
    with pytest.raises(Conflict, match="no longer the one"):
        run(office, body(plan_digest=token))
    assert office.campaign() is None


def test_addition_keeps_a_cap_that_is_lowered_while_it_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    run(office, body(ADA))
    lowered(office, lambda key: "/enrollments/" in key.path, monkeypatch)
    some = [{"email": email, "name": "Kim K", "title": "E"} for email in (BEN, CAL, "dan@example.com")]
    assert add(office, AUTHOR, "c1", json.dumps({"candidates": some}).encode()).added == 3
    assert most(office) == 1
