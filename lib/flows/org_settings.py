"""Own an org's settings: its name, how long things are kept, and for how long colleagues keep out of the way.

Invariant: they are read and changed by its admins alone; a change is on the audit, and every fault of a wish
is named at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.shortlist import has_control
from lib.core.errors import Fault, InvalidRequest
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Deed, Org, Record
from lib.core.rights import check_admin, refuse_erased
from lib.core.seen import ANYTHING, Seen, tag_of
from lib.ports import Services

NAME_LIMIT = 200
#: From and to how many days each may be; answers have to last for a campaign, and not for ever.
DAYS = {"answers_days": (30, 3650), "reads_days": (30, 3650), "guard_days": (0, 365)}


class ShownSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Show an org's settings."""

    name: str
    answers_days: int
    reads_days: int
    guard_days: int
    suppressed_domains: tuple[str, ...]


class ChangedSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for other settings of an org; None: it stays.

    name: as people outside know it. answers_days, reads_days: for how long the words of answers and the
    record of reads are kept. guard_days: for how long after a colleague's mail a candidate is reported.
    """

    name: str | None = None
    answers_days: int | None = None
    reads_days: int | None = None
    guard_days: int | None = None


def show_settings(services: Services, caller: VerifiedCaller) -> ShownSettings:
    """Show the org's settings; Forbidden for those who are no admin, as everything here."""
    return _shown(org_of(services, caller))


def change_settings(
    services: Services, caller: VerifiedCaller, changed: ChangedSettings, seen: Seen = ANYTHING
) -> ShownSettings:
    """Change the org's settings; InvalidRequest lists every fault, Outdated: they are not as seen.

    What is kept for less long than before falls away with the next run of ``maintain``.
    """
    check_admin(caller)
    if faults := tuple(_faults(changed)):
        raise InvalidRequest("the settings can't be changed", faults)
    wanted = {name: value for name, value in msgspec.structs.asdict(changed).items() if value is not None}
    if "name" in wanted:
        wanted["name"] = wanted["name"].strip()
    now = services.clock.now()

    def change(org: Org) -> Org:
        seen.check(tag_of(_shown(org)))
        after = msgspec.structs.replace(org, **wanted)
        kept = (org.answers_days, org.reads_days) == (after.answers_days, after.reads_days)
        return after if kept else msgspec.structs.replace(after, sweep_at=now)

    return _shown(change_org(services, caller, change, "org_changed", tuple(_about(wanted)), now))


def change_org(
    services: Services,
    caller: VerifiedCaller,
    change: Callable[[Org], Org],
    deed: Deed,
    about: tuple[str, ...],
    now: datetime,
) -> Org:
    """Change an org's record, which is made when there is none; with an entry in the audit if it changes.

    Conflict while all that is held of the org is being erased.
    """
    key = keys.org(caller.org)

    def decide(snapshot: Snapshot) -> Changes[Org]:
        before = snapshot[key] or Org(org=caller.org)
        after = change(before)
        if after == before:
            return Changes(after)
        refuse_erased(before, None)
        entry = audited(deed, caller.org, now, by=caller.user, about=about)
        writes: dict[Key[Any], Record] = {key: after, **entry}
        return Changes(after, writes)

    return services.store.change([key], decide)


def org_of(services: Services, caller: VerifiedCaller) -> Org:
    """Return the record of an admin's org."""
    check_admin(caller)
    key = keys.org(caller.org)
    return services.store.read([key])[key] or Org(org=caller.org)


def _faults(changed: ChangedSettings) -> Iterator[Fault]:
    if changed.name is not None:
        if has_control(changed.name, lines=False):
            yield Fault(field="name", why="has a control character or line break")
        if len(changed.name) > NAME_LIMIT:
            yield Fault(field="name", why=f"is longer than {NAME_LIMIT} characters")
    for field, (least, most) in DAYS.items():
        days = getattr(changed, field)
        if days is not None and not least <= days <= most:
            yield Fault(field=field, why=f"is a number of days from {least} to {most}")


def _about(wanted: dict[str, Any]) -> Iterator[str]:
    """Say what was changed, and to what; of the name only that."""
    for field, value in wanted.items():
        yield field if field == "name" else f"{field}:{value}"


def _shown(org: Org) -> ShownSettings:
    return ShownSettings(
        name=org.name,
        answers_days=org.answers_days,
        reads_days=org.reads_days,
        guard_days=org.guard_days,
        suppressed_domains=org.suppressed_domains,
    )
