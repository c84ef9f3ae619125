"""Hold every store to one contract: each kind of record comes back as it was written."""

from __future__ import annotations

import types
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.core import keys
from lib.core.keys import Key
from lib.core.records import Record
from lib.ports import Store
from tests.contract.store_records import enrollment, inbox, put

KINDS = Record.__subclasses__()
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20),
    int: st.integers(-(2**63), 2**63 - 1),
    datetime: st.datetimes(timezones=st.just(UTC)),
    timedelta: st.timedeltas(timedelta(days=-400), timedelta(days=4000)),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Return the values of an annotation, structs with all fields or with the required ones alone."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        hints = get_type_hints(hint)
        required = [field.name for field in msgspec.structs.fields(hint) if field.required]
        minimal, full = ({name: values(hints[name]) for name in chosen} for chosen in (required, hints))
        return st.builds(hint, **minimal) | st.builds(hint, **full)
    if get_origin(hint) is tuple:
        kinds = [kind for kind in get_args(hint) if kind is not ...]
        endless = ... in get_args(hint)
        return (
            st.lists(values(kinds[0]), max_size=2).map(tuple) if endless else st.tuples(*map(values, kinds))
        )
    if get_origin(hint) is dict:
        return st.dictionaries(*(values(argument) for argument in get_args(hint)), max_size=3)
    if get_origin(hint) is types.UnionType:
        return st.one_of(*(values(argument) for argument in get_args(hint)))
    return SCALARS[hint] if hint in SCALARS else st.from_type(hint)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_kind_comes_back_as_it_was_written(
    store: Store, kind: type[Record], data: st.DataObject
) -> None:
    record = data.draw(values(kind))
    key: Key[Any] = Key(kind, "orgs/acme/records/one")
    put(store, {key: record})
    assert store.read([key])[key] == record


def test_the_test_above_sees_every_kind() -> None:
    named = {
        get_type_hints(make)["return"]
        for make in vars(keys).values()
        if hasattr(make, "__annotations__")
        if get_origin(get_type_hints(make).get("return")) is Key
    }
    assert {get_args(hint)[0] for hint in named} == set(KINDS)


@pytest.mark.parametrize("name", ["", "%", "%%x", "_", "__name__", "a.b", "`", "日本 🦀", "x/y", "\0"])
def test_any_name_of_a_variable_is_kept(store: Store, name: str) -> None:
    key = keys.enrollment("acme", "e")
    put(store, {key: enrollment(variables={name: name, "other": "é"})})
    assert store.read([key]).need(key).variables == {name: name, "other": "é"}


def test_history_ids_beyond_64_bits_stay_text_and_exact(store: Store) -> None:
    key = keys.inbox("i")
    put(store, {key: inbox(cursor="18446744073709551616001", idle_id="007")})
    kept = store.read([key]).need(key)
    assert (kept.cursor, kept.idle_id) == ("18446744073709551616001", "007")


def test_times_come_back_plain_in_utc_to_the_microsecond(store: Store) -> None:
    key = keys.inbox("i")
    local = datetime(2026, 10, 25, 2, 30, 0, 1, tzinfo=UTC).astimezone()
    put(store, {key: inbox(looked_at=local)})
    looked_at = store.read([key]).need(key).looked_at
    assert type(looked_at) is datetime
    assert looked_at == local
    assert looked_at.utcoffset() == timedelta(0)
