"""Own the renewal of a mailbox's watch, which also seals its token anew when the keyset has rotated.

Invariants: the cursor stays as it is; a renewal that fails is on record, and tried again within the hour;
what comes of it is written on the connection that it was for, never on one that a new consent has made since.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from lib.core import keys
from lib.core.errors import OutreachError
from lib.core.keys import Changes, Snapshot
from lib.core.records import Inbox
from lib.flows.reading import noting_trouble
from lib.ports import Services

#: A watch lasts seven days; it is renewed daily, and after a failure within the hour.
RENEW_EVERY = timedelta(days=1)
RENEW_AGAIN = timedelta(hours=1)


def renew(services: Services, inbox: Inbox, now: datetime) -> bool:
    """Ask Gmail for notifications for seven more days; say whether the token was sealed anew on the way.

    It comes by daily, so that a rotated keyset is through within a day.
    """
    sealed = inbox.sealed_token
    try:
        sealed = _sealed_anew(services, inbox)
        with noting_trouble(services, inbox):
            expires = services.gmail(inbox).watch(services.topic).expires
    except Exception as error:
        kind = error.slug if isinstance(error, OutreachError) else OutreachError.slug
        why = f"Gmail's notifications could not be renewed ({kind}); answers may be found up to an hour late"
        _renewed(services, inbox, sealed, inbox.watch_expires, now + RENEW_AGAIN, why)
        raise
    _renewed(services, inbox, sealed, expires, now + RENEW_EVERY, "")
    return sealed != inbox.sealed_token


def _sealed_anew(services: Services, inbox: Inbox) -> str:
    """Return the token sealed with the keyset's primary key; as it is when it is so already."""
    vault, org, mailbox = services.vault, inbox.org, inbox.mailbox
    if vault.is_current(inbox.sealed_token):
        return inbox.sealed_token
    return vault.seal(vault.open(inbox.sealed_token, org=org, mailbox=mailbox), org=org, mailbox=mailbox)


def _renewed(
    services: Services, inbox: Inbox, sealed: str, expires: datetime, again: datetime, failed: str
) -> None:
    key = keys.inbox(inbox.id)

    def decide(snapshot: Snapshot) -> Changes[None]:
        record = snapshot[key]
        # Another token came with a new consent, and with a watch of its own, or has been renewed just now; of
        # a connection that has ended none is left.
        if record is None or record.sealed_token != inbox.sealed_token:
            return Changes(None)
        after = msgspec.structs.replace(
            record, watch_expires=expires, renew_at=again, watch_failed=failed, sealed_token=sealed
        )
        return Changes(None, writes={key: after})

    services.store.change([key], decide)
