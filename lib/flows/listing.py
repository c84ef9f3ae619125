"""Own the list of campaigns: by it a mailbox's owner sees who sends what in their name.

Invariant: it holds what its caller may see, all of it, and nothing else; each page goes on where the one
before ended, whatever was accepted in between.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.fields import is_id
from lib.core.errors import Fault, InvalidRequest
from lib.core.records import Campaign, Mailbox
from lib.core.rights import held, in_force, is_delegate, is_owner, needs_approval, rights
from lib.ports import Services, Whose

PAGE_LIMIT = 200

_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)
_Place = tuple[datetime, str]


class CampaignsPage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the query of a list of campaigns: from behind which place (``next`` of the last page), how many."""

    after: str = ""
    limit: int = 50


class ListedCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """Show a campaign in a list; the fields are those of ``ShownCampaign``."""

    id: str
    name: str
    mailbox: str
    author_email: str
    status: str
    why: str
    paused_for: str
    needs_approval: bool
    accepted_at: datetime
    candidates: int


class ListedCampaigns(msgspec.Struct, frozen=True, kw_only=True):
    """List campaigns, the latest accepted first; next: what the next page comes after, None: it ends."""

    campaigns: tuple[ListedCampaign, ...]
    next: str | None


def list_campaigns(services: Services, caller: VerifiedCaller, page: CampaignsPage) -> ListedCampaigns:
    """List the caller's own campaigns, those of mailboxes of theirs or granted, and for an admin all."""
    limit = min(max(page.limit, 1), PAGE_LIMIT)
    behind = _place(page.after) if page.after else None
    now = services.clock.now()
    mailboxes = {one.id: one for one in services.store.mailboxes(caller.org)}
    found: dict[str, Campaign] = {}
    for whose, id_ in _sources(caller, mailboxes.values(), now):
        some = services.store.campaigns(caller.org, whose, id_, behind=behind, limit=limit + 1)
        found |= {one.id: one for one in some}
    for one in _granted(services, caller, mailboxes.values(), now):
        if behind is None or (one.accepted_at, one.id) < behind:
            found[one.id] = one
    may = [one for one in found.values() if "see" in rights(one, mailboxes.get(one.mailbox), caller, now)]
    seen = sorted(may, key=lambda one: (one.accepted_at, one.id), reverse=True)
    return ListedCampaigns(
        campaigns=tuple(_listed(one, mailboxes.get(one.mailbox), now) for one in seen[:limit]),
        next=_cursor(seen[limit - 1]) if len(seen) > limit else None,
    )


def _sources(
    caller: VerifiedCaller, mailboxes: Iterable[Mailbox], now: datetime
) -> Iterator[tuple[Whose, str]]:
    """Yield the queries that find all but campaigns which a grant names.

    The caller may see whatever they find: none that is left out takes up a place of a page.
    """
    if caller.role == "admin":
        yield "org", ""
        return
    yield "author", caller.user
    for one in mailboxes:
        if is_owner(one, caller) or held(one, caller, "", now) is not None:
            yield "mailbox", one.id


def _granted(
    services: Services, caller: VerifiedCaller, mailboxes: Iterable[Mailbox], now: datetime
) -> list[Campaign]:
    """Return the campaigns for which alone the caller holds a grant."""
    wanted = [
        keys.campaign(caller.org, grant.campaign)
        for one in mailboxes
        for grant in one.grants
        if grant.campaign and in_force(grant, now) and is_delegate(grant, caller)
    ]
    snapshot = services.store.read(wanted)
    return [one for key in wanted if (one := snapshot[key]) is not None]


def _listed(one: Campaign, mailbox: Mailbox | None, now: datetime) -> ListedCampaign:
    return ListedCampaign(
        id=one.id,
        name=one.name,
        mailbox=one.mailbox,
        author_email=one.author_email,
        status=one.status,
        why=one.why,
        paused_for=one.paused_for,
        needs_approval=mailbox is not None and needs_approval(mailbox, one, now),
        accepted_at=one.accepted_at,
        candidates=one.candidates,
    )


def _cursor(one: Campaign) -> str:
    return f"{(one.accepted_at - _EPOCH) // _MICROSECOND}-{one.id}"


def _place(cursor: str) -> _Place:
    """Return the time of acceptance and the id that a cursor was made of."""
    time, _, id_ = cursor.partition("-")
    if time.isdecimal() and is_id(id_):
        with contextlib.suppress(ValueError, OverflowError):
            return _EPOCH + int(time) * _MICROSECOND, id_
    why = "is not what a page of this list gave as next"
    raise InvalidRequest("no such page", (Fault(field="after", why=why),))
