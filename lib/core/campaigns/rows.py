"""Own how candidates come in: as CSV, as a JSON list, or as lines of JSON, one row after the other.

Invariants: rows are read anew each time they are gone through, and none is kept, so that a shortlist may be
larger than memory; every fault of form is named, with the line of the file. What an export says of how a
candidate fared (``outreach_...``) is left out, so that it can come in again as it is.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from lib.core.errors import Fault
from lib.core.records import Words
from lib.core.spreadsheets import as_written

COLUMN_LIMIT = 50
#: What a column may not be called: these come from the mailbox, the campaign, or Liquid itself.
TAKEN_NAMES = frozenset(
    {
        "sender_name",
        "campaign_name",
        "words",
        "now",
        "today",
        "forloop",
        "true",
        "false",
        "nil",
        "null",
        "empty",
        "blank",
    }
)
#: Begins the names of what an export says besides, which is no part of a shortlist.
RESULT_PREFIX = "outreach_"
#: Columns that are no variables of the templates' own.
OWN_COLUMNS = frozenset({"email", "name", "timezone", "country"})

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")

#: Opens a file from its beginning, in pieces of any size.
Opened = Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one candidate as it came, and where: the line of a file, or the place in a JSON list.

    given_words: what a JSON candidate says under ``words``, which is read when the steps are; words: then.
    """

    index: int
    line: int | None
    cells: dict[str, str]
    given_words: Any = None
    words: Mapping[str, Words] = field(default_factory=dict)

    def fault(self, field: str, why: str) -> Fault:
        """Return a fault of this row, in the words of the form in which it came."""
        if self.line is None:
            return Fault(field=f"candidates[{self.index}].{field}", why=why)
        return Fault(field=field, why=why, line=self.line)


class Unreadable(Exception):
    """Say that a file cannot be read to its end, and why; it has no rows then."""

    def __init__(self, fault: Fault) -> None:
        """Keep the fault."""
        super().__init__(fault.why)
        self.fault = fault


class Rows(Protocol):
    """Give rows, from the beginning each time; a row with faults of its own comes before them."""

    def __iter__(self) -> Iterator[Row | Fault]:
        """Yield rows and faults of form; Unreadable when the rest makes no sense."""

    def names(self) -> frozenset[str]:
        """Return the names of all cells that any row has."""


@dataclass(frozen=True, slots=True)
class CsvRows:
    """Give the rows of a CSV in UTF-8; with faults in its header there are no rows."""

    opened: Opened

    def __iter__(self) -> Iterator[Row | Fault]:
        """Yield rows and faults of form."""
        records = self._records()
        line, header = next(records, (0, None))
        if header is None:
            raise Unreadable(Fault(field="shortlist", why="is empty: the first line names the columns"))
        columns = [name.strip() for name in header]
        faults = [Fault(field=name, why=why, line=line) for name, why in _column_faults(_own(columns))]
        yield from faults
        if not faults:
            yield from _rows(columns, records)

    def names(self) -> frozenset[str]:
        """Return the columns."""
        _, header = next(self._records(), (0, []))
        return frozenset(_own([name.strip() for name in header]))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each record with the line on which it begins (a quoted cell may span lines)."""
        # Without a newline of its own, the text's line ends stay as they are within cells.
        text = io.TextIOWrapper(io.BufferedReader(_Pieces(self.opened())), encoding="utf-8-sig", newline="")
        reader, begins = csv.reader(text, strict=True), 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield begins, cells
                begins = reader.line_num + 1
        except UnicodeDecodeError:
            why = "is not UTF-8: save the file as UTF-8"
            raise Unreadable(Fault(field="shortlist", why=why, line=self._line())) from None
        except csv.Error as error:
            raise Unreadable(Fault(field="shortlist", why=f"is no CSV: {error}")) from None

    def _line(self) -> int:
        """Return the line of the first byte that is no UTF-8."""
        decoder, lines = codecs.getincrementaldecoder("utf-8")(), 1
        for piece, last in itertools.chain(((one, False) for one in self.opened()), [(b"", True)]):
            try:
                decoder.decode(piece, final=last)
            except UnicodeDecodeError as error:
                return lines + bytes(error.object[: error.start]).count(b"\n")
            lines += piece.count(b"\n")
        return lines


@dataclass(frozen=True, slots=True)
class ListRows:
    """Give the candidates of a JSON list."""

    items: Any

    def __iter__(self) -> Iterator[Row | Fault]:
        """Yield rows and faults of form."""
        if not isinstance(self.items, list) or not self.items:
            raise Unreadable(Fault(field="candidates", why="a list of at least one candidate is needed"))
        for index, given in enumerate(self.items):
            if isinstance(given, dict):
                yield from _object(index, None, given)
            else:
                yield Fault(field=f"candidates[{index}]", why="is not an object")

    def names(self) -> frozenset[str]:
        """Return the names of all texts."""
        return _names(self)


@dataclass(frozen=True, slots=True)
class LineRows:
    """Give the candidates of a file with one JSON object on each line."""

    opened: Opened

    def __iter__(self) -> Iterator[Row | Fault]:
        """Yield rows and faults of form."""
        index = 0
        for line, content in enumerate(io.BufferedReader(_Pieces(self.opened())), 1):
            text = content.removeprefix(b"\xef\xbb\xbf").strip()
            if not text:
                continue
            try:
                given = msgspec.json.decode(text)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                yield Fault(field="shortlist", why=f"is not JSON in UTF-8: {error}", line=line)
                continue
            if isinstance(given, dict):
                yield from _object(index, line, given)
                index += 1
            else:
                yield Fault(field="shortlist", why="is not an object", line=line)
        if not index:
            yield Fault(field="shortlist", why="there are no candidates: one JSON object a line")

    def names(self) -> frozenset[str]:
        """Return the names of all texts."""
        return _names(self)


@dataclass(frozen=True, slots=True)
class NoRows:
    """Stand for rows that cannot be read."""

    fault: Fault

    def __iter__(self) -> Iterator[Row | Fault]:
        """Raise Unreadable."""
        raise Unreadable(self.fault)

    def names(self) -> frozenset[str]:
        """Raise Unreadable."""
        raise Unreadable(self.fault)


class _Pieces(io.RawIOBase):
    """Be a file that comes in pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def _names(rows: Iterable[Row | Fault]) -> frozenset[str]:
    found: set[str] = set()
    for row in rows:
        if isinstance(row, Row):
            found.update(row.cells)
    return frozenset(found)


