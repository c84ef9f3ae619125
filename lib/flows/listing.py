"""Own the list of campaigns: by it a mailbox's owner sees who sends what in their name.

Invariant: it holds what its caller may see, all of it, and nothing else; each page goes on where the one
before ended, whatever was accepted in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.cursors import cursor_of, place_of
from lib.core.records import Campaign, Mailbox
from lib.core.rights import held, in_force, is_delegate, is_owner, needs_approval, rights
from lib.ports import Services, Whose

PAGE_LIMIT = 200
#: How many are counted at once.
COUNTED_LIMIT = 50


class CampaignsPage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the query of a list of campaigns: from behind which place (``next`` of the last page), how many.

    figures: whether each is counted too, at most 50 then: three counts for each.
    """

    after: str = ""
    limit: int = 50
    figures: bool = False


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Show how far a campaign is; the fields are those of ``Figures``."""

    sent: int
    waiting: int
    replied: int


class ListedCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """Show a campaign in a list; the fields are those of ``ShownCampaign``.

    figures: None unless asked for.
    """

    id: str
    name: str
    mailbox: str
    author_email: str
    status: str
    why: str
    paused_for: str
    needs_approval: bool
    approved_at: datetime | None
    accepted_at: datetime
    candidates: int
    figures: Progress | None


class ListedCampaigns(msgspec.Struct, frozen=True, kw_only=True):
    """List campaigns, the latest accepted first; next: what the next page comes after, None: it ends."""

    campaigns: tuple[ListedCampaign, ...]
    next: str | None


def list_campaigns(services: Services, caller: VerifiedCaller, page: CampaignsPage) -> ListedCampaigns:
    """List the caller's own campaigns, those of mailboxes of theirs or granted, and for an admin all."""
    limit = min(max(page.limit, 1), COUNTED_LIMIT if page.figures else PAGE_LIMIT)
    behind = place_of(page.after)
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
    shown = seen[:limit]
    figures = _figures(services, caller.org, shown) if page.figures else {}
    return ListedCampaigns(
        campaigns=tuple(_listed(one, mailboxes.get(one.mailbox), now, figures.get(one.id)) for one in shown),
        next=cursor_of(shown[-1].accepted_at, shown[-1].id) if len(seen) > limit else None,
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


def _figures(services: Services, org: str, campaigns: Iterable[Campaign]) -> dict[str, Progress]:
    counted = services.store.progress(org, [one.id for one in campaigns])
    return {
        id_: Progress(sent=one["sent"], waiting=one["waiting"], replied=one["answered"])
        for id_, one in counted.items()
    }


def _listed(
    one: Campaign, mailbox: Mailbox | None, now: datetime, figures: Progress | None
) -> ListedCampaign:
    return ListedCampaign(
        id=one.id,
        name=one.name,
        mailbox=one.mailbox,
        author_email=one.author_email,
        status=one.status,
        why=one.why,
        paused_for=one.paused_for,
        needs_approval=mailbox is not None and needs_approval(mailbox, one, now),
        approved_at=one.approved_at,
        accepted_at=one.accepted_at,
        candidates=one.candidates,
        figures=figures,
    )
