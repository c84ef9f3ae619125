"""The wiring puts the real adapters together, at first use and not before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from lib.config import Settings
from lib.core.errors import MailboxDisconnected, Unavailable
from lib.core.records import Inbox, OutgoingEvent
from lib.entrypoint import Wiring, services, use
from lib.flows.queueing_events import queue_event
from lib.ports import Services
from tests.contract.gmail_connection import RECRUITER, SCOPES
from tests.contract.secret_backends import backend_of
from tests.core.test_config import LEAST
from tests.localcloud.cloud_tasks import CloudTasks
from tests.localcloud.gmail.server import GmailServer
from tests.localcloud.local_secrets import make_secrets
from tests.localcloud.secret_manager import SecretManager

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVENT_QUEUE = "projects/local/locations/europe-west1/queues/events"
#: What must not be imported by a function that has not asked for it.
HEAVY = (
    "google.api_core google.auth google.cloud.firestore grpc googleapiclient httplib2 tink jwt "
    "boto3 botocore lib.adapters"
)


class Cloud:
    """The stand-ins that a wiring talks to."""

    def __init__(self) -> None:
        self.gmail = GmailServer(clock=lambda: NOW)
        self.gmail.world.add_account(RECRUITER, "sub-1")
        self.secrets, self.tasks = SecretManager(), CloudTasks(lambda: NOW)
        self.secrets.put("local", make_secrets("local-client", "local-secret"))
        for queue in (LEAST["OUTREACH_QUEUE"], EVENT_QUEUE):
            self.tasks.add_queue(queue)
        self._secrets_server = self.secrets.serve()
        self.wiring = Wiring(
            Settings.from_env(
                LEAST
                | {
                    "OUTREACH_EVENT_QUEUE": EVENT_QUEUE,
                    "SECRET_MANAGER_ENDPOINT": self._secrets_server.target,
                    "CLOUD_TASKS_ENDPOINT": self.tasks.serve().target,
                    "GMAIL_API_ENDPOINT": self.gmail.url,
                    "GOOGLE_OAUTH_TOKEN_URL": f"{self.gmail.url}/token",
                }
            )
        )

    def inbox(self) -> Inbox:
        """Return the record of a connected mailbox, its token sealed."""
        token = self.gmail.oauth.issue(RECRUITER, SCOPES)["refresh_token"]
        return Inbox(
            id="i1",
            org="acme",
            mailbox="m1",
            address=RECRUITER,
            status="connected",
            sealed_token=self.wiring.vault.seal(token, org="acme", mailbox="m1"),
            label=None,
            cursor="1",
            watch_expires=NOW,
            renew_at=None,
            look_at=None,
            looked_at=NOW,
        )

    def stop(self) -> None:
        self.gmail.stop()
        self.tasks.stop()
        self._secrets_server.stop()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    running = Cloud()
    yield running
    running.stop()


def test_a_sealed_token_leads_to_its_mailbox_with_few_requests(cloud: Cloud) -> None:
    inbox = cloud.inbox()
    for _ in range(3):
        assert cloud.wiring.gmail(inbox).profile()[0] == RECRUITER
    assert cloud.gmail.world.requests == 3
    # Keyset and OAuth client, once each.
    assert cloud.secrets.calls.snapshot()["AccessSecretVersion"] == 2


def test_a_disconnected_mailbox_is_not_reached(cloud: Cloud) -> None:
    inbox = msgspec.structs.replace(cloud.inbox(), status="disconnected")
    with pytest.raises(MailboxDisconnected):
        cloud.wiring.gmail(inbox)
    assert cloud.gmail.world.requests == 0


def test_the_wiring_is_all_that_flows_need(cloud: Cloud) -> None:
    known: Services = cloud.wiring
    assert len(known.address_key) == len(known.ticket_key) == 32
    assert known.address_key != known.ticket_key
    known.tasks.create("send_step", "name-1", b"{}", None)
    assert cloud.tasks.queue.created[0].url == "http://127.0.0.1:8080/send_step"
    assert known.topic == LEAST["OUTREACH_TOPIC"]
    assert known.new_id() != known.new_id()
    assert known.clock.now().tzinfo is UTC
    assert "client_id=local-client" in known.oauth.authorization_url(
        scopes=("openid",),
        state="s",
        challenge="c",
        login_hint=RECRUITER,
        redirect_uri="https://functions.example.com",
    )


def test_events_wait_in_a_queue_of_their_own_and_sends_in_the_other(cloud: Cloud) -> None:
    # Never due while the test runs.
    later = NOW + timedelta(hours=3)
    event = OutgoingEvent(
        org="acme",
        id="m1-1",
        type="mailbox.disconnected",
        at=NOW,
        sequence=0,
        mailbox="m1",
        wake_at=later,
        expires_at=later,
    )
    queue_event(cloud.wiring, event, NOW)
    cloud.wiring.tasks.create("send_step", "name-1", b"{}", later)
    waiting = {one.url: one.name.rpartition("/tasks/")[0] for one in cloud.tasks.queue.created}
    assert waiting == {
        "http://127.0.0.1:8080/deliver_event": EVENT_QUEUE,
        "http://127.0.0.1:8080/send_step": LEAST["OUTREACH_QUEUE"],
    }


def test_an_oauth_client_that_is_no_json_is_named_and_not_shown(cloud: Cloud) -> None:
    cloud.secrets.put("local", {"oauth-client": '{"client_secret": "hidden"}'})
    with pytest.raises(Unavailable, match="oauth-client") as error:
        cloud.wiring.gmail(cloud.inbox())
    assert "hidden" not in str(error.value)


def test_a_wiring_is_made_once_at_first_use() -> None:
    made: list[Wiring] = []

    def make() -> Wiring:
        made.append(Wiring(Settings.from_env(LEAST)))
        return made[-1]

    use(make)
    assert made == []
    assert services() is services()
    assert len(made) == 1


@pytest.mark.parametrize("kind", ["gcp", "aws", "env"])
def test_the_settings_say_where_the_secrets_lie(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of(kind, monkeypatch)
    for name, value in make_secrets("local-client", "local-secret").items():
        backend.put(name, value)
    wiring = Wiring(Settings.from_env(LEAST | {"SECRETS_BACKEND": kind} | backend.variables()))
    assert len(wiring.address_key) == 32
    assert wiring.vault.is_current(wiring.vault.seal("token", org="acme", mailbox="m1"))
    backend.stop()


def test_the_entrypoint_imports_no_client_before_it_is_needed() -> None:
    loaded = loaded_by("lib.entrypoint")
    assert "lib.entrypoint.wiring" in loaded
    assert [name for name in loaded if f"{name}.".startswith(tuple(f"{one}." for one in HEAVY.split()))] == []


@pytest.mark.parametrize(
    ("source", "without"),
    [("secret_manager", "boto3"), ("environment", "boto3"), ("environment", "grpc"), ("aws", "grpc")],
)
def test_a_place_of_secrets_brings_no_other_ones_client(source: str, without: str) -> None:
    assert without not in loaded_by(f"lib.adapters.secrets.{source}")


def loaded_by(module: str) -> list[str]:
    """Return the names of the modules that a fresh process has after an import."""
    program = f"import sys, {module}; print(*sys.modules)"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=True
    )
    return done.stdout.split()
