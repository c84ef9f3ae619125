"""Own the grants of a mailbox: asked for, given, bound to the user who acts by them, ended.

Invariants: for one person and one campaign (or all) there is one grant that is not ended; what is done twice
is done once; an ended grant never comes back, and stays on record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from lib.core.auditing import audited
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.controlling import paused
from lib.core.campaigns.fields import is_id
from lib.core.campaigns.shortlist import deliverable
from lib.core.errors import Conflict, Fault, InvalidRequest, NotFound
from lib.core.ids import normalise_address
from lib.core.keys import Key, Snapshot
from lib.core.keys import campaign as campaign_key
from lib.core.keys import mailbox as mailbox_key
from lib.core.records import Campaign, Grant, Mailbox, Record
from lib.core.rights import GRANT_ENDED, bound, in_force, is_delegate, is_owner, lacking

#: How many ended grants are kept, and how many others a mailbox can have.
ENDED_KEPT = 100
LIVE_LIMIT = 200
#: How many wishes for grants of one mailbox one person can have open.
WISH_LIMIT = 5


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hold what a grant covers: one campaign or all (""), until when, and whether the owner approves each."""

    campaign: str = ""
    until: datetime | None = None
    approval: bool = False


class Gift(Terms, frozen=True, kw_only=True):
    """Be the body by which an owner gives a grant; email: as the delegate's user token has it."""

    email: str


class Plea(Terms, frozen=True, kw_only=True):
    """Be the body by which somebody asks for a grant; address: of the mailbox."""

    address: str


class Accepting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the body by which an owner accepts what was asked for; what is absent stays as it was asked."""

    campaign: str | msgspec.UnsetType = msgspec.UNSET
    until: datetime | msgspec.UnsetType | None = msgspec.UNSET
    approval: bool | msgspec.UnsetType = msgspec.UNSET


def terms_faults(terms: Terms, now: datetime) -> Iterator[Fault]:
    """Yield what is wrong with the terms of a grant."""
    if terms.campaign and not is_id(terms.campaign):
        yield Fault(field="campaign", why="is the id of a campaign, or empty for all")
    if terms.until is not None and terms.until.tzinfo is None:
        yield Fault(field="until", why="has no offset from UTC; one is 2030-01-31T18:00:00Z")
    elif terms.until is not None and terms.until <= now:
        yield Fault(field="until", why="lies in the past")


def check_plea(plea: Plea, now: datetime) -> None:
    """Raise InvalidRequest with all that is wrong with what is asked for."""
    _refuse([*_address_faults("address", plea.address), *terms_faults(plea, now)])


def asked(
    mailbox: Mailbox, caller: VerifiedCaller, terms: Terms, id_: str, now: datetime
) -> tuple[Mailbox, Grant]:
    """Return the mailbox with what a caller asks for; one who asks again has one wish, the last."""
    if is_owner(mailbox, caller):
        raise Conflict("this mailbox is your own: it needs no grant")
    found = _live(mailbox, terms.campaign, now, lambda grant: is_delegate(grant, caller))
    if found is not None and found.status == "given":
        return bound(mailbox, caller), found
    open_wishes = [one for one in mailbox.grants if one.status == "asked" and is_delegate(one, caller)]
    if found is None and len(open_wishes) >= WISH_LIMIT:
        raise Conflict("you ask for several grants of this mailbox already: wait for its owner")
    return _with(mailbox, found, wish_of(caller, terms, found.id if found else id_, now))


def wish_of(caller: VerifiedCaller, terms: Terms, id_: str, now: datetime) -> Grant:
    """Return what a caller asks for, on these terms."""
    return Grant(
        id=id_,
        email=caller.email,
        user=caller.user,
        status="asked",
        campaign=terms.campaign,
        until=terms.until,
        approval=terms.approval,
        at=now,
        by=caller.user,
    )


def given(
    mailbox: Mailbox, caller: VerifiedCaller, gift: Gift, id_: str, now: datetime
) -> tuple[Mailbox, Grant]:
    """Return the owner's mailbox with a grant; one that is there for the same has the new terms."""
    faults = [*_address_faults("email", gift.email), *terms_faults(gift, now)]
    email = normalise_address(gift.email)
    if email in {normalise_address(mailbox.address), normalise_address(caller.email)}:
        faults.append(Fault(field="email", why="is the owner's own: it needs no grant"))
    _refuse(faults)
    found = _live(mailbox, gift.campaign, now, lambda grant: normalise_address(grant.email) == email)
    made = Grant(
        id=found.id if found else id_,
        email=found.email if found else gift.email.strip(),
        user=found.user if found else "",
        status="given",
        campaign=gift.campaign,
        until=gift.until,
        approval=gift.approval,
        at=now,
        by=caller.user,
    )
    return _with(bound(mailbox, caller), found, made)


