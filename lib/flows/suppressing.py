"""Own the org's list of those who get no mail: addresses and domains, read and changed by its admins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import Fault, Forbidden, InvalidRequest
from lib.core.ids import address_id
from lib.core.keys import Changes, Snapshot
from lib.core.records import Org, Suppression
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
from lib.ports import Services

#: How many addresses a page of the list holds.
PAGE = 500
#: How many addresses are suppressed at a time.
THREADS = 16
OrgChange = Callable[[Org], Org]
#: The longest time for which a colleague's mail is remembered.
GUARD_LIMIT = 365


class ShownSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Show an org's settings."""

    guard_days: int
    suppressed_domains: tuple[str, ...]


class ChangedSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for other settings of an org."""

    guard_days: int


class ShownSuppression(msgspec.Struct, frozen=True, kw_only=True):
    """Show a suppressed address; address is empty where it is not known any more."""

    id: str
    address: str
    why: str
    since: str


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a page of the list, from behind an id."""

    after: str = ""


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


def show_settings(services: Services, caller: VerifiedCaller) -> ShownSettings:
    """Show the org's settings; Forbidden for those who are no admin, as everything here."""
    org = _org(services, caller)
    return ShownSettings(guard_days=org.guard_days, suppressed_domains=org.suppressed_domains)


def change_settings(services: Services, caller: VerifiedCaller, changed: ChangedSettings) -> ShownSettings:
    """Change the org's settings."""
    _admin(caller)
    if not 0 <= changed.guard_days <= GUARD_LIMIT:
        why = f"is a number of days from 0 to {GUARD_LIMIT}"
        raise InvalidRequest("the settings can't be changed", (Fault(field="guard_days", why=why),))
    org = _change_org(
        services, caller, lambda org: msgspec.structs.replace(org, guard_days=changed.guard_days)
    )
    return ShownSettings(guard_days=org.guard_days, suppressed_domains=org.suppressed_domains)


def list_suppressed(services: Services, caller: VerifiedCaller, page: Page) -> Listed:
    """Return a page of the list."""
    org = _org(services, caller)
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
    return _csv(services, _org(services, caller))


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
    _admin(caller)
    entries, now = _entries_from(body), services.clock.now()

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
        wanted = contact_keys(caller.org, contact)
        services.store.change(wanted, lambda snapshot: suppress(snapshot, wish, now))

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        for _ in pool.map(listed, entries.addresses):
            pass
    if entries.domains:
        _change_org(
            services,
            caller,
            lambda org: _with_domains(org, {*org.suppressed_domains, *entries.domains}),
        )
    return Listing(listed=len(entries.addresses) + len(entries.domains))


def remove_suppressed(services: Services, caller: VerifiedCaller, body: bytes) -> Kept:
    """Take addresses and domains off the list; return those that stay on it, and why."""
    _admin(caller)
    entries, faults = _entries_from(body), []
    for address in entries.addresses:
        contact = address_id(services.address_key, address)
        lift = partial(lifted, org=caller.org, contact_id=contact)
        why = services.store.change(contact_keys(caller.org, contact), lift)
        if why:
            faults.append(Fault(field=address, why=why))
    if entries.domains:
        _change_org(
            services, caller, lambda org: _with_domains(org, {*org.suppressed_domains} - {*entries.domains})
        )
    return Kept(kept=tuple(faults))


def _entries_from(body: bytes) -> Entries:
    """Return the entries of a CSV with a column ``entry``, or of JSON; InvalidRequest lists all faults."""
    if not body.lstrip().startswith(b"{"):
        entries, faults = read_entries_csv(body)
    else:
        try:
            entries, faults = read_entries(msgspec.json.decode(body, type=_Entries).entries)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            why = 'is to be a list of addresses and domains: {"entries": ["ann@example.com", "example.org"]}'
            raise InvalidRequest("the list can't be read", (Fault(field="entries", why=why),)) from None
    if faults:
        raise InvalidRequest("the list was not changed", tuple(faults))
    return entries


class _Entries(msgspec.Struct, frozen=True):
    entries: list[str]


def _with_domains(org: Org, domains: set[str]) -> Org:
    return msgspec.structs.replace(org, suppressed_domains=tuple(sorted(domains)))


def _change_org(services: Services, caller: VerifiedCaller, change: OrgChange) -> Org:
    key = keys.org(caller.org)

    def decide(snapshot: Snapshot) -> Changes[Org]:
        before = snapshot[key] or Org(org=caller.org)
        after = change(before)
        return Changes(after, writes={key: after} if after != snapshot[key] else {})

    return services.store.change([key], decide)


def _org(services: Services, caller: VerifiedCaller) -> Org:
    _admin(caller)
    key = keys.org(caller.org)
    return services.store.read([key])[key] or Org(org=caller.org)


def _admin(caller: VerifiedCaller) -> None:
    if caller.role != "admin":
        raise Forbidden("the org's settings are for its admins")
