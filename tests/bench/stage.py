"""Own the stage of the benches: a local cloud, connected mailboxes, mails that are due now, answers to them.

The stand-ins run in the bench's own process, and are warm; what is measured runs in others, on the system's
clock, so that no call is made for the time. Nothing happens by itself: tasks are kept, notifications lost.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec
import requests
from google.cloud import firestore
from google.cloud.secretmanager_v1 import AccessSecretVersionRequest

from lib.core.sending import SendTask
from tests.bench.deployed import Ask
from tests.e2e.conftest import NEXT_STEP, ORG, Office
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.environment import applied

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = "bench"
JSON = {"Content-Type": "application/json"}
#: So that no slot is missed while a bench runs.
LIMITS = {"gap": "PT1H", "daily_cap": 1000, "ramp_start": 1000}


@dataclass
class Stage:
    """A local cloud; ``store`` reads and writes beside the proxy that counts."""

    cloud: LocalCloud
    store: firestore.Client

    @property
    def environment(self) -> dict[str, str]:
        """All that the measured functions are told; without a clock of ours."""
        return {name: value for name, value in self.cloud.env.items() if name != "OUTREACH_CLOCK_URL"}

    def office(self, *, wide: bool = True) -> Office:
        """Return another connected mailbox; one that is wide misses no slot."""
        assert self.cloud.tasks is not None
        made = Office(self.cloud, f"recruiter{next(_numbers)}@example.com")
        self.cloud.tasks.queue.faults.lose_if = made.keep
        made.connect()
        if wide:
            limits = {f"limits.{name}": value for name, value in LIMITS.items()}
            self.store.document(f"orgs/{ORG}/mailboxes/{made.mailbox}").update(limits)
        return made

    def due(self, office: Office, candidates: int) -> list[SendTask]:
        """Accept a campaign; return the tasks of its first mails, all due now, the next ones hours later.

        One more goes out here: the campaign's very first, which makes the labels.
        """
        body = office.campaign(candidates + 1)
        office.call("POST", "enqueue_campaign", json=body)
        tasks = self._due_now(str(body["id"]))
        self.send(tasks.pop())
        return tasks

    def send(self, task: SendTask) -> None:
        """Let the stage's own functions send a mail that is due."""
        ask, url = send_ask(task), f"{self.cloud.base_url}/send_step"
        answer = requests.post(url, data=ask.body, headers=ask.headers, timeout=60)
        if ask.words not in answer.text:
            raise RuntimeError(f"send_step: {answer.status_code} {answer.text}")

    def secret(self, name: str) -> str:
        """Return one of the application's secrets."""
        assert self.cloud.secrets is not None
        path = f"projects/{PROJECT}/secrets/{name}/versions/latest"
        return self.cloud.secrets.access(AccessSecretVersionRequest(name=path)).payload.data.decode()

    def token(self, office: Office, role: str) -> str:
        """Return a user token of the office's recruiter, in a role."""
        assert self.cloud.oauth is not None
        env, user = self.cloud.env, f"user of {office.address}"
        return self.cloud.oauth.store.web_app.mint_user_token(
            user, office.address, ORG, role, env["WEBAPP_ISSUER"], env["WEBAPP_AUDIENCE"]
        )

    def document(self, path: str) -> dict[str, Any]:
        """Return what is stored at a path, empty when nothing is."""
        return self.store.document(path).get().to_dict() or {}

    def _due_now(self, campaign: str) -> list[SendTask]:
        now, batch = self.cloud.clock.now(), self.store.batch()
        enrollments = self.store.collection(f"orgs/{ORG}/enrollments")
        tasks: list[SendTask] = []
        for found in enrollments.where(filter=firestore.FieldFilter("campaign", "==", campaign)).stream():
            fields = found.to_dict() or {}
            first, second, *others = fields["slots"]
            slots = [first | {"due": now}, second | {"due": now + NEXT_STEP}, *others]
            batch.update(found.reference, {"due": now, "slots": slots})
            named = {name: fields.get(name) for name in SendTask.__struct_fields__}
            tasks.append(msgspec.convert(named | {"enrollment": fields["id"]}, SendTask))
        batch.commit()
        return tasks


_numbers = count(1)


_shared: list[Stage] = []
_left_standing = ExitStack()


def share() -> None:
    """Set the stage for all benches of this process, until it is struck."""
    _shared.append(_left_standing.enter_context(staged()))


def strike() -> None:
    """Take the shared stage down."""
    _shared.clear()
    _left_standing.close()


@contextmanager
def staged() -> Iterator[Stage]:
    """Start a local cloud with the official emulators; RuntimeError where they cannot run.

    Where a stage is shared, that one is yielded.
    """
    if _shared:
        yield _shared[0]
        return
    cloud = LocalCloud(now=datetime.now(UTC), project=PROJECT)
    if cloud.degraded:
        raise RuntimeError(f"benches need the emulators: {cloud.degraded}")
    with cloud:
        assert cloud.emulators is not None
        cloud.world.notifier.lose_notifications = lambda _address, _history: True
        with applied({"FIRESTORE_EMULATOR_HOST": cloud.emulators.firestore_host}):
            yield Stage(cloud, firestore.Client(project=PROJECT))


def send_ask(task: SendTask) -> Ask:
    """Return the request by which Cloud Tasks delivers a task, and its useful answer."""
    return Ask(method="POST", body=msgspec.json.encode(task), headers=JSON, words='"outcome":"sent"')
