"""Hold every store to one contract: reading, conditional commits, and change() under contention."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lib.core import keys
from lib.core.errors import Contended, NotFound, Unavailable
from lib.core.keys import Changes, Snapshot
from lib.core.records import Enrollment
from lib.ports import Store
from tests.contract.store_records import NOW, contact, enrollment, put
from tests.localcloud.memory_store import MemoryStore

HERE = keys.enrollment("acme", "e")
THERE = keys.enrollment("acme", "there")
CONTACT = keys.contact("acme", "c")


def writing(**fields: Any) -> Changes[None]:
    return Changes(result=None, writes={HERE: enrollment(**fields)})


def deleting() -> Changes[None]:
    return Changes(result=None, deletes=frozenset({HERE}))


def sent_count(store: Store) -> int:
    return store.read([HERE]).need(HERE).sent_count


def counted_up(snapshot: Snapshot) -> Changes[int]:
    before = snapshot[HERE] or enrollment()
    after = before.sent_count + 1
    return Changes(result=after, writes={HERE: enrollment(sent_count=after)})


class TestRead:
    def test_absent_documents_are_in_the_snapshot(self, store: Store) -> None:
        snapshot = store.read([HERE])
        assert HERE in snapshot
        assert snapshot[HERE] is None
        with pytest.raises(NotFound, match="enrollment"):
            snapshot.need(HERE)

    def test_present_absent_and_doubled_keys_in_one_call(self, store: Store) -> None:
        put(store, {HERE: enrollment(), CONTACT: contact()})
        snapshot = store.read([CONTACT, HERE, HERE, THERE])
        assert snapshot[HERE] == enrollment()
        assert snapshot[CONTACT] == contact()
        assert snapshot[THERE] is None

    def test_no_keys_give_an_empty_snapshot(self, store: Store) -> None:
        assert store.read([]).missing([HERE]) == [HERE]

    def test_the_same_id_in_another_org_is_another_document(self, store: Store) -> None:
        put(store, {HERE: enrollment()})
        other = keys.enrollment("other", "e")
        assert store.read([other])[other] is None

    def test_nothing_mutable_is_shared_with_the_store(self, store: Store) -> None:
        variables = {"city": "Berlin"}
        put(store, {HERE: enrollment(variables=variables)})
        variables["city"] = "Paris"
        store.read([HERE]).need(HERE).variables["city"] = "Rome"
        assert store.read([HERE]).need(HERE).variables == {"city": "Berlin"}


class TestCommit:
    def test_of_two_creators_the_second_loses(self, store: Store) -> None:
        first, second = store.read([HERE]), store.read([HERE])
        store.commit(first, writing(sent_count=1))
        with pytest.raises(Contended):
            store.commit(second, writing(sent_count=2))
        assert sent_count(store) == 1

    def test_of_two_writers_the_second_loses(self, store: Store) -> None:
        put(store, {HERE: enrollment()})
        first, second = store.read([HERE]), store.read([HERE])
        store.commit(first, writing(sent_count=1))
        with pytest.raises(Contended):
            store.commit(second, writing(sent_count=2))
        assert sent_count(store) == 1

    def test_what_was_deleted_since_does_not_come_back(self, store: Store) -> None:
        put(store, {HERE: enrollment()})
        late = store.read([HERE])
        store.commit(store.read([HERE]), deleting())
        with pytest.raises(Contended):
            store.commit(late, writing(sent_count=2))
        assert store.read([HERE])[HERE] is None

    def test_what_was_deleted_and_made_anew_is_another_version(self, store: Store) -> None:
        put(store, {HERE: enrollment()})
        late = store.read([HERE])
        store.commit(Snapshot(), deleting())
        put(store, {HERE: enrollment()})
        with pytest.raises(Contended):
            store.commit(late, writing(sent_count=2))

    def test_a_delete_of_what_changed_since_loses(self, store: Store) -> None:
        put(store, {HERE: enrollment()})
        late = store.read([HERE])
        put(store, {HERE: enrollment(sent_count=1)})
        with pytest.raises(Contended):
            store.commit(late, deleting())
        assert sent_count(store) == 1

    def test_a_delete_of_what_was_absent_loses_to_its_creator(self, store: Store) -> None:
        absent = store.read([HERE])
        store.commit(absent, deleting())
        put(store, {HERE: enrollment(sent_count=1)})
        with pytest.raises(Contended):
            store.commit(absent, deleting())
        assert sent_count(store) == 1

    def test_unread_keys_are_written_and_deleted_unconditionally(self, store: Store) -> None:
        put(store, {HERE: enrollment(variables={"city": "Berlin"})})
        put(store, {HERE: enrollment(sent_count=1)})
        assert store.read([HERE])[HERE] == enrollment(sent_count=1)
        store.commit(Snapshot(), deleting())
        store.commit(Snapshot(), deleting())
        assert store.read([HERE])[HERE] is None

    def test_all_or_nothing(self, store: Store) -> None:
        put(store, {HERE: enrollment(), THERE: enrollment("there")})
        late = store.read([HERE])
        put(store, {HERE: enrollment(sent_count=1)})
        changes = Changes(
            result=None,
            writes={CONTACT: contact(), HERE: enrollment(sent_count=2)},
            deletes=frozenset({THERE}),
        )
        with pytest.raises(Contended):
            store.commit(late, changes)
        snapshot = store.read([CONTACT, HERE, THERE])
        assert snapshot[CONTACT] is None
        assert snapshot.need(HERE).sent_count == 1
        assert snapshot[THERE] is not None

    def test_the_returned_snapshot_serves_the_next_commit(self, store: Store) -> None:
        put(store, {THERE: enrollment("there")})
        snapshot = store.commit(store.read([HERE, THERE]), writing(sent_count=1))
        assert snapshot.need(HERE).sent_count == 1
        assert snapshot[THERE] == enrollment("there")
        snapshot = store.commit(snapshot, writing(sent_count=2))
        snapshot = store.commit(snapshot, deleting())
        assert snapshot[HERE] is None
        snapshot = store.commit(snapshot, writing(sent_count=3))
        assert sent_count(store) == 3
        put(store, {HERE: enrollment(sent_count=4)})
        with pytest.raises(Contended):
            store.commit(snapshot, writing(sent_count=5))

    def test_several_writes_come_back_each_with_its_own_version(self, store: Store) -> None:
        both = Changes(result=None, writes={HERE: enrollment(), CONTACT: contact()})
        snapshot = store.commit(store.read([HERE, CONTACT]), both)
        snapshot = store.commit(snapshot, writing(sent_count=1))
        stopped = contact(suppressed="opted_out")
        store.commit(snapshot, Changes(result=None, writes={CONTACT: stopped, HERE: enrollment()}))
        assert store.read([CONTACT])[CONTACT] == stopped

    def test_a_write_that_changes_nothing_keeps_the_version(self, store: Store) -> None:
        """So a decision that must fence others off has to change something."""
        put(store, {HERE: enrollment()})
        other = store.read([HERE])
        store.commit(store.read([HERE]), writing())
        store.commit(other, writing(sent_count=1))
        assert sent_count(store) == 1


class TestChange:
    def test_no_update_is_lost_among_many_threads(self, store: Store) -> None:
        workers, rounds = 4, 5
        start = threading.Barrier(workers)

        def work() -> list[int]:
            start.wait(10)
            return [store.change([HERE], counted_up) for _ in range(rounds)]

        with ThreadPoolExecutor(workers) as pool:
            done = [pool.submit(work) for _ in range(workers)]
            results = [result for future in done for result in future.result(60)]
        assert sorted(results) == list(range(1, workers * rounds + 1))
        assert sent_count(store) == workers * rounds

    def test_needed_documents_are_read_and_guarded(self, store: Store) -> None:
        put(store, {HERE: enrollment(), CONTACT: contact()})
        rounds: list[bool] = []

        def decide(snapshot: Snapshot) -> Changes[str]:
            rounds.append(CONTACT in snapshot)
            here = snapshot.need(HERE)
            needed = keys.contact(here.org, here.contact)
            if needed not in snapshot:
                return Changes(result="too early", need=frozenset({needed}))
            return Changes(result="done", writes={needed: contact(suppressed="bounced")})

        assert store.change([HERE], decide) == "done"
        assert rounds[0] is False
        assert rounds[-1] is True
        assert store.read([CONTACT]).need(CONTACT).suppressed == "bounced"

    def test_a_known_snapshot_saves_the_read(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        put(store, {HERE: enrollment(sent_count=7)})
        known = store.read([HERE])
        monkeypatch.setattr(store, "read", None)
        assert store.change([HERE], counted_up, known=known) == 8

    def test_a_known_snapshot_is_not_trusted_after_a_lost_race(self, store: Store) -> None:
        put(store, {HERE: enrollment()})
        known = store.read([HERE])
        put(store, {HERE: enrollment(sent_count=7)})
        assert store.change([HERE], counted_up, known=known) == 8
        assert sent_count(store) == 8

    def test_the_snapshot_after_a_change_serves_the_next_one(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(store, {HERE: enrollment(), CONTACT: contact()})
        result, after = store.changed([HERE, CONTACT], counted_up)
        assert result == after.need(HERE).sent_count == 1
        assert after[CONTACT] == contact()
        monkeypatch.setattr(store, "read", None)
        assert store.change([HERE, CONTACT], counted_up, known=after) == 2

    def test_keys_missing_from_the_known_snapshot_are_read(self, store: Store) -> None:
        put(store, {HERE: enrollment(), CONTACT: contact(suppressed="bounced")})

        def decide(snapshot: Snapshot) -> Changes[str | None]:
            return Changes(result=snapshot.need(CONTACT).suppressed)

        assert store.change([HERE, CONTACT], decide, known=store.read([HERE])) == "bounced"

    def test_an_absent_document_that_is_needed_raises_and_writes_nothing(self, store: Store) -> None:
        def decide(snapshot: Snapshot) -> Changes[Enrollment]:
            return Changes(result=snapshot.need(HERE), writes={CONTACT: contact()})

        with pytest.raises(NotFound):
            store.change([HERE], decide)
        assert store.read([CONTACT])[CONTACT] is None

    @pytest.mark.parametrize("lost_answer", [Contended("lost answer"), Unavailable("lost answer")])
    def test_a_commit_whose_answer_was_lost_is_seen_by_the_next_decision(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, lost_answer: Exception
    ) -> None:
        """The same decision after the effect sees its own write, so that one attempt counts once."""
        commit, failures = store.commit, [lost_answer]

        def commit_and_lose_the_answer(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
            after = commit(snapshot, changes)
            if failures:
                raise failures.pop()
            return after

        def claim(snapshot: Snapshot) -> Changes[str]:
            here = snapshot.need(HERE)
            if here.why == "claimed by a":
                return Changes(result="mine already")
            return Changes(result="claimed", writes={HERE: enrollment(why="claimed by a", due=NOW)})

        put(store, {HERE: enrollment()})
        monkeypatch.setattr(store, "commit", commit_and_lose_the_answer)
        if isinstance(lost_answer, Unavailable):
            with pytest.raises(Unavailable):
                store.change([HERE], claim)
        assert store.change([HERE], claim) == "mine already"
        assert store.read([HERE]).need(HERE).why == "claimed by a"


class TestMemoryStore:
    def test_an_impure_decision_is_found_out(self) -> None:
        answers = itertools.count()
        with pytest.raises(AssertionError, match="not pure"):
            MemoryStore().change([HERE], lambda _snapshot: Changes(result=next(answers)))

    def test_calls_are_counted(self) -> None:
        store = MemoryStore()
        store.change([HERE, CONTACT], counted_up)
        store.change([HERE], lambda _snapshot: Changes(result=None))
        store.mailboxes("acme")
        assert store.calls == {"read": 2, "commit": 1, "query": 1}
