"""Own the reading of the audit: of a mailbox by its owner and the org's admins, of the org by its admins.

Invariant: an entry holds ids alone. Who they are is found at the reading, in what the org's mailboxes hold of
their people, so that nobody whose data was erased is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.records import AuditEntry, Deed
from lib.core.rights import check_admin, owned
from lib.ports import Services

#: How many entries a page holds.
PAGE = 100
#: What of a deed's ``about`` is a person.
_PERSON = ("user:", "grant:")


class AuditPage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a page of the audit: what is older than the entry of this id."""

    before: str = ""


class ShownEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Show one deed; by: the user who did it, "" for the system."""

    id: str
    deed: Deed
    at: datetime
    by: str
    mailbox: str
    campaign: str
    about: tuple[str, ...]


class ShownAudit(msgspec.Struct, frozen=True, kw_only=True):
    """Show a page of the audit, the latest first; next: ``before`` of the next page, "" at the end.

    people: addresses by the ids of users (``by``, ``user:`` in ``about``), and of who was given a grant
    (``grant:``), as far as they own a mailbox of the org, or have a grant for one.
    """

    entries: tuple[ShownEntry, ...]
    people: Mapping[str, str]
    next: str


def show_mailbox_audit(services: Services, caller: VerifiedCaller, id_: str, page: AuditPage) -> ShownAudit:
    """Show what was done with a mailbox, to its owner and to admins; for all others it does not exist."""
    key = keys.mailbox(caller.org, id_)
    owned(services.store.read([key]), key, caller, admin=True)
    found = services.store.audit(caller.org, mailbox=id_, before=page.before, limit=PAGE)
    return _page(found, _people(services, caller.org, found))


def show_org_audit(services: Services, caller: VerifiedCaller, page: AuditPage) -> ShownAudit:
    """Show what was done in the org; Forbidden for those who are no admin."""
    check_admin(caller)
    found = services.store.audit(caller.org, before=page.before, limit=PAGE)
    return _page(found, _people(services, caller.org, found))


def _people(services: Services, org: str, found: Sequence[AuditEntry]) -> dict[str, str]:
    """Return the addresses of those whom entries name: one query, a read for each mailbox."""
    named = {one.by for one in found if one.by}
    named |= {about.partition(":")[2] for one in found for about in one.about if about.startswith(_PERSON)}
    known: dict[str, str] = {}
    # Of somebody's several mailboxes the first is likely their own, and stays the one they are called by.
    for mailbox in sorted(services.store.mailboxes(org) if named else [], key=lambda one: one.connected_at):
        known.setdefault(mailbox.owner, mailbox.address)
        for grant in mailbox.grants:
            known.setdefault(grant.user, grant.email)
            known[grant.id] = grant.email
    return {id_: known[id_] for id_ in sorted(named) if id_ in known}


def _page(found: Sequence[AuditEntry], people: Mapping[str, str]) -> ShownAudit:
    shown = tuple(
        ShownEntry(
            id=one.id,
            deed=one.deed,
            at=one.at,
            by=one.by,
            mailbox=one.mailbox,
            campaign=one.campaign,
            about=one.about,
        )
        for one in found
    )
    return ShownAudit(entries=shown, people=people, next=shown[-1].id if len(shown) == PAGE else "")
