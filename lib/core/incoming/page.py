"""Own what a page of new mail comes to, between the search for answers and the commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lib.core.answers.understood import Understood
from lib.core.keys import Key
from lib.core.records import MatchedBy, Pending, Reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Hold one mail that is an answer to ours, and which enrollment it answers.

    unread: its body was not read, but may be at the user's click. sender_id: keyed hash of the sender's
    address, "" where the mail names none.
    """

    gmail_id: str
    thread: str
    received_at: datetime
    matched_by: MatchedBy
    enrollment: str
    contact: str
    campaign: str
    understood: Understood
    unread: bool = False
    sender_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Hold what the user did in Gmail that stops one candidate; own_answer: if the campaign says so."""

    enrollment: str
    campaign: str
    why: str
    own_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Hold what one page came to, ready to be committed.

    halts: what the user did by hand. pauses: campaigns whose label is gone. pending: mail put aside; retried:
    put aside before, and failed once more; parked: given up, and shown. settled: pending mail that needs no
    further look. marks: the inbox's ``pending_marks`` when all pending mail was settled. cursor: history id
    up to which all is worked off (None: stays). idle_id: the list's own id when it was empty. push: Pub/Sub
    id of the notification. done: nothing is left after this page. covered: how far back a catch-up has gone
    (None: there is none). units: of quota, read until ``read_until``. withdrawn: attempts whose draft was
    deleted for a stop; gone: those whose draft was no longer there.
    """

    now: datetime
    found: tuple[Found, ...] = ()
    halts: tuple[Halt, ...] = ()
    pauses: frozenset[str] = frozenset()
    pending: tuple[Pending, ...] = ()
    retried: tuple[Pending, ...] = ()
    parked: tuple[Pending, ...] = ()
    settled: tuple[Key[Pending], ...] = ()
    marks: int | None = None
    reads: Reads | None = None
    cursor: str | None = None
    idle_id: str | None = None
    push: str | None = None
    done: bool = True
    covered: datetime | None = None
    units: int = 0
    read_until: datetime | None = None
    withdrawn: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
