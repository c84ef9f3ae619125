"""Carry an erasure out: wait for what is under way, remove all, an hour later once more, write the receipt.

Invariant: a run does a bounded part, each commit of it on condition that no other worker goes on with the
same erasure; what dies in between is done by the next run, since what is left is found by asking for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from lib.core import keys
from lib.core.erasing import candidate_done, later, mailbox_done, org_done, swept
from lib.core.errors import Contended
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Erasure
from lib.flows.erasing.pieces import Piece, of_candidate, of_mailbox, of_org
from lib.flows.erasing.readying import is_candidate_ready, is_mailbox_ready, is_org_ready
from lib.ports import Services

#: How many commits one run makes.
PIECES = 50
#: When it is looked again whether what is waited for has ended.
WAIT = timedelta(minutes=1)

Decide = Callable[[Snapshot], Changes[Erasure]]
_READY = {"candidate": is_candidate_ready, "mailbox": is_mailbox_ready, "org": is_org_ready}
_PIECES: dict[str, Callable[[Services, Erasure], Iterator[Piece]]] = {
    "candidate": of_candidate,
    "mailbox": of_mailbox,
    "org": of_org,
}


def erase_on(services: Services, erasure: Erasure) -> Erasure:
    """Do the next part of an erasure; return it as it is then (another worker's part, if one was faster).

    With ``wake_at`` not after now there is more to do at once; ``stage`` "done": this was the last part.
    """
    run = _Run(services, erasure)
    try:
        return run.go()
    except Contended:
        # Whoever was faster goes on with it, and leaves a time to look again, as every part does.
        return run.erasure


class _Run:
    """Hold one run over one erasure, as it is after the last commit."""

    def __init__(self, services: Services, erasure: Erasure) -> None:
        self.services, self.erasure = services, erasure
        self.key = keys.erasure(erasure.org, erasure.id)
        self.snapshot = Snapshot()
        self.now: datetime = services.clock.now()

    def go(self) -> Erasure:
        """Wait, or remove, or end it."""
        erasure = self.erasure
        if not _READY[erasure.kind](self.services, erasure, self.now):
            return self._commit([], partial(later, seen=erasure, wake_at=self.now + WAIT))
        left = PIECES
        for piece in _PIECES[erasure.kind](self.services, erasure):
            if not left:
                return self._commit([], partial(later, seen=self.erasure, wake_at=self.now))
            left -= 1
            self._commit(piece.keys, partial(piece.decide, seen=self.erasure))
        if erasure.stage == "marked":
            return self._commit([], partial(swept, seen=self.erasure, now=self.now))
        return self._end()

    def _end(self) -> Erasure:
        seen, now, days = self.erasure, self.now, self.services.backup_days
        if seen.kind == "candidate":
            about: Key[Any] = keys.contact(seen.org, seen.subject)
            return self._commit([about], partial(candidate_done, seen=seen, now=now, backup_days=days))
        if seen.kind == "mailbox":
            about = keys.mailbox(seen.org, seen.subject)
            return self._commit([about], partial(mailbox_done, seen=seen, now=now, backup_days=days))
        return self._commit([keys.org(seen.org)], partial(org_done, seen=seen, now=now, backup_days=days))

    def _commit(self, wanted: list[Key[Any]], decide: Decide) -> Erasure:
        self.erasure, after = self.services.store.changed([self.key, *wanted], decide, known=self.snapshot)
        self.snapshot = after.only(self.key)
        return self.erasure
