"""Own the words that say why a step is due when it is: every cause, in the order in which it came to bear.

Invariant: plain English, times as the candidate's clock shows them, causes separated by semicolons.
"""

from __future__ import annotations

from datetime import date, timedelta

from lib.core.plans.dates_in_words import day_in_words, in_words, time_in_words
from lib.core.plans.ledger import Place, Refusal, Refused
from lib.core.plans.windows import Calendar
from lib.core.records import Step

_ONE = timedelta(days=1)
_MOVED = ", moved to "
#: So many holidays in a row are named.
_NAMED = 3


def counted(step: Step, after: str) -> str:
    """Return what a step's time counts from: ``3 working days after intro``."""
    after = after or "the start"
    if step.business_days:
        plural = "" if step.business_days == 1 else "s"
        return f"{step.business_days} working day{plural} after {after}"
    return f"{in_words(step.delay)} after {after}" if step.delay else f"right after {after}"


def not_before(calendar: Calendar, time: int, year: int) -> str:
    """Return that a step had to wait for a time that was given."""
    return f"not before {_moment(calendar, time, year)}"


def moved_into_window(calendar: Calendar, wished: int, opened: int, year: int) -> str:
    """Return why the window moved a step, up to where to, which ``whole`` adds."""
    day, last = calendar.local(wished).date(), calendar.local(opened).date()
    causes = []
    if not calendar.closed_for(day):
        causes.append(f"outside the hours of {calendar.timezone}")
    while day <= last and len(causes) < _NAMED:
        if name := calendar.closed_for(day):
            causes.append(f"{day_in_words(day, year)} is a holiday ({name})")
        day += _ONE
    return f"{'; '.join(causes)}{_MOVED}"


def moved_in_ledger(place: Place, domain: str, year: int) -> str:
    """Return why the slot ledger moved a step, up to where to, which ``whole`` adds."""
    causes = [_refused(one, domain, year) for one in place.refused]
    if place.more and place.refused:
        causes[-1] = _refused(place.refused[-1], domain, year, on=True)
    why = "; ".join(causes) or "earlier times are taken"
    return f"{why}{_MOVED}"


def whole(cause: str, calendar: Calendar, time: int, year: int) -> str:
    """Return a reason in full: where window or ledger moved a step, with the time of its place.

    So the many slots of a large plan share their few causes. year: the one that goes without saying.
    """
    return f"{cause}{_moment(calendar, time, year)}" if cause.endswith(_MOVED) else cause


def _refused(one: Refused, domain: str, year: int, *, on: bool = False) -> str:
    days = _days(one.first, one.last, year, on=on)
    if one.cause is Refusal.NO_TIME:
        return f"no time left in the hours {days}"
    least, most = one.caps
    mails = f"{most} mail{'' if most == 1 else 's'}" if least == most else f"{least} to {most} mails"
    to_domain = f" to {domain}" if one.cause is Refusal.DOMAIN_FULL else ""
    return f"{mails} a day{to_domain} reached {days}"


def _days(first: date, last: date, year: int, *, on: bool) -> str:
    if on:
        return f"from {day_in_words(first, year)} on"
    if first == last:
        return f"on {day_in_words(first, year)}"
    return f"from {day_in_words(first, year)} to {day_in_words(last, year)}"


def _moment(calendar: Calendar, time: int, year: int) -> str:
    return time_in_words(calendar.local(time), year)
