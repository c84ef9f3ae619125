"""Own what our functions are asked, each time with a mail, an answer or a link that was not used yet."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

from lib.core.optout import optout_token
from tests.bench.deployed import Ask
from tests.bench.stage import JSON, send_ask
from tests.e2e.conftest import ORG, WEB_APP, Office

if TYPE_CHECKING:
    from lib.core.sending import SendTask
    from tests.bench.stage import Stage


#: Mails that go out at once when the stage is set.
AT_ONCE = 4


@dataclass(frozen=True)
class Answer:
    """Hold an answer that has come: whose, its Gmail id, and where the mailbox's history stood before."""

    task: SendTask
    gmail_id: str
    cursor: str


class Answered:
    """A mailbox whose candidates have all got their first mail, and answer one after the other."""

    def __init__(self, stage: Stage, candidates: int) -> None:
        self.stage, self.office = stage, stage.office()
        self.tasks = stage.due(self.office, candidates)
        with ThreadPoolExecutor(AT_ONCE) as several:
            list(several.map(stage.send, self.tasks))
        self.office.push()
        self._left: Iterator[SendTask] = iter(self.tasks)

    def answer(self) -> Answer:
        """Let the next candidate answer."""
        task = next(self._left)
        stored = self.stage.document(f"orgs/{ORG}/enrollments/{task.enrollment}")
        account = self.stage.cloud.world.accounts[self.office.address]
        cursor = str(account.history_id)
        return Answer(task, self.office.answer(stored["email"], "Let us talk, next week?"), cursor)


class FirstAsks:
    """Make the requests, ``times`` of a kind; ``office`` has mails due, ``answered`` has answers to come."""

    def __init__(self, stage: Stage, times: int) -> None:
        self.stage, self.office, self._times = stage, stage.office(), times
        self._mails = iter(stage.due(self.office, times + 1))
        self.first = next(self._mails)
        stage.send(self.first)
        self._pushes = count(1)

    @cached_property
    def answered(self) -> Answered:
        """Have one answer worked off already, so that there are such records."""
        made = Answered(self.stage, 2 * self._times + 1)
        made.answer()
        made.office.push()
        return made

    @cached_property
    def _contacts(self) -> Iterator[SendTask]:
        """Go through candidates from the other end than those who answer: they are not stopped yet."""
        return reversed(self.answered.tasks)

    def send(self) -> Ask:
        """Ask for a mail that is due to be sent."""
        return send_ask(next(self._mails))

    def notification(self) -> Ask:
        """Let somebody answer, and notify of it."""
        self.answered.answer()
        return push_ask(self.answered.office, f"first-{next(self._pushes)}")

    def opt_out_page(self) -> Ask:
        """Open an opt-out link."""
        link = self._link(self.first.contact)
        return Ask(path=f"/{link}", words="<h1>Stop these e-mails?</h1>")

    def one_click(self) -> Ask:
        """Opt out as a mail program does (RFC 8058)."""
        return Ask(
            method="POST",
            path=f"/{self._link(next(self._contacts).contact)}",
            body=b"List-Unsubscribe=One-Click",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            words="You will get no more e-mails",
        )

    def start(self) -> Ask:
        """Begin to connect a mailbox, with a fresh ticket of somebody who has not asked for one too often."""
        self.stage.cloud.clock.move_to(datetime.now(UTC))
        wish = {"address": self.office.address, "sender_name": "Robin", "return_url": f"{WEB_APP}/mailboxes"}
        asked = self.office.call("POST", "mailboxes/connections", user=uuid.uuid4().hex, json=wish)
        url = str(asked.json()["url"])
        return Ask(path="/start?" + url.partition("?")[2], status=303)

    @staticmethod
    def console() -> Ask:
        """Open the console."""
        return Ask(words="<!doctype html>")

    def listed(self, path: str = "/") -> Ask:
        """Ask as a member."""
        return Ask(path=path, headers={"Authorization": f"Bearer {self.office.token()}"})

    def preview(self) -> Ask:
        """Ask for the plan of a campaign with one candidate."""
        body = json.dumps(self.office.campaign(1)).encode()
        headers = {"Authorization": f"Bearer {self.office.token()}", **JSON}
        return Ask(method="POST", path="/?dry_run=true", body=body, headers=headers, words='"plan_digest"')

    def settings(self) -> Ask:
        """Ask for the org's settings, as an admin."""
        token = self.stage.token(self.office, "admin")
        return Ask(headers={"Authorization": f"Bearer {token}"}, words='"')

    def event(self) -> Ask:
        """Deliver an event that nobody listens to any more."""
        body = json.dumps({"org": ORG, "event": f"{self.first.enrollment}-000001", "tries": 0}).encode()
        return Ask(method="POST", body=body, headers=JSON, words='"outcome":"nothing to deliver"')

    def maintain(self) -> Ask:
        """Let Cloud Scheduler call."""
        return Ask(method="POST", headers=JSON, words='"outcome":')

    def _link(self, contact: str) -> str:
        return optout_token(base64.b64decode(self.stage.secret("address-key")), ORG, contact)


def push_ask(office: Office, message_id: str) -> Ask:
    """Return the request by which Pub/Sub pushes Gmail's notification."""
    data = json.dumps({"emailAddress": office.address, "historyId": 1}).encode()
    message = {"data": base64.b64encode(data).decode(), "messageId": message_id}
    body = json.dumps({"message": message, "subscription": office.cloud.subscription}).encode()
    return Ask(method="POST", body=body, headers=JSON, words='"outcome":"worked off"')
