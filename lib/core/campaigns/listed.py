"""Own the look through a whole shortlist: all its faults, how many candidates it has, and its digest.

Invariants: nobody is in it twice; every fault is found before anything is written, and as many are kept as
anybody reads; the same candidates have the same digest, in whatever form they came. No candidate is kept: who
needs them goes through the shortlist again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from lib.core.campaigns.rows import Row, Rows, Unreadable
from lib.core.campaigns.shortlist import Candidate, candidate_of, cell_faults, deliverable
from lib.core.campaigns.words import WordsCheck, header_names, own_header_names, with_words
from lib.core.errors import Fault
from lib.core.ids import normalise_address
from lib.core.records import Step

#: How many faults are listed; the last entry then counts the others.
FAULT_LIMIT = 1_000


@dataclass(slots=True)
class Faults:
    """Collect faults: the first ones, and how many there are."""

    listed: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, *faults: Fault) -> None:
        """Take some more."""
        self.count += len(faults)
        self.listed += faults[: max(0, FAULT_LIMIT - len(self.listed))]


@dataclass(frozen=True, slots=True)
class Listed:
    """Hold a shortlist that was gone through once; with faults it is never used."""

    rows: Rows
    steps: tuple[Step, ...]
    count: int
    digest: str
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0

    def candidates(self) -> Iterator[Candidate]:
        """Yield the candidates, from the first one on."""
        for row in self.rows:
            if isinstance(row, Row):
                whole = with_words(row, self.steps, [])
                email = deliverable(whole.cells.get("email", ""))
                assert email is not None
                yield candidate_of(email, whole)


def listed(rows: Rows, steps: Sequence[Step], campaign_name: str, limit: int) -> Listed:
    """Go through a shortlist of ``limit`` candidates at most, for these steps."""
    looking = _Looking(steps, campaign_name)
    try:
        looking.through(rows, limit)
    except Unreadable as unreadable:
        looking.faults = Faults()
        looking.faults.add(unreadable.fault)
    return Listed(
        rows=rows,
        steps=tuple(steps),
        count=looking.count,
        digest=looking.digest.hexdigest(),
        faults=tuple(looking.faults.listed),
        fault_count=looking.faults.count,
    )


class _Looking:
    """Hold how far a look through a shortlist has come."""

    def __init__(self, steps: Sequence[Step], campaign_name: str) -> None:
        self.faults, self.count, self.digest = Faults(), 0, hashlib.sha256()
        self._steps, self._campaign_name = steps, campaign_name
        self._bound = header_names(steps)
        #: Addresses by a short hash, so that very many fit in little memory, and where each was first.
        self._seen: dict[int, int] = {}

    def through(self, rows: Rows, limit: int) -> None:
        """Look at all rows; Unreadable when they have no end that makes sense."""
        words = WordsCheck(self._steps, rows.names(), self._campaign_name)
        for row in rows:
            if isinstance(row, Fault):
                self.faults.add(row)
                continue
            self.count += 1
            if self.count > limit:
                why = f"more than {limit} candidates, the most that one request takes this way"
                raise Unreadable(Fault(field="candidates", why=why))
            found = list[Fault]()
            whole = with_words(row, self._steps, found)
            found += self._row_faults(whole)
            found += [fault for fault in words.faults(whole) if fault not in found]
            self.faults.add(*found)

    def _row_faults(self, row: Row) -> Iterator[Fault]:
        bound = self._bound | own_header_names(row) if row.words else self._bound
        for name, why in cell_faults(row, bound):
            yield row.fault(name, why)
        email = deliverable(row.cells.get("email", ""))
        if email is None:
            yield row.fault("email", "is not an e-mail address")
            return
        hashed = hashlib.blake2b(normalise_address(email).encode(), digest_size=7).digest()
        first = self._seen.setdefault(int.from_bytes(hashed), row.line or row.index)
        if first != (row.line or row.index):
            where = f"on line {first}" if row.line else f"at candidates[{first}]"
            yield row.fault("email", f"is the same mailbox as {where}")
        if not self.faults.count:
            self.digest.update(msgspec.json.encode(candidate_of(email, row), order="deterministic"))
            self.digest.update(b"\n")
