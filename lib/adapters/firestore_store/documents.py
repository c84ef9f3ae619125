"""Own how a record lies in a document; Firestore's own kinds of values go no further.

Records are written into the messages that go over the wire, and read from them, directly: the client's own
way there and back took more processor time than all that a send decides and writes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from google.cloud.firestore_v1.field_path import FieldPath

from lib.core.keys import R
from lib.core.records import Record


def fill(fields: Any, record: Record) -> None:
    """Write a record into a document's fields: times as Firestore's own, durations as ISO 8601 text."""
    _fill_map(fields, msgspec.to_builtins(record, builtin_types=(datetime,)))


def read(kind: type[R], fields: Any) -> R:
    """Return the record in a document's fields, which may be of a later version."""
    return msgspec.convert(_read_map(fields), kind)


def decode(kind: type[R], fields: Any) -> R:
    """Return the record of a document that the client has taken apart: the answer to a query."""
    return msgspec.convert(_unescaped(fields), kind)


def path_to(field: str, key: str) -> str:
    """Return the path of what lies under a key of a field that holds a map."""
    return FieldPath(field, _name(key)).to_api_repr()


def _name(key: str) -> str:
    """Mark a key that Firestore refuses ("", ``__x__``): people name the columns of their shortlists."""
    return f"%{key}" if key[:1] in {"", "_", "%"} else key


def _fill_map(fields: Any, values: dict[str, Any]) -> None:
    for key, value in values.items():
        _fill(fields[_name(key)], value)


def _fill(target: Any, value: Any) -> None:
    """Write a value into a message; True is a number too, so truth comes first."""
    if isinstance(value, str):
        target.string_value = value
    elif value is None:
        target.null_value = 0
    elif isinstance(value, bool):
        target.boolean_value = value
    elif isinstance(value, int):
        target.integer_value = value
    elif isinstance(value, float):
        target.double_value = value
    elif isinstance(value, datetime):
        target.timestamp_value.FromDatetime(value)
    elif isinstance(value, dict):
        target.map_value.SetInParent()
        _fill_map(target.map_value.fields, value)
    else:
        target.array_value.SetInParent()
        for item in value:
            _fill(target.array_value.values.add(), item)


def _read_map(fields: Any) -> dict[str, Any]:
    return {key.removeprefix("%"): _read(value) for key, value in fields.items()}


def _read(value: Any) -> Any:
    kind = value.WhichOneof("value_type")
    if kind == "map_value":
        return _read_map(value.map_value.fields)
    if kind == "array_value":
        return [_read(item) for item in value.array_value.values]
    if kind == "timestamp_value":
        return value.timestamp_value.ToDatetime(tzinfo=UTC)
    return None if kind == "null_value" else getattr(value, kind)


def _unescaped(value: Any) -> Any:
    """Undo ``_name`` everywhere, and make the client's own kind of time an ordinary one."""
    if isinstance(value, dict):
        return {key.removeprefix("%"): _unescaped(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    return [_unescaped(item) for item in value] if isinstance(value, list) else value
