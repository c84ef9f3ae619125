"""Own the pause of a mailbox whose mails bounce: going on would cost its good name with every provider.

Invariant: the pause rests on the mailbox's own ledger, on what was planned to go out in the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.core import keys
from lib.core.keys import Key, Snapshot
from lib.core.plans.ledger import day_of
from lib.core.records import Inbox

#: So many bounces, and so large a share of the mails, within this time.
BOUNCES = 5
SHARE = 0.05
WITHIN = timedelta(days=7)
PAUSE = timedelta(hours=24)
WHY = "too many mails bounced: nothing goes out for a day; please check the shortlist's addresses"


def bounced(
    snapshot: Snapshot, inbox: Inbox, times: Sequence[datetime], now: datetime
) -> tuple[Inbox, list[Key[Any]]]:
    """Return the inbox after further bounces, paused when they are too many; or the keys to be read first."""
    if not times:
        return inbox, []
    recent = tuple(at for at in (*inbox.bounces, *times) if now - at <= WITHIN)
    noted = msgspec.structs.replace(inbox, bounces=recent)
    if len(recent) < BOUNCES:
        return noted, []
    mailbox_key = keys.mailbox(inbox.org, inbox.mailbox)
    if mailbox_key not in snapshot:
        return inbox, [mailbox_key]
    mailbox = snapshot[mailbox_key]
    timezone = mailbox.timezone if mailbox is not None else "UTC"
    dates = dict.fromkeys(day_of(timezone, now - back * timedelta(days=1)) for back in range(8))
    days = [keys.day(inbox.org, inbox.mailbox, date) for date in dates]
    if missing := snapshot.missing(days):
        return inbox, list(missing)
    entries = [entry for key in days if (day := snapshot[key]) is not None for entry in day.entries]
    planned = sum(1 for entry in entries if now - WITHIN < entry.at <= now)
    if len(recent) <= SHARE * planned:
        return noted, []
    until = max(now + PAUSE, inbox.paused_until or now)
    return msgspec.structs.replace(noted, bounces=(), paused_until=until, paused_why=WHY), []
