"""Own the cursors of lists that go by time, the latest first: a time and an id, as one text.

Invariant: a page goes on where the one before ended, whatever came in between.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from lib.core.campaigns.fields import is_id
from lib.core.errors import Fault, InvalidRequest

_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)


def cursor_of(at: datetime, id_: str) -> str:
    """Return the cursor of what a page ended with."""
    return f"{(at - _EPOCH) // _MICROSECOND}-{id_}"


def place_of(cursor: str) -> tuple[datetime, str] | None:
    """Return the time and the id that a cursor was made of; None for "", the beginning.

    InvalidRequest for what is none.
    """
    if not cursor:
        return None
    time, _, id_ = cursor.partition("-")
    if time.isdecimal() and is_id(id_):
        with contextlib.suppress(ValueError, OverflowError):
            return _EPOCH + int(time) * _MICROSECOND, id_
    why = "is not what a page of this list gave as next"
    raise InvalidRequest("no such page", (Fault(field="after", why=why),))
