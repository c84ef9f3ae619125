"""Own the connecting of a mailbox: ticket, consent at Google, checks, and one commit at the end.

Invariant: nothing is stored of a mailbox before every check has passed; a state is used up before its code is
exchanged; a reconnected mailbox keeps its cursor.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.shortlist import is_timezone
from lib.core.connected import ELSEWHERE, connected
from lib.core.errors import Conflict, Fault, Forbidden, InvalidRequest, Permanent
from lib.core.ids import address_id, digest, normalise_address
from lib.core.incoming.receiving import LOOK_EVERY
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Connection, Inbox, OAuthState
from lib.core.tickets import (
    AGAIN,
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
from lib.flows.maintaining import RENEW_EVERY
from lib.ports import Consent, Gmail, Services

LABEL = "Outreach"
_ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")


class ConnectionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a mailbox to be connected; return_url is where the browser ends.

    access: "headers" for a mailbox whose texts are never read; answers still stop the campaign. timezone: in
    which the mailbox's days begin and end, for its daily cap.
    """

    address: str
    sender_name: str
    return_url: str
    access: Literal["full", "headers"] = "full"
    timezone: str = "UTC"


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """Hold where the browser goes, and the cookie that binds it."""

    url: str
    cookie: str


def ask(services: Services, caller: VerifiedCaller, request: ConnectionRequest) -> str:
    """Keep the wish to connect a mailbox; return the URL, good for five minutes, that begins the consent."""
    _check(services, caller, request)
    now = services.clock.now()
    id_ = digest("connection", services.new_id())
    # The ticket may be used in its last moment, and the state that comes of it in its own.
    expires_at = now + TICKET_TIME + STATE_TIME
    key = keys.connection(caller.org, id_)
    record = Connection(
        org=caller.org,
        id=id_,
        user=caller.user,
        address=request.address.strip(),
        sender_name=request.sender_name.strip(),
        return_url=request.return_url,
        access=request.access,
        timezone=request.timezone,
        expires_at=expires_at,
    )
    services.store.commit(Snapshot(), Changes(None, writes={key: record}))
    ticket = Ticket(org=caller.org, connection=id_, expires_at=now + TICKET_TIME)
    return f"{services.base_url}/oauth_callback/start?ticket={sign_ticket(services.ticket_key, ticket)}"


def _check(services: Services, caller: VerifiedCaller, request: ConnectionRequest) -> None:
    faults = []
    if not _ADDRESS.fullmatch(request.address.strip()):
        faults.append(Fault(field="address", why="is no e-mail address"))
    name = request.sender_name.strip()
    if not name or not name.isprintable() or len(name) > 100:  # noqa: PLR2004 - a name, not a letter
        faults.append(Fault(field="sender_name", why="must be a name of 1 to 100 printable characters"))
    if not _leads_to(request.return_url, services.allowed_origins):
        faults.append(Fault(field="return_url", why="must lie under one of OUTREACH_ALLOWED_ORIGINS"))
    if not is_timezone(request.timezone):
        faults.append(Fault(field="timezone", why="is no time zone; one is Europe/Berlin"))
    if faults:
        raise InvalidRequest("the connection can't be made", tuple(faults))
    if normalise_address(request.address) != normalise_address(caller.email):
        raise Forbidden("only your own mailbox can be connected: sending for others comes with delegation")


def _leads_to(url: str, origins: tuple[str, ...]) -> bool:
    """Say whether a URL lies under one of the origins, and can stand in a header."""
    under = any(url == origin or url.startswith(f"{origin}/") for origin in origins)
    return under and url.isprintable()


