"""Simulate sixty days of 100 mailboxes and 20,000 candidates of three steps through the real core.

Candidates answer at random, campaigns are paused, mailboxes fail for days; everything that was missed is
planned anew. SIXTY_DAYS_MAILBOXES sets another number of mailboxes.
"""

from __future__ import annotations

import heapq
import os
import random
import time
from datetime import UTC, datetime, timedelta

from lib.core import enrollment as core
from lib.core.enrollment import Event
from lib.core.plans.planning import Terms, Wish, freed, slot_end
from lib.core.records import Day, Enrollment, Hours, Limits, Status, Step, Window
from tests.core.enrollments import attempt, enrollment, mail
from tests.properties.planning_rules import ZONES, check_ledger, entries, is_open, planned, whose

MAILBOXES = int(os.environ.get("SIXTY_DAYS_MAILBOXES", "100"))
#: Monday; both changes of clocks (US and Europe) and Easter lie within the sixty days.
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
END = BEGIN + timedelta(days=60)
DAY_HOURS = (Hours(opens=540, closes=720), Hours(opens=780, closes=1020))
OFFICE = Window(mon=DAY_HOURS, tue=DAY_HOURS, wed=DAY_HOURS, thu=DAY_HOURS, fri=DAY_HOURS, holidays="DE-BY")
STEPS = (
    Step(id="intro", subject="", text="", delay=timedelta()),
    Step(id="nudge", subject="", text="", delay=timedelta(), business_days=3),
    Step(id="last", subject="", text="", delay=timedelta(days=5)),
)
COUNTRIES = ("", "DE", "US", "NP", "AU", "JP")
#: Day of acceptance and number of candidates of a mailbox's campaigns.
CAMPAIGNS = ((0, 120), (9, 80))


