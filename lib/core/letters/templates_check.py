"""Own the check that a campaign's templates can be filled for each of its candidates.

Invariant: what passes here renders at sending time, years later too: each template is filled with each
candidate's values, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.core.campaigns.rows import OWN_COLUMNS, Row
from lib.core.errors import Fault
from lib.core.letters import templates
from lib.core.letters.templates import MissingValue, TemplateFault
from lib.core.letters.values import values_of
from lib.core.records import Step

#: Names that every candidate has, whatever the columns are.
GIVEN_NAMES = OWN_COLUMNS - {"timezone", "country"} | {
    "first_name",
    "sender_name",
    "sender_first_name",
    "sender_email",
    "campaign_name",
}
#: So many different outcomes are remembered; more are worked out each time.
_KNOWN_LIMIT = 1_000
#: Stands for what is known only when the mailbox is: a mailbox always has a sender's name.
_SENDER = ("the sender", "sender@example.com")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Hold what came of filling in: missing values and broken templates by field, fields that are blank."""

    missing: tuple[tuple[str, str], ...]
    broken: tuple[tuple[str, str], ...]
    blank: tuple[str, ...]


class ValueCheck:
    """Check for one candidate after the other that the steps can be filled in for them."""

    def __init__(self, steps: Sequence[Step], names: Iterable[str], campaign_name: str) -> None:
        """Take the steps, and the names of all values that any of the candidates has."""
        from lib.core.letters.needs import needs_of  # noqa: PLC0415 - it needs Liquid, which a send may not

        sources = list(_sources(steps))
        columns = (GIVEN_NAMES | set(names)) - {"timezone", "country"}
        #: Names that nobody has. With one, every candidate would be named for it: this comes instead.
        self.unknown = [
            Fault(
                field=field, why=f"there is no column {name!r} in the shortlist, nor such a value elsewhere"
            )
            for field, source, _ in sources
            for name in sorted(_names(source) - columns)
        ]
        self._usable = [] if self.unknown else [source for source in sources if _compiles(source[1])]
        self._needs = [needs_of(source) for _, source, _ in self._usable]
        self._campaign_name = campaign_name or "-"
        self._known: dict[tuple[Any, ...], _Outcome] = {}
        self._broken: set[str] = set()

    def faults(self, row: Row) -> Iterator[Fault]:
        """Yield all missing values of a candidate, and templates that cannot be filled, each of these once.

        Values that differ in nothing that a template needs are tried once for all of them.
        """
        values = self._values(row)
        outcome = self._outcome(values)
        for field, why in outcome.broken:
            # A bound that is hit or a wrong argument is the template's fault.
            if field not in self._broken:
                self._broken.add(field)
                yield Fault(field=field, why=why)
        for field in outcome.blank:
            yield row.fault("email", f"{field} is empty for this candidate")
        for name, field in outcome.missing:
            way_out = f'fill it in, or write {{{{ {name} | default: "..." }}}}'
            yield row.fault(name, f"is empty, and {field} has no fallback for it: {way_out}")

    def _values(self, row: Row) -> dict[str, str]:
        cells = row.cells
        return values_of(
            cells.get("email", ""),
            cells.get("name", ""),
            {name: cell for name, cell in cells.items() if name not in OWN_COLUMNS},
            sender_name=_SENDER[0],
            sender_address=_SENDER[1],
            campaign_name=self._campaign_name,
        )

    def _outcome(self, values: Mapping[str, str]) -> _Outcome:
        keys = tuple(needs.key(values) for needs in self._needs)
        if None in keys:
            return _tried(self._usable, values)
        outcome = self._known.get(keys)
        if outcome is None:
            outcome = _tried(self._usable, values)
            if len(self._known) < _KNOWN_LIMIT:
                self._known[keys] = outcome
        return outcome


def _sources(steps: Sequence[Step]) -> Iterator[tuple[str, str, bool]]:
    """Yield field, source and whether it is html, of all that is ever rendered: replies have no subject."""
    for index, step in enumerate(steps):
        where = f"steps[{index}]"
        if index == 0 or step.thread == "new":
            yield f"{where}.subject", step.subject, False
        if step.text.strip():
            yield f"{where}.text", step.text, False
        if step.html:
            yield f"{where}.html", step.html, True


def _names(source: str) -> frozenset[str]:
    try:
        return templates.variables_of(source)
    except TemplateFault:
        return frozenset()


def _compiles(source: str) -> bool:
    try:
        templates.variables_of(source)
    except TemplateFault:
        return False
    return True


def _tried(sources: Sequence[tuple[str, str, bool]], values: Mapping[str, str]) -> _Outcome:
    """Fill all templates with some values."""
    missing: dict[str, str] = {}
    broken, blank = list[tuple[str, str]](), list[str]()
    for field, source, html in sources:
        try:
            words = _filled(field, source, values, missing, html=html)
        except TemplateFault as fault:
            broken.append((field, str(fault)))
            continue
        if not words.strip():
            blank.append(field)
    return _Outcome(tuple(missing.items()), tuple(broken), tuple(blank))


def _filled(
    field: str, source: str, values: Mapping[str, str], missing: dict[str, str], *, html: bool
) -> str:
    """Fill a template, with a stand-in for each missing value, which is noted with the field."""
    present = dict(values) | dict.fromkeys(missing, "-")
    while True:
        try:
            return templates.render(source, present, html=html)
        except MissingValue as absent:
            missing.setdefault(absent.name, field)
            if present.get(absent.name):
                raise TemplateFault(f"{absent.name!r} is not plain text") from None
            present[absent.name] = "-"
