"""Own the records that the core decides on, made of a candidate's numbers when they are needed.

Only what decisions on the next step rest on is true of them; the rest is the same for all.
"""

from __future__ import annotations

from array import array
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from lib.core.keys import Key, Snapshot, Versioned
from lib.core.records import Campaign, Contact, Enrollment, Inbox, Mailbox, Org, SentMail, Slot, Status
from lib.core.sending import Papers
from tests.bench.simulation.parameters import START
from tests.bench.simulation.population import ORG, Population, name_of


class _Known(Key[Any]):
    """Be one of the six keys that are looked up millions of times: hashed by its path alone."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(self.path)


PAPERS = Papers(
    enrollment=_Known(Enrollment, "e"),
    campaign=_Known(Campaign, "c"),
    mailbox=_Known(Mailbox, "m"),
    inbox=_Known(Inbox, "i"),
    contact=_Known(Contact, "p"),
    org=_Known(Org, "o"),
)


def time_of(at: float) -> datetime:
    """Return a time of the simulation as the core knows it."""
    return datetime.fromtimestamp(at, UTC)


TEMPLATE = Enrollment(
    org=ORG,
    id="e",
    campaign="c",
    mailbox="m",
    inbox="i",
    contact="p",
    email="kim@company.example.org",
    name="Kim",
    timezone="Europe/Berlin",
    variables={},
    slots=(),
    status=Status.WAITING,
    step="",
    due=START,
    wake_at=START,
)
INBOX = Inbox(
    id="i",
    org=ORG,
    mailbox="m",
    address="m@example.com",
    status="connected",
    access="full",
    sealed_token="",
    label=None,
    cursor="1",
    watch_expires=START,
    renew_at=START,
    look_at=START,
    looked_at=START,
)
CONTACT = Versioned(Contact(org=ORG, id="p"), 1)
ORGANISATION = Versioned(Org(org=ORG), 1)


class Records:
    """Hold where each candidate stands, and make records of it."""

    def __init__(self, people: Population) -> None:
        """Begin before anybody's first step."""
        self.people, self.steps = people, len(people.steps)
        count = people.load.candidates
        self.step, self.requeues = bytearray(count), bytearray(count)
        self.sent_at = array("d", bytes(8 * count))

    def due(self, candidate: int) -> float:
        """Return when a candidate's next step is due."""
        return self.people.due[candidate * self.steps + self.step[candidate]]

    def enrollment(self, candidate: int) -> Enrollment:
        """Return a candidate as far as decisions on the next step need it."""
        due, step = time_of(self.due(candidate)), self.people.steps[self.step[candidate]].id
        return msgspec.structs.replace(
            TEMPLATE,
            step=step,
            due=due,
            slots=(Slot(step=step, due=due, reason=""),),
            requeues=self.requeues[candidate],
            wake_at=due,
            mailbox=name_of(self.people.mailbox_of(candidate)),
        )

    def whole(self, candidate: int) -> Enrollment:
        """Return a candidate with all its slots and mails, as planning anew needs it."""
        number, zone = self.step[candidate], self.people.zones[self.people.mailbox_of(candidate)]
        offset = candidate * self.steps
        slots = []
        for place, step in enumerate(self.people.steps):
            due = time_of(self.people.due[offset + place])
            day = due.astimezone(ZoneInfo(zone)).date().isoformat()
            slots.append(Slot(step=step.id, due=due, reason="", day=day))
        mails = tuple(
            SentMail(
                step=step.id,
                gmail_id="g",
                thread="t",
                message_id="m",
                subject="",
                at=time_of(self.sent_at[candidate]),
            )
            for step in self.people.steps[:number]
        )
        return msgspec.structs.replace(
            self.enrollment(candidate), id=str(candidate), slots=tuple(slots), sent=mails, timezone=zone
        )

    def snapshot(self, candidate: int, enrollment: Enrollment) -> tuple[Snapshot, Campaign, Mailbox]:
        mailbox, inbox = self._mailbox(self.people.mailbox_of(candidate))
        campaign = self._campaign(self.people.campaign_of(candidate))
        documents: dict[Key[Any], Versioned] = {
            PAPERS.enrollment: Versioned(enrollment, 1),
            PAPERS.campaign: Versioned(campaign, 1),
            PAPERS.mailbox: Versioned(mailbox, 1),
            PAPERS.inbox: Versioned(inbox, 1),
            PAPERS.contact: CONTACT,
            PAPERS.org: ORGANISATION,
        }
        return Snapshot(documents), campaign, mailbox

    @lru_cache(maxsize=20_000)  # noqa: B019 - as long as the run
    def _campaign(self, number: int) -> Campaign:
        accepted = self._accepted()[number]
        return self.people.campaign(number, time_of(accepted))

    @lru_cache(maxsize=1)  # noqa: B019 - as long as the run
    def _accepted(self) -> dict[int, float]:
        return {one.campaign: one.at for one in self.people.acceptances}

    @lru_cache(maxsize=20_000)  # noqa: B019 - as long as the run
    def _mailbox(self, number: int) -> tuple[Mailbox, Inbox]:
        inbox = msgspec.structs.replace(INBOX, mailbox=name_of(number))
        return self.people.mailbox(number), inbox
