"""Own the export of all that is held about one candidate, for admins to hand to who asks for it.

Invariant: it is looked for as an erasure looks for it, by the keyed hash of the address; the address is in no
URL, and the audit says by its hash that it was exported.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.shortlist import deliverable
from lib.core.errors import Fault, InvalidRequest, NotFound
from lib.core.exporting_candidate import Found, HeldData, held_data
from lib.core.ids import address_id
from lib.core.keys import Changes, Key, R, Snapshot
from lib.core.records import AuditEntry, Correspondence, Enrollment, Org, Pending, Reply
from lib.core.rights import check_admin
from lib.ports import Services


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for what is held about whose address this is."""

    address: str


def export_candidate(services: Services, caller: VerifiedCaller, request: ExportRequest) -> HeldData:
    """Return all that is held about a candidate; NotFound when it is nothing, Forbidden for no admin."""
    check_admin(caller)
    address = deliverable(request.address.strip())
    if address is None:
        fault = Fault(field="address", why="is not an e-mail address")
        raise InvalidRequest("nothing can be looked for", (fault,))
    id_ = address_id(services.address_key, address)
    found, org = _found(services, caller.org, id_)
    if found.is_nothing:
        raise NotFound("nothing is held about this address")
    now = services.clock.now()
    services.store.commit(Snapshot(), Changes(None, writes=_entries(caller, found, id_, now)))
    return held_data(found, address=address, hash_=id_, organisation=org.name or org.org, now=now)


def _entries(
    caller: VerifiedCaller, found: Found, id_: str, now: datetime
) -> dict[Key[AuditEntry], AuditEntry]:
    """Return an entry for each mailbox in whose campaigns something was found, which its owner sees."""
    mailboxes = {one.mailbox for one in found.enrollments} | {one.mailbox for one in found.replies}
    entries: dict[Key[AuditEntry], AuditEntry] = {}
    for mailbox in sorted(mailboxes) or [""]:
        about = (f"candidate:{id_}",)
        entries |= audited("exported", caller.org, now, by=caller.user, mailbox=mailbox, about=about)
    return entries


def _found(services: Services, org: str, id_: str) -> tuple[Found, Org]:
    store, org_key = services.store, keys.org(org)
    contact, listed = keys.contact(org, id_), keys.suppression(org, id_)
    known = store.read([contact, listed, org_key])
    enrollments = _all(services, Enrollment, org, ("contact", id_))
    campaigns = {keys.campaign(org, one.campaign) for one in enrollments.values()}
    # Also what they wrote in answer to a mail to somebody else.
    replies = _all(services, Reply, org, ("contact", id_)) | _all(services, Reply, org, ("sender_id", id_))
    correspondence = _all(services, Correspondence, org, ("contact", id_))
    pending = _all(services, Pending, org, ("contacts", id_))
    for one in correspondence.values():
        pending |= _all(services, Pending, org, ("lookups", one.id))
    snapshot = store.read(campaigns)
    found = Found(
        contact=known[contact],
        suppression=known[listed],
        enrollments=tuple(enrollments.values()),
        campaigns={it.id: it for key in campaigns if (it := snapshot[key]) is not None},
        replies=tuple(replies.values()),
        pending=tuple(pending.values()),
        correspondence=tuple(correspondence.values()),
    )
    return found, known[org_key] or Org(org=org)


def _all(services: Services, kind: type[R], org: str, where: tuple[str, str]) -> dict[Key[R], R]:
    return dict(services.store.all_held(kind, org, where=where))
