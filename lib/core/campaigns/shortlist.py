"""Own the shortlist: candidates as they come in, as CSV or as JSON, and what can be wrong with them.

Invariants: what passes is deliverable (one candidate an address, in its ASCII form) and holds no character
that could end a header; every fault is listed, a CSV's with the line of the file. What an export says of how
a candidate fared (``outreach_...``) is left out, so that it can come in again as it is.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from lib.core.errors import Fault
from lib.core.ids import normalise_address
from lib.core.plans.holidays_of import is_place
from lib.core.records import Words
from lib.core.spreadsheets import as_written

#: The most candidates of one request; more are added by further ones.
CANDIDATE_LIMIT = 10_000
CELL_LIMIT = 2_000
#: All values of one candidate, in bytes: two hundred candidates have to fit into one commit of 10 MiB.
ROW_LIMIT = 20_000
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
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+(?=[a-z]){_LABEL}")


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one candidate of a request; an empty time zone or country means the campaign's.

    words: what stands for a step's own words, by step id.
    """

    email: str
    name: str
    timezone: str
    country: str
    variables: dict[str, str]
    words: dict[str, Words]

    @property
    def domain(self) -> str:
        """Return the domain of the address."""
        return self.email.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one candidate as it came, and where: the line of a CSV, or the place in a JSON list.

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


def read_csv(data: bytes) -> tuple[list[Row], list[Fault]]:
    """Return the rows of a CSV and all faults of its form; with faults in its header there are no rows."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return [], [Fault(field="shortlist", why="is not UTF-8: save the file as UTF-8", line=line)]
    try:
        records = list(_records(text))
    except csv.Error as error:
        return [], [Fault(field="shortlist", why=f"is no CSV: {error}")]
    if not records:
        return [], [Fault(field="shortlist", why="is empty: the first line names the columns")]
    (line, header), *rest = records
    columns = [name.strip() for name in header]
    own = [name for name in columns if not name.startswith(RESULT_PREFIX)]
    faults = [Fault(field=name, why=why, line=line) for name, why in _column_faults(own)]
    if faults:
        return [], faults
    return _rows(columns, rest)


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins (a quoted cell may span lines); skip empty lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


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


def _rows(columns: list[str], records: Sequence[tuple[int, list[str]]]) -> tuple[list[Row], list[Fault]]:
    rows, faults = [], []
    for index, (line, cells) in enumerate(records):
        if len(cells) != len(columns):
            why = f"the line has {len(cells)} cells, the header {len(columns)}"
            faults.append(Fault(field="shortlist", why=why, line=line))
            continue
        named = {
            name: as_written(cell.strip())
            for name, cell in zip(columns, cells, strict=True)
            if not name.startswith(RESULT_PREFIX)
        }
        rows.append(Row(index=index, line=line, cells=named))
    if not records:
        faults.append(Fault(field="shortlist", why="there are no candidates below the header"))
    return rows, faults


def read_list(items: Any) -> tuple[list[Row], list[Fault]]:
    """Return the rows of a JSON list of candidates and all faults of its form."""
    if not isinstance(items, list) or not items:
        return [], [Fault(field="candidates", why="a list of at least one candidate is needed")]
    rows: list[Row] = []
    faults: list[Fault] = []
    for index, given in enumerate(items):
        if not isinstance(given, dict):
            faults.append(Fault(field=f"candidates[{index}]", why="is not an object"))
            continue
        item = {name: cell for name, cell in given.items() if not name.startswith(RESULT_PREFIX)}
        texts = {name: cell.strip() for name, cell in item.items() if isinstance(cell, str)}
        row = Row(
            index=index,
            line=None,
            cells={name: cell for name, cell in texts.items() if name != "words"},
            given_words=item.get("words"),
        )
        rows.append(row)
        named = [name for name in item if name != "words"]
        faults += [row.fault(name, "is not a text") for name in named if name not in texts]
        faults += [row.fault(name, why) for name in named if (why := _name_fault(name))]
        if len(item) > COLUMN_LIMIT:
            faults.append(Fault(field=f"candidates[{index}]", why=f"has more than {COLUMN_LIMIT} fields"))
    return rows, faults


def read_candidates(rows: Sequence[Row], bound: frozenset[str]) -> tuple[list[Candidate], list[Fault]]:
    """Return the candidates and all faults of their values; ``bound`` names what goes into a header too."""
    if len(rows) > CANDIDATE_LIMIT:
        why = f"{len(rows)} candidates; one request takes at most {CANDIDATE_LIMIT}"
        return [], [Fault(field="candidates", why=why)]
    candidates: list[Candidate] = []
    faults: list[Fault] = []
    seen: dict[str, Row] = {}
    for row in rows:
        found = [row.fault(name, why) for name, why in _cell_faults(row, bound)]
        email = deliverable(row.cells.get("email", ""))
        if email is None:
            found.append(row.fault("email", "is not an e-mail address"))
        elif (first := seen.setdefault(normalise_address(email), row)) is not row:
            where = f"on line {first.line}" if first.line else f"at candidates[{first.index}]"
            found.append(row.fault("email", f"is the same mailbox as {where}"))
        faults += found
        if email is not None and not found:
            candidates.append(_candidate(email, row))
    return candidates, faults


def _candidate(email: str, row: Row) -> Candidate:
    return Candidate(
        email=email,
        name=row.cells.get("name", ""),
        timezone=row.cells.get("timezone", ""),
        country=row.cells.get("country", "").upper(),
        words=dict(row.words),
        variables={name: cell for name, cell in sorted(row.cells.items()) if name not in OWN_COLUMNS},
    )


def _cell_faults(row: Row, bound: frozenset[str]) -> Iterator[tuple[str, str]]:
    for name, cell in row.cells.items():
        in_header = name == "name" or name in bound
        if len(cell) > CELL_LIMIT:
            yield name, f"is longer than {CELL_LIMIT} characters"
        if has_control(cell, lines=not in_header):
            lines = " or line break (it goes into a header)" if in_header else ""
            yield name, f"has a control character{lines}"
    own = [text for one in row.words.values() for text in (one.subject, one.text, one.html)]
    if sum(len(text.encode("utf-8", "replace")) for text in (*row.cells.values(), *own)) > ROW_LIMIT:
        yield "email", f"the candidate's values are longer than {ROW_LIMIT} bytes together"
    timezone = row.cells.get("timezone", "")
    if timezone and not is_timezone(timezone):
        yield "timezone", f"{timezone!r} is not a time zone; one is Europe/Berlin"
    country = row.cells.get("country", "")
    if country and not is_place(country.upper()):
        yield "country", f"{country!r} is no country whose holidays are known; one is DE, or DE-BY for a part"


def has_control(text: str, *, lines: bool) -> bool:
    """Say whether a text holds control characters; with ``lines`` tabs and line ends are none."""
    if text.isprintable():
        return False
    allowed = "\t\r\n" if lines else ""
    # Zl and Zp are line ends to Python and to some mail programs; Cs cannot be written as UTF-8.
    return any(
        char not in allowed and unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} for char in text
    )


def deliverable(address: str) -> str | None:
    """Return an address with its domain in ASCII form, None when it is none (RFC 5321, without quoting)."""
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    found = f"{local}@{ascii_domain}"
    valid = len(local) <= 64 and len(found) <= 254  # noqa: PLR2004 - RFC 5321, section 4.5.3.1
    if valid and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain):
        return found
    return None


@lru_cache(maxsize=1024)
def is_timezone(name: str) -> bool:
    """Say whether the time zone database knows a name."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
