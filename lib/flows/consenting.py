"""Own what comes back from Google: the state, the code, every check of account and mailbox, one commit.

Invariants: a state is used up before its code is exchanged; nothing is stored of a mailbox before every check
has passed; what was granted in vain is given back as far as that goes, unless the account is connected
already: a revocation would take that consent away too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

import msgspec

from lib.core import keys
from lib.core.callers import ORG_ID
from lib.core.connected import connected, connection_keys, refuse_unfit
from lib.core.errors import (
    MailboxDisconnected,
    MailboxPaused,
    MailboxRefused,
    OutreachError,
    Permanent,
    Retryable,
)
from lib.core.ids import address_id, normalise_address
from lib.core.incoming.receiving import LOOK_EVERY
from lib.core.keys import Changes, Snapshot
from lib.core.records import Connection, Inbox
from lib.core.tickets import SCOPES, cookie_hash, pkce_verifier, state_id
from lib.core.unconnected import NotConnected, Why
from lib.flows.connecting import redirect_uri
from lib.flows.renewing import RENEW_EVERY
from lib.ports import Consent, Gmail, Services

LABEL = "Outreach"
_SUB = re.compile(r"[A-Za-z0-9_-]{1,128}")
#: What Google says in place of a code (RFC 6749, section 4.1.2.1, and Google's own).
_REFUSALS: dict[str, Why] = {
    "access_denied": "denied",
    "admin_policy_enforced": "admin_block",
    "org_internal": "admin_block",
}
#: Alerts of the errors by which Gmail says that somebody else has to act.
_ALERTS: dict[str, Why] = {"admin_block": "admin_block", "not_set_up": "gmail_off"}


def finish(services: Services, *, state: str, cookie: str, code: str | None, error: str | None) -> str:
    """Connect the mailbox when all checks pass; return the web app's URL to go back to.

    NotConnected for whatever else comes of it.
    """
    connection = _use_up(services, state, cookie)
    if error is not None or not code:
        raise NotConnected(_REFUSALS.get(error or "access_denied", "refused_request"), connection)
    consent = _exchanged(services, connection, state, cookie, code)
    try:
        _connect(services, connection, consent)
    except Retryable:
        # It may have been stored all the same.
        _give_back(services, connection, consent)
        raise NotConnected("unsure", connection) from None
    except Exception:
        _give_back(services, connection, consent)
        raise
    return connection.return_url


def _exchanged(services: Services, connection: Connection, state: str, cookie: str, code: str) -> Consent:
    verifier = pkce_verifier(services.ticket_key, state, cookie)
    with _told(connection, otherwise="not_set_up"):
        return services.oauth.exchange(code=code, verifier=verifier, redirect_uri=redirect_uri(services))


def _connect(services: Services, connection: Connection, consent: Consent) -> None:
    if set(SCOPES[connection.access]) - consent.scopes:
        raise NotConnected("unticked", connection)
    # The account's id becomes part of document paths.
    if consent.refresh_token is None or not _SUB.fullmatch(consent.sub):
        raise NotConnected("no_lasting_access", connection)
    fresh = _opened(services, connection, consent, consent.refresh_token)
    decide = partial(connected, connection=connection, fresh=fresh, now=services.clock.now())
    services.store.change(connection_keys(connection, fresh.id, fresh.mailbox), decide)


def _use_up(services: Services, state: str, cookie: str) -> Connection:
    """Use a state up; NotConnected when it is forged, replayed, too old, or of another browser."""
    org = state.partition(".")[0]
    if not ORG_ID.fullmatch(org):
        raise NotConnected("unknown_state")
    key, now, use = keys.oauth_state(org, state_id(state)), services.clock.now(), services.new_id()

    def decide(snapshot: Snapshot) -> Changes[tuple[str, Why | None]]:
        record = snapshot[key]
        if record is None:
            raise NotConnected("unknown_state")
        why: Why | None = None
        if record.used_by not in {None, use}:
            # First: a page that is loaded again after a success has no cookie any more.
            why = "replayed"
        elif record.cookie != cookie_hash(cookie):
            why = "other_browser"
        elif record.expires_at <= now:
            why = "late"
        used = {} if why else {key: msgspec.structs.replace(record, used_by=use)}
        return Changes((record.connection, why), writes=used)

    id_, why = services.store.change([key], decide)
    wish = keys.connection(org, id_)
    connection = services.store.read([wish])[wish]
    if why or connection is None:
        raise NotConnected(why or "unknown_state", connection)
    return connection


@contextmanager
def _told(connection: Connection, *, otherwise: Why) -> Iterator[None]:
    """Turn what Google's endpoints and Gmail say into what a person can do about it."""
    try:
        yield
    except NotConnected as error:
        raise NotConnected(error.why, connection) from None
    except MailboxPaused as error:
        raise NotConnected(_ALERTS.get(error.alert, "silent"), connection) from None
    except Retryable:
        raise NotConnected("silent", connection) from None
    except MailboxDisconnected:
        raise NotConnected("access_gone", connection) from None
    except Permanent:
        raise NotConnected(otherwise, connection) from None


