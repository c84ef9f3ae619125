"""Own the end of a mailbox's connection, from the wish to the token's destruction.

Invariant: a mailbox that is leaving sends nothing and reads no answers; its token goes in the one commit
after Google has taken the grant away; what nobody can find out about a mail in time is held, so that nothing
waits for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.core.auditing import audited
from lib.core.campaigns import controlling
from lib.core.enrollment import LOOK_AGAIN, leased, not_found, postponed
from lib.core.keys import Changes, Key, Snapshot
from lib.core.plans.ledger import day_of, slot_end
from lib.core.records import Campaign, Day, Enrollment, Inbox, Mailbox, Record, Status
from lib.core.sending import DISCONNECTED_WAIT

#: How long after the wish sends under way may take to be settled; what is unclear then is held.
SETTLED_WITHIN = timedelta(minutes=10)
#: How long after the wish the end of Gmail's notifications is tried again; then they end with the grant.
WATCH_TRIED_FOR = timedelta(minutes=3)
#: How long Google is asked to take the grant back: for good it refuses where the app was deleted there.
REVOKED_WITHIN = timedelta(days=7)
#: When something that may pass is tried again.
AGAIN_AFTER = timedelta(minutes=1)
#: How much the clocks of two workers may differ.
SKEW = timedelta(seconds=10)
#: A moment more than a deadline, so that it has passed.
JUST_AFTER = timedelta(seconds=1)

LEAVING = "the mailbox is being disconnected"
PAUSED = "the mailbox was disconnected"
UNSETTLED = "the mailbox was disconnected before it could be found out whether this mail went out"
GONE = "it was disconnected at the wish of its owner or an admin; connect it again to go on"
UNREVOKED = (
    "it was disconnected, but its grant could not be given back at Google: please remove this app in "
    "the settings of the Google account"
)


def leaving(inbox: Inbox, by: str, now: datetime) -> Inbox:
    """Return the connection as the wish to end it leaves it; the same wish twice is one.

    Of a connection whose grant Google has taken away already, the token still has to go.
    """
    if inbox.status == "leaving" or (inbox.status == "disconnected" and not inbox.sealed_token):
        return inbox
    return msgspec.structs.replace(
        inbox, status="leaving", why=LEAVING, leaving_at=now, leaving_since=now, leaving_by=by
    )


def asked(
    snapshot: Snapshot, key: Key[Inbox], org: str, mailbox: str, by: str, now: datetime
) -> Changes[Inbox | None]:
    """Decide the commit that takes the wish; None when the mailbox has no connection.

    An address may be another account's by now, or in another org: that connection stays.
    """
    inbox = snapshot[key]
    if inbox is None or (inbox.org, inbox.mailbox) != (org, mailbox):
        return Changes(None)
    after = leaving(inbox, by, now)
    if after == inbox:
        return Changes(inbox)
    entry = audited("disconnecting", inbox.org, now, by=by, mailbox=mailbox)
    return Changes(after, writes={key: after, **entry})


def paused(
    snapshot: Snapshot, inbox: Key[Inbox], campaigns: Sequence[Key[Campaign]], now: datetime
) -> Changes[None]:
    """Decide the commit that pauses those campaigns of a leaving mailbox that run; other pauses stay."""
    record = snapshot[inbox]
    if record is None or record.status != "leaving":
        return Changes(None)
    writes: dict[Key[Any], Record] = {}
    for key in campaigns:
        campaign = snapshot[key]
        if campaign is None or campaign.status != "active" or campaign.mailbox != record.mailbox:
            continue
        writes[key] = controlling.paused(campaign, PAUSED, "disconnect")
        writes |= audited(
            "paused_campaign",
            record.org,
            now,
            by=record.leaving_by,
            mailbox=record.mailbox,
            campaign=campaign.id,
            about=("disconnect",),
        )
    return Changes(None, writes=writes)


def dates_now(mailbox: Mailbox, now: datetime) -> list[str]:
    """Return the dates of the slot ledger on which slots may be open."""
    times = (now - mailbox.limits.gap - SKEW, now + SKEW)
    return list(dict.fromkeys(day_of(mailbox.timezone, at) for at in times))


def near_claim(days: Sequence[Day | None], mailbox: Mailbox, now: datetime) -> list[str]:
    """Return the enrollments whose slot is open: a worker may have decided to send before the wish came."""
    return [
        entry.enrollment
        for day in days
        if day is not None
        for entry in day.entries
        if entry.at <= now + SKEW and now - SKEW < slot_end(entry.at, mailbox.limits)
    ]


def barred(
    snapshot: Snapshot, inbox: Key[Inbox], enrollments: Sequence[Key[Enrollment]], now: datetime
) -> Changes[None]:
    """Decide the commit after which a claim on older knowledge fails: it is conditional on the enrollment."""
    record = snapshot[inbox]
    if record is None or record.status != "leaving":
        return Changes(None)
    found = {key: one for key in enrollments if (one := snapshot[key]) and one.status is Status.WAITING}
    return Changes(
        None, writes={key: postponed(one, LEAVING, DISCONNECTED_WAIT, now) for key, one in found.items()}
    )


def is_last_look(inbox: Inbox, now: datetime) -> bool:
    """Say whether the sends under way have had their time."""
    return now >= _since(inbox, now) + SETTLED_WITHIN


def is_watch_let_go(inbox: Inbox, now: datetime) -> bool:
    """Say whether a watch that cannot be ended just now is left to end with the grant."""
    return now >= _since(inbox, now) + WATCH_TRIED_FOR


def is_revocation_let_go(inbox: Inbox, now: datetime) -> bool:
    """Say whether Google has refused to take the grant back for so long that the token goes without it."""
    return now >= _since(inbox, now) + REVOKED_WITHIN


def look_again_at(inbox: Inbox, left: Sequence[Enrollment], now: datetime) -> datetime:
    """Return when sends under way are looked at again: at the next deadline, or earlier, as most end soon."""
    deadlines = [one.attempt.deadline + JUST_AFTER for one in left if one.attempt is not None]
    ahead = [at for at in deadlines if at > now]
    return min(*ahead, now + AGAIN_AFTER, _since(inbox, now) + SETTLED_WITHIN)


def given_up(enrollment: Enrollment, now: datetime) -> Enrollment:
    """Hold a step of whose mail nobody can find out in time what became of it; a stopped one's is closed."""
    if enrollment.attempt is None or enrollment.status is Status.HELD:
        return enrollment
    taken = leased(enrollment, now)
    assert taken.attempt is not None
    looked = msgspec.structs.replace(taken.attempt, looks=len(LOOK_AGAIN))
    after = not_found(msgspec.structs.replace(taken, attempt=looked), looked, now)
    return msgspec.structs.replace(after, why=UNSETTLED) if after.status is Status.HELD else after


