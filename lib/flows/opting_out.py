"""Own the opt-out by link: the address is suppressed and every live enrollment stopped, in one commit."""

from __future__ import annotations

from typing import Any

import msgspec

from lib.core import keys
from lib.core.enrollment import Event, stopped
from lib.core.keys import Changes, Key, Snapshot
from lib.core.optout import read_optout_token
from lib.core.records import Contact, Record
from lib.ports import Services


def opt_out(services: Services, token: str) -> None:
    """Opt the candidate of a link out of everything the org sends; InvalidRequest for a forged link.

    A mail whose sending had been claimed may still arrive; ``maintain`` closes such an attempt at once.
    """
    org, contact_id = read_optout_token(services.address_key, token)
    now = services.clock.now()
    key = keys.contact(org, contact_id)

    def decide(snapshot: Snapshot) -> Changes[None]:
        # The record may have been erased; the wish holds all the same.
        contact = snapshot[key] or Contact(org=org, id=contact_id)
        enrollments = [keys.enrollment(org, ref.enrollment) for ref in contact.enrollments]
        if missing := snapshot.missing(enrollments):
            return Changes(None, need=frozenset(missing))
        writes: dict[Key[Any], Record] = {key: msgspec.structs.replace(contact, suppressed="opted_out")}
        for one in enrollments:
            record = snapshot[one]
            if record is None:
                continue
            after = stopped(record, Event.OPTED_OUT, "opted out by the link", now)
            if after != record:
                writes[one] = after
        unchanged = contact == snapshot[key] == writes[key] and len(writes) == 1
        return Changes(None, writes={} if unchanged else writes)

    services.store.change([key], decide)
