"""Start what the demo starts and stay, to try the interface by hand: ``python -m tests.e2e.demo.serve``."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta

import requests

from tests.e2e.demo.__main__ import user_token
from tests.e2e.demo.web_app import ADDRESS, ORG, ORIGIN, SENDER
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.interrupts import run_until_stopped
from tests.localcloud.memory_functions import in_memory

#: How often the clock follows the real one, and how often the scheduler calls.
TICK, SCHEDULE = 0.5, timedelta(minutes=1)


class Running:
    """A local cloud on real time."""

    def __init__(self) -> None:
        self.cloud = LocalCloud(now=datetime.now(UTC), prepare_functions=in_memory, quiet=False)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="clock")

    def start(self) -> None:
        self.cloud.start()
        self.cloud.world.add_account(ADDRESS, "100000000000000000001")
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self.cloud.stop()

    def _tick(self) -> None:
        maintained = datetime.min.replace(tzinfo=UTC)
        while not self._stopped.wait(TICK):
            now = datetime.now(UTC)
            self.cloud.advance(now)
            if now - maintained >= SCHEDULE:
                maintained = now
                try:
                    requests.post(f"{self.cloud.base_url}/maintain", timeout=60)
                except requests.RequestException as error:
                    print(f"maintain: {type(error).__name__}", file=sys.stderr)


def main() -> None:
    """Print what one needs, then wait for Ctrl-C."""
    running = Running()
    try:
        running.start()
        tell(running.cloud)
        run_until_stopped(running.stop)
    except KeyboardInterrupt:
        running.stop()


def tell(cloud: LocalCloud) -> None:
    """Print URLs, a token, and a first thing to try."""
    token = user_token(cloud)
    wish = f'{{"address": "{ADDRESS}", "sender_name": "{SENDER}", "return_url": "{ORIGIN}/mailboxes"}}'
    print(
        f"""
functions      {cloud.base_url}/{{function}}
local Gmail    {cloud.env["GMAIL_API_ENDPOINT"]}   (inboxes: /_local/inbox/ADDRESS)
mailbox        {ADDRESS}, not connected yet; org {ORG}
store          {"in memory: " + cloud.degraded if cloud.degraded else "Firestore emulator"}
user token     TOKEN={token}

Connect the mailbox: open the URL that this prints in a browser on this machine.
  curl -s -X POST {cloud.base_url}/mailboxes/connections -H "Authorization: Bearer $TOKEN" -d '{wish}'
Ctrl-C ends everything.
""",
        flush=True,
    )


if __name__ == "__main__":
    main()
