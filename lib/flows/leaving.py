"""Own the end of a mailbox's connection: campaigns paused, sends settled, watch ended, grant given back.

Invariant: every part may be done again; the wish is one commit, the token's destruction the last one, and
whatever dies in between is finished by ``maintain``. No answers are read after the wish: it takes the consent
back. The cursor stays, so that a mailbox which is connected again finds what came in before and since.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import OutreachError, Permanent, Retryable
from lib.core.keys import Changes, Snapshot
from lib.core.leaving import (
    AGAIN_AFTER,
    GONE,
    UNREVOKED,
    asked,
    barred,
    dates_now,
    given_up,
    gone,
    is_last_look,
    is_revocation_let_go,
    is_watch_let_go,
    later,
    look_again_at,
    near_claim,
    paused,
)
from lib.core.records import Campaign, Enrollment, Inbox
from lib.core.rights import owned
from lib.flows.arranging import chunks
from lib.flows.chaining import chain
from lib.flows.labelling import mail_labels
from lib.flows.reading import RecordedGmail
from lib.flows.repairing import find_message_ids
from lib.flows.settling import settle, settle_at_once
from lib.ports import Services

#: How many campaigns one commit pauses, and how many open sends are looked at.
CHUNK = 100
OPEN = 500
CLAIMED = "A mail that was already being sent may still arrive."


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """Answer with how far a mailbox is disconnected; note: what its owner has to know."""

    id: str
    status: str
    why: str
    note: str = CLAIMED


def disconnect(services: Services, caller: VerifiedCaller, id_: str) -> Leaving:
    """Take the wish of a mailbox's owner or an admin, and go on at once as far as that goes."""
    key = keys.mailbox(caller.org, id_)
    mailbox = owned(services.store.read([key]), key, caller, admin=True)
    inbox_key, now = keys.inbox(mailbox.inbox), services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[Inbox | None]:
        owned(snapshot, key, caller, admin=True)
        return asked(snapshot, inbox_key, caller.org, id_, caller.user, now)

    inbox = services.store.change([key, inbox_key], decide)
    if inbox is None:
        return Leaving(id=id_, status="disconnected", why="", note="")
    if inbox.status == "leaving":
        # The wish stands whatever happens now: maintain goes on where this ends.
        with suppress(OutreachError):
            leave(services, inbox)
    now_so = services.store.read([inbox_key])[inbox_key] or inbox
    return Leaving(id=id_, status=now_so.status, why=now_so.why)


def leave(services: Services, inbox: Inbox) -> None:
    """Go on with a disconnect as far as it goes; what is left has its time, at which this goes on."""
    key = keys.inbox(inbox.id)
    current = services.store.read([key])[key]
    if current is None or current.status != "leaving":
        return
    _pause_campaigns(services, current)
    _bar_claims(services, current)
    again = _settled(services, current)
    if again is None and not _watch_ended(services, current):
        again = services.clock.now() + AGAIN_AFTER
    if again is not None:
        services.store.change([key], partial(later, key=key, at=again))
        return
    why = _revoked(services, current)
    # Nobody chains the reads of a mailbox that is disconnected: the last ones, of its settling, have to be.
    chain(services, current)
    end = partial(gone, key=key, token=current.sealed_token, why=why, now=services.clock.now())
    services.store.change([key], end)


def _pause_campaigns(services: Services, inbox: Inbox) -> None:
    key = keys.inbox(inbox.id)
    of_mailbox = services.store.all_held(Campaign, inbox.org, where=("mailbox", inbox.mailbox))
    running = [about for about, campaign in of_mailbox if campaign.status == "active"]
    for some in chunks(running, CHUNK):
        pause = partial(paused, inbox=key, campaigns=some, now=services.clock.now())
        services.store.change([key, *some], pause)


def _bar_claims(services: Services, inbox: Inbox) -> None:
    """Let those lose who decided to send before the wish, and would claim after all were waited for."""
    about, now = keys.mailbox(inbox.org, inbox.mailbox), services.clock.now()
    mailbox = services.store.read([about])[about]
    if mailbox is None:
        return
    wanted = [keys.day(inbox.org, inbox.mailbox, date) for date in dates_now(mailbox, now)]
    days = services.store.read(wanted)
    near = near_claim([days[key] for key in wanted], mailbox, now)
    if near:
        about_them = [keys.enrollment(inbox.org, one) for one in near]
        key = keys.inbox(inbox.id)
        bar = partial(barred, inbox=key, enrollments=about_them, now=now)
        services.store.change([key, *about_them], bar)


def _settled(services: Services, inbox: Inbox) -> datetime | None:
    """Settle the sends under way; return when to go on, None when none is left."""
    now, attempts = services.clock.now(), _attempts(services, inbox)
    last = is_last_look(inbox, now)
    for one in attempts:
        if last:
            # Whoever waits for a better time, or still holds it, has had time enough.
            with suppress(OutreachError):
                settle_at_once(services, one)
        elif one.attempt is not None and one.attempt.deadline <= now:
            with suppress(OutreachError):
                settle(services, one)
    left = _attempts(services, inbox) if attempts else []
    if left and not last:
        return look_again_at(inbox, left, now)
    for one in left:
        _give_up(services, one)
    _find_message_ids(services, inbox)
    return None


def _attempts(services: Services, inbox: Inbox) -> list[Enrollment]:
    found = services.store.open_enrollments(inbox.org, inbox.mailbox, OPEN)
    return [one for one in found if one.attempt is not None]


def _give_up(services: Services, enrollment: Enrollment) -> None:
    key, now = keys.enrollment(enrollment.org, enrollment.id), services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[None]:
        record = snapshot[key]
        after = given_up(record, now) if record is not None else None
        return Changes(None, writes={key: after} if after is not None and after != record else {})

    services.store.change([key], decide)


def _find_message_ids(services: Services, inbox: Inbox) -> None:
    """Ask once more for what answers are found by; else it is asked for when the mailbox is back."""
    for one in services.store.open_enrollments(inbox.org, inbox.mailbox, OPEN):
        about = keys.campaign(one.org, one.campaign)
        with suppress(OutreachError):
            campaign = services.store.read([about])[about]
            find_message_ids(services, RecordedGmail(services, inbox), one, _labels(campaign))


def _labels(campaign: Campaign | None) -> Sequence[str]:
    return mail_labels(campaign.labels) if campaign is not None else ()


def _watch_ended(services: Services, inbox: Inbox) -> bool:
    """End Gmail's notifications, before the grant that this needs; they lead to nothing any more anyway."""
    try:
        services.gmail(inbox).stop_watch()
    except Retryable:
        return is_watch_let_go(inbox, services.clock.now())
    except OutreachError:
        # The grant is gone already, or Gmail refuses: Gmail ends the watch by itself within seven days.
        return True
    return True


def _revoked(services: Services, inbox: Inbox) -> str:
    """Take the grant back at Google; return what the mailbox's owner is told in the end."""
    try:
        token = services.vault.open(inbox.sealed_token, org=inbox.org, mailbox=inbox.mailbox)
    except Permanent:
        # Nobody can open it, now or ever: it gives no access to anything, and Google cannot be shown it.
        return UNREVOKED
    try:
        services.oauth.revoke(token)
    except Retryable:
        if not is_revocation_let_go(inbox, services.clock.now()):
            raise
        return UNREVOKED
    return GONE