def start(services: Services, ticket_text: str) -> Started:
    """Bind the browser and return where at Google it goes; scanners open links too: nothing is used up."""
    now = services.clock.now()
    ticket = read_ticket(services.ticket_key, ticket_text, now)
    connection = services.store.read([keys.connection(ticket.org, ticket.connection)]).need(
        keys.connection(ticket.org, ticket.connection)
    )
    state, cookie = f"{ticket.org}.{services.new_id()}", services.new_id()
    key = keys.oauth_state(ticket.org, state_id(state))
    record = OAuthState(
        org=ticket.org,
        id=state_id(state),
        connection=connection.id,
        cookie=cookie_hash(cookie),
        used_by=None,
        expires_at=now + STATE_TIME,
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


def finish(services: Services, *, state: str, cookie: str, code: str | None, error: str | None) -> str:
    """Connect the mailbox when all checks pass; return the web app's URL to go back to."""
    connection = _use_up(services, state, cookie)
    if error is not None or not code:
        raise Forbidden(
            "Access was not given at Google. Nothing was connected; you can try again from the web app."
            if error in {None, "access_denied"}
            else "Google refused the request. Your Google Workspace administrator may have to allow this app."
        )
    grant = services.oauth.exchange(
        code=code,
        verifier=pkce_verifier(services.ticket_key, state, cookie),
        redirect_uri=redirect_uri(services),
    )
    _check_grant(grant, SCOPES[connection.access])
    fresh = _opened(services, connection, grant)
    wanted: list[Key[Any]] = [keys.inbox(fresh.id), keys.mailbox(fresh.org, fresh.mailbox)]
    now = services.clock.now()
    services.store.change(wanted, lambda snapshot: connected(snapshot, connection, fresh, now))
    return connection.return_url


def _opened(services: Services, connection: Connection, grant: Consent) -> Inbox:
    """Check the mailbox behind a grant, and begin to watch it; return its connection, not stored yet."""
    gmail = services.gmail_with(grant.access_token)
    address = _main_address(gmail)
    _check_address(connection, address)
    inbox_id = address_id(services.address_key, address)
    existing = services.store.read([keys.inbox(inbox_id)])[keys.inbox(inbox_id)]
    if existing is not None and existing.org != connection.org:
        raise Conflict(ELSEWHERE)
    label = gmail.ensure_labels([LABEL])[0] if connection.access == "full" else None
    watch = gmail.watch(services.topic)
    now = services.clock.now()
    token = services.vault.seal(grant.refresh_token or "", org=connection.org, mailbox=grant.sub)
    return Inbox(
        id=inbox_id,
        org=connection.org,
        mailbox=grant.sub,
        address=address,
        status="connected",
        access=connection.access,
        sealed_token=token,
        label=label,
        cursor=watch.history_id,
        watch_expires=watch.expires,
        renew_at=now + RENEW_EVERY,
        look_at=now + LOOK_EVERY,
        looked_at=now,
    )


def _use_up(services: Services, state: str, cookie: str) -> Connection:
    """Use a state up; InvalidRequest when it is forged, replayed, too old, or of another browser."""
    org = state.partition(".")[0]
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", org):
        raise InvalidRequest(f"This answer does not belong to a request of ours. {AGAIN}")
    key = keys.oauth_state(org, state_id(state))
    now = services.clock.now()
    use = services.new_id()

    def decide(snapshot: Snapshot) -> Changes[str]:
        record = snapshot[key]
        if record is None:
            raise InvalidRequest(f"This answer does not belong to a request of ours. {AGAIN}")
        if record.used_by not in {None, use}:
            raise InvalidRequest(
                "This answer was used before. Please look in the web app whether the mailbox is connected; "
                "if it is not, start again there."
            )
        if record.cookie != cookie_hash(cookie):
            raise InvalidRequest(
                f"This answer was asked for in another browser, or yours keeps no cookies. {AGAIN}"
            )
        if record.expires_at <= now:
            raise InvalidRequest(f"This answer came too late. {AGAIN}")
        return Changes(record.connection, writes={key: msgspec.structs.replace(record, used_by=use)})

    connection = keys.connection(org, services.store.change([key], decide))
    return services.store.read([connection]).need(connection)


def _check_grant(grant: Consent, scopes: Sequence[str]) -> None:
    if set(scopes) - grant.scopes:
        raise InvalidRequest(
            "Not all the permissions that were asked for were ticked. To send your campaigns and find the "
            "answers to them, all are needed; please try again and tick them all."
        )
    if grant.refresh_token is None:
        raise InvalidRequest("Google gave no lasting permission; please try again.")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", grant.sub):
        raise InvalidRequest("Google gave no usable account id; please try again.")


def _main_address(gmail: Gmail) -> str:
    """Return the account's main address; InvalidRequest when it has no Gmail."""
    try:
        return gmail.profile()[0]
    except Permanent:
        raise InvalidRequest(
            "This Google account has no Gmail, or Gmail does not let this app in. Nothing was connected. "
            "Please choose an account with Gmail, or ask your Google Workspace administrator."
        ) from None


def _check_address(connection: Connection, address: str) -> None:
    if normalise_address(address) != normalise_address(connection.address):
        raise InvalidRequest(
            "The Google account you chose has another main address than the mailbox that was asked for. "
            "Please try again and choose that account at Google. If the address you gave is an alias or a "
            "group, give the account's main address instead, as Gmail shows it."
        )
