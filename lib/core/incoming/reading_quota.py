"""Own how much is read from a mailbox in a minute: at most half of what Gmail allows its user.

The other half is left to the sends, and to whatever else the person uses. Invariant: in no sixty seconds more
than ``MOST`` units are read, as far as one worker at a time reads: units are counted until a whole minute has
passed since the last read, so that no two counts touch.
Source: https://developers.google.com/workspace/gmail/api/reference/quota
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from lib.core.records import Inbox

MINUTE = timedelta(minutes=1)
#: Units that are read in a minute at most: half of the 6,000 of a user.
MOST = 3_000
#: What is kept for the bodies of what the headers turn out to be.
FOR_BODIES = 300

MESSAGE = 20
HISTORY = 2
LIST = 5
LABELS = 1
PROFILE = 1
#: With less than this left, a run is put off to the next minute.
LEAST = FOR_BODIES + 2 * MESSAGE + LIST


class Allowance:
    """Count down what may still be read in this minute."""

    def __init__(self, inbox: Inbox, now: datetime) -> None:
        """Begin with what is left after the reads on record."""
        self._inbox, self.taken = inbox, 0
        self.left = MOST - spent(inbox, now)

    def take(self, units: int) -> None:
        """Count a read, before it is made."""
        self.left -= units
        self.taken += units

    def allows(self, units: int) -> bool:
        """Say whether a read of so many units may be made now."""
        return units <= self.left

    def handed_over(self) -> int:
        """Return what was taken since the last call, for the commit that notes it."""
        taken, self.taken = self.taken, 0
        return taken


def spent(inbox: Inbox, now: datetime) -> int:
    """Return how many units count at ``now``: none after a minute without a read."""
    if inbox.minute is None or now - inbox.minute >= MINUTE:
        return 0
    return inbox.units


def noted(inbox: Inbox, units: int, now: datetime) -> Inbox:
    """Return the inbox with so many units more, read until ``now``."""
    if not units:
        return inbox
    last = max(now, inbox.minute) if inbox.minute is not None else now
    return msgspec.structs.replace(inbox, minute=last, units=spent(inbox, now) + units)


def free_at(inbox: Inbox, now: datetime) -> datetime:
    """Return when a mailbox whose minute is used up may be read again."""
    return (inbox.minute or now) + MINUTE
