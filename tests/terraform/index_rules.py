"""Own Firestore's rules on which index a query needs; anything that they do not cover raises.

Source: "Index types" and "Index merging" in firebase.google.com/docs/firestore/query-data/index-overview.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from google.cloud.firestore_v1.types import StructuredQuery

#: The order of names, which every index ends in.
NAME = "__name__"

_Operator = StructuredQuery.FieldFilter.Operator
_INEQUALITIES = {
    _Operator.LESS_THAN,
    _Operator.LESS_THAN_OR_EQUAL,
    _Operator.GREATER_THAN,
    _Operator.GREATER_THAN_OR_EQUAL,
}


@dataclass(frozen=True)
class Single:
    """Name an index of one field; those of scope COLLECTION are there unless the field is exempted."""

    collection: str
    scope: str
    field: str
    order: str


@dataclass(frozen=True)
class Composite:
    """Name what an index of several fields must begin with, in any order, go on with, and hold besides."""

    collection: str
    scope: str
    equal: frozenset[str]
    ordered: tuple[tuple[str, str], ...]
    summed: frozenset[str] = frozenset()

    def is_met_by(self, index: dict[str, Any]) -> bool:
        """Say whether an index of firestore_indexes.json is one that answers the query."""
        fields = [(field["path"], field["order"]) for field in index["fields"]]
        first, then = len(self.equal), len(self.equal) + len(self.ordered)
        return (
            (index["collection"], index["scope"]) == (self.collection, self.scope)
            and len(fields) == then + len(self.summed)
            and {path for path, _ in fields[:first]} == self.equal
            and tuple(fields[first:then]) == self.ordered
            and {path for path, _ in fields[then:]} == self.summed
        )


def indexes_for(query: StructuredQuery, summed: Iterable[str] = ()) -> set[Single | Composite]:
    """Return the indexes that a query needs, of which Firestore makes the single ones by itself."""
    (source,) = query.from_
    collection = source.collection_id
    scope = "COLLECTION_GROUP" if source.all_descendants else "COLLECTION"
    equal, contains, unequal = set(), set(), set()
    for field, operator in _conditions(query.where):
        if operator == _Operator.EQUAL:
            equal.add(field)
        elif operator == _Operator.ARRAY_CONTAINS:
            contains.add(field)
        elif operator in _INEQUALITIES:
            unequal.add(field)
        else:
            raise NotImplementedError(f"a rule for {operator.name}")
    ordered, sums = _ordered(query, unequal), frozenset(summed)
    if not ordered and not sums:
        merged = [(field, "ASCENDING") for field in equal] + [(field, "CONTAINS") for field in contains]
        return {Single(collection, scope, field, order) for field, order in merged}
    if not equal and not contains and len({field for field, _ in ordered} | sums) == 1:
        field, order = ordered[0] if ordered else (next(iter(sums)), "ASCENDING")
        if field != NAME:
            return {Single(collection, scope, field, order)}
    if contains:
        raise NotImplementedError("a rule for array_contains with an order")
    return {Composite(collection, scope, frozenset(equal), ordered, sums)}


def _conditions(where: StructuredQuery.Filter) -> Iterator[tuple[str, Any]]:
    """Yield field and operator of each condition."""
    if where.composite_filter:
        if where.composite_filter.op != StructuredQuery.CompositeFilter.Operator.AND:
            raise NotImplementedError("a rule for OR")
        for part in where.composite_filter.filters:
            yield from _conditions(part)
    elif where.unary_filter:
        raise NotImplementedError(f"a rule for {where.unary_filter.op.name}")
    elif where.field_filter:
        yield where.field_filter.field.field_path, where.field_filter.op


def _ordered(query: StructuredQuery, unequal: set[str]) -> tuple[tuple[str, str], ...]:
    """Return the order of a query: an inequality implies one, and names at the end go without saying."""
    ordered = [(one.field.field_path, one.direction.name) for one in query.order_by]
    implied = sorted(unequal - {field for field, _ in ordered} - {NAME})
    if len(implied) > 1 or (implied and ordered):
        raise NotImplementedError("a rule for inequalities that the order does not name")
    ordered += [(field, "ASCENDING") for field in implied]
    way = ordered[-2][1] if len(ordered) > 1 else "ASCENDING"
    if ordered and ordered[-1] == (NAME, way):
        ordered.pop()
    return tuple(ordered)
