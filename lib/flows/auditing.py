"""Own the reading of the audit: of a mailbox by its owner and the org's admins, of the org by its admins."""

from __future__ import annotations

from datetime import datetime

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.records import AuditEntry, Deed
from lib.core.rights import check_admin, owned
from lib.ports import Services

#: How many entries a page holds.
PAGE = 100


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
    """Show a page of the audit, the latest first; next: ``before`` of the next page, "" at the end."""

    entries: tuple[ShownEntry, ...]
    next: str


def show_mailbox_audit(services: Services, caller: VerifiedCaller, id_: str, page: AuditPage) -> ShownAudit:
    """Show what was done with a mailbox, to its owner and to admins; for all others it does not exist."""
    key = keys.mailbox(caller.org, id_)
    owned(services.store.read([key]), key, caller, admin=True)
    return _page(services.store.audit(caller.org, mailbox=id_, before=page.before, limit=PAGE))


def show_org_audit(services: Services, caller: VerifiedCaller, page: AuditPage) -> ShownAudit:
    """Show what was done in the org; Forbidden for those who are no admin."""
    check_admin(caller)
    return _page(services.store.audit(caller.org, before=page.before, limit=PAGE))


def _page(found: list[AuditEntry]) -> ShownAudit:
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
    return ShownAudit(entries=shown, next=shown[-1].id if len(shown) == PAGE else "")
