"""Own invitations: an admin makes a link, and whoever has it and its mailbox connects that.

Invariants: only the hash of a link's token is kept; to open the link, or to press its button, uses nothing
up: only the commit that connects the mailbox does.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.callers import ORG_ID, VerifiedCaller
from lib.core.errors import Conflict
from lib.core.ids import digest
from lib.core.inviting import InvitationRequest, accepted, invited, is_open, open_invitation, words
from lib.core.keys import Changes, Snapshot
from lib.core.records import Grant, Invitation
from lib.core.rights import check_admin, refuse_erased
from lib.core.tickets import invitation_id
from lib.core.unconnected import NotConnected
from lib.flows.connecting import Started, bound_browser
from lib.ports import Services

PAGE = 100


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """Answer with the link to send to the invited person; it is shown this once."""

    id: str
    url: str
    expires_at: datetime


class ShownInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """Show an invitation that is open."""

    id: str
    address: str
    sender_name: str
    by: str
    expires_at: datetime
    access: str
    grant: Grant | None


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what the page of an invitation says."""

    title: str
    paragraphs: list[str]


def invite(services: Services, caller: VerifiedCaller, request: InvitationRequest) -> Invited:
    """Make an invitation, good for seven days; for admins."""
    check_admin(caller)
    token, now = f"{caller.org}.{services.new_id()}", services.clock.now()
    id_ = invitation_id(token)
    grant_id = services.new_id()
    record = invited(request, caller, id_, grant_id, services.allowed_origins, now)
    key, org = keys.invitation(caller.org, id_), keys.org(caller.org)

    def decide(snapshot: Snapshot) -> Changes[None]:
        refuse_erased(snapshot[org], None)
        entry = audited("invited", caller.org, now, by=caller.user, about=(f"invitation:{id_}",))
        return Changes(None, writes={key: record, **entry})

    services.store.change([org], decide)
    url = f"{services.base_url}/oauth_callback/invitation?token={token}"
    return Invited(id=id_, url=url, expires_at=record.expires_at)


def list_invitations(services: Services, caller: VerifiedCaller) -> list[ShownInvitation]:
    """List the open invitations of the org, those that end first coming first; for admins."""
    check_admin(caller)
    now = services.clock.now()
    found = [one for _, one in services.store.all_held(Invitation, caller.org) if is_open(one, now)]
    return [_shown(one) for one in sorted(found, key=lambda one: (one.expires_at, one.id))]


def withdraw(services: Services, caller: VerifiedCaller, id_: str) -> ShownInvitation:
    """Withdraw an invitation; a consent under way connects nothing any more. For admins."""
    check_admin(caller)
    key, now = keys.invitation(caller.org, id_), services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[Invitation]:
        found = snapshot.need(key)
        if found.used:
            raise Conflict("the invitation was used: disconnect the mailbox instead")
        entry = audited("withdrawn", caller.org, now, by=caller.user, about=(f"invitation:{id_}",))
        return Changes(found, writes=entry, deletes=frozenset({key}))

    return _shown(services.store.change([key], decide))


def show(services: Services, token: str) -> Asking:
    """Return what the page of an invitation says; NotConnected when it is not open."""
    invitation = _found(services, token)
    org = keys.org(invitation.org)
    title, paragraphs = words(invitation, services.store.read([org])[org])
    return Asking(title=title, paragraphs=paragraphs)


def begin(services: Services, token: str) -> Started:
    """Bind the browser of somebody who has pressed the button."""
    invitation, now = _found(services, token), services.clock.now()
    connection = accepted(invitation, digest("connection", services.new_id()), now)
    key = keys.connection(connection.org, connection.id)
    services.store.commit(Snapshot(), Changes(None, writes={key: connection}))
    return bound_browser(services, connection)


def _found(services: Services, token: str) -> Invitation:
    org = token.partition(".")[0]
    if not ORG_ID.fullmatch(org):
        raise NotConnected("no_invitation")
    key = keys.invitation(org, invitation_id(token))
    return open_invitation(services.store.read([key])[key], services.clock.now())


def _shown(invitation: Invitation) -> ShownInvitation:
    return ShownInvitation(
        id=invitation.id,
        address=invitation.address,
        sender_name=invitation.sender_name,
        by=invitation.by_email,
        expires_at=invitation.expires_at,
        access=invitation.access,
        grant=invitation.grant,
    )
