"""Show that keys stay inside their org, and that a snapshot answers only for what was read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from lib.core import keys
from lib.core.errors import NotFound
from lib.core.keys import Key, Snapshot, Versioned
from lib.core.records import Contact, Inbox, Org, Record

MAKERS: list[Callable[..., Key[Any]]] = [
    make
    for make in vars(keys).values()
    if inspect.isfunction(make) and make.__module__ == keys.__name__ and make is not keys.collection
]
HERE, THERE = keys.contact("acme", "here"), keys.contact("acme", "there")
FOUND = Contact(org="acme", id="here")


def argument_of(make: Callable[..., Key[Any]], name: str) -> Any:
    return 7 if inspect.signature(make).parameters[name].annotation == "int" else f"<{name}>"


def made(make: Callable[..., Key[Any]]) -> Key[Any]:
    return make(*(argument_of(make, name) for name in inspect.signature(make).parameters))


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_key_holds_every_part_of_its_name_and_lies_in_its_org(make: Callable[..., Key[Any]]) -> None:
    key = made(make)
    assert issubclass(key.kind, Record)
    # An even number of segments is a document, an odd one a collection.
    assert len(key.path.split("/")) % 2 == 0
    assert all(str(argument_of(make, name)) in key.path for name in inspect.signature(make).parameters)
    assert f"{key.path}/".startswith("orgs/<org>/" if make is not keys.inbox else "inboxes/")


def test_a_key_lies_in_the_collection_of_its_kind() -> None:
    for make in MAKERS:
        key = made(make)
        if key.kind in keys.COLLECTIONS:
            parent = key.path.split("/")[3]
            assert key.path.rpartition("/")[0] == keys.collection(key.kind, "<org>", parent)
    assert {made(make).kind for make in MAKERS} - set(keys.COLLECTIONS) == {Inbox, Org}


def test_every_kind_of_record_has_a_key_and_a_place_of_its_own() -> None:
    made_keys = [made(make) for make in MAKERS]
    assert {key.kind for key in made_keys} == set(Record.__subclasses__())
    assert len({key.path for key in made_keys}) == len(MAKERS)


class TestSnapshot:
    def test_absent_is_none_and_unread_an_error(self) -> None:
        snapshot = Snapshot({HERE: Versioned(None, None)})
        assert HERE in snapshot
        assert snapshot[HERE] is None
        assert THERE not in snapshot
        with pytest.raises(KeyError):
            snapshot[THERE]

    def test_need_returns_the_record_or_says_what_is_missing(self) -> None:
        assert Snapshot({HERE: Versioned(FOUND, 1)}).need(HERE) is FOUND
        with pytest.raises(NotFound, match="no such contact"):
            Snapshot({HERE: Versioned(None, None)}).need(HERE)

    def test_the_later_of_two_wins_and_neither_changes(self) -> None:
        old, new = Snapshot({HERE: Versioned(FOUND, 1)}), Snapshot({HERE: Versioned(None, None)})
        both = old | new
        assert both[HERE] is None
        assert both.version(HERE) is None
        assert old.version(HERE) == 1

    def test_missing_names_each_unread_key_once_in_order(self) -> None:
        snapshot = Snapshot({HERE: Versioned(None, None)})
        other = keys.contact("zeta", "here")
        assert snapshot.missing([other, HERE, THERE, other]) == [other, THERE]

    def test_a_record_of_another_kind_is_no_answer(self) -> None:
        with pytest.raises(AssertionError):
            Snapshot({keys.campaign("acme", "here"): Versioned(FOUND, 1)})[keys.campaign("acme", "here")]
