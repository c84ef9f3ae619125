"""Own the check that a campaign's templates can be filled for each of its candidates.

Invariant: what passes here renders at sending time, years later too: each template is filled with each
candidate's values, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lib.core.campaigns.shortlist import OWN_COLUMNS, Row
from lib.core.errors import Fault
from lib.core.letters import templates
from lib.core.letters.templates import MissingValue, TemplateFault
from lib.core.records import Step

#: Names that every candidate has, whatever the columns are.
GIVEN_NAMES = OWN_COLUMNS - {"timezone", "country"} | {
    "first_name",
    "sender_name",
    "sender_first_name",
    "sender_email",
    "campaign_name",
}
#: Stands for what is known only when the mailbox is: a mailbox always has a sender's name.
_SENDER = ("the sender", "sender@example.com")


def values_of(
    email: str,
    name: str,
    variables: Mapping[str, str],
    *,
    sender_name: str,
    sender_address: str,
    campaign_name: str,
) -> dict[str, str]:
    """Return all values of one candidate; a column ``first_name`` outranks the first word of the name."""
    given = variables.get("first_name") or next(iter(name.split()), "")
    return {
        **variables,
        "email": email,
        "name": name,
        "first_name": given,
        "sender_name": sender_name,
        "sender_first_name": next(iter(sender_name.split()), ""),
        "sender_email": sender_address,
        "campaign_name": campaign_name,
    }


def value_faults(steps: Sequence[Step], rows: Sequence[Row], campaign_name: str) -> list[Fault]:
    """Return all unknown variables, missing values without fallback, and templates that cannot be filled."""
    if not rows:
        # Nothing is known of the columns; that there are no candidates is a fault of its own.
        return []
    sources = list(_sources(steps))
    columns = GIVEN_NAMES.union(*(row.cells for row in rows)) - {"timezone", "country"}
    unknown = [
        Fault(field=field, why=f"there is no column {name!r} in the shortlist, and no such value elsewhere")
        for field, source, _ in sources
        for name in sorted(_names(source) - columns)
    ]
    # With unknown variables every candidate would be named for each of them; they come first.
    usable = [] if unknown else [source for source in sources if _compiles(source[1])]
    broken: dict[str, Fault] = {}
    missing = [fault for row in rows for fault in _row_faults(usable, row, campaign_name, broken)]
    return unknown + list(broken.values()) + missing


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


def _row_faults(
    sources: Sequence[tuple[str, str, bool]], row: Row, campaign_name: str, broken: dict[str, Fault]
) -> Iterator[Fault]:
    cells = row.cells
    variables = {name: cell for name, cell in cells.items() if name not in OWN_COLUMNS}
    values = values_of(
        cells.get("email", ""),
        cells.get("name", ""),
        variables,
        sender_name=_SENDER[0],
        sender_address=_SENDER[1],
        campaign_name=campaign_name or "-",
    )
    missing: dict[str, str] = {}
    for field, source, html in sources:
        try:
            words = _filled(field, source, values, missing, html=html)
        except TemplateFault as fault:
            # A bound that is hit or a wrong argument is the template's fault: it is named once.
            broken.setdefault(field, Fault(field=field, why=str(fault)))
            continue
        if not words.strip():
            yield row.fault("email", f"{field} is empty for this candidate")
    for name, field in missing.items():
        way_out = f'fill it in, or write {{{{ {name} | default: "..." }}}}'
        yield row.fault(name, f"is empty, and {field} has no fallback for it: {way_out}")


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
