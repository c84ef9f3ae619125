"""Own how single fields of a request are read: each returns a usable value and notes what is wrong.

Invariant: whatever JSON a field holds, reading it raises nothing; a field with a fault gives a value that is
never used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lib.core.campaigns import shortlist
from lib.core.campaigns.asked import ID_PATTERN
from lib.core.errors import Fault
from lib.core.ids import normalise_address
from lib.core.letters import templates

SUBJECT_LIMIT = 1_000
#: How many addresses a mail is copied to, or answered to, at most.
ADDRESS_LIMIT = 10

_ID = re.compile(ID_PATTERN)


def is_id(text: str) -> bool:
    """Say whether a text can be the id of a document."""
    return _ID.fullmatch(text) is not None


def unknown(data: Mapping[str, Any], known: frozenset[str], where: str = "") -> list[Fault]:
    """Return a fault for each field that there is not; ``where`` is put before its name."""
    return [Fault(field=f"{where}{name}", why="there is no such field") for name in data if name not in known]


def text(data: Mapping[str, Any], name: str, faults: list[Fault], where: str = "") -> str:
    """Return a text that has to be there."""
    value = data.get(name)
    if value is None or value == "":
        faults.append(Fault(field=f"{where}{name}", why="is missing"))
    elif not isinstance(value, str):
        faults.append(Fault(field=f"{where}{name}", why="is not a text"))
    else:
        return value
    return ""


def identifier(data: Mapping[str, Any], name: str, faults: list[Fault], where: str = "") -> str:
    """Return a text that can be an id."""
    value = text(data, name, faults, where)
    if value and not is_id(value):
        why = "has letters, digits, _ and - only, 64 at most"
        faults.append(Fault(field=f"{where}{name}", why=why))
    return value


def flag(data: Mapping[str, Any], name: str, faults: list[Fault], *, default: bool) -> bool:
    """Return a field that is true or false, its default when it is absent."""
    value = data.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        faults.append(Fault(field=name, why="is true or false"))
        return default
    return value


def items(data: Mapping[str, Any], name: str, faults: list[Fault], where: str = "") -> Sequence[Any]:
    """Return a list, empty when it is absent."""
    value = data.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        faults.append(Fault(field=f"{where}{name}", why="is not a list"))
        return []
    return value


def objects(
    given: Sequence[Any], where: str, faults: list[Fault]
) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """Yield the objects of a list with their places and fields; whatever else is in it is a fault."""
    for index, item in enumerate(given):
        field = f"{where}[{index}]"
        if isinstance(item, Mapping):
            yield index, field, item
        else:
            faults.append(Fault(field=field, why="is not an object"))


def addresses(data: Mapping[str, Any], name: str, faults: list[Fault]) -> tuple[str, ...]:
    """Return e-mail addresses in their ASCII form, each once."""
    found: dict[str, str] = {}
    given = items(data, name, faults)
    if len(given) > ADDRESS_LIMIT:
        faults.append(Fault(field=name, why=f"has more than {ADDRESS_LIMIT} addresses"))
        return ()
    for index, item in enumerate(given):
        address = shortlist.deliverable(item.strip()) if isinstance(item, str) else None
        if address is None:
            faults.append(Fault(field=f"{name}[{index}]", why="is not an e-mail address"))
        elif (key := normalise_address(address)) in found:
            faults.append(Fault(field=f"{name}[{index}]", why="is in the list already"))
        else:
            found[key] = address
    return tuple(found.values())


def template(item: Mapping[str, Any], name: str, where: str, faults: list[Fault]) -> str:
    """Return a template, empty when it is absent; ``where`` is the field that holds it."""
    if item.get(name) in (None, ""):
        return ""
    source = text(item, name, faults, f"{where}.")
    try:
        templates.variables_of(source)
    except templates.TemplateFault as fault:
        faults.append(Fault(field=f"{where}.{name}", why=str(fault)))
    if name == "subject" and len(source) > SUBJECT_LIMIT:
        faults.append(Fault(field=f"{where}.subject", why=f"is longer than {SUBJECT_LIMIT} characters"))
    if shortlist.has_control(source, lines=name != "subject"):
        faults.append(Fault(field=f"{where}.{name}", why="has a control character"))
    return source


def variables(sources: Sequence[str]) -> frozenset[str]:
    """Return the names that templates take from outside; what is no template has none."""
    found: set[str] = set()
    for source in sources:
        try:
            found |= templates.variables_of(source)
        except templates.TemplateFault:
            continue
    return frozenset(found)
