"""Drive the system as its users do: web app, scheduler, candidates and friends, through simulated days.

Everything goes over the same connections as in production; only the local Gmail's world is reached directly,
to let people outside write mail and to look into their inboxes.
"""

from __future__ import annotations

import heapq
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import requests

from tests.e2e.demo import script
from tests.e2e.demo.browser import connect
from tests.e2e.demo.checker import Did, Evidence, Mail
from tests.e2e.demo.showing import Screen
from tests.localcloud.cloud import LocalCloud

ORG, USER, ADDRESS, SENDER = "northwind", "user-1", "robin.recruiter@example.com", "Robin Reyes"
WEB_APP = "https://app.example.com"
#: How often the scheduler calls maintain, in simulated time; in production every minute.
SCHEDULE = timedelta(hours=6)
#: How many unrelated mails come in meanwhile.
FRIENDS = 12
OPT_OUT_LINK = re.compile(r"<(http[^>]+)>")


class Refused(Exception):
    """Say why the campaign was not accepted, fault by fault."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail", ""))
        self.problem = problem


@dataclass
class Demo:
    """One run of the main job on a local cloud that has been started."""

    cloud: LocalCloud
    screen: Screen
    shortlist: str
    campaign: dict[str, Any]
    token: str
    candidates: list[str] = field(default_factory=list)
    offsets: list[timedelta] = field(default_factory=list)
    accepted_at: datetime = field(init=False)
    did: dict[str, Did] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    unrelated: set[str] = field(default_factory=set)
    #: a scripted answer that never reaches the mailbox: planted, to see the checker find it
    withheld: set[str] = field(default_factory=set)
    _agenda: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: Any = field(default_factory=itertools.count)

    # The web app

    def connect(self) -> None:
        """Connect the mailbox through the whole chain of redirects."""
        self.cloud.world.add_account(ADDRESS, "100000000000000000001")
        end, way = connect(self.cloud.base_url, self.token, ADDRESS, SENDER, f"{WEB_APP}/mailboxes")
        self.screen.say(f"Connected {ADDRESS}:")
        for step in way:
            self.screen.say(f"    {step}")
        self.screen.say(f"    the browser is back at {end}")
        self.campaign["mailbox"] = self.call("GET", "mailboxes").json()["mailboxes"][0]["id"]

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(
            method, f"{self.cloud.base_url}/{path}", headers=headers, timeout=60, **kwargs
        )
        if answer.status_code in {409, 422}:
            raise Refused(answer.json())
        answer.raise_for_status()
        return answer

    def enqueue(self) -> None:
        """Look at the plan of a dry run, then accept exactly that."""
        body = {**self.campaign, "shortlist": self.shortlist}
        plan = self.call("POST", "enqueue_campaign?dry_run=true", json=body).json()
        self.candidates = [one["email"] for one in plan["candidates"]]
        self.accepted_at = self.cloud.clock.now()
        self.prepare(plan)
        sample = plan["samples"][0]
        self.screen.say(
            f"Dry run: {len(self.candidates)} candidates, {len(self.offsets)} steps each. The first:"
        )
        for line in (f"Subject: {sample['subject']}", *sample["text"].splitlines()):
            self.screen.say(f"    | {line}".rstrip())
        for slot in plan["candidates"][0]["slots"]:
            due = datetime.fromisoformat(slot["due"])
            self.screen.say(f"    {slot['step']}: {due:%a %d %b %H:%M} UTC ({slot['reason']})")
        body["plan_digest"] = plan["plan_digest"]
        answer = self.call("POST", "enqueue_campaign", json=body)
        self.screen.say(f"Accepted ({answer.status_code}): {answer.json()['candidates']} candidates.")

    def prepare(self, plan: dict[str, Any]) -> None:
        """Note when each step is planned, whose mail bounces, and when friends write."""
        first = plan["candidates"][0]["slots"]
        begin = datetime.fromisoformat(first[0]["due"]) - self.accepted_at
        starts = [datetime.fromisoformat(slot["due"]) for slot in first]
        self.offsets = [max(timedelta(), begin) + (start - starts[0]) for start in starts]
        for index, email in enumerate(self.candidates):
            reaction = script.reaction_of(index, len(self.offsets))
            if reaction is not None and reaction.kind == "bounce":
                self.cloud.world.bouncing.add(email)
                self.did[email] = Did("bounce", 0, self.accepted_at, "")
        for number in range(FRIENDS):
            at = self.accepted_at + self.span() * number / FRIENDS + timedelta(minutes=7)
            self.plan(at, lambda number=number: self.friend_writes(number))  # type: ignore[misc]

    def span(self) -> timedelta:
        """Return how long the run takes in simulated time."""
        return (self.offsets[-1] if self.offsets else timedelta(days=7)) + timedelta(days=1)

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
                self.screen.happened(
                    inbox[step].at, f"mail {step + 1} is in the inbox of candidate {index + 1}"
                )
                reaction = script.reaction_of(index, len(self.offsets))
                if reaction is not None and reaction.kind != "bounce" and reaction.after == step:
                    at = inbox[step].at + reaction.wait
                    raw = inbox[step].raw
                    self.plan(at, lambda i=index, e=email, r=reaction, m=raw: self.react(i, e, r, m))  # type: ignore[misc]
            self.seen[email] = len(inbox)

    def react(self, index: int, email: str, reaction: script.Reaction, raw: bytes) -> None:
        now = self.cloud.clock.now()
        self.did[email] = Did(reaction.kind, reaction.after, now, script.words_of(email))
        words = {"reply": "answers", "automatic": "is away: an automatic answer", "opt_out": "opts out"}
        self.screen.happened(now, f"candidate {index + 1} {words[reaction.kind]} ({reaction.how})")
        if reaction.kind == "opt_out":
            opt_out(raw, by_button=reaction.how == "button")
        elif email not in self.withheld:
            if reaction.wait > timedelta(days=2, hours=12):
                self.cloud.world.notifier.lose_notifications = 1
            self.cloud.world.deliver(script.answer(reaction, raw, email, ADDRESS), ADDRESS)

    # Time

    def run(self) -> None:
        """Go from event to event until the campaign is over; every tenth notification comes twice."""
        self.cloud.world.one_notification_a_second = True
        self.cloud.world.notifier.double_notifications = lambda _address, history: history % 10 == 0
        end = self.accepted_at + self.span()
        self.plan(self.cloud.clock.now() + SCHEDULE, self.maintain)
        while True:
            self.cloud.wait_idle()
            self.look_at_inboxes()
            now = self.cloud.clock.now()
            self.screen.reached(now, f"{sum(self.seen.values())} mails, {len(self.did)} reactions")
            following = min(filter(None, (self.cloud.next_due(), self._agenda[0][0])))
            if following > end:
                return
            if following > now:
                self.cloud.advance(following)
            while self._agenda and self._agenda[0][0] <= self.cloud.clock.now():
                heapq.heappop(self._agenda)[2]()

    def maintain(self) -> None:
        """Do as Cloud Scheduler does."""
        requests.post(f"{self.cloud.base_url}/maintain", timeout=60).raise_for_status()
        self.plan(self.cloud.clock.now() + SCHEDULE, self.maintain)

    # The evidence

    def evidence(self) -> Evidence:
        world = self.cloud.world
        shown = self.call("GET", f"campaigns/{self.campaign['id']}").json()
        return Evidence(
            candidates=self.candidates,
            offsets=self.offsets,
            accepted_at=self.accepted_at,
            did=self.did,
            inboxes={
                email: [Mail(one.raw, one.at) for one in world.outside_inbox(email)]
                for email in self.candidates
            },
            figures=shown["figures"],
            answers=shown["answers"],
            unrelated=self.unrelated,
            access=[
                {"message_ids": one.message_ids, "body": one.body, "snippet": one.snippet}
                for one in world.access_log
            ],
        )


def opt_out(raw: bytes, *, by_button: bool) -> None:
    """Use the mail's own link: as a mail program's one-click POST, or through the page and its button."""
    link = OPT_OUT_LINK.search(str(BytesParser(policy=default).parsebytes(raw)["List-Unsubscribe"]))
    assert link is not None
    if by_button:
        requests.get(link.group(1), timeout=20).raise_for_status()
        requests.post(link.group(1), timeout=20).raise_for_status()
    else:
        body = {"List-Unsubscribe": "One-Click"}
        requests.post(link.group(1), data=body, timeout=20).raise_for_status()


def read_campaign(path: Path) -> dict[str, Any]:
    """Read a campaign file; SystemExit with the reason when it is no JSON object."""
    try:
        campaign = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path}: {error}") from None
    if not isinstance(campaign, dict):
        raise SystemExit(f"{path}: a campaign is a JSON object")
    return campaign
