"""Own how the types of requests and answers are written as JSON Schema, in the dialect of OpenAPI 3.1.

msgspec writes a record as it reads it; what it has no word for (several records in one place, files, the
parameters of a request) is written here.
"""

from __future__ import annotations

import http
import re
from collections.abc import Iterator, Sequence
from functools import partial
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from lib.core.campaigns.asked import ID_PATTERN
from lib.entrypoint.answers import Answer, csv_response, json_file, json_lines
from lib.entrypoint.routes import Route

#: By what files are sent with.
FILES: dict[Any, tuple[str, str]] = {
    csv_response: ("text/csv", "string"),
    json_lines: ("application/jsonl", "string"),
    json_file: ("application/json", "object"),
}
ETAG = {"ETag": {"description": "Names the state, for `If-Match`.", "schema": {"type": "string"}}}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of the state that is edited; in another one nothing changes.",
    "schema": {"type": "string"},
}


class Shapes:
    """Write types as schemas that refer to ``components``."""

    def __init__(self, kinds: Sequence[Any]) -> None:
        """Take all types that there will be, so that each name stands for one of them."""
        leaves = list(dict.fromkeys(leaf for kind in kinds for leaf in _leaves(kind)))
        schemas, self.components = msgspec.json.schema_components(
            leaves, ref_template="#/components/schemas/{name}"
        )
        self._schemas = dict(zip(leaves, schemas, strict=True))

    def schema(self, kind: Any) -> dict[str, Any]:
        """Return the schema of a type."""
        if _is_union(kind):
            return {"anyOf": [self.schema(one) for one in get_args(kind)]}
        if get_origin(kind) is list:
            return {"type": "array", "items": self.schema(get_args(kind)[0])}
        found: dict[str, Any] = self._schemas[kind]
        return found

    def is_needed(self, kind: Any) -> bool:
        """Say whether a record has fields that have to be there."""
        name = self._schemas[kind]["$ref"].rpartition("/")[2]
        return bool(self.components[name].get("required"))

    def answers(self, route: Route) -> dict[str, Any]:
        """Return what a route answers when it does what it is for."""
        if isinstance(route.answer, partial):
            media, kind = FILES[route.answer.func]
            found: dict[str, Any] = {"content": {media: {"schema": {"type": kind}}}}
        else:
            under = route.answer.under if isinstance(route.answer, Answer) else ""
            schema = self.schema(answered(route))
            if under:
                schema = {"type": "object", "properties": {under: schema}, "required": [under]}
            found = {"content": {"application/json": {"schema": schema}}}
        if route.tag is not None:
            found["headers"] = ETAG
        status = (route.answer.status,) if isinstance(route.answer, Answer) else (200,)
        return {
            str(one): {"description": http.HTTPStatus(one).phrase, **found}
            for one in route.statuses or status
        }


def answered(route: Route) -> Any:
    """Return the type of what a route's flow returns; of a file that it is text."""
    return str if isinstance(route.answer, partial) else get_type_hints(route.flow)["return"]


def parameters_of(route: Route, path: str) -> list[dict[str, Any]]:
    """Return the parameters of a route: its ids, its query, and what the caller has seen."""
    ids = {"type": "string", "pattern": ID_PATTERN}
    found = [
        {"name": name, "in": "path", "required": True, "schema": ids}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    if route.query is not None:
        found += _query(route.query)
    if route.tag is not None and route.method != "GET":
        found.append(IF_MATCH)
    return found


def _query(kind: Any) -> Iterator[dict[str, Any]]:
    _, components = msgspec.json.schema_components([kind], ref_template="{name}")
    record = components.pop(kind.__name__)
    for name, schema in record["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in record.get("required", ()),
            "schema": _plain(schema, components),
        }


def _plain(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema without references; absent is what null is elsewhere."""
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    option = options[0]
    plain: dict[str, Any] = components[option["$ref"]] if "$ref" in option else option
    return {name: value for name, value in plain.items() if name not in ("title", "description")}


def _leaves(kind: Any) -> Iterator[Any]:
    """Yield the types that msgspec can write one by one."""
    if _is_union(kind) or get_origin(kind) is list:
        for one in get_args(kind):
            yield from _leaves(one)
    else:
        yield kind


def _is_union(kind: Any) -> bool:
    """Say whether a type is one of several records, which msgspec would want to be tagged."""
    return get_origin(kind) in (Union, UnionType)