def _own(columns: Sequence[str]) -> list[str]:
    return [name for name in columns if not name.startswith(RESULT_PREFIX)]


def _column_faults(columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    if len(columns) > COLUMN_LIMIT:
        yield "shortlist", f"has more than {COLUMN_LIMIT} columns"
    if "email" not in columns:
        hint = "; the cells are to be separated by commas" if len(columns) == 1 else ""
        yield "email", f"there is no column of that name{hint}"
    for name in dict.fromkeys(columns):
        if columns.count(name) > 1:
            yield name, "there are several columns of that name"
        if why := _name_fault(name):
            yield name, why


def _name_fault(name: str) -> str | None:
    if name in TAKEN_NAMES:
        return "a column may not have this name: its value comes from elsewhere"
    if _NAME.fullmatch(name) is None:
        return "a column's name has letters, digits and underscores only, and begins with a letter"
    return None


def _rows(columns: list[str], records: Iterator[tuple[int, list[str]]]) -> Iterator[Row | Fault]:
    own = [(at, name) for at, name in enumerate(columns) if not name.startswith(RESULT_PREFIX)]
    index = -1
    for index, (line, cells) in enumerate(records):
        if len(cells) == len(columns):
            named = {name: as_written(cells[at].strip()) for at, name in own}
            yield Row(index=index, line=line, cells=named)
        else:
            why = f"the line has {len(cells)} cells, the header {len(columns)}"
            yield Fault(field="shortlist", why=why, line=line)
    if index < 0:
        yield Fault(field="shortlist", why="there are no candidates below the header")


def _object(index: int, line: int | None, given: Mapping[str, Any]) -> Iterator[Row | Fault]:
    """Yield the row of a JSON object, and the faults of its form."""
    item = {name: cell for name, cell in given.items() if not name.startswith(RESULT_PREFIX)}
    texts = {name: cell.strip() for name, cell in item.items() if isinstance(cell, str) and name != "words"}
    row = Row(index=index, line=line, cells=texts, given_words=item.get("words"))
    yield row
    named = [name for name in item if name != "words"]
    for name in named:
        if name not in texts:
            yield row.fault(name, "is not a text")
    for name in named:
        if why := _name_fault(name):
            yield row.fault(name, why)
    if len(item) > COLUMN_LIMIT:
        where = f"candidates[{index}]" if line is None else "shortlist"
        yield Fault(field=where, why=f"has more than {COLUMN_LIMIT} fields", line=line)
