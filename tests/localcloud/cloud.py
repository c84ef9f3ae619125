"""Own the whole local cloud: every part started, wired to the others, and gone at the end.

A part whose endpoint variable is set already is not started, so that any other one can take its place.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import urllib3

from tests.localcloud.child_process import PYTHON_MODULE, ChildProcess, free_port
from tests.localcloud.clock import LocalClock, RemoteClock
from tests.localcloud.cloud_tasks import CloudTasks
from tests.localcloud.command_line import port_from
from tests.localcloud.emulators import Emulators, PubSub
from tests.localcloud.environment import REGION, applied, describe, signing_in
from tests.localcloud.firestore_proxy import FirestoreProxy
from tests.localcloud.functions_host import FUNCTIONS, FunctionsHost
from tests.localcloud.gmail.server import GmailServer
from tests.localcloud.http import serve
from tests.localcloud.interrupts import run_until_stopped
from tests.localcloud.local_secrets import make_secrets
from tests.localcloud.notifications import DirectPush, Notifications
from tests.localcloud.oauth.server import OAuthServer
from tests.localcloud.secret_manager import SecretManager

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.localcloud.clock import Clock
    from tests.localcloud.gmail.world import World

PUSHED_TO = "watch_notification"
#: How often wait_idle looks.
LOOK = 0.02


class LocalCloud:
    """Run everything on this machine, as a context manager or by start and stop.

    Without the emulators (``degraded`` says why) the functions run in this process, and notifications are
    posted to them directly. ``prepare_functions`` is called before functions are mounted in this process,
    with ``env`` in the environment already: the place to give them an in-memory store. Emulators that are
    passed in are used and left running; a project of its own keeps their users apart.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        project: str = "local-project",
        now: datetime | None = None,
        functions: Path = FUNCTIONS,
        in_process: bool = False,
        prepare_functions: Callable[[LocalCloud], object] | None = None,
        quiet: bool = False,
        emulators: Emulators | None = None,
    ) -> None:
        self.project = project
        self.degraded = Emulators.available()
        self.in_process = in_process or self.degraded is not None
        self.base_url = os.environ.get("OUTREACH_BASE_URL") or f"http://127.0.0.1:{port or free_port()}"
        self.queue = f"projects/{project}/locations/{REGION}/queues/outreach"
        self.event_queue = f"{self.queue}-events"
        self.topic = f"projects/{project}/topics/gmail"
        self.subscription = f"projects/{project}/subscriptions/gmail"
        #: All that the functions read from the environment.
        self.env: dict[str, str] = {}
        self.clock: Clock
        self.tasks: CloudTasks | None = None
        self.secrets: SecretManager | None = None
        self.emulators = emulators
        self.firestore: FirestoreProxy | None = None
        self.gmail: GmailServer | None = None
        self.oauth: OAuthServer | None = None
        self.notifications: Notifications
        self.functions: ChildProcess | FunctionsHost | None = None
        self._now = now or datetime.now(UTC)
        self._folder = functions
        self._prepare = prepare_functions
        self._quiet = quiet
        self._http = urllib3.PoolManager()
        self._stack = ExitStack()

    @property
    def world(self) -> World:
        """The local Gmail's mailboxes; only when this cloud started it."""
        assert self.gmail is not None, "another Gmail is in use"
        return self.gmail.world

    def start(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        self._stack.close()
        self._http.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, _type: type[BaseException] | None, error: object, _trace: object) -> None:
        if error and self._quiet and isinstance(self.functions, ChildProcess):
            print(self.functions.output(), file=sys.stderr)
        self.stop()

    def advance(self, moment: datetime) -> None:
        """Move the domain's clock on, and let everything that waits for it look again."""
        self.clock.move_to(moment)
        if self.gmail:
            self.world.settle()
        if self.tasks:
            self.tasks.queue.wake()

    def next_due(self) -> datetime | None:
        """Return the time of the earliest waiting task."""
        return self.tasks.queue.next_due() if self.tasks else None

    def wait_idle(self, timeout: float = 30) -> None:
        """Return once no task is due or runs, no function works and every notification published is settled.

        Raises TimeoutError, with what was still under way.
        """
        deadline = time.monotonic() + timeout
        before: dict[str, Any] = {}
        while True:
            busy = self.tasks is not None and not self.tasks.queue.idle()
            # Asking the functions costs them time: not while the queue still has something for them.
            after = {"idle": False} if busy and time.monotonic() < deadline else self.activity()
            # The parts are asked one after the other; work that moved between them meanwhile raised a count.
            if after["idle"] and after == before:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"the local cloud is not idle: {after}")
            if not after["idle"]:
                time.sleep(LOOK)
            before = after

    def activity(self) -> dict[str, Any]:
        """Return whether nothing is under way, and the counts of all that was done so far."""
        queue = self.tasks.queue if self.tasks else None
        functions = self.functions_status()
        delayed = self.world.notifier.counts.waiting if self.gmail else 0
        unsettled = self.notifications.unsettled(functions.get("pushes", ()))
        idle = queue is None or queue.idle()
        return {
            "idle": idle and not (functions.get("in_flight") or delayed or unsettled),
            "in_flight": functions.get("in_flight", 0),
            "handled": functions.get("handled", {}),
            "published": self.notifications.published,
            "unsettled": delayed + unsettled,
            "tasks": dict(queue.counters) if queue else {},
        }

    def functions_status(self) -> dict[str, Any]:
        """Return what the functions' host reports; nothing when the functions are not ours."""
        if isinstance(self.functions, FunctionsHost):
            return self.functions.status()
        if self.functions is None:
            return {}
        status: dict[str, Any] = self._http.request("GET", f"{self.base_url}/_local/status").json()
        return status

    def _start(self) -> None:
        if self.degraded is None and self.emulators is None:
            self.emulators = Emulators()
            self._stack.callback(self.emulators.stop)
            self.emulators.launch()
        self._start_clock()
        self._start_notifications()
        self._start_google()
        self._start_secrets()
        self._start_tasks()
        if self.emulators:
            self._start_firestore_proxy(self.emulators)
        self.env = (
            describe(self.project, self.base_url, (self.queue, self.event_queue), self.topic) | self.env
        )
        if not os.environ.get("OUTREACH_BASE_URL"):
            self._start_functions()
        if self.tasks:  # Stopped before the functions are: none is dispatched to what is gone.
            self._stack.callback(self.tasks.queue.stop)
        if self.emulators:
            self.emulators.wait()
            self._pubsub.push_to(self.topic, self.subscription, f"{self.base_url}/{PUSHED_TO}")
            self._stack.callback(self._pubsub.remove, self.subscription)
        if isinstance(self.functions, ChildProcess):
            self.functions.wait_for_port(_port_of(self.base_url))

    def _start_clock(self) -> None:
        if url := self._given("OUTREACH_CLOCK_URL"):
            self.clock = RemoteClock(url)
            return
        self.clock = clock = LocalClock(self._now)
        server = clock.serve()
        self._stack.callback(server.stop)
        self.env["OUTREACH_CLOCK_URL"] = server.url

    def _start_notifications(self) -> None:
        if self.emulators:
            self._pubsub = PubSub(self.emulators.pubsub_host)
            self._stack.callback(self._pubsub.close)
            self.notifications = Notifications(self._pubsub.publish)
            self._stack.callback(self.notifications.stop)
            return
        direct = DirectPush(f"{self.base_url}/{PUSHED_TO}", self.subscription)
        self.notifications = Notifications(direct.send, threads=4)
        self._stack.callback(self.notifications.stop)
        self._stack.callback(direct.stop)

    def _start_google(self) -> None:
        """Start Gmail and OAuth, on a port each, over one store of tokens."""
        if not self._given("GMAIL_API_ENDPOINT"):
            self.gmail = GmailServer(clock=self.clock.now, publish=self.notifications.publish)
            self._stack.callback(self.gmail.stop)
            self.env["GMAIL_API_ENDPOINT"] = self.gmail.url
        if not self._given("GOOGLE_OAUTH_TOKEN_URL"):
            self.oauth = oauth = OAuthServer(self.gmail.oauth if self.gmail else None)
            self._stack.callback(oauth.stop)
            oauth.store.web_app.redirect_uris.append(f"{self.base_url}/console/")
            self.env |= signing_in(oauth)

    def _start_secrets(self) -> None:
        if self._given("SECRET_MANAGER_ENDPOINT") or os.environ.get("SECRETS_BACKEND", "gcp") != "gcp":
            return
        self.secrets = SecretManager()
        server = self.secrets.serve()
        self._stack.callback(server.stop)
        self.secrets.put(self.project, make_secrets(*self._oauth_client()))
        self.env |= {"SECRETS_BACKEND": "gcp", "SECRET_MANAGER_ENDPOINT": server.target}

    def _oauth_client(self) -> tuple[str, str]:
        if self.oauth is None:
            return "local-client", "local-secret"
        return next(iter(self.oauth.store.clients.items()))

    def _start_tasks(self) -> None:
        if self._given("CLOUD_TASKS_ENDPOINT"):
            return
        self.tasks = CloudTasks(self.clock.now)
        self._stack.callback(self.tasks.stop)
        for name in (self.queue, self.event_queue):
            self.tasks.add_queue(name)
        self.env["CLOUD_TASKS_ENDPOINT"] = self.tasks.serve().target

    def _start_firestore_proxy(self, emulators: Emulators) -> None:
        self.firestore = FirestoreProxy(emulators.firestore_host)
        self._stack.callback(self.firestore.stop)
        self.env["FIRESTORE_EMULATOR_HOST"] = self.firestore.target
        self.env["PUBSUB_EMULATOR_HOST"] = emulators.pubsub_host

    def _start_functions(self) -> None:
        if not self.in_process:
            command = [*PYTHON_MODULE, "tests.localcloud", "functions", "--folder", str(self._folder)]
            command += ["--port", str(_port_of(self.base_url))]
            self.functions = child = ChildProcess(command, environment=self.env, quiet=self._quiet)
            self._stack.callback(child.stop)
            return
        self._stack.enter_context(applied(self.env))
        if self._prepare:
            self._prepare(self)
        self.functions = host = FunctionsHost(self._folder)
        self._stack.callback(serve(host, _port_of(self.base_url)).stop)

    def _given(self, name: str) -> str:
        """Return an endpoint that is set already, and hand it on to the functions."""
        value = os.environ.get(name, "")
        if value:
            self.env[name] = value
        return value


def _port_of(url: str) -> int:
    port = urllib3.util.parse_url(url).port
    assert port is not None
    return port


def main(argv: list[str]) -> None:
    """Run everything until stopped; print the variables, so that a shell can take them."""
    cloud = LocalCloud(port=port_from(argv, "all")).start()
    if cloud.degraded:
        print(f"# without the emulators: {cloud.degraded}")
    for name, value in sorted(cloud.env.items()):
        print(f"{name}={value}")
    print(f"# functions at {cloud.base_url}", flush=True)
    run_until_stopped(cloud.stop)
