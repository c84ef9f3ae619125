"""Own the check of all words that candidates of a request may get: the steps', the variants', their own.

Invariant: whichever variant a candidate gets, it can be filled in for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lib.core.campaigns import fields
from lib.core.campaigns.shortlist import Row
from lib.core.campaigns.steps import words_of
from lib.core.campaigns.variants import wordings
from lib.core.errors import Fault
from lib.core.letters.templates_check import value_faults
from lib.core.records import Step, Words

_FIELDS = frozenset({"subject", "text", "html"})
_PLACE = re.compile(r"steps\[(\d+)\]\.(subject|text|html)")


def with_words(rows: Sequence[Row], steps: Sequence[Step], faults: list[Fault]) -> list[Row]:
    """Return the rows with what they say in place of the steps' words."""
    return [row if row.given_words is None else _with_words(row, steps, faults) for row in rows]


def words_faults(steps: Sequence[Step], rows: Sequence[Row], campaign_name: str) -> list[Fault]:
    """Return all that keeps the words from being filled in: unknown, missing and empty values, and bounds."""
    names = {name for row in rows for name in row.cells}
    usual = [_whole(row, names) for row in rows if not row.words]
    found = [
        _placed(fault, steps, number, None)
        for number, words in enumerate(wordings(steps, {}))
        for fault in value_faults(words, usual, campaign_name)
    ]
    for row in rows:
        if row.words:
            found += [
                _placed(fault, steps, number, row)
                for number, words in enumerate(wordings(steps, row.words))
                for fault in value_faults(words, [_whole(row, names)], campaign_name)
            ]
    return list(dict.fromkeys(found))


def header_names(steps: Sequence[Step], rows: Sequence[Row]) -> frozenset[str]:
    """Return the variables that any subject uses, so that they go into a header."""
    own = [words.subject for row in rows for words in row.words.values()]
    variants = [variant.subject for step in steps for variant in step.variants]
    return fields.variables([step.subject for step in steps] + variants + own)


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


def _whole(row: Row, names: set[str]) -> Row:
    """Return a row with all columns that any row has: what is absent here is empty, not unknown."""
    return replace(row, cells=dict.fromkeys(sorted(names), "") | row.cells)


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
