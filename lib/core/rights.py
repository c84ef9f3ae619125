"""Own who may do what: with a mailbox, and with the campaigns that are sent from it.

Invariants: what a caller may not see does not exist for them; every right follows from the records as they
are at the moment, so that a grant which has ended or expired gives none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import Conflict, Forbidden, NotFound
from lib.core.ids import normalise_address
from lib.core.keys import Key, Snapshot
from lib.core.records import Campaign, Grant, Mailbox, Org

#: see: state and figures. read: steps, candidates, answers. stop: pause, cancel, skip. write: all that lets
#: something else, or something more, go out. approve: let a delegate's campaign go out.
Right = Literal["see", "read", "stop", "write", "approve"]
RIGHTS: tuple[Right, ...] = ("see", "read", "stop", "write", "approve")

NO_GRANT = "you can no longer send from this mailbox: ask its owner for a grant"
#: Why a campaign is paused whose author holds no grant.
GRANT_ENDED = "its author holds no grant for this mailbox (any more)"

_REFUSED: dict[Right, str] = {
    "see": "",
    "read": "candidates, mails and answers are for the mailbox's owner, and for whom they have given a grant",
    "stop": "only its author, the mailbox's owner and an admin can stop this campaign",
    "write": "only the mailbox's owner can change this campaign, and its author while they hold a grant",
    "approve": "only the mailbox's owner can approve this campaign",
}


def check_admin(caller: VerifiedCaller) -> None:
    """Raise Forbidden for those who are no admin of their org."""
    if caller.role != "admin":
        raise Forbidden("this is for the organisation's admins")


def is_owner(mailbox: Mailbox, caller: VerifiedCaller) -> bool:
    """Say whether a mailbox is the caller's own; somebody invited is known by its address at first."""
    if mailbox.owner:
        return mailbox.owner == caller.user
    return normalise_address(mailbox.address) == normalise_address(caller.email)


def owned(snapshot: Snapshot, key: Key[Mailbox], caller: VerifiedCaller, *, admin: bool = False) -> Mailbox:
    """Return a mailbox that is the caller's own, or, with ``admin``, of an admin's org; else NotFound."""
    mailbox = snapshot[key]
    if mailbox is None or not (is_owner(mailbox, caller) or (admin and caller.role == "admin")):
        raise NotFound("no such mailbox")
    return mailbox


def is_delegate(grant: Grant, caller: VerifiedCaller) -> bool:
    """Say whether a grant names the caller: by their id once it is bound, by their address before."""
    if grant.user:
        return grant.user == caller.user
    return normalise_address(grant.email) == normalise_address(caller.email)


def bound(mailbox: Mailbox, caller: VerifiedCaller) -> Mailbox:
    """Return the mailbox as it is once a caller has acted: from now on they are known by their id alone.

    To be written in the commit of the deed itself.
    """
    if is_owner(mailbox, caller):
        return msgspec.structs.replace(mailbox, owner=caller.user)
    grants = tuple(
        msgspec.structs.replace(grant, user=caller.user)
        if grant.status != "ended" and is_delegate(grant, caller)
        else grant
        for grant in mailbox.grants
    )
    return msgspec.structs.replace(mailbox, grants=grants)


def in_force(grant: Grant, now: datetime) -> bool:
    """Say whether a grant was given and has neither ended nor expired."""
    return grant.status == "given" and (grant.until is None or now < grant.until)


def holding(mailbox: Mailbox, user: str, campaign: str, now: datetime) -> Grant | None:
    """Return the grant by which a user sends a campaign from a mailbox now; None when they hold none.

    A grant for this campaign alone outranks one for all.
    """
    return _covering(mailbox, campaign, now, lambda grant: bool(user) and grant.user == user)


def held(mailbox: Mailbox, caller: VerifiedCaller, campaign: str, now: datetime) -> Grant | None:
    """Return what ``holding`` does for a caller, to whom a grant may not be bound yet."""
    return _covering(mailbox, campaign, now, lambda grant: is_delegate(grant, caller))


def may_send(mailbox: Mailbox, caller: VerifiedCaller, campaign: str, now: datetime) -> bool:
    """Say whether a caller may send a campaign from a mailbox: their own, or by a grant."""
    return is_owner(mailbox, caller) or held(mailbox, caller, campaign, now) is not None


def lacking(mailbox: Mailbox, campaign: Campaign, now: datetime) -> Literal["", "grant", "approval"]:
    """Return what keeps a campaign from being sent in the name of the mailbox's owner; empty: nothing."""
    if campaign.author == mailbox.owner:
        return ""
    grant = holding(mailbox, campaign.author, campaign.id, now)
    if grant is None:
        return "grant"
    return "approval" if grant.approval and campaign.approved_at is None else ""


def needs_approval(mailbox: Mailbox, campaign: Campaign, now: datetime) -> bool:
    """Say whether the owner has to approve a campaign before its mails go out."""
    if campaign.author == mailbox.owner:
        return False
    grant = holding(mailbox, campaign.author, campaign.id, now)
    return grant is not None and grant.approval


def rights(
    campaign: Campaign, mailbox: Mailbox | None, caller: VerifiedCaller, now: datetime
) -> frozenset[Right]:
    """Return what a caller may do with a campaign; nothing: it does not exist for them.

    mailbox: the campaign's, None when it is gone.
    """
    if mailbox is not None and is_owner(mailbox, caller):
        return frozenset(RIGHTS)
    is_author = campaign.author == caller.user
    found: set[Right] = {"see", "stop"} if is_author or caller.role == "admin" else set()
    if mailbox is not None and held(mailbox, caller, campaign.id, now) is not None:
        found |= {"see", "read", "write"} if is_author else {"see", "read"}
    return frozenset(found)


def permitted(
    snapshot: Snapshot, key: Key[Campaign], caller: VerifiedCaller, right: Right, now: datetime
) -> Campaign:
    """Return a campaign with which a caller may do something, by what was read of it and its mailbox.

    NotFound for who may not even see it, Forbidden for who may.
    """
    campaign = snapshot.need(key)
    mailbox = snapshot.get(keys.mailbox(campaign.org, campaign.mailbox))
    found = rights(campaign, mailbox, caller, now)
    if "see" not in found:
        raise NotFound("no such campaign")
    if right not in found:
        raise Forbidden(_REFUSED[right])
    return campaign


def refuse_erased(org: Org | None, mailbox: Mailbox | None) -> None:
    """Raise Conflict where nothing new may begin, because all there is is being erased."""
    if org is not None and org.erasing:
        raise Conflict("the organisation's data is being erased")
    if mailbox is not None and mailbox.erasing:
        raise Conflict("the mailbox is being erased")


def _covering(
    mailbox: Mailbox, campaign: str, now: datetime, is_theirs: Callable[[Grant], bool]
) -> Grant | None:
    found = [
        grant
        for grant in mailbox.grants
        if grant.campaign in {"", campaign} and in_force(grant, now) and is_theirs(grant)
    ]
    return max(found, key=lambda grant: bool(grant.campaign), default=None)
