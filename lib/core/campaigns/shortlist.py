"""Own a candidate of a shortlist, and what can be wrong with its values.

Invariant: what passes is deliverable (an address in its ASCII form) and holds no character that could end a
header.
"""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from lib.core.campaigns.rows import OWN_COLUMNS, Row
from lib.core.plans.holidays_of import is_place
from lib.core.records import Words

#: The most candidates of one request; more come by an upload.
CANDIDATE_LIMIT = 10_000
#: The most candidates of one upload.
UPLOAD_LIMIT = 100_000
CELL_LIMIT = 2_000
#: All values of one candidate, in bytes: two hundred candidates have to fit into one commit of 10 MiB.
ROW_LIMIT = 20_000

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


def candidate_of(email: str, row: Row) -> Candidate:
    """Return the candidate of a row with a deliverable address."""
    return Candidate(
        email=email,
        name=row.cells.get("name", ""),
        timezone=row.cells.get("timezone", ""),
        country=row.cells.get("country", "").upper(),
        words=dict(row.words),
        variables={name: cell for name, cell in sorted(row.cells.items()) if name not in OWN_COLUMNS},
    )


def cell_faults(row: Row, bound: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a row's values, as (column, why); ``bound`` names what goes into a header."""
    for name, cell in row.cells.items():
        in_header = name == "name" or name in bound
        if len(cell) > CELL_LIMIT:
            yield name, f"is longer than {CELL_LIMIT} characters"
        if has_control(cell, lines=not in_header):
            lines = " or line break (it goes into a header)" if in_header else ""
            yield name, f"has a control character{lines}"
    texts = [text for one in row.words.values() for text in (one.subject, one.text, one.html)]
    texts += row.cells.values()
    # Four bytes are the most that a character takes.
    long = 4 * sum(map(len, texts)) > ROW_LIMIT
    if long and sum(len(text.encode("utf-8", "replace")) for text in texts) > ROW_LIMIT:
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
        ascii_domain = (domain if domain.isascii() else domain.encode("idna").decode("ascii")).lower()
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