def later(snapshot: Snapshot, key: Key[Inbox], at: datetime) -> Changes[None]:
    """Decide the commit that notes when to go on."""
    inbox = snapshot[key]
    if inbox is None or inbox.status != "leaving":
        return Changes(None)
    return Changes(None, writes={key: msgspec.structs.replace(inbox, leaving_at=at)})


def gone(snapshot: Snapshot, key: Key[Inbox], token: str, why: str, now: datetime) -> Changes[None]:
    """Decide the last commit: the token is destroyed; only of the connection whose (sealed) token it is."""
    inbox = snapshot[key]
    if inbox is None or inbox.status != "leaving" or inbox.sealed_token != token:
        return Changes(None)
    after = msgspec.structs.replace(
        inbox,
        status="disconnected",
        why=why,
        sealed_token="",
        behind=False,
        watch_expires=now,
        watch_failed="",
        renew_at=None,
        look_at=None,
        leaving_at=None,
        leaving_since=None,
        leaving_by="",
        ended_at=now,
    )
    entry = audited("disconnected", inbox.org, now, by=inbox.leaving_by, mailbox=inbox.mailbox)
    return Changes(None, writes={key: after, **entry})


def _since(inbox: Inbox, now: datetime) -> datetime:
    return inbox.leaving_since or now
