"""Own a local cloud that stays: its clock follows the real one, and may be moved on.

Time that is moved on is gone through, not jumped over: each task runs at its own time, as if one had waited.
"""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta

import requests

from tests.localcloud.cloud import LocalCloud
from tests.localcloud.memory_functions import in_memory
from tests.localcloud.oauth.issuer import PEOPLE

#: How often the clock follows the real one, in seconds.
TICK = 0.5
#: How often the scheduler calls, and how often while time is moved on: what it does bears the wait.
SCHEDULE, SCHEDULE_MOVING = timedelta(minutes=1), timedelta(hours=1)


class Time:
    """The time of a local cloud that has been started, with its scheduler."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._lock = threading.Lock()
        self._offset = self.now() - datetime.now(UTC)
        self._maintained = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        return self._cloud.clock.now()

    def move_on(self, by: timedelta) -> None:
        """Go through the time from now on; return when all is settled that fell due.

        Raises TimeoutError when something does not settle.
        """
        with self._lock:
            end = self.now() + by
            while True:
                self._cloud.wait_idle()
                if self.now() >= end:
                    break
                following = min(end, self._maintained + SCHEDULE_MOVING, self._cloud.next_due() or end)
                # A task whose turn is now has been waited for: only the scheduler may be behind.
                self._cloud.advance(max(following, self.now()))
                self._maintain(SCHEDULE_MOVING if following < end else timedelta())
            self._offset = self.now() - datetime.now(UTC)

    def follow(self) -> None:
        """Let as much time pass as has really passed; nothing while time is moved on."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._cloud.advance(max(self.now(), datetime.now(UTC) + self._offset))
            self._maintain(SCHEDULE)
        finally:
            self._lock.release()

    def _maintain(self, every: timedelta) -> None:
        """Do as Cloud Scheduler does."""
        if self.now() - self._maintained < every:
            return
        self._maintained = self.now()
        try:
            requests.post(f"{self._cloud.base_url}/maintain", timeout=60)
        except requests.RequestException as error:
            print(f"maintain: {type(error).__name__}", file=sys.stderr)


class Running:
    """A local cloud for people who look around: on real time, with accounts for all who can sign in."""

    def __init__(self) -> None:
        self.cloud = LocalCloud(now=datetime.now(UTC), prepare_functions=in_memory, quiet=False)
        self.time: Time
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="clock")

    def start(self) -> None:
        self.cloud.start()
        self.time = Time(self.cloud)
        add_accounts(self.cloud)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self.cloud.stop()

    def _tick(self) -> None:
        while not self._stopped.wait(TICK):
            self.time.follow()


def add_accounts(cloud: LocalCloud) -> None:
    """Give each person who can sign in to the web app a mailbox at Gmail."""
    for number, person in enumerate(PEOPLE, start=1):
        cloud.world.add_account(person.email, f"{10**20 + number}")
