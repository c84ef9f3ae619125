"""Own the wish to erase: a candidate by their address, a mailbox, or all that is held of the org.

Invariant: the same wish while one is under way is that one; an address goes no further than its keyed hash.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.erasing import candidate_marked, erasure_of, mailbox_marked, org_marked
from lib.core.errors import Fault, InvalidRequest
from lib.core.ids import address_id
from lib.core.keys import Key
from lib.core.records import Erasure
from lib.core.rights import check_admin, owned
from lib.ports import Services


class ErasureRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for an erasure: of a candidate by address, of a mailbox by id, or of the org, by its own id."""

    candidate: str | None = None
    mailbox: str | None = None
    org: str | None = None


def ask(services: Services, caller: VerifiedCaller, request: ErasureRequest) -> Erasure:
    """Begin an erasure for an admin; ``maintain`` carries it out. InvalidRequest names what is wrong."""
    check_admin(caller)
    given = {name: value for name, value in msgspec.structs.asdict(request).items() if value is not None}
    if len(given) != 1:
        raise _fault("candidate", 'is to be named, or "mailbox", or "org": one of the three')
    if request.mailbox is not None:
        return erase_mailbox(services, caller, request.mailbox)
    if request.org is not None:
        return _erase_org(services, caller, request.org)
    return _erase_candidate(services, caller, (request.candidate or "").strip())


def erase_mailbox(services: Services, caller: VerifiedCaller, id_: str) -> Erasure:
    """Begin the erasure of a mailbox for its owner or an admin; NotFound for all others."""
    key = keys.mailbox(caller.org, id_)
    owned(services.store.read([key]), key, caller, admin=True)
    return begin(services, _fresh(services, caller, "mailbox", id_))


def begin(services: Services, fresh: Erasure) -> Erasure:
    """Mark what is to be erased, in one commit; return the erasure, or the one that is under way already.

    NotFound: there is no such mailbox. Conflict: all that is held of the org is being erased.
    """
    wanted: list[Key[Any]] = [keys.org(fresh.org)]
    if fresh.kind == "org":
        return services.store.change(wanted, partial(org_marked, fresh=fresh))
    if fresh.kind == "mailbox":
        wanted.append(keys.mailbox(fresh.org, fresh.subject))
        return services.store.change(wanted, partial(mailbox_marked, fresh=fresh))
    wanted.append(keys.contact(fresh.org, fresh.subject))
    return services.store.change(wanted, partial(candidate_marked, fresh=fresh))


def _erase_candidate(services: Services, caller: VerifiedCaller, address: str) -> Erasure:
    # Also one that mail could not go to may stand in an answer.
    if not all(address.rpartition("@")) or len(address.split()) != 1:
        raise _fault("candidate", "is no e-mail address")
    return begin(services, _fresh(services, caller, "candidate", address_id(services.address_key, address)))


def _erase_org(services: Services, caller: VerifiedCaller, confirmed: str) -> Erasure:
    if confirmed != caller.org:
        raise _fault("org", "is to be your organisation's own id, as a sign that you mean it")
    return begin(services, _fresh(services, caller, "org", ""))


def _fresh(services: Services, caller: VerifiedCaller, kind: Any, subject: str) -> Erasure:
    now = services.clock.now()
    return erasure_of(caller.org, kind, subject, by=caller.user, new_id=services.new_id(), now=now)


def _fault(field: str, why: str) -> InvalidRequest:
    return InvalidRequest("the erasure was not begun", (Fault(field=field, why=why),))
