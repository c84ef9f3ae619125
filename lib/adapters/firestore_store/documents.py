"""Own how a record lies in a document; Firestore's own kinds of values go no further."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from google.cloud.firestore_v1.field_path import FieldPath

from lib.core.keys import R
from lib.core.records import Record


def encode(record: Record) -> dict[str, Any]:
    """Return a document's fields: times as Firestore's own, durations as ISO 8601 text."""
    fields: dict[str, Any] = _escaped(msgspec.to_builtins(record, builtin_types=(datetime,)))
    return fields


def decode(kind: type[R], fields: Any) -> R:
    """Return the record of a document, which may hold fields of a later version."""
    return msgspec.convert(_unescaped(fields), kind)


def path_to(field: str, key: str) -> str:
    """Return the path of what lies under a key of a field that holds a map."""
    return FieldPath(field, _name(key)).to_api_repr()


def _name(key: str) -> str:
    """Mark a key that Firestore refuses ("", ``__x__``): people name the columns of their shortlists."""
    return f"%{key}" if key[:1] in {"", "_", "%"} else key


def _escaped(value: Any) -> Any:
    """Mark all keys."""
    if isinstance(value, dict):
        return {_name(key): _escaped(item) for key, item in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list | tuple) else value


def _unescaped(value: Any) -> Any:
    """Undo ``_escaped``, and make the client's own kind of time an ordinary one."""
    if isinstance(value, dict):
        return {key.removeprefix("%"): _unescaped(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    return [_unescaped(item) for item in value] if isinstance(value, list) else value
