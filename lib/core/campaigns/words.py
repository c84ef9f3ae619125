"""Own the check of all words that candidates of a request may get: the steps', the variants', their own.

Invariant: whichever variant a candidate gets, it can be filled in for them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from lib.core.campaigns import fields
from lib.core.campaigns.rows import Row
from lib.core.campaigns.steps import words_of
from lib.core.campaigns.variants import wordings
from lib.core.errors import Fault
from lib.core.letters.templates_check import ValueCheck
from lib.core.records import Step, Words

_FIELDS = frozenset({"subject", "text", "html"})
_PLACE = re.compile(r"steps\[(\d+)\]\.(subject|text|html)")


def with_words(row: Row, steps: Sequence[Step], faults: list[Fault]) -> Row:
    """Return a row with what it says in place of the steps' words."""
    return row if row.given_words is None else _with_words(row, steps, faults)


class WordsCheck:
    """Check for one candidate after the other that their words can be filled in."""

    def __init__(self, steps: Sequence[Step], names: Iterable[str], campaign_name: str) -> None:
        """Take the steps, and the names of all values that any of the candidates has.

        What is absent of one candidate is empty then, not unknown.
        """
        self._steps, self._names, self._campaign_name = steps, frozenset(names), campaign_name
        self._usual = [self._check(words) for words in wordings(steps, {})]
        self._told = False

    def faults(self, row: Row) -> Iterator[Fault]:
        """Yield what keeps the words from being filled in for a candidate; what is all's fault only once."""
        own = row if row.words else None
        checks = [self._check(words) for words in wordings(self._steps, row.words)] if own else self._usual
        seen = set[Fault]()
        for number, check in enumerate(checks):
            unknown = () if own is None and self._told else check.unknown
            for fault in itertools.chain(unknown, check.faults(row)):
                placed = _placed(fault, self._steps, number, own)
                if placed not in seen:
                    seen.add(placed)
                    yield placed
        self._told = self._told or own is None

    def _check(self, words: Sequence[Step]) -> ValueCheck:
        return ValueCheck(words, self._names, self._campaign_name)


def words_faults(steps: Sequence[Step], rows: Sequence[Row], campaign_name: str) -> list[Fault]:
    """Return all that keeps the words from being filled in: unknown, missing and empty values, and bounds."""
    check = WordsCheck(steps, {name for row in rows for name in row.cells}, campaign_name)
    return list(dict.fromkeys(fault for row in rows for fault in check.faults(row)))


def header_names(steps: Sequence[Step]) -> frozenset[str]:
    """Return the variables that any subject uses, so that they go into a header."""
    variants = [variant.subject for step in steps for variant in step.variants]
    return fields.variables([step.subject for step in steps] + variants)


def own_header_names(row: Row) -> frozenset[str]:
    """Return the variables that a candidate's own subjects use."""
    return fields.variables([words.subject for words in row.words.values()])


def _with_words(row: Row, steps: Sequence[Step], faults: list[Fault]) -> Row:
    if not isinstance(row.given_words, Mapping):
        faults.append(row.fault("words", "is no object of step ids"))
        return row
    known = {step.id for step in steps}
    found: dict[str, Words] = {}
    for id_, item in row.given_words.items():
        where = f"candidates[{row.index}].words.{id_}"
        if id_ not in known:
            faults.append(Fault(field=where, why="there is no step of this id"))
        elif not isinstance(item, Mapping):
            faults.append(Fault(field=where, why="is not an object"))
        else:
            faults += fields.unknown(item, _FIELDS, f"{where}.")
            found[id_] = Words(**words_of(item, where, faults))
    return replace(row, words=found)


def _placed(fault: Fault, steps: Sequence[Step], number: int, row: Row | None) -> Fault:
    """Return a fault that names the field whose words they are: a candidate's, a variant's or the step's."""

    def place(matched: re.Match[str]) -> str:
        step, name = steps[int(matched.group(1))], matched.group(2)
        if row is not None and _says(row.words.get(step.id), name):
            return f"candidates[{row.index}].words.{step.id}.{name}"
        at = min(number, len(step.variants) - 1)
        if step.variants and _says(step.variants[at], name):
            return f"steps[{matched.group(1)}].variants[{at}].{name}"
        return matched.group()

    return Fault(field=_PLACE.sub(place, fault.field), why=_PLACE.sub(place, fault.why), line=fault.line)


def _says(words: Words | None, name: str) -> bool:
    """Say whether these words stand for a step's own; a body does so whole."""
    if words is None:
        return False
    return bool(words.subject if name == "subject" else words.text or words.html)
