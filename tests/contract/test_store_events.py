"""Hold every store to one contract: which events are due, and which are replayed."""

from __future__ import annotations

from lib.ports import Store
from tests.contract.store_records import MINUTE, NOW, event, keep


class TestEvents:
    def test_due_ones_of_all_orgs_the_earliest_first(self, store: Store) -> None:
        keep(
            store,
            event("late", wake_at=NOW),
            event("other", org="zeta", wake_at=NOW - MINUTE),
            event("later", wake_at=NOW + MINUTE),
            event("told", wake_at=None),
        )
        assert [one.id for one in store.due_events(NOW, 10)] == ["other", "late"]
        assert [one.id for one in store.due_events(NOW, 1)] == ["other"]

    def test_those_of_an_org_from_a_time_on_the_oldest_first(self, store: Store) -> None:
        whole = event("b", at=NOW - MINUTE, told=("hook",), expires_at=NOW + MINUTE)
        keep(
            store, event("a", at=NOW), whole, event("c", at=NOW - 2 * MINUTE), event("d", org="zeta", at=NOW)
        )
        found = store.events("acme", NOW - MINUTE, 10)
        assert ([one.id for one in found], found[0]) == (["b", "a"], whole)
        assert [one.id for one in store.events("acme", NOW - MINUTE, 1)] == ["b"]
