"""Own the suppression of an address: it is marked, listed, and every live enrollment of it stopped at once.

Invariants: a candidate's own wish outranks all else and is never taken back by the org; the mark on the
contact is what rules, the list is what people see.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.campaigns.shortlist import deliverable
from lib.core.enrollment import Event, stopped
from lib.core.errors import Fault
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.freeing import day_keys, freed_days
from lib.core.records import Contact, Enrollment, Record, SuppressedWhy, Suppression

#: How many entries one request may hold.
ENTRY_LIMIT = 10_000
_RANK: dict[SuppressedWhy | None, int] = {None: 0, "listed": 1, "bounced": 2, "opted_out": 3}
_FORMULA = frozenset("=+-@")
_EVENTS: dict[SuppressedWhy, Event] = {
    "listed": Event.CANCELLED,
    "bounced": Event.BOUNCED,
    "opted_out": Event.OPTED_OUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Hold that a contact is to get no mail: why, in which words for its enrollments, and by whom.

    address: where it is known already; else that of an enrollment is listed. by: the user, "" for the
    candidate.
    """

    org: str
    contact: str
    why: SuppressedWhy
    words: str
    address: str = ""
    by: str = ""


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what is to be suppressed: addresses in their deliverable form, and whole domains."""

    addresses: tuple[str, ...]
    domains: tuple[str, ...]


def contact_keys(org: str, contact: str) -> list[Key[Any]]:
    """Return the keys of what is known of a contact and its place on the list."""
    return [keys.contact(org, contact), keys.suppression(org, contact)]


def suppress(snapshot: Snapshot, wish: Wish, now: datetime) -> Changes[None]:
    """Decide the one commit that suppresses a contact; asks for its enrollments and their ledger days."""
    key = keys.contact(wish.org, wish.contact)
    listed_key = keys.suppression(wish.org, wish.contact)
    # The record may have been erased; the wish holds all the same.
    contact = snapshot[key] or Contact(org=wish.org, id=wish.contact)
    enrollments = [keys.enrollment(wish.org, ref.enrollment) for ref in contact.enrollments]
    if missing := snapshot.missing([listed_key, *enrollments]):
        return Changes(None, need=frozenset(missing))
    records = [(one, record) for one in enrollments if (record := snapshot[one]) is not None]
    stops = [(one, record, stopped(record, _EVENTS[wish.why], wish.words, now)) for one, record in records]
    ending = [record for _, record, after in stops if after.status is not record.status]
    if missing := snapshot.missing([day for record in ending for day in day_keys(record, now)]):
        return Changes(None, need=frozenset(missing))
    writes: dict[Key[Any], Record] = {one: after for one, record, after in stops if after != record}
    if _RANK[contact.suppressed] < _RANK[wish.why]:
        writes[key] = msgspec.structs.replace(contact, suppressed=wish.why)
        writes[listed_key] = _listed(wish, snapshot[listed_key], [record for _, record in records], now)
    return Changes(None, writes=writes | freed_days(snapshot, ending, now))


def lifted(snapshot: Snapshot, org: str, contact_id: str) -> Changes[str]:
    """Take an address off the list again; returns why not, "" when it is off. An opt-out stays."""
    key, listed_key = keys.contact(org, contact_id), keys.suppression(org, contact_id)
    contact = snapshot[key]
    if contact is None or contact.suppressed is None:
        return Changes("is not on the list")
    if contact.suppressed == "opted_out":
        return Changes("has opted out; only they can change that, by writing to you")
    freed = msgspec.structs.replace(contact, suppressed=None)
    return Changes("", writes={key: freed}, deletes=frozenset({listed_key}))


def _listed(
    wish: Wish, before: Suppression | None, enrollments: Sequence[Enrollment], now: datetime
) -> Suppression:
    known = [wish.address, before.address if before else "", *(record.email for record in enrollments)]
    return Suppression(
        org=wish.org,
        id=wish.contact,
        address=next((address for address in known if address), ""),
        why=wish.why,
        at=now,
        by=wish.by,
    )


def read_entries(entries: Sequence[Any]) -> tuple[Entries, list[Fault]]:
    """Return addresses and domains ("@example.com" or "example.com") of a list, and all faults of it."""
    if len(entries) > ENTRY_LIMIT:
        why = f"{len(entries)} entries; one request takes at most {ENTRY_LIMIT}"
        return Entries(addresses=(), domains=()), [Fault(field="entries", why=why)]
    addresses: dict[str, None] = {}
    domains: dict[str, None] = {}
    faults: list[Fault] = []
    for index, entry in enumerate(entries):
        text = entry.strip() if isinstance(entry, str) else ""
        local, _, domain = text.rpartition("@")
        # A domain is tried as that of an address: then it is one that mail can go to.
        found = deliverable(f"x@{domain}" if not local else text)
        if found is None:
            faults.append(Fault(field=f"entries[{index}]", why="is no address and no domain"))
        elif local:
            addresses[found] = None
        else:
            domains[found.removeprefix("x@")] = None
    return Entries(addresses=tuple(addresses), domains=tuple(domains)), faults


def read_entries_csv(data: bytes) -> tuple[Entries, list[Fault]]:
    """Return the entries in the column ``entry`` of a CSV, and all faults with their lines."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError:
        return Entries(addresses=(), domains=()), [Fault(field="entry", why="the file is not UTF-8", line=1)]
    except csv.Error as error:
        return Entries(addresses=(), domains=()), [Fault(field="entry", why=f"is no CSV: {error}")]
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if "entry" not in header:
        why = 'the first line has to name a column "entry": addresses and domains are below it'
        return Entries(addresses=(), domains=()), [Fault(field="entry", why=why, line=1)]
    at = header.index("entry")
    filled = [
        (line, _as_written(row[at]))
        for line, row in enumerate(rows[1:], 2)
        if len(row) > at and row[at].strip()
    ]
    entries, faults = read_entries([cell for _, cell in filled])
    return entries, [_on_line(fault, [line for line, _ in filled]) for fault in faults]


def _on_line(fault: Fault, lines: Sequence[int]) -> Fault:
    place = fault.field.removeprefix("entries[").removesuffix("]")
    if not place.isdigit():
        return fault
    return Fault(field="entry", why=fault.why, line=lines[int(place)])


def csv_lines(domains: Sequence[str], listed: Sequence[Suppression], *, header: bool) -> Iterator[str]:
    """Yield the list as CSV that ``read_entries_csv`` reads again; forgotten addresses are left out."""
    if header:
        yield "entry,why,since\r\n"
    for domain in domains:
        yield f"{domain},listed,\r\n"
    for one in listed:
        if one.address:
            out = io.StringIO()
            csv.writer(out).writerow([_plain(one.address), one.why, one.at.date().isoformat()])
            yield out.getvalue()


def _plain(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (an address may begin with = or +)."""
    return f"'{cell}" if cell[:1] in _FORMULA else cell


def _as_written(cell: str) -> str:
    """Undo ``_plain``."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell
