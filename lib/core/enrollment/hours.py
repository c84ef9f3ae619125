"""Own the hours and days on which mails went out and answers came, as figures count them.

Invariant: an hour is one of 168 of a week, by the candidate's clock, a day one of the mailbox's slot ledger;
each mail adds one text for each to an enrollment, all of them different, so that a query that finds a text
counts every mail once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from lib.core.records import Enrollment

HOURS = range(7 * 24)


def hour_of(at: datetime, timezone: str) -> int:
    """Return the hour of the week at a moment, in a time zone; 0: Monday from midnight."""
    local = at.astimezone(ZoneInfo(timezone))
    return local.weekday() * 24 + local.hour


def hour_text(hour: int) -> str:
    """Return what stands for an hour of the week."""
    return str(hour)


def nth_text(when: str, nth: int) -> str:
    """Return what stands for the nth mail to one candidate at a time, which is an hour or a day."""
    return when if nth == 1 else f"{when}x{nth}"


def counted(before: Sequence[str], when: str) -> tuple[str, ...]:
    """Return the texts of a candidate's hours or days with one more mail; "" is none."""
    nth = sum(one.partition("x")[0] == when for one in before) + 1
    return (*before, nth_text(when, nth)) if when else tuple(before)


def answered_at(enrollment: Enrollment, at: datetime) -> Enrollment:
    """Note when a candidate answered in person; only the first answer to a mail counts.

    The time to it counts from the last mail that was out by then. Gmail's clock and ours may differ, so that
    an answer may seem to come before all mail: that is no time at all.
    """
    if not enrollment.answered or enrollment.answer_seconds is not None:
        return enrollment
    times = [mail.at for mail in enrollment.sent]
    since = max((time for time in times if time <= at), default=at)
    return msgspec.structs.replace(
        enrollment,
        answer_hour=hour_text(hour_of(at, enrollment.timezone)),
        answer_seconds=int((at - since).total_seconds()),
    )
