"""Own the beginning of connecting a mailbox: the wish, its ticket, and the browser that is bound to it.

Invariant: whatever opens a link uses nothing up; what comes back from Google is taken from the browser alone
that was sent there. ``lib.flows.consenting`` goes on from there.
"""

from __future__ import annotations

import base64
import hashlib

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import Forbidden, InvalidRequest
from lib.core.ids import digest, normalise_address
from lib.core.keys import Changes, Snapshot
from lib.core.records import Connection, OAuthState
from lib.core.rights import refuse_erased
from lib.core.tickets import (
    SCOPES,
    STATE_TIME,
    TICKET_TIME,
    Ticket,
    cookie_hash,
    pkce_verifier,
    read_ticket,
    sign_ticket,
    state_id,
)
from lib.core.unconnected import NotConnected
from lib.core.wishes import ConnectionRequest, wish_faults
from lib.ports import Services

NOT_YOURS = "only your own mailbox can be connected; ask an admin to invite somebody else"


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """Hold where the browser goes, and the cookie that binds it."""

    url: str
    cookie: str


def ask(services: Services, caller: VerifiedCaller, request: ConnectionRequest) -> str:
    """Keep the wish to connect a mailbox; return the URL, good for five minutes, that begins the consent.

    InvalidRequest lists every fault; Forbidden for the mailbox of somebody else; Conflict while the org's
    data is being erased.
    """
    if faults := tuple(wish_faults(request, services.allowed_origins)):
        raise InvalidRequest("the connection can't be made", faults)
    if normalise_address(request.address) != normalise_address(caller.email):
        raise Forbidden(NOT_YOURS)
    now = services.clock.now()
    id_ = digest("connection", services.new_id())
    key, org_key = keys.connection(caller.org, id_), keys.org(caller.org)
    refuse_erased(services.store.read([org_key])[org_key], None)
    record = Connection(
        org=caller.org,
        id=id_,
        user=caller.user,
        address=request.address.strip(),
        sender_name=request.sender_name.strip(),
        return_url=request.return_url,
        access=request.access,
        timezone=request.timezone,
        # The ticket may be used in its last moment, and the state that comes of it in its own.
        expires_at=now + TICKET_TIME + STATE_TIME,
    )
    services.store.commit(Snapshot(), Changes(None, writes={key: record}))
    ticket = Ticket(org=caller.org, connection=id_, expires_at=now + TICKET_TIME)
    return f"{services.base_url}/oauth_callback/start?ticket={sign_ticket(services.ticket_key, ticket)}"


def start(services: Services, ticket_text: str) -> Started:
    """Bind the browser of a ticket; scanners open links too: nothing is used up."""
    ticket = read_ticket(services.ticket_key, ticket_text)
    key = keys.connection(ticket.org, ticket.connection)
    connection = services.store.read([key])[key]
    if connection is None or ticket.expires_at <= services.clock.now():
        raise NotConnected("old_ticket", connection)
    return bound_browser(services, connection)


def bound_browser(services: Services, connection: Connection) -> Started:
    """Keep a state for a browser; return where at Google it goes, with PKCE and the address as a hint."""
    state, cookie = f"{connection.org}.{services.new_id()}", services.new_id()
    key = keys.oauth_state(connection.org, state_id(state))
    record = OAuthState(
        org=connection.org,
        id=state_id(state),
        connection=connection.id,
        cookie=cookie_hash(cookie),
        used_by=None,
        expires_at=services.clock.now() + STATE_TIME,
    )
    services.store.commit(Snapshot(), Changes(None, writes={key: record}))
    verifier = pkce_verifier(services.ticket_key, state, cookie)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    url = services.oauth.authorization_url(
        scopes=SCOPES[connection.access],
        state=state,
        challenge=challenge,
        login_hint=connection.address,
        redirect_uri=redirect_uri(services),
    )
    return Started(url=url, cookie=cookie)


def redirect_uri(services: Services) -> str:
    """Return where Google sends the browser back to; it is entered at Google, letter by letter."""
    return f"{services.base_url}/oauth_callback"
