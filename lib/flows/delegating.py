"""Own the grants by which others send from a mailbox: asked for, given, accepted, listed, ended.

Invariant: a grant that has ended bars the next send by itself. Its campaigns are paused at once besides;
should that die half-way, whoever ends the grant again goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from lib.core import delegating, keys
from lib.core.auditing import audited
from lib.core.callers import VerifiedCaller
from lib.core.delegating import Accepting, Gift, Plea
from lib.core.errors import NotFound
from lib.core.ids import address_id
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Campaign, Deed, Grant, Mailbox, Record
from lib.core.rights import in_force, is_delegate, is_owner, owned, refuse_erased
from lib.ports import Services

#: A mailbox after a deed, and the grant that it was about.
Granted = tuple[Mailbox, Grant]

NOT_CONNECTED = (
    "no mailbox of this address is connected in your organisation: its owner has to connect it first"
)


class ShownGrant(msgspec.Struct, frozen=True, kw_only=True):
    """Show a grant; holds: it lets its delegate send now. at: of the last change of its status."""

    id: str
    mailbox: str
    email: str
    status: str
    holds: bool
    campaign: str
    until: datetime | None
    approval: bool
    at: datetime


def ask(services: Services, caller: VerifiedCaller, plea: Plea) -> ShownGrant:
    """Ask the owner of a mailbox, which is named by its address, for a grant; the same again is one wish.

    NotFound when no such mailbox is connected in the caller's org; InvalidRequest lists every fault.
    """
    delegating.check_plea(plea, services.clock.now())
    inbox_key = keys.inbox(address_id(services.address_key, plea.address))
    inbox = services.store.read([inbox_key])[inbox_key]
    connected = inbox is not None and (inbox.status == "connected" or inbox.leads_to)
    if inbox is None or inbox.org != caller.org or not connected:
        raise NotFound(NOT_CONNECTED)
    id_, now = services.new_id(), services.clock.now()

    def after(snapshot: Snapshot, key: Key[Mailbox]) -> Granted:
        mailbox = snapshot[key]
        if mailbox is None:
            raise NotFound(NOT_CONNECTED)
        return delegating.asked(mailbox, caller, plea, id_, now)

    return _change(services, caller, inbox.mailbox, "asked", after)[1]


def give(services: Services, caller: VerifiedCaller, mailbox_id: str, gift: Gift) -> ShownGrant:
    """Give somebody a grant for the caller's own mailbox; for the same campaign it has these terms then."""
    id_, now = services.new_id(), services.clock.now()

    def after(snapshot: Snapshot, key: Key[Mailbox]) -> Granted:
        return delegating.given(owned(snapshot, key, caller), caller, gift, id_, now)

    return _change(services, caller, mailbox_id, "granted", after)[1]


def accept(
    services: Services, caller: VerifiedCaller, mailbox_id: str, grant_id: str, terms: Accepting
) -> ShownGrant:
    """Give what was asked for from the caller's own mailbox; what ``terms`` holds takes the place of that."""
    now = services.clock.now()

    def after(snapshot: Snapshot, key: Key[Mailbox]) -> Granted:
        return delegating.accepted(owned(snapshot, key, caller), caller, grant_id, terms, now)

    return _change(services, caller, mailbox_id, "granted", after)[1]


def end(services: Services, caller: VerifiedCaller, mailbox_id: str, grant_id: str) -> ShownGrant:
    """End a grant, or a wish for one, and pause what rests on it.

    For the mailbox's owner, its delegate and admins; NotFound for all others.
    """
    now = services.clock.now()

    def after(snapshot: Snapshot, key: Key[Mailbox]) -> Granted:
        mailbox = snapshot.need(key)
        if grant_id not in {grant.id for grant in _visible(mailbox, caller)}:
            raise NotFound("no such grant")
        return delegating.ended(mailbox, grant_id, caller.user, now)

    grant, shown = _change(services, caller, mailbox_id, "grant_ended", after, begins=False)
    if grant.user:
        _pause_resting(services, caller, mailbox_id, grant.user)
    return shown


def list_grants(services: Services, caller: VerifiedCaller, mailbox_id: str) -> list[ShownGrant]:
    """List the grants of a mailbox, ended ones too: all for its owner and admins, their own for delegates."""
    key, now = keys.mailbox(caller.org, mailbox_id), services.clock.now()
    mailbox = services.store.read([key]).need(key)
    found = _visible(mailbox, caller)
    if not found and not is_owner(mailbox, caller) and caller.role != "admin":
        raise NotFound("no such mailbox")
    return [shown_grant(mailbox, grant, now) for grant in found]


def shown_grant(mailbox: Mailbox, grant: Grant, now: datetime) -> ShownGrant:
    """Return a grant as it is shown."""
    return ShownGrant(
        id=grant.id,
        mailbox=mailbox.id,
        email=grant.email,
        status=grant.status,
        holds=in_force(grant, now),
        campaign=grant.campaign,
        until=grant.until,
        approval=grant.approval,
        at=grant.at,
    )


def _visible(mailbox: Mailbox, caller: VerifiedCaller) -> list[Grant]:
    sees_all = caller.role == "admin" or is_owner(mailbox, caller)
    return [grant for grant in mailbox.grants if sees_all or is_delegate(grant, caller)]


def _change(
    services: Services,
    caller: VerifiedCaller,
    mailbox_id: str,
    deed: Deed,
    after: Callable[[Snapshot, Key[Mailbox]], Granted],
    *,
    begins: bool = True,
) -> tuple[Grant, ShownGrant]:
    """Change a mailbox's grants, with the deed on record where one of them is another than before.

    begins: something new comes of it, for which it is too late where all is being erased.
    """
    key, org_key = keys.mailbox(caller.org, mailbox_id), keys.org(caller.org)
    now = services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[Granted]:
        mailbox, grant = after(snapshot, key)
        before = snapshot.need(key)
        if begins:
            refuse_erased(snapshot[org_key], before)
        writes: dict[Key[Any], Record] = {} if mailbox == before else {key: mailbox}
        if (grant.status, grant.at) not in {
            (one.status, one.at) for one in before.grants if one.id == grant.id
        }:
            about = (f"grant:{grant.id}", *_in_words(grant))
            writes |= audited(deed, caller.org, now, by=caller.user, mailbox=mailbox_id, about=about)
        return Changes((mailbox, grant), writes)

    mailbox, grant = services.store.change([key, org_key], decide)
    return grant, shown_grant(mailbox, grant, now)


def _in_words(grant: Grant) -> tuple[str, ...]:
    """Return the terms of a grant as the audit has them."""
    until = f"until {grant.until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if grant.until else "until it is ended"
    what = f"campaign:{grant.campaign}" if grant.campaign else "all campaigns"
    who = (f"user:{grant.user}",) if grant.user else ()
    return (*who, what, until, *(("with approval",) if grant.approval else ()))


def _pause_resting(services: Services, caller: VerifiedCaller, mailbox_id: str, author: str) -> None:
    """Pause the campaigns of an author who no longer holds a grant for them."""
    for _, campaign in services.store.all_held(Campaign, caller.org, where=("mailbox", mailbox_id)):
        if campaign.author == author:
            _pause(services, caller, campaign)


def _pause(services: Services, caller: VerifiedCaller, campaign: Campaign) -> None:
    wanted: list[Key[Any]] = [
        keys.campaign(campaign.org, campaign.id),
        keys.mailbox(campaign.org, campaign.mailbox),
    ]
    now = services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[None]:
        return Changes(None, writes=delegating.without_grant(snapshot, campaign, now, by=caller.user))

    services.store.change(wanted, decide)
