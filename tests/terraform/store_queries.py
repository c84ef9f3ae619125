"""Own the exercising of the Firestore store: each of its queries, in all its forms, as Firestore gets it.

A method's arguments are made up from their types, optional ones in both ways: a new method is exercised
without being named here, unless it takes something of a new type.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import types
import typing
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from google.cloud.firestore_v1.types import (
    AggregationResult,
    RunAggregationQueryResponse,
    RunQueryResponse,
    StructuredAggregationQuery,
    StructuredQuery,
    Value,
)

from lib.adapters.firestore_store import FirestoreStore
from lib.core import records
from lib.core.keys import COLLECTIONS, Key
from lib.core.records import Interest, Record, ReplyKind, Status
from lib.ports import Store
from tests.localcloud.child_process import ROOT
from tests.terraform.index_rules import Composite, Single, indexes_for

#: Methods of a store that name their documents, and ask for nothing.
_NO_QUERIES = {"read", "commit", "change", "changed", "all_held"}
#: What the signatures of the store name, which imports it for type checkers alone.
NAMED = vars(records) | {"Key": Key}
_NOW = datetime(2026, 3, 2, tzinfo=UTC)
_MADE_UP: Mapping[Any, Any] = {
    str: "x",
    int: 3,
    datetime: _NOW,
    Interest: Interest.LATER,
    ReplyKind: ReplyKind.PERSON,
    Status: Status.WAITING,
    Sequence[str]: ["x"],
    Sequence[datetime]: [_NOW, _NOW],
    tuple[datetime, str]: (_NOW, "x"),
    Mapping[str, Sequence[str]]: {"intro": ["a"]},
}


class _Recorder:
    """Stand in for Firestore's transport: keep what is asked, find nothing, count one of everything."""

    def __init__(self) -> None:
        self.queries: list[tuple[StructuredQuery, frozenset[str]]] = []

    def run_query(self, request: Any, **_: Any) -> Iterator[RunQueryResponse]:
        self.queries.append((StructuredQuery(request["structured_query"]), frozenset()))
        return iter([RunQueryResponse(read_time=_NOW)])

    def run_aggregation_query(self, request: Any, **_: Any) -> Iterator[RunAggregationQueryResponse]:
        asked = StructuredAggregationQuery(request["structured_aggregation_query"])
        summed = [one.sum.field.field_path for one in asked.aggregations if one.sum]
        if any(one.avg for one in asked.aggregations):
            raise NotImplementedError("a rule for averages")
        self.queries.append((asked.structured_query, frozenset(summed)))
        counts = {one.alias: Value(integer_value=1) for one in asked.aggregations}
        result = AggregationResult(aggregate_fields=counts)
        return iter([RunAggregationQueryResponse(result=result, read_time=_NOW)])


def query_methods() -> list[str]:
    """Return the names of all methods of the store that query."""
    public = {name for name, _ in inspect.getmembers(FirestoreStore, callable) if not name.startswith("_")}
    return sorted(public - _NO_QUERIES)


def needed_indexes() -> dict[Single | Composite, set[str]]:
    """Return each index that the store's queries need, with the methods that need it."""
    needed: dict[Single | Composite, set[str]] = defaultdict(set)
    for method in query_methods():
        for query, summed in queries_of(method):
            for index in indexes_for(query, summed):
                needed[index].add(method)
    return needed


def queries_of(method: str) -> list[tuple[StructuredQuery, frozenset[str]]]:
    """Return what a method asks Firestore, over all its forms, with the fields that are summed."""
    store, recorder = FirestoreStore("recorded"), _Recorder()
    client = Client(project="recorded", credentials=AnonymousCredentials())  # type: ignore[no-untyped-call]
    client._firestore_api_internal = recorder
    store.__dict__["_client"] = client
    for arguments in _forms(getattr(Store, method)):
        getattr(store, method)(**arguments)
    return recorder.queries


def _forms(method: Any) -> Iterator[dict[str, Any]]:
    """Yield the arguments of calls that take every branch which depends on them."""
    hints, parameters = typing.get_type_hints(method, localns=NAMED), inspect.signature(method).parameters
    names = [name for name in parameters if name != "self"]
    choices = [_choices(hints[name], parameters[name]) for name in names]
    for values in itertools.product(*choices):
        arguments = dict(zip(names, values, strict=True))
        if "where" not in arguments or _lies_so(**arguments):
            yield arguments


def _choices(hint: Any, parameter: inspect.Parameter) -> list[Any]:
    """Return what to give for a parameter; TypeError when its type is new here."""
    if typing.get_origin(hint) is type:
        return list(COLLECTIONS)
    if hint == tuple[str, str] | None:
        return [None, *((field, "x") for field in sorted({field for _, field in asked_fields()}))]
    if typing.get_origin(hint) is typing.Literal:
        return list(typing.get_args(hint))
    inner = [one for one in typing.get_args(hint) if one is not types.NoneType]
    made_up = _MADE_UP.get(inner[0] if isinstance(hint, types.UnionType) else hint)
    if made_up is None:
        raise TypeError(f"say in _MADE_UP what a {hint} looks like")
    return [made_up] if parameter.default is inspect.Parameter.empty else [parameter.default, made_up]


def _lies_so(kind: type[Record], of: str, where: tuple[str, str] | None, **_: Any) -> bool:
    """Say whether records of a kind lie below something or not, and are asked for by this field."""
    return ("{}" in COLLECTIONS[kind]) == bool(of) and (where is None or (kind, where[0]) in asked_fields())


@cache
def asked_fields() -> set[tuple[type[Record], str]]:
    """Return the kinds and fields by whose value the flows ask for records.

    They are the records that a flow names and the first words of its pairs: a few more than it asks for.
    """
    found = set()
    for file in sorted((ROOT / "lib" / "flows").rglob("*.py")):
        source = file.read_text()
        if ".held(" in source:
            nodes = list(ast.walk(ast.parse(source)))
            words = set(_first_words(nodes))
            names = {node.id for node in nodes if isinstance(node, ast.Name)}
            kinds = [kind for kind in COLLECTIONS if kind.__name__ in names]
            found |= {(kind, word) for kind in kinds for word in words if word in kind.__struct_fields__}
    return found


def _first_words(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Tuple(elts=[ast.Constant(value=str(word)), _]):
                yield word
