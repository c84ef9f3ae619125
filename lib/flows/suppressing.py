"""Own the org's list of those who get no mail: addresses and domains, read and changed by its admins.

Invariant: what a request changes is on the audit, by how many entries it named, without any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import msgspec

from lib.core.auditing import audited
from lib.core.callers import VerifiedCaller
from lib.core.errors import Fault, InvalidRequest
from lib.core.ids import address_id
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Deed, Org, Record, Suppression
from lib.core.rights import check_admin
from lib.core.suppressing import (
    Entries,
    Wish,
    contact_keys,
    csv_lines,
    lifted,
    read_entries,
    read_entries_csv,
    suppress,
)
from lib.flows.org_settings import change_org, org_of
from lib.ports import Services

T = TypeVar("T")

#: How many addresses a page of the list holds.
PAGE = 500
#: How many addresses are suppressed at a time.
THREADS = 16


class ShownSuppression(msgspec.Struct, frozen=True, kw_only=True):
    """Show a suppressed address; address is empty where it is not known any more."""

    id: str
    address: str
    why: str
    since: str


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a page of the list, from behind an id."""

    after: str = ""


class ListedEntries(msgspec.Struct, frozen=True):
    """Name addresses and domains, in JSON; a CSV with a column ``entry`` says the same."""

    entries: list[str]


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """Say how many entries were put on the list."""

    listed: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Say which entries stay on the list, and why."""

    kept: tuple[Fault, ...]


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """Show a page of the list; next: from where the next one goes on, "" at the end."""

    domains: tuple[str, ...]
    addresses: tuple[ShownSuppression, ...]
    next: str


def list_suppressed(services: Services, caller: VerifiedCaller, page: Page) -> Listed:
    """Return a page of the list."""
    org = org_of(services, caller)
    found = services.store.suppressions(caller.org, after=page.after, limit=PAGE)
    return Listed(
        domains=org.suppressed_domains,
        addresses=tuple(
            ShownSuppression(id=one.id, address=one.address, why=one.why, since=one.at.date().isoformat())
            for one in found
        ),
        next=found[-1].id if len(found) == PAGE else "",
    )


def export_suppressed(services: Services, caller: VerifiedCaller) -> Iterator[str]:
    """Return the whole list as CSV, which can be imported again."""
    return _csv(services, org_of(services, caller))


def _csv(services: Services, org: Org) -> Iterator[str]:
    yield from csv_lines(org.suppressed_domains, (), header=True)
    after = ""
    while True:
        found: Sequence[Suppression] = services.store.suppressions(org.org, after=after, limit=PAGE)
        yield from csv_lines((), found, header=False)
        if len(found) < PAGE:
            return
        after = found[-1].id


def add_suppressed(services: Services, caller: VerifiedCaller, body: bytes) -> Listing:
    """Put addresses and domains on the list, and stop who is under way; InvalidRequest lists every fault.

    body: ``{"entries": [...]}``, or a CSV with a column ``entry``. The same again changes nothing. Candidates
    at a suppressed domain are stopped as their next step comes up.
    """
    check_admin(caller)
    entries, noted = _entries_from(body), _Noted(services, caller, "suppressed")
    about = noted.about(entries)

    def listed(address: str) -> None:
        contact = address_id(services.address_key, address)
        wish = Wish(
            org=caller.org,
            contact=contact,
            why="listed",
            words="the address was put on the suppression list",
            address=address,
            by=caller.user,
        )
        noted.change(contact, about, lambda snapshot: suppress(snapshot, wish, noted.now))

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        for _ in pool.map(listed, entries.addresses):
            pass
    noted.change_domains(about, lambda domains: domains | {*entries.domains})
    return Listing(listed=len(entries.addresses) + len(entries.domains))


def remove_suppressed(services: Services, caller: VerifiedCaller, body: bytes) -> Kept:
    """Take addresses and domains off the list; return those that stay on it, and why."""
    check_admin(caller)
    entries, noted, faults = _entries_from(body), _Noted(services, caller, "unsuppressed"), []
    about = noted.about(entries)
    for address in entries.addresses:
        contact = address_id(services.address_key, address)
        why = noted.change(contact, about, partial(lifted, org=caller.org, contact_id=contact))
        if why:
            faults.append(Fault(field=address, why=why))
    noted.change_domains(about, lambda domains: domains - {*entries.domains})
    return Kept(kept=tuple(faults))


class _Noted:
    """Change the list on behalf of one request, with one entry in the audit."""

    def __init__(self, services: Services, caller: VerifiedCaller, deed: Deed) -> None:
        self.now = services.clock.now()
        self._services, self._caller, self._deed = services, caller, deed
        self._is_noted = False

    def about(self, entries: Entries) -> tuple[str, ...]:
        return (f"addresses:{len(entries.addresses)}", f"domains:{len(entries.domains)}")

    def change(self, contact: str, about: tuple[str, ...], wish: Callable[[Snapshot], Changes[T]]) -> T:
        """Change one address; the entry, the same for all, goes with the first that changes something."""
        # Whoever is at the same time writes it as well; only it is not to be written ten thousand times.
        entry = {} if self._is_noted else self._entry(about)

        def decide(snapshot: Snapshot) -> Changes[tuple[T, bool]]:
            found = wish(snapshot)
            writes = {**found.writes, **entry} if found.writes or found.deletes else {}
            return Changes((found.result, bool(writes)), writes, found.deletes, found.need)

        result, changed = self._services.store.change(contact_keys(self._caller.org, contact), decide)
        self._is_noted = self._is_noted or changed
        return result

    def change_domains(self, about: tuple[str, ...], change: Callable[[set[str]], set[str]]) -> None:
        def changed(org: Org) -> Org:
            domains = tuple(sorted(change(set(org.suppressed_domains))))
            return msgspec.structs.replace(org, suppressed_domains=domains)

        change_org(self._services, self._caller, changed, self._deed, about, self.now)

    def _entry(self, about: tuple[str, ...]) -> Mapping[Key[Any], Record]:
        return {**audited(self._deed, self._caller.org, self.now, by=self._caller.user, about=about)}


def _entries_from(body: bytes) -> Entries:
    """Return the entries of a CSV with a column ``entry``, or of JSON; InvalidRequest lists all faults."""
    if not body.lstrip().startswith(b"{"):
        entries, faults = read_entries_csv(body)
    else:
        try:
            entries, faults = read_entries(msgspec.json.decode(body, type=ListedEntries).entries)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            why = 'is to be a list of addresses and domains: {"entries": ["ann@example.com", "example.org"]}'
            raise InvalidRequest("the list can't be read", (Fault(field="entries", why=why),)) from None
    if faults:
        raise InvalidRequest("the list was not changed", tuple(faults))
    return entries
