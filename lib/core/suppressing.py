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
from lib.core.enrollment import Event
from lib.core.errors import Fault
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Contact, Record, SuppressedWhy, Suppression
from lib.core.spreadsheets import as_written, plain
from lib.core.stopping import stopped_everywhere

#: How many entries one request may hold.
ENTRY_LIMIT = 10_000
_RANK: dict[SuppressedWhy | None, int] = {None: 0, "listed": 1, "bounced": 2, "opted_out": 3}
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
    # The record may have been erased; the wish holds all the same.
    contact = snapshot[key] or Contact(org=wish.org, id=wish.contact)
    stop = stopped_everywhere(snapshot, contact, _EVENTS[wish.why], wish.words, now)
    if missing := {*snapshot.missing([keys.suppression(wish.org, wish.contact)]), *stop.need}:
        return Changes(None, need=frozenset(missing))
    known = [wish.address, *(record.email for record in stop.result)]
    address = next((one for one in known if one), "")
    return Changes(None, writes={**stop.writes, **marked(snapshot, contact, wish.why, address, now, wish.by)})


def marked(
    snapshot: Snapshot, contact: Contact, why: SuppressedWhy, address: str, now: datetime, by: str = ""
) -> dict[Key[Any], Record]:
    """Return what marks and lists a contact as suppressed; nothing where as strong a reason is known.

    A candidate's own wish outranks a bounce, and both outrank the org's list. An address that is being erased
    is listed by its keyed hash alone. The list's own entry must have been read.
    """
    if _RANK[contact.suppressed] >= _RANK[why]:
        return {}
    listed_key = keys.suppression(contact.org, contact.id)
    before = snapshot[listed_key]
    shown = "" if contact.erasing else address or (before.address if before is not None else "")
    listed = Suppression(org=contact.org, id=contact.id, address=shown, why=why, at=now, by=by)
    suppressed = msgspec.structs.replace(contact, suppressed=why)
    return {keys.contact(contact.org, contact.id): suppressed, listed_key: listed}


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


def read_entries(entries: Sequence[Any]) -> tuple[Entries, list[Fault]]:
    """Return addresses and domains ("@example.com" or "example.com") of a list, and all faults of it."""
    from lib.core.campaigns.shortlist import deliverable  # noqa: PLC0415 - cold start: most only mark who opts out

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
        (line, as_written(row[at]))
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
            csv.writer(out).writerow([plain(one.address), one.why, one.at.date().isoformat()])
            yield out.getvalue()
