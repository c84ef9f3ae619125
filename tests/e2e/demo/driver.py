"""Drive the system as its users do: web app, scheduler, candidates and friends, through simulated days.

Everything goes over the same connections as in production; only the local Gmail's world is reached directly,
to let people outside write mail and to look into their inboxes.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import requests

from tests.e2e.demo import files, script, web_app
from tests.e2e.demo.checker import Did, Evidence, Mail
from tests.e2e.demo.script import Reaction
from tests.e2e.demo.showing import Screen
from tests.e2e.demo.timing import Pace, Place, Slot
from tests.e2e.demo.web_app import ADDRESS, WebApp
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.gmail.records import AccessEntry

#: How often the scheduler calls maintain, in simulated time; in production every minute.
SCHEDULE = timedelta(hours=6)
#: How many unrelated mails come in meanwhile.
FRIENDS = 12
#: How much longer than planned a campaign may take, since mails were moved.
MOVED = timedelta(days=21)
UNDER_WAY = ("waiting", "sending", "uncertain")


@dataclass
class Demo:
    """One run of the main job on a local cloud that has been started."""

    cloud: LocalCloud
    screen: Screen
    shortlist: str
    campaign: dict[str, Any]
    app: WebApp
    candidates: list[str] = field(default_factory=list)
    planned: dict[str, list[Slot]] = field(default_factory=dict)
    did: dict[str, list[Did]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    unrelated: set[str] = field(default_factory=set)
    #: a scripted answer that never reaches the mailbox: planted, to see the checker find it
    withheld: set[str] = field(default_factory=set)
    end: datetime = field(init=False)
    _connected: datetime = field(init=False)
    _agenda: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: Any = field(default_factory=itertools.count)

    @property
    def steps(self) -> int:
        """How many mails each candidate gets who does not stop them."""
        return max(map(len, self.planned.values()), default=0)

    # The web app

    def connect(self) -> None:
        """Connect the mailbox through the whole chain of redirects."""
        self.cloud.world.add_account(ADDRESS, "100000000000000000001")
        self._connected = self.cloud.clock.now()
        self.campaign["mailbox"], end, way = self.app.connect()
        self.screen.connected(ADDRESS, way, end)

    def enqueue(self) -> None:
        """Look at the plan of a dry run, then accept exactly that."""
        body = {**self.campaign, "shortlist": self.shortlist}
        plan = self.app.call("POST", "enqueue_campaign?dry_run=true", body)
        self.screen.plan(plan)
        self.prepare(plan)
        accepted = self.app.call("POST", "enqueue_campaign", {**body, "plan_digest": plan["plan_digest"]})
        same = accepted["plan_digest"] == plan["plan_digest"]
        self.screen.accepted(accepted["candidates"], same=same)

    def prepare(self, plan: dict[str, Any]) -> None:
        """Note what is planned, whose mail bounces, and when friends write."""
        now = self.cloud.clock.now()
        for index, one in enumerate(plan["candidates"]):
            email = one["email"]
            self.candidates.append(email)
            self.planned[email] = _slots(one)
            self.places[email] = files.place_of(self.shortlist, email, self.campaign["timezone"])
            for reaction in script.reactions_of(index, len(one["slots"])):
                if reaction.kind == "bounce":
                    self.cloud.world.bouncing.add(email)
                    self.did[email] = [Did("bounce", 0, now, "")]
        last = max((slot.due for some in self.planned.values() for slot in some), default=now)
        self.end = last + SCHEDULE
        self.screen.lasts(now, self.end)
        for number in range(FRIENDS):
            at = now + (last - now) * number / FRIENDS + timedelta(minutes=7)
            self.plan(at, partial(self.friend_writes, number))

    # People

    def plan(self, at: datetime, action: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), action))

    def friend_writes(self, number: int) -> None:
        raw, labels = script.unrelated(number, ADDRESS)
        self.unrelated.add(self.cloud.world.deliver(raw, ADDRESS, labels)["id"])

    def look_at_inboxes(self) -> None:
        """See what has come to the candidates, and let them react as the script says."""
        for index, email in enumerate(self.candidates):
            inbox = self.cloud.world.outside_inbox(email)
            for step in range(self.seen.get(email, 0), len(inbox)):
                at = inbox[step].at
                following = self._following(email, step, at)
                self.screen.mail(at)
                for reaction in script.reactions_of(index, len(self.planned[email])):
                    if reaction.kind != "bounce" and reaction.after == step:
                        when = script.moment(reaction, at, following)
                        self.plan(when, partial(self.react, index, reaction, inbox[step].raw))
                        self.end = max(self.end, when + SCHEDULE)
            self.seen[email] = len(inbox)

    def _following(self, email: str, step: int, came: datetime) -> datetime | None:
        """Return when the next mail is planned; that much later if this one was."""
        planned = self.planned[email]
        if step + 1 >= len(planned):
            return None
        return max(planned[step + 1].due, came + (planned[step + 1].due - planned[step].due))

    def react(self, index: int, reaction: Reaction, raw: bytes) -> None:
        """Do one thing that a candidate does."""
        now, email = self.cloud.clock.now(), self.candidates[index]
        back = script.day_back(reaction, now, self._following(email, reaction.after, now))
        words = script.signed(email, reaction.after) if reaction.is_mail else ""
        self.did.setdefault(email, []).append(Did(reaction.kind, reaction.after, now, words, back))
        self.screen.reaction(now, index, reaction, back)
        if not reaction.is_mail:
            opt_out(raw, by_button=reaction.how == "button")
        elif email not in self.withheld:
            if reaction.unnoticed:
                self.cloud.world.notifier.lose_notifications = 1
            self.cloud.world.deliver(script.answer(reaction, raw, email, ADDRESS, back), ADDRESS)

    # Time

    def run(self) -> None:
        """Go from event to event until the campaign is over; every tenth notification comes twice."""
        self.cloud.world.one_notification_a_second = True
        self.cloud.world.notifier.double_notifications = lambda _address, history: history % 10 == 0
        self.plan(self.cloud.clock.now() + SCHEDULE, self.maintain)
        while True:
            self.cloud.wait_idle()
            self.look_at_inboxes()
            now = self.cloud.clock.now()
            self.screen.reached(now, sum(self.seen.values()), sum(map(len, self.did.values())))
            following = min(filter(None, (self.cloud.next_due(), self._agenda[0][0])))
            if following > self.end:
                if self._is_over():
                    self.screen.day_is_over()
                    return
                self.end = following
            if following > now:
                self.cloud.advance(following)
            while self._agenda and self._agenda[0][0] <= self.cloud.clock.now():
                heapq.heappop(self._agenda)[2]()

    def _is_over(self) -> bool:
        """Say whether nobody waits for a mail any more, as the web app shows, or has waited far too long."""
        figures = self.app.call("GET", f"campaigns/{self.campaign['id']}")["figures"]
        latest = max((slot.due for some in self.planned.values() for slot in some), default=self.end)
        return not any(figures[name] for name in UNDER_WAY) or self.end > latest + MOVED

    def maintain(self) -> None:
        """Do as Cloud Scheduler does."""
        requests.post(f"{self.cloud.base_url}/maintain", timeout=60).raise_for_status()
        self.plan(self.cloud.clock.now() + SCHEDULE, self.maintain)

    # The evidence

    def evidence(self) -> Evidence:
        """Gather all that was seen, and show what the web app shows."""
        world = self.cloud.world
        shown = self.app.mark(self.campaign["id"])
        candidates = self.app.candidates(self.campaign["id"])
        numbers = {email: number for number, email in enumerate(self.candidates, 1)}
        self.screen.answers(shown, {one["id"]: numbers[one["email"]] for one in candidates})
        told = max(candidates, key=lambda one: (len(self.did.get(one["email"], ())), one["answered"]))
        self.screen.timeline(told, self.did.get(told["email"], []))
        return Evidence(
            candidates=self.candidates,
            places=self.places,
            window=self.campaign.get("window"),
            pace=self._pace(),
            planned=self.planned,
            shown={one["email"]: _slots(one) for one in candidates},
            did=self.did,
            inboxes={
                email: [Mail(one.raw, one.at) for one in world.outside_inbox(email)]
                for email in self.candidates
            },
            figures=shown["figures"],
            answers=shown["answers"],
            unrelated=self.unrelated,
            access=[_entry(one) for one in world.access_log],
        )

    def _pace(self) -> Pace:
        return Pace(
            zone=web_app.ZONE,
            first_day=self._connected.astimezone(ZoneInfo(web_app.ZONE)).date(),
            ramp_start=web_app.RAMP_START,
            ramp_step=web_app.RAMP_STEP,
            daily_cap=web_app.DAILY_CAP,
            gap=timedelta(seconds=web_app.GAP),
        )


def _slots(shown: dict[str, Any]) -> list[Slot]:
    return [Slot(datetime.fromisoformat(one["due"]), one["reason"]) for one in shown["slots"]]


def _entry(one: AccessEntry) -> dict[str, Any]:
    names = ("method", "time", "effect", "message_ids", "body", "snippet")
    return {name: getattr(one, name) for name in names}


def opt_out(raw: bytes, *, by_button: bool) -> None:
    """Use the mail's own link: as a mail program's one-click POST, or through the page and its button."""
    link = script.opt_out_link(raw)
    assert link
    if by_button:
        requests.get(link, timeout=20).raise_for_status()
        requests.post(link, timeout=20).raise_for_status()
    else:
        body = {"List-Unsubscribe": "One-Click"}
        requests.post(link, data=body, timeout=20).raise_for_status()
