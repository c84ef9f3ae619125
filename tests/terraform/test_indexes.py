"""The indexes in Firestore are those that the store's queries need: none is missing, none is left over."""

from __future__ import annotations

import inspect
import json
from functools import cache
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from google.cloud.firestore_v1.base_query import FieldFilter

from lib.core import keys, records
from lib.ports import Store
from tests.terraform.evaluated import TERRAFORM
from tests.terraform.index_rules import NAME, Composite, Single, indexes_for
from tests.terraform.store_queries import asked_fields, needed_indexes, queries_of, query_methods

GROUP = "COLLECTION_GROUP"
Needed = Single | Composite
#: Which records lie in a collection.
KINDS: dict[str, Any] = {path.rpartition("/")[2]: kind for kind, path in keys.COLLECTIONS.items()} | {
    "inboxes": records.Inbox,
    "orgs": records.Org,
}


@cache
def declared(what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((TERRAFORM / f"firestore_{what}.json").read_text())
    return found


@cache
def needed() -> dict[Needed, set[str]]:
    return needed_indexes()


def is_there(index: Single) -> bool:
    """Say whether Firestore has the index of one field: by itself, or as its exemption has it."""
    first = index.field.split(".")[0]
    changed = [
        one for one in declared("fields") if (one["collection"], one["field"]) == (index.collection, first)
    ]
    if not changed:
        return index.scope == "COLLECTION"
    here = {(one["scope"], one["order"]) for one in changed[0]["indexes"]}
    return (index.scope, index.order) in here


def test_every_query_of_the_store_is_looked_at() -> None:
    abstract = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if name[0] != "_"}
    assert set(query_methods()) == abstract - {"read", "commit", "change", "changed", "all_held"}
    assert [method for method in query_methods() if not queries_of(method)] == []


def test_the_fields_that_are_asked_for_by_name_are_found() -> None:
    wanted = {(records.Reply, "sender_id"), (records.Pending, "lookups"), (records.OAuthState, "connection")}
    assert wanted - asked_fields() == set()
    assert (records.Reply, "subject") not in asked_fields()


def test_no_composite_index_is_missing() -> None:
    missing = {
        index: methods
        for index, methods in needed().items()
        if isinstance(index, Composite) and not any(map(index.is_met_by, declared("indexes")))
    }
    assert missing == {}


def test_no_composite_index_is_left_over() -> None:
    composites = [index for index in needed() if isinstance(index, Composite)]
    left_over = [one for one in declared("indexes") if not any(need.is_met_by(one) for need in composites)]
    assert left_over == []


def test_no_field_is_asked_for_whose_own_index_is_not_there() -> None:
    missing = {
        index: methods
        for index, methods in needed().items()
        if isinstance(index, Single) and not is_there(index)
    }
    assert missing == {}


def test_no_index_of_a_single_field_is_left_over() -> None:
    wanted = {
        Single(one["collection"], index["scope"], one["field"], index["order"])
        for one in declared("fields")
        for index in one["indexes"]
    }
    assert wanted - needed().keys() == set()


def test_what_is_changed_about_a_field_is_about_a_field_that_there_is() -> None:
    places = [(one["collection"], one["field"]) for one in declared("fields")]
    assert [f"{c}.{f}" for c, f in places if f not in KINDS[c].__struct_fields__] == []
    assert len(set(places)) == len(places)
    used = [(one["collection"], field["path"]) for one in declared("indexes") for field in one["fields"]]
    assert [f"{c}.{f}" for c, f in used if f not in KINDS[c].__struct_fields__] == []


def test_what_expires_is_deleted_by_firestore_but_for_the_record_of_reads() -> None:
    """The ends of its chain would be torn off; ``maintain`` removes it link by link."""
    expiring = {name for name, kind in KINDS.items() if "expires_at" in kind.__struct_fields__}
    deleted = {(one["collection"], one["field"]) for one in declared("fields") if one["ttl"]}
    assert deleted == {(name, "expires_at") for name in expiring - {"reads"}}


def needs(*conditions: tuple[str, str, Any], order: str = "", group: bool = False, sums: str = "") -> Any:
    """Return the indexes that a query needs; order: fields, those that fall with a minus in front."""
    client = Client(project="p", credentials=AnonymousCredentials())  # type: ignore[no-untyped-call]
    query: Any = client.collection_group("c") if group else client.collection("c")
    for field, relation, value in conditions:
        query = query.where(filter=FieldFilter(field, relation, value))
    for one in order.split():
        query = query.order_by(one.lstrip("-"), direction="DESCENDING" if one[0] == "-" else "ASCENDING")
    if not conditions and not order:
        query = query.limit(1)
    return indexes_for(query._to_protobuf(), sums.split())


def single(field: str, order: str = "ASCENDING", scope: str = "COLLECTION") -> Single:
    return Single("c", scope, field, order)


def composite(equal: str, ordered: str, sums: str = "", scope: str = "COLLECTION") -> Composite:
    pairs = [(one.lstrip("-"), "DESCENDING" if one[0] == "-" else "ASCENDING") for one in ordered.split()]
    return Composite("c", scope, frozenset(equal.split()), tuple(pairs), frozenset(sums.split()))


A, B = ("a", "==", 1), ("b", "==", 1)
LESS, HAS = ("n", "<", 1), ("tags", "array_contains", 1)


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (needs(), set()),
        (needs(order=NAME), set()),
        (needs(order=f"-{NAME}"), {composite("", f"-{NAME}")}),
        (needs(A), {single("a")}),
        # Equality alone is answered by merging.
        (needs(A, B), {single("a"), single("b")}),
        (needs(A, B, order=NAME), {single("a"), single("b")}),
        (needs(A, HAS, order=NAME), {single("a"), single("tags", "CONTAINS")}),
        (needs(A, order=f"-{NAME}"), {composite("a", f"-{NAME}")}),
        (needs(LESS), {single("n")}),
        (needs(LESS, order="n"), {single("n")}),
        (needs(LESS, order="-n"), {single("n", "DESCENDING")}),
        (needs(order="n -m"), {composite("", "n -m")}),
        (needs(A, LESS), {composite("a", "n")}),
        (needs(A, B, LESS, order="m n"), {composite("a b", "m n")}),
        (needs(A, order=f"-n -{NAME}"), {composite("a", "-n")}),
        (needs(LESS, order="n", group=True), {single("n", scope=GROUP)}),
        (needs(A, LESS, group=True), {composite("a", "n", scope=GROUP)}),
        (needs(sums="n"), {single("n")}),
        (needs(A, sums="m n"), {composite("a", "", "m n")}),
    ],
)
def test_the_rules_of_firestore(seen: set[Needed], wanted: set[Needed]) -> None:
    assert seen == wanted


def test_an_index_answers_a_query_when_its_fields_stand_right() -> None:
    def index(*fields: str, scope: str = "COLLECTION") -> dict[str, Any]:
        ways = [
            {"path": one.lstrip("-"), "order": "DESCENDING" if one[0] == "-" else "ASCENDING"}
            for one in fields
        ]
        return {"collection": "c", "scope": scope, "fields": ways}

    need = composite("a b", "n", "s")
    assert need.is_met_by(index("b", "a", "n", "s"))
    assert not need.is_met_by(index("a", "n", "b", "s"))
    assert not need.is_met_by(index("a", "b", "-n", "s"))
    assert not need.is_met_by(index("a", "b", "n"))
    assert not need.is_met_by(index("a", "b", "n", "s", scope=GROUP))