def accepted(
    mailbox: Mailbox, caller: VerifiedCaller, id_: str, changes: Accepting, now: datetime
) -> tuple[Mailbox, Grant]:
    """Return the owner's mailbox with a grant that was asked for, and is given on these terms."""
    found = _grant_of(mailbox, id_)
    if found.status == "given":
        return mailbox, found
    if found.status == "ended":
        raise Conflict("this grant has ended: give a new one")
    wish = {
        name: value for name, value in msgspec.structs.asdict(changes).items() if value is not msgspec.UNSET
    }
    terms = msgspec.structs.replace(
        Terms(campaign=found.campaign, until=found.until, approval=found.approval), **wish
    )
    _refuse(list(terms_faults(terms, now)))
    other = _live(
        mailbox, terms.campaign, now, lambda grant: grant.id != id_ and _is_same_person(grant, found)
    )
    if other is not None:
        raise Conflict("there is a grant for the same already: end it first")
    made = msgspec.structs.replace(
        found,
        status="given",
        campaign=terms.campaign,
        until=terms.until,
        approval=terms.approval,
        at=now,
        by=caller.user,
    )
    return _with(bound(mailbox, caller), found, made)


def consented(mailbox: Mailbox, wish: Grant, now: datetime) -> tuple[Mailbox, Grant]:
    """Return the mailbox with a grant that was named to its owner as they connected it at an invitation."""
    found = _live(mailbox, wish.campaign, now, lambda grant: _is_same_person(grant, wish))
    id_ = found.id if found is not None else wish.id
    made = msgspec.structs.replace(wish, id=id_, status="given", at=now, by=mailbox.owner)
    return _with(mailbox, found, made)


def ended(mailbox: Mailbox, id_: str, by: str, now: datetime) -> tuple[Mailbox, Grant]:
    """Return the mailbox without a grant, or without a wish for one; the grant stays on record."""
    found = _grant_of(mailbox, id_)
    if found.status == "ended":
        return mailbox, found
    return _with(mailbox, found, msgspec.structs.replace(found, status="ended", at=now, by=by))


def without_grant(snapshot: Snapshot, seen: Campaign, now: datetime, *, by: str) -> dict[Key[Any], Record]:
    """Return what is written to pause a campaign whose author holds no grant; nothing when they do."""
    key = campaign_key(seen.org, seen.id)
    campaign, mailbox = snapshot[key], snapshot[mailbox_key(seen.org, seen.mailbox)]
    if campaign is None or mailbox is None or campaign.status not in ("active", "paused"):
        return {}
    after = paused(campaign, GRANT_ENDED, "grant")
    if after == campaign or lacking(mailbox, campaign, now) != "grant":
        return {}
    entry = audited(
        "paused_campaign",
        seen.org,
        now,
        by=by,
        mailbox=mailbox.id,
        campaign=seen.id,
        about=("the grant has ended",),
    )
    return {key: after, **entry}


def _grant_of(mailbox: Mailbox, id_: str) -> Grant:
    found = next((grant for grant in mailbox.grants if grant.id == id_), None)
    if found is None:
        raise NotFound("no such grant")
    return found


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise InvalidRequest("there can be no such grant", tuple(faults))


def _address_faults(field: str, address: str) -> Iterator[Fault]:
    if deliverable(address.strip()) is None:
        yield Fault(field=field, why="is not an e-mail address")


def _is_same_person(one: Grant, other: Grant) -> bool:
    if one.user and other.user:
        return one.user == other.user
    return normalise_address(one.email) == normalise_address(other.email)


def _live(mailbox: Mailbox, campaign: str, now: datetime, is_theirs: Callable[[Grant], bool]) -> Grant | None:
    """Return one person's grant for a campaign, or for all, that is asked for or in force."""
    return next(
        (
            grant
            for grant in mailbox.grants
            if (grant.status == "asked" or in_force(grant, now))
            and grant.campaign == campaign
            and is_theirs(grant)
        ),
        None,
    )


def _with(mailbox: Mailbox, before: Grant | None, after: Grant) -> tuple[Mailbox, Grant]:
    """Return the mailbox with a grant in place of another; unchanged when only its time would change."""
    if before is not None and msgspec.structs.replace(after, at=before.at, by=before.by) == before:
        return mailbox, before
    others = (_superseded(grant, after) for grant in mailbox.grants if grant.id != after.id)
    grants = (*others, after)
    live = [grant for grant in grants if grant.status != "ended"]
    if len(live) > LIVE_LIMIT:
        raise Conflict("this mailbox has too many grants: end some first")
    over = [grant for grant in grants if grant.status == "ended"]
    return msgspec.structs.replace(mailbox, grants=(*over[-ENDED_KEPT:], *live)), after


def _superseded(grant: Grant, made: Grant) -> Grant:
    """Return another grant, ended where the same person has a new one for the same."""
    same = grant.campaign == made.campaign and _is_same_person(grant, made)
    if grant.status == "ended" or made.status == "ended" or not same:
        return grant
    return msgspec.structs.replace(grant, status="ended", at=made.at, by=made.by)
