"""Own how a request for a campaign is read while it is being written, for one candidate of its shortlist.

Invariant: whatever a JSON object holds is read as far as it goes; what is missing or wrong is named beside
it, and refused by nobody. Only one candidate is looked at, however long the shortlist is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from lib.core.campaigns import fields
from lib.core.campaigns.request import Draft, read_request
from lib.core.campaigns.rows import (
    COLUMN_LIMIT,
    RESULT_PREFIX,
    TAKEN_NAMES,
    CsvRows,
    ListRows,
    Row,
    Rows,
    Unreadable,
)
from lib.core.campaigns.words import with_words
from lib.core.errors import Fault
from lib.core.letters.templates_check import GIVEN_NAMES
from lib.core.records import Words

_PLACE = re.compile(r"candidates\[0\](?:\.(.*))?")
_NOBODY = Fault(field="candidate", why="there is no such place in the shortlist")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Hold what there is of a request, and of the candidate whose mails are shown.

    cells: of that candidate, None where there is none. variables: all names that a template can use: the
    shortlist's columns in their order, and what is always there.
    """

    draft: Draft
    cells: Mapping[str, str] | None
    words: Mapping[str, Words]
    variables: tuple[str, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Hold the candidate at a place, the line it stands on in a CSV, and the columns that there are."""

    item: Any
    line: int | None
    columns: tuple[str, ...]
    faults: tuple[Fault, ...]


def read_unfinished(body: bytes, at: int) -> Unfinished:
    """Read a request as far as it goes, with the candidate at a place of its shortlist alone.

    Only what is no JSON object raises InvalidRequest.
    """
    data = _object(body)
    if data is None:
        # It says why it is none.
        read_request(body)
    data = data or {}
    chosen = _chosen(data, at)
    both = "candidates" in data and "shortlist" in data
    rest = {name: value for name, value in data.items() if name not in ("candidates", "shortlist", "upload")}
    some = {"candidates": [] if chosen.item is None else [chosen.item]}
    reading = read_request(msgspec.json.encode(data if both else rest | some))
    found = [one for one in reading.faults if both or chosen.item is not None or one.field != "candidates"]
    draft, item = reading.draft, chosen.item
    cells = None
    if isinstance(item, Mapping):
        cells = {name: cell.strip() for name, cell in item.items() if isinstance(cell, str)}
    return Unfinished(
        draft=draft,
        cells=cells,
        words={} if both else _words(item, draft),
        variables=tuple(dict.fromkeys([*chosen.columns, *sorted(GIVEN_NAMES)])),
        faults=(*(_placed(one, at, chosen.line) for one in found), *(() if both else chosen.faults)),
    )


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _chosen(data: Mapping[str, Any], at: int) -> _Chosen:
    """Return the candidate at a place; JSON's and a CSV's alike as one of JSON."""
    if "shortlist" in data:
        content = fields.text(data, "shortlist", []).encode()
        rows, faults = _sorted_out(CsvRows(lambda: [content]))
        row = next((one for one in rows if one.index == at), None)
        columns = tuple(rows[0].cells) if rows else ()
        absent = () if row or not rows else (_NOBODY,)
        item, line = (None, None) if row is None else (row.cells, row.line)
        return _Chosen(item, line, _offered(columns), (*faults, *absent))
    given = data.get("candidates")
    if not isinstance(given, list) or not given:
        missing = () if "upload" in data else tuple(_sorted_out(ListRows(given))[1])
        return _Chosen(None, None, (), missing)
    found = [one for one in given if isinstance(one, dict)]
    names = tuple(dict.fromkeys(name for one in found for name in one if _is_column(name)))
    if not 0 <= at < len(given):
        return _Chosen(None, None, _offered(names), (_NOBODY,))
    item = given[at]
    if isinstance(item, dict):
        # What is absent here is empty, not unknown.
        spare = [name for name in names if name not in item][: max(0, COLUMN_LIMIT - len(item))]
        item = dict.fromkeys(spare, "") | item
    return _Chosen(item, None, _offered(names), ())


def _sorted_out(rows: Rows) -> tuple[list[Row], list[Fault]]:
    """Return rows and the faults of their form; what cannot be read to its end has no rows."""
    found, faults = list[Row](), list[Fault]()
    try:
        for one in rows:
            if isinstance(one, Row):
                found.append(one)
            else:
                faults.append(one)
    except Unreadable as unreadable:
        return [], [unreadable.fault]
    return found, faults


def _words(item: Any, draft: Draft) -> Mapping[str, Words]:
    """Return what a candidate of JSON says in place of the steps' words."""
    if not isinstance(item, Mapping):
        return {}
    return with_words(Row(index=0, line=None, cells={}, given_words=item.get("words")), draft.steps, []).words


def _is_column(name: str) -> bool:
    return name.isidentifier() and name not in TAKEN_NAMES and not _is_result(name)


def _is_result(name: str) -> bool:
    return name.startswith(RESULT_PREFIX)


def _offered(columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in columns if name not in {"timezone", "country"})


def _placed(fault: Fault, at: int, line: int | None) -> Fault:
    """Return a fault of the one candidate that was read with the place that it has in the shortlist."""
    matched = _PLACE.fullmatch(fault.field)
    if matched is None:
        return fault
    field = matched[1] or ""
    if line is not None:
        return Fault(field=field or "shortlist", why=fault.why, line=line)
    return Fault(field=f"candidates[{at}]{'.' if field else ''}{field}", why=fault.why)
