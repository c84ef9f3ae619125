"""Own the local cloud that the whole-system tests share, and one recruiter's way through it.

The functions run in a process of their own, so that no other test's settings reach them. Nothing happens by
itself unless a test asks for it: tasks are kept instead of dispatched, notifications are lost.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
import requests

from tests.e2e.demo.browser import connect
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.emulators import Emulators

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.localcloud.gmail.records import Delivery
    from tests.localcloud.task_queue import LocalTask

#: As it was before any test set something.
OUTSIDE = dict(os.environ)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
ORG = "northwind"
WEB_APP = "https://app.example.com"
NEXT_STEP = timedelta(hours=2)

_numbers = count(1)


@dataclass
class Office:
    """A recruiter with a connected mailbox, and what the queue and Pub/Sub do when told to."""

    cloud: LocalCloud
    address: str
    mailbox: str = ""
    kept: list[LocalTask] = field(default_factory=list)
    _pushes: Iterator[int] = field(default_factory=lambda: count(1))

    # The web app

    def token(self, user: str = "", role: str = "member") -> str:
        assert self.cloud.oauth is not None
        env = self.cloud.env
        return self.cloud.oauth.store.web_app.mint_user_token(
            user or f"user of {self.address}",
            self.address,
            ORG,
            role,
            env["WEBAPP_ISSUER"],
            env["WEBAPP_AUDIENCE"],
        )

    def connect(self) -> None:
        """Connect the mailbox through the whole chain of redirects."""
        self.cloud.world.add_account(self.address, f"{next(_numbers):021}")
        wish = {
            "address": self.address,
            "sender_name": "Robin Reyes",
            "return_url": f"{WEB_APP}/mailboxes",
        }
        connect(self.cloud.base_url, self.token(), wish)
        self.mailbox = self.call("GET", "mailboxes").json()["mailboxes"][0]["id"]

    def call(
        self, method: str, path: str, *, user: str = "", role: str = "member", **kwargs: Any
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token(user, role)}"}
        url = f"{self.cloud.base_url}/{path}"
        answer = requests.request(method, url, headers=headers, timeout=60, **kwargs)
        assert answer.ok, answer.text
        return answer

    def campaign(self, candidates: int) -> dict[str, Any]:
        """Write a campaign of three steps; it has an id, and candidates, that no other one has."""
        number = next(_numbers)
        mails: list[tuple[str, str, str, str]] = [
            ("intro", "Hello {{ name }}", "P0D", "new"),
            ("nudge", "", "PT2H", "reply"),
            ("last", "", "P4D", "reply"),
        ]
        return {
            "id": f"campaign-{number}",
            "name": f"Campaign {number}",
            "mailbox": self.mailbox,
            "timezone": "Europe/Berlin",
            "window": "always",
            "steps": [
                {
                    "id": id_,
                    "subject": subject,
                    "text": f"Hi {{{{ name }}}}: {id_}",
                    "delay": delay,
                    "thread": thread,
                }
                for id_, subject, delay, thread in mails
            ],
            "candidates": [
                # A company of their own for each, so that no domain's cap moves them.
                {"email": f"candidate{number}@company{place}.example.org", "name": f"Kim {place}"}
                for place in range(candidates)
            ],
        }

    def accept(self, candidates: int) -> list[str]:
        """Accept a campaign; return its candidates' addresses."""
        body = self.campaign(candidates)
        assert self.call("POST", "enqueue_campaign", json=body).json()["candidates"] == candidates
        return [str(one["email"]) for one in body["candidates"]]

    # The queue and Pub/Sub

    def keep(self, task: LocalTask) -> bool:
        """Take a task out of the queue's hands; for its ``lose_if``."""
        self.kept.append(task)
        return True

    def run(self, task: LocalTask) -> str:
        """Deliver a kept task as the queue does; return the outcome."""
        headers = task.headers | {
            "X-CloudTasks-TaskName": task.name.rpartition("/")[2],
            "X-CloudTasks-TaskRetryCount": "0",
        }
        answer = requests.post(task.url, data=task.body, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["outcome"])

    def send_next(self) -> tuple[LocalTask, str]:
        """Run the first task that is kept, at its time; return it with its outcome."""
        task = min(self.kept, key=lambda one: one.due)
        self.kept.remove(task)
        self.cloud.clock.move_to(max(task.due, self.cloud.clock.now()))
        return task, self.run(task)

    def push(self, message_id: str | None = None) -> str:
        """Deliver a notification as Pub/Sub does; return its message id."""
        id_ = message_id or f"{self.address}-{next(self._pushes)}"
        data = json.dumps({"emailAddress": self.address, "historyId": 1}).encode()
        message = {
            "data": base64.b64encode(data).decode(),
            "messageId": id_,
            "publishTime": datetime.now(UTC).isoformat(),
        }
        url = f"{self.cloud.base_url}/watch_notification"
        envelope = {"message": message, "subscription": self.cloud.subscription}
        answer = requests.post(url, json=envelope, timeout=60)
        assert answer.status_code == 200, answer.text
        return id_

    def maintain(self) -> None:
        """Let ``maintain`` run once, as the scheduler does."""
        requests.post(f"{self.cloud.base_url}/maintain", timeout=60).raise_for_status()

    # People

    def inbox(self, candidate: str) -> list[Delivery]:
        return self.cloud.world.outside_inbox(candidate)

    def answer(self, candidate: str, text: str, **headers: str) -> str:
        """Let a candidate answer the last mail that they got; return the answer's Gmail id."""
        original = BytesParser(policy=default).parsebytes(self.inbox(candidate)[-1].raw)
        about = str(original["Message-ID"])
        return self.write(
            candidate,
            f"Re: {original['Subject']}",
            text,
            {"In-Reply-To": about, "References": about, **headers},
        )

    def write(self, sender: str, subject: str, text: str, headers: dict[str, str] | None = None) -> str:
        """Let somebody write to the mailbox; return the mail's Gmail id."""
        mail = EmailMessage()
        for name, value in {
            "From": sender,
            "To": self.address,
            "Subject": subject,
            **(headers or {}),
        }.items():
            mail[name] = value
        mail.set_content(text)
        return str(self.cloud.world.deliver(bytes(mail), self.address)["id"])


@pytest.fixture(scope="package")
def shared_cloud() -> Iterator[LocalCloud]:
    """Start everything once, with the emulators; its functions are warm."""
    # A test may listen to events itself.
    with mock.patch.dict(os.environ, OUTSIDE | {"OUTREACH_WEBHOOKS_LOOPBACK": "yes"}, clear=True):
        if reason := Emulators.available():
            pytest.skip(reason)
        cloud = LocalCloud(now=START, project="whole-system").start()
    yield cloud
    cloud.stop()


@pytest.fixture
def cloud(shared_cloud: LocalCloud) -> Iterator[LocalCloud]:
    """The shared cloud with nothing in its store and queue, in which nothing happens by itself."""
    assert shared_cloud.tasks is not None
    assert shared_cloud.emulators is not None
    queue, notifier = shared_cloud.tasks.queue, shared_cloud.world.notifier
    notifier.lose_notifications = lambda _address, _history: True
    yield shared_cloud
    for task in queue.tasks():
        queue.delete(task.name)
    shared_cloud.wait_idle()
    shared_cloud.emulators.reset_firestore(shared_cloud.project)
    notifier.lose_notifications = 0
    queue.faults.lose_if = queue.faults.double_if = lambda _task: False


@pytest.fixture
def office(cloud: LocalCloud) -> Office:
    """A connected mailbox of its own; its tasks are kept."""
    assert cloud.tasks is not None
    made = Office(cloud, f"recruiter{next(_numbers)}@example.com")
    cloud.tasks.queue.faults.lose_if = made.keep
    made.connect()
    return made
