"""Own an invitation to connect a mailbox: what an admin asks for, and how that is put to the invited person.

Invariants: an invitation is bound to one address and good for seven days; the page says everything that the
consent will give, and to whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from lib.core.callers import VerifiedCaller
from lib.core.delegating import Plea, Terms, check_plea, wish_of
from lib.core.errors import Fault, InvalidRequest
from lib.core.ids import normalise_address
from lib.core.records import Connection, Invitation, Org
from lib.core.tickets import STATE_TIME
from lib.core.unconnected import NotConnected
from lib.core.wishes import ConnectionRequest, wish_faults

INVITATION_TIME = timedelta(days=7)


class WishedGrant(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a grant that the inviting admin gets with the consent."""


class InvitationRequest(ConnectionRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for an invitation; grant: what the admin asks for besides, None: nothing.

    return_url: where the person ends who was invited; they need no account of the web app.
    """

    grant: WishedGrant | None = None


def invited(
    request: InvitationRequest,
    caller: VerifiedCaller,
    id_: str,
    grant_id: str,
    origins: tuple[str, ...],
    now: datetime,
) -> Invitation:
    """Return an admin's invitation; InvalidRequest lists every fault."""
    if faults := (*wish_faults(request, origins), *_grant_faults(request, caller, now)):
        raise InvalidRequest("the invitation can't be made", faults)
    return Invitation(
        org=caller.org,
        id=id_,
        address=request.address.strip(),
        sender_name=request.sender_name.strip(),
        by=caller.user,
        by_email=caller.email,
        return_url=request.return_url,
        expires_at=now + INVITATION_TIME,
        access=request.access,
        timezone=request.timezone,
        grant=wish_of(caller, request.grant, grant_id, now) if request.grant else None,
    )


def is_open(invitation: Invitation, now: datetime) -> bool:
    """Say whether an invitation still leads to a connection."""
    return not invitation.used and now < invitation.expires_at


def open_invitation(invitation: Invitation | None, now: datetime) -> Invitation:
    """Return an invitation that is open; NotConnected says why another one is not."""
    if invitation is None:
        raise NotConnected("no_invitation")
    if invitation.used:
        raise NotConnected("used_invitation")
    if not is_open(invitation, now):
        raise NotConnected("old_invitation")
    return invitation


def accepted(invitation: Invitation, id_: str, now: datetime) -> Connection:
    """Return the wish that comes of the button; who owns the mailbox is not known to the web app yet."""
    return Connection(
        org=invitation.org,
        id=id_,
        user="",
        address=invitation.address,
        sender_name=invitation.sender_name,
        return_url=invitation.return_url,
        access=invitation.access,
        timezone=invitation.timezone,
        invitation=invitation.id,
        grant=invitation.grant,
        expires_at=now + STATE_TIME,
    )


def words(invitation: Invitation, org: Org | None) -> tuple[str, list[str]]:
    """Return title and paragraphs of the page on which the invited person decides."""
    name = (org.name if org else "") or invitation.org
    title = f"{name} asks you to connect your mailbox"
    asks = (
        f"{invitation.by_email} invites you to connect {invitation.address} to Outreach, with which {name} "
        f"writes to candidates. Mails will go out as “{invitation.sender_name}”."
    )
    ways = (
        "Next, Google asks you for these permissions. You can take them back at any time, in your Google "
        "account under “Third-party apps and services”. If you did not expect this invitation, close the "
        "page: nothing happens."
    )
    return title, [asks, _access_words(invitation), *_grant_words(invitation), ways]


def _access_words(invitation: Invitation) -> str:
    if invitation.access == "headers":
        return (
            "Outreach will send campaign mails from your mailbox, and look at the sender and subject of what "
            "comes in, to stop for those who answer. It cannot read the text of any mail."
        )
    return (
        "Outreach will send campaign mails from your mailbox, find the answers to them, and put labels on "
        "them. Of other mail it looks at the sender and the subject at most. Only when a candidate writes "
        "about something else may you, or whom you allow to, open that text by a click."
    )


def _grant_words(invitation: Invitation) -> Iterator[str]:
    grant = invitation.grant
    if grant is None:
        yield "Nobody else may send from your mailbox, unless you allow it later."
        return
    what = f"the campaign “{grant.campaign}”" if grant.campaign else "campaigns"
    until = f"until {grant.until:%-d %B %Y}" if grant.until else "until you end it"
    each = " You approve each campaign before its first mail." if grant.approval else ""
    yield (
        f"By connecting you also allow {invitation.by_email} to send {what} in your name and to see the "
        f"answers to them, {until}.{each}"
    )


def _grant_faults(request: InvitationRequest, caller: VerifiedCaller, now: datetime) -> Iterator[Fault]:
    if request.grant is None:
        return
    if normalise_address(request.address) == normalise_address(caller.email):
        yield Fault(field="grant", why="is not needed for a mailbox of your own")
    try:
        check_plea(Plea(address=request.address, **msgspec.structs.asdict(request.grant)), now)
    except InvalidRequest as error:
        for fault in error.faults:
            if fault.field != "address":
                yield Fault(field=f"grant.{fault.field}", why=fault.why)