class Simulated:
    """Be one mailbox through sixty days, with what went out and when."""

    def __init__(self, number: int) -> None:
        self.dice = random.Random(number)
        self.name = f"m{number}"
        zone = self.dice.choice(("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"))
        connected = BEGIN - timedelta(days=number % 7)
        self.terms = {
            name: Terms("acme", self.name, zone, Limits(), connected, name, STEPS, OFFICE)
            for name in (f"c{index}" for index in range(len(CAMPAIGNS)))
        }
        self.ledger: dict[str, Day] = {}
        self.people: dict[str, Enrollment] = {}
        self.wishes: dict[str, Wish] = {}
        self.queue: list[tuple[datetime, str, str]] = []
        self.sent: list[tuple[datetime, str, str]] = []
        self.stopped_at: dict[str, datetime] = {}
        self.missed = 0
        start = BEGIN + timedelta(days=self.dice.randint(10, 40), hours=self.dice.randint(0, 23))
        self.down = start, start + timedelta(hours=self.dice.randint(1, 60))

    def run(self) -> None:
        for (day, count), terms in zip(CAMPAIGNS, self.terms.values(), strict=True):
            now = BEGIN + timedelta(days=day)
            self._work_until(now)
            self._accept(terms, count, now)
        self._work_until(self.down[1])
        self._catch_up(self.down[1])
        self._work_until(END)

    def _accept(self, terms: Terms, count: int, now: datetime) -> None:
        wishes = []
        for number in range(count):
            name = f"{self.name}-{terms.campaign}-{number}"
            domain = self.dice.choice(("gmail.com", *(f"d{one}.example.com" for one in range(15))))
            zone, country = self.dice.choice(ZONES), self.dice.choice(COUNTRIES)
            wishes.append(Wish(name, domain, zone, country, now, after="acceptance"))
        found = planned(terms, wishes, self.ledger)
        self.ledger.update(found.days)
        for wish, slots in zip(wishes, found.slots, strict=True):
            one = enrollment(
                id=wish.enrollment, campaign=terms.campaign, slots=slots, step="intro", due=slots[0].due
            )
            self.people[one.id], self.wishes[one.id] = one, wish
            heapq.heappush(self.queue, (one.due, one.id, one.step))

    def _work_until(self, end: datetime) -> None:
        while self.queue and self.queue[0][0] < end:
            now, name, step = heapq.heappop(self.queue)
            one = self.people[name]
            current = one.status is Status.WAITING and (one.step, one.due) == (step, now)
            if current and not self.down[0] <= now < self.down[1]:
                self._send(one, now)

    def _send(self, one: Enrollment, now: datetime) -> None:
        claimed = core.claimed(one, attempt(one.step, started_at=now), now)
        message = mail(one.step, gmail_id=f"{one.id}-{one.step}", at=now)
        after = core.sent(claimed, f"try-{one.step}", message, now)
        self.sent.append((now, one.id, one.step))
        if self.dice.random() < 0.2:
            after = self._stop(after, now + timedelta(seconds=1))
        self.people[one.id] = after
        if after.status is Status.WAITING:
            heapq.heappush(self.queue, (after.due, one.id, after.step))

    def _stop(self, one: Enrollment, now: datetime) -> Enrollment:
        event = self.dice.choice((Event.REPLIED, Event.OPTED_OUT, Event.BOUNCED))
        self.stopped_at[one.id] = now
        self._free(one, frozenset(step.id for step in STEPS), now)
        return core.stopped(one, event, event.value, now)

    def _free(self, one: Enrollment, steps: frozenset[str], after: datetime | None) -> None:
        for date in {slot.day for slot in one.slots}:
            self.ledger[date] = freed(self.ledger[date], enrollments={one.id: steps}, after=after)

    def _catch_up(self, now: datetime) -> None:
        """Plan anew what an outage has missed, and one whole campaign that was paused meanwhile."""
        paused = self.dice.choice((*self.terms, ""))
        for terms in self.terms.values():
            late = [
                one
                for one in self.people.values()
                if one.campaign == terms.campaign
                and one.status is Status.WAITING
                and (slot_end(one.due, terms.limits) <= now or one.campaign == paused)
            ]
            self.missed += len(late)
            # In the order of the times they had.
            late.sort(key=lambda one: one.due)
            for one in late:
                left = frozenset(
                    slot.step for slot in one.slots if slot.step not in {m.step for m in one.sent}
                )
                self._free(one, left, None)
            found = planned(terms, [self._again(one, now) for one in late], self.ledger)
            self.ledger.update(found.days)
            for one, slots in zip(late, found.slots, strict=True):
                self.people[one.id] = core.replanned(one, slots, one.plan, now)
                heapq.heappush(self.queue, (slots[0].due, one.id, one.step))

    def _again(self, one: Enrollment, now: datetime) -> Wish:
        first = self.wishes[one.id]
        last = one.sent[-1] if one.sent else None
        start, after = (last.at, last.step) if last else (first.start, first.after)
        return Wish(
            one.id,
            first.domain,
            first.timezone,
            first.country,
            start,
            first=one.step,
            after=after,
            not_before=now,
            why="the slot was missed",
        )

    def check(self) -> None:
        check_ledger(self.ledger, self.terms["c0"])
        assert len({(name, step) for _, name, step in self.sent}) == len(self.sent)
        for now, name, _ in self.sent:
            wish = self.wishes[name]
            assert is_open(OFFICE, wish.timezone, whose(OFFICE, wish.country), now)
            assert now <= self.stopped_at.get(name, END)
            assert not self.down[0] <= now < self.down[1]
        live = {
            (slot.due, one.id, slot.step)
            for one in self.people.values()
            if one.status is Status.WAITING
            for slot in one.slots
            if slot.step not in {message.step for message in one.sent}
        }
        held = {(entry.at, entry.enrollment, entry.step) for entry in entries(self.ledger)}
        # Each place is held by a mail that went out or by one that is still to come: none is lost or leaks.
        assert held == live | set(self.sent)


def test_sixty_days_of_many_mailboxes_break_no_rule() -> None:
    begun = time.process_time()
    found = [Simulated(number) for number in range(MAILBOXES)]
    for one in found:
        one.run()
    took = time.process_time() - begun
    for one in found:
        one.check()
    sent, missed = sum(len(one.sent) for one in found), sum(one.missed for one in found)
    people, stopped = sum(len(one.people) for one in found), sum(len(one.stopped_at) for one in found)
    print(
        f"{len(found)} mailboxes, {people} candidates: {sent} mails sent, {stopped} stopped by an answer,"
        f" {missed} planned anew, {took:.1f} s ({time.process_time() - begun:.1f} s with the checks)"
    )
    assert people == 200 * MAILBOXES
    assert sent > 1.5 * people
    assert missed > MAILBOXES
    assert took < 60
