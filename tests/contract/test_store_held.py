"""Hold every store to one contract: what is held of a kind, what is to fade, and the audit."""

from __future__ import annotations

from typing import Any

import pytest

from lib.core import keys
from lib.core.keys import Key
from lib.core.records import Contact, Day, EnrollmentRef, Pending, Reads, Record, Reply
from lib.ports import Store
from tests.contract.store_records import (
    MINUTE,
    NOW,
    contact,
    enrollment,
    entry,
    keep,
    made,
    pending,
    put,
    reads,
    reply,
)


def name(key: Key[Any]) -> str:
    return key.path.rpartition("/")[2]


@pytest.mark.parametrize("kind", keys.COLLECTIONS, ids=lambda kind: str(kind.__name__))
def test_each_kind_comes_with_its_keys_by_name(store: Store, kind: type[Record]) -> None:
    here = keys.collection(kind, "acme", "m")
    wanted: dict[Key[Any], Record] = {Key(kind, f"{here}/{one}"): made(kind) for one in ("c", "a", "b")}
    elsewhere = [keys.collection(kind, "acm", "m"), keys.collection(kind, "acme", "m-")]
    strange = {Key(kind, f"{path}/d"): made(kind) for path in elsewhere if path != here}
    put(store, wanted | strange)
    found = store.held(kind, "acme", of="m", limit=9)
    assert [name(key) for key, _ in found] == ["a", "b", "c"]
    assert dict(found) == wanted
    assert [name(key) for key, _ in store.held(kind, "acme", of="m", after="a", limit=1)] == ["b"]
    assert store.held(kind, "acme", of="m", after="c", limit=9) == []
    assert store.held(kind, "other", of="m", limit=9) == []


def test_what_lies_below_something_is_of_that_alone(store: Store) -> None:
    keep(store, reads("r", mailbox="m"), reads("r", mailbox="m2"))
    put(store, {keys.day("acme", "m", "2026-03-02"): made(Day, org="acme", mailbox="m")})
    [(key, found)] = store.held(Reads, "acme", of="m2", limit=9)
    assert (key, found.mailbox) == (keys.reads("acme", "m2", "r", 0), "m2")


def test_where_a_field_equals_something(store: Store) -> None:
    keep(
        store,
        *(reply(gmail_id, sender_id="them") for gmail_id in ("3", "1", "2")),
        reply("4", sender_id="others"),
        reply("5", sender_id="them", org="other"),
    )
    found = store.held(Reply, "acme", where=("sender_id", "them"), limit=2)
    assert [one.gmail_id for _, one in found] == ["1", "2"]
    after = name(found[-1][0])
    found = store.held(Reply, "acme", where=("sender_id", "them"), after=after, limit=2)
    assert [one.gmail_id for _, one in found] == ["3"]


def test_where_a_field_of_several_holds_something(store: Store) -> None:
    keep(
        store,
        pending("1", contacts=("us", "them")),
        pending("2", contacts=("us",)),
        pending("3", contacts=("them",), lookups=("us",)),
        pending("4"),
    )
    for where, expected in {("contacts", "them"): ["1", "3"], ("lookups", "us"): ["3"]}.items():
        found = store.held(Pending, "acme", where=where, limit=9)
        assert [one.gmail_id for _, one in found] == expected


def test_whole_records_come_back(store: Store) -> None:
    kept = contact(enrollments=(EnrollmentRef(enrollment="e", mailbox="m"),), erasing="x")
    keep(store, kept, enrollment())
    assert store.held(Contact, "acme", limit=9) == [(keys.contact("acme", "c"), kept)]


def test_answers_that_have_not_faded_come_oldest_first(store: Store) -> None:
    keep(
        store,
        reply("late", received_at=NOW - MINUTE),
        reply("early", received_at=NOW - 2 * MINUTE, campaign="autumn", mailbox="m2"),
        reply("faded", received_at=NOW - 3 * MINUTE, faded=True),
        reply("at", received_at=NOW),
        reply("else", org="other", received_at=NOW - MINUTE),
    )
    assert [one.gmail_id for one in store.fading_replies("acme", NOW, 10)] == ["early", "late"]
    assert [one.gmail_id for one in store.fading_replies("acme", NOW, 1)] == ["early"]


def test_the_audit_comes_latest_first_page_by_page(store: Store) -> None:
    keep(
        store,
        *(entry(f"0{number}", mailbox="m" if number % 2 else "m2") for number in (3, 1, 5, 2, 4)),
        entry("06", org="other", mailbox="m"),
    )
    assert [one.id for one in store.audit("acme", limit=3)] == ["05", "04", "03"]
    assert [one.id for one in store.audit("acme", before="03", limit=3)] == ["02", "01"]
    assert [one.id for one in store.audit("acme", mailbox="m", limit=2)] == ["05", "03"]
    assert [one.id for one in store.audit("acme", mailbox="m", before="03", limit=9)] == ["01"]