def _opened(services: Services, connection: Connection, consent: Consent, refresh_token: str) -> Inbox:
    """Check the mailbox behind a consent, and begin to watch it; return its connection, not stored yet."""
    gmail = services.gmail_with(consent.access_token)
    with _told(connection, otherwise="gmail_refuses"):
        address = _main_address(gmail, connection)
    if normalise_address(address) != normalise_address(connection.address):
        raise NotConnected("other_account", connection)
    inbox_id = address_id(services.address_key, address)
    before = services.store.read([keys.inbox(inbox_id)])[keys.inbox(inbox_id)]
    refuse_unfit(before, connection, consent.sub)
    # Gmail has answered for this account: what it refuses now lies in the project.
    with _told(connection, otherwise="not_set_up"):
        label = gmail.ensure_labels([LABEL])[0] if connection.access == "full" else None
        watch = gmail.watch(services.topic)
    now = services.clock.now()
    token = services.vault.seal(refresh_token, org=connection.org, mailbox=consent.sub)
    return Inbox(
        id=inbox_id,
        org=connection.org,
        mailbox=consent.sub,
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


def _main_address(gmail: Gmail, connection: Connection) -> str:
    """Return the account's main address; NotConnected when it has no Gmail."""
    try:
        return gmail.profile()[0]
    except (MailboxDisconnected, MailboxRefused):
        raise
    except Permanent:
        raise NotConnected("no_gmail", connection) from None


def _give_back(services: Services, connection: Connection, consent: Consent) -> None:
    """End the watch and revoke what was granted in vain; best effort, and not in doubt.

    Google takes all the app's access to the account away at once: so not from one that is connected, here or
    in another org, or that cannot be looked up.
    """
    with suppress(OutreachError):
        gmail = services.gmail_with(consent.access_token)
        if _is_connected(services, connection.org, consent, _seen(gmail)):
            return
        with suppress(OutreachError):
            gmail.stop_watch()
        services.oauth.revoke(consent.refresh_token or consent.access_token)


def _is_connected(services: Services, org: str, consent: Consent, address: str) -> bool:
    """Say whether the account has a live connection, by its addresses or by itself."""
    account = keys.mailbox(org, consent.sub)
    mailbox = services.store.read([account])[account] if _SUB.fullmatch(consent.sub) else None
    ids = {address_id(services.address_key, one) for one in (consent.email, address) if one}
    wanted = [keys.inbox(id_) for id_ in (*sorted(ids), *((mailbox.inbox,) if mailbox else ()))]
    found = services.store.read(wanted)
    known = [inbox for key in wanted if (inbox := found[key]) is not None]
    return any(one.status != "disconnected" or one.leads_to for one in known)


def _seen(gmail: Gmail) -> str:
    """Return the account's main address as Gmail has it, empty when it does not say."""
    try:
        return gmail.profile()[0]
    except OutreachError:
        return ""
