"""Own who is written to and when: mailboxes and their campaigns, planned by the core on its slot ledger.

What is kept of a million candidates is their times, as numbers; the records that the core decides on are made
of them when they are needed.
"""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from lib.core.plans.ledger_page import Pace
from lib.core.plans.planning import Wish, plan, terms_of
from lib.core.records import Campaign, Day, Hours, Mailbox, Reservation, Step, Window
from tests.bench.simulation.parameters import START, Load

ORG = "acme"
OFFICE = (Hours(opens=9 * 60, closes=17 * 60),)
WINDOW = Window(mon=OFFICE, tue=OFFICE, wed=OFFICE, thu=OFFICE, fri=OFFICE)
#: Companies of a mailbox's candidates, so that no domain's cap moves them.
COMPANIES = 40
#: Mailboxes were connected so long before: their ramp is behind them.
CONNECTED = timedelta(days=60)


@dataclass(frozen=True)
class Acceptance:
    """A campaign is accepted, with the candidates from ``first`` to before ``end``."""

    at: float
    campaign: int
    first: int
    end: int


class Population:
    """Hold all mailboxes, campaigns and candidates, by number."""

    def __init__(self, load: Load, seed: int = 0) -> None:
        """Plan everything; a campaign's steps are due in order."""
        self.load, self._random = load, random.Random(seed)
        self.steps = tuple(
            Step(id=f"s{number}", subject="A role", text="Hello", delay=delay)
            for number, delay in enumerate(load.delays)
        )
        self.step_number = {step.id: number for number, step in enumerate(self.steps)}
        self.zones = self._zones()
        self._dates = [(START.date() + timedelta(days=number)).isoformat() for number in range(2 * load.days)]
        #: When which step of which candidate is due: ``due[candidate * steps + step]``.
        self.due = array("d", bytes(8 * load.candidates * len(self.steps)))
        self.acceptances: list[Acceptance] = []
        self.of_a_campaign = load.candidates_of_a_mailbox // load.campaigns_of_a_mailbox
        for first in range(0, load.mailboxes, load.twins):
            self._fill(range(first, min(first + load.twins, load.mailboxes)))
        self.acceptances.sort(key=lambda one: one.at)

    def _zones(self) -> list[str]:
        zones, shares = zip(*self.load.zones, strict=True)
        found: list[str] = []
        for _ in range(0, self.load.mailboxes, self.load.twins):
            found += self._random.choices(zones, shares) * self.load.twins
        return found

    def _fill(self, twins: range) -> None:
        """Plan the campaigns of one mailbox, and give its twins the same on slots of their own.

        It is the one whose slots begin first, so that nobody else's begin before the window opens.
        """
        number = min(twins, key=lambda one: self.pace(one).phase)
        mailbox = self.mailbox(number)
        # Read in advance: days that have nothing in them yet.
        days: dict[str, Day | None] = dict.fromkeys(self._dates)
        per = self.load.accepted_within / self.load.campaigns_of_a_mailbox
        for place in range(self.load.campaigns_of_a_mailbox):
            day = int((place + self._random.random()) * per)
            # Between eight and four, by the mailbox's clock; on a working day.
            at = _at_hour(day, self._random.uniform(8, 16), mailbox.timezone)
            campaign = self.campaign(number * self.load.campaigns_of_a_mailbox + place, at)
            dues = self._planned(number, place, campaign, mailbox, days)
            self._keep(twins, number, place, at, dues)

    def pace(self, number: int) -> Pace:
        """Return when a mailbox's slots begin, and how wide they are."""
        return Pace.of(self.load.limits, name_of(number))

    def _planned(
        self, number: int, place: int, campaign: Campaign, mailbox: Mailbox, days: dict[str, Day | None]
    ) -> list[list[float]]:
        """Plan a campaign; return its candidates' times, step by step."""
        terms, at = terms_of(campaign, mailbox), campaign.accepted_at
        first = number * self.load.candidates_of_a_mailbox + place * self.of_a_campaign
        wishes = [
            Wish(
                enrollment=str(first + one),
                domain=f"company{one % COMPANIES}.example.org",
                timezone=mailbox.timezone,
                country="",
                start=at,
            )
            for one in range(self.of_a_campaign)
        ]
        found = plan(terms, wishes, days)
        assert not found.need
        days |= found.days
        return [[slot.due.timestamp() for slot in slots] for slots in found.slots]

    def _keep(self, twins: range, planned: int, place: int, at: datetime, dues: list[list[float]]) -> None:
        """Note the times of a campaign of ``planned``, and of its twins'."""
        steps, pace = len(self.steps), self.pace(planned)
        for twin in twins:
            first = twin * self.load.candidates_of_a_mailbox + place * self.of_a_campaign
            later = self.pace(twin).phase - pace.phase
            offset = first * steps
            for some in dues:
                for due in some:
                    self.due[offset] = due if twin == planned else self._in_slot(due, pace) + later
                    offset += 1
            number = twin * self.load.campaigns_of_a_mailbox + place
            self.acceptances.append(Acceptance(at.timestamp(), number, first, first + self.of_a_campaign))

    def _in_slot(self, due: float, pace: Pace) -> float:
        """Return another time in the same slot of a mailbox."""
        # Days start at a multiple of a slot's width, in zones of whole hours or half ones.
        jitter = (due - pace.phase) % pace.width
        return due - jitter % (pace.jitter + 1) + self._random.randint(0, pace.jitter)

    def mailbox(self, number: int) -> Mailbox:
        return Mailbox(
            org=ORG,
            id=name_of(number),
            inbox=f"i{number}",
            owner="owner",
            address=f"m{number}@example.com",
            sender_name="Robin",
            timezone=self.zones[number],
            connected_at=START - CONNECTED,
            limits=self.load.limits,
        )

    def campaign(self, number: int, at: datetime) -> Campaign:
        return Campaign(
            org=ORG,
            id=f"c{number}",
            name="Engineers",
            mailbox=name_of(number // self.load.campaigns_of_a_mailbox),
            inbox=f"i{number // self.load.campaigns_of_a_mailbox}",
            author="owner",
            timezone="Europe/Berlin",
            steps=self.steps,
            status="active",
            content="",
            candidates=self.of_a_campaign,
            accepted_at=at,
            window=WINDOW,
        )

    def mailbox_of(self, candidate: int) -> int:
        return candidate // self.load.candidates_of_a_mailbox

    def campaign_of(self, candidate: int) -> int:
        return candidate // self.of_a_campaign

    def day(self, number: int, day: str) -> Day | None:
        """Return a day of a mailbox's ledger as its candidates' times make it."""
        start, end = bounds(self.zones[number], day)
        steps, of_a_mailbox = len(self.steps), self.load.candidates_of_a_mailbox
        first = number * of_a_mailbox * steps
        entries = [
            self._reservation((first + place) // steps, place % steps, due)
            for place, due in enumerate(self.due[first : first + of_a_mailbox * steps])
            if start <= due < end
        ]
        if not entries:
            return None
        return Day(
            org=ORG, mailbox=name_of(number), date=day, entries=tuple(sorted(entries, key=lambda one: one.at))
        )

    def _reservation(self, candidate: int, step: int, due: float) -> Reservation:
        return Reservation(
            at=datetime.fromtimestamp(due, UTC),
            campaign=f"c{self.campaign_of(candidate)}",
            enrollment=str(candidate),
            step=self.steps[step].id,
            domain=f"company{candidate % self.of_a_campaign % COMPANIES}.example.org",
        )


def name_of(mailbox: int) -> str:
    """Return the id of a mailbox."""
    return f"m{mailbox}"


@lru_cache(maxsize=1000)
def bounds(zone: str, day: str) -> tuple[float, float]:
    """Return when a date begins and ends by a zone's clock, in seconds since 1970."""
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    return start.timestamp(), (start + timedelta(days=1)).timestamp()


def _at_hour(day: int, hour: float, zone: str) -> datetime:
    """Return a moment of the day-th day, or of the Monday after it, by a zone's clock; in UTC."""
    on = START.date() + timedelta(days=day)
    on += timedelta(days=7 - on.weekday() if on.weekday() >= 5 else 0)
    local = datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(zone)) + timedelta(hours=hour)
    return local.astimezone(UTC).replace(microsecond=0)


@lru_cache(maxsize=100_000)
def share_of_the_day(zone: str, hour: int) -> float:
    """Return which share of a working day's other mail comes in an hour, numbered from 1970 on."""
    local = datetime.fromtimestamp(hour * 3600, ZoneInfo(zone))
    busy = local.weekday() < 5 and 8 <= local.hour < 20
    return 0.9 / 12 if busy else 0.1 / 12


def arrivals_by_hour(load: Load, hour: int) -> float:
    """Return how many other mails come to all mailboxes in an hour."""
    return (
        load.mailboxes
        * load.other_mails
        * sum(share * share_of_the_day(zone, hour) for zone, share in load.zones)
    )
