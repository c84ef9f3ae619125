"""Own what a mailbox's coming back changes: the campaigns that its disconnect paused run again.

Invariant: only a pause for the disconnect ends by itself; nothing here counts for another connection than the
one that has caught up.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from lib.core.auditing import audited
from lib.core.campaigns import controlling
from lib.core.enrollment import ATTEMPT_TIME, GRACE
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Campaign, Enrollment, Inbox

#: What the audit says of such a resumption.
RECONNECTED = "reconnected"


def is_behind(inbox: Inbox | None) -> bool:
    """Say whether a mailbox is connected anew and what waited for it has not been taken up yet."""
    return inbox is not None and inbox.status == "connected" and inbox.behind


def resumed(
    snapshot: Snapshot, inbox: Key[Inbox], key: Key[Campaign], now: datetime
) -> Changes[Campaign | None]:
    """Decide the commit that lets a campaign go on at new times; None when its pause is not for this."""
    campaign = snapshot[key]
    if campaign is None or not is_behind(snapshot[inbox]):
        return Changes(None)
    if (campaign.status, campaign.paused_for) != ("paused", "disconnect"):
        return Changes(None)
    after = controlling.resumed(campaign, now)
    entry = audited(
        "resumed_campaign",
        campaign.org,
        now,
        mailbox=campaign.mailbox,
        campaign=campaign.id,
        about=(RECONNECTED,),
    )
    return Changes(after, writes={key: after, **entry})


def is_put_off(enrollment: Enrollment, now: datetime) -> bool:
    """Say whether an attempt was put off for so long that no worker can hold it."""
    attempt = enrollment.attempt
    return attempt is not None and attempt.deadline > now + ATTEMPT_TIME + timedelta(seconds=1)


def is_missed(enrollment: Enrollment, now: datetime) -> bool:
    """Say whether a step's time passed long ago; one that passed just now is looked at soon anyway."""
    return enrollment.due + GRACE < now


def caught_up(snapshot: Snapshot, key: Key[Inbox], token: str) -> Changes[None]:
    """Decide the commit that lets the mailbox send again; only of the connection whose token it is."""
    inbox = snapshot[key]
    if inbox is None or not is_behind(inbox) or inbox.sealed_token != token:
        return Changes(None)
    return Changes(None, writes={key: msgspec.structs.replace(inbox, behind=False)})
