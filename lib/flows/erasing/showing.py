"""Own the showing of erasures and their receipts, to admins and to whoever asked for one."""

from __future__ import annotations

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import NotFound
from lib.core.records import Erasure
from lib.core.rights import check_admin
from lib.ports import Services

#: How many erasures a page holds.
PAGE = 100


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a page of erasures, from behind an id."""

    after: str = ""


class ShownErasures(msgspec.Struct, frozen=True, kw_only=True):
    """Show a page of erasures by id; next: what the next page comes after, "" at the end."""

    erasures: tuple[Erasure, ...]
    next: str


def show_erasure(services: Services, caller: VerifiedCaller, id_: str) -> Erasure:
    """Show one erasure, its receipt included; NotFound for those who neither are admin nor asked for it."""
    key = keys.erasure(caller.org, id_)
    found = services.store.read([key])[key]
    if found is None or (caller.role != "admin" and found.by != caller.user):
        raise NotFound("no such erasure")
    return found


def list_erasures(services: Services, caller: VerifiedCaller, page: Page) -> ShownErasures:
    """Show a page of the org's erasures; Forbidden for those who are no admin."""
    check_admin(caller)
    found = [one for _, one in services.store.held(Erasure, caller.org, after=page.after, limit=PAGE)]
    return ShownErasures(erasures=tuple(found), next=found[-1].id if len(found) == PAGE else "")
