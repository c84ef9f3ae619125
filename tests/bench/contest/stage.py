"""Own the stage of the contest: the load, the Gmail to work on, and where processes die."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.bench.contest.living_world import LivingWorld
from tests.flows.memory_services import StillClock
from tests.localcloud.gmail.server import GmailServer

#: Each step comes so long after the one before it; candidates of a mailbox start so far apart.
STEP_DELAY = timedelta(hours=2)
PACE = timedelta(minutes=2)
SCOPES = {"openid", "email", "https://www.googleapis.com/auth/gmail.modify"}


@dataclass(frozen=True)
class Load:
    """How many mailboxes and candidates, and how long: enough for all to come to an end."""

    mailboxes: int
    candidates: int
    hours: int

    def addresses(self) -> list[str]:
        return [f"recruiter{number}@example.com" for number in range(self.mailboxes)]

    def shortlist(self, mailbox: str) -> list[str]:
        box = mailbox.partition("@")[0]
        return [f"kim{number}@{box}-{number}.example.org" for number in range(self.candidates)]


class Crash(BaseException):
    """The process dies here."""


class Stage:
    """Hold the Gmail that a contestant works on, and let its processes die where it is written."""

    def __init__(self, world: LivingWorld, clock: StillClock) -> None:
        self.world, self.clock = world, clock
        self.server = GmailServer(world)
        self._died: set[tuple[str, str]] = set()

    def grant(self, address: str) -> dict[str, str]:
        """Return access and refresh token of a mailbox."""
        issued: dict[str, str] = self.server.oauth.issue(address, SCOPES)
        return issued

    def may_die(self, candidate: str, step: str) -> None:
        """Die after a send that is not on record yet, once for a mail."""
        if (candidate, step) not in self._died and self.world.people.crashes_after(candidate, step):
            self._died.add((candidate, step))
            raise Crash


def next_minute(moment: datetime) -> datetime:
    """Return the next whole minute, the moment itself if it is one."""
    return datetime.fromtimestamp(math.ceil(moment.timestamp() / 60) * 60, moment.tzinfo)
