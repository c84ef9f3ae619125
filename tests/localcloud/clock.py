"""Own the domain's clock of the local cloud (OUTREACH_CLOCK_URL): simulated time, moved only when told to.

Time never goes back, whoever asks for it.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import urllib3
from werkzeug import Request, Response

from tests.localcloud.command_line import port_from
from tests.localcloud.http import serve
from tests.localcloud.interrupts import run_until_stopped

if TYPE_CHECKING:
    from tests.localcloud.http import RunningServer


class Clock(Protocol):
    """What the local cloud needs of a clock, its own or another one's."""

    def now(self) -> datetime: ...

    def move_to(self, moment: datetime) -> None: ...


class LocalClock:
    """Hold the time; serve it over HTTP for the functions' process when asked."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def move_to(self, moment: datetime) -> None:
        """Set the clock on; raise ValueError for a time before now."""
        with self._lock:
            if moment < self._now:
                raise ValueError(f"the clock stands at {self._now.isoformat()} and never goes back")
            self._now = moment.astimezone(UTC)

    def serve(self, port: int = 0) -> RunningServer:
        """Answer GET with the time; POST moves it on (409 when that would be backwards)."""

        @Request.application
        def application(request: Request) -> Response:
            if request.method == "POST":
                try:
                    self.move_to(datetime.fromisoformat(request.get_json()["now"]))
                except ValueError as error:
                    return Response(f"{error}\n", 409)
            return Response(json.dumps({"now": self.now().isoformat()}), mimetype="application/json")

        return serve(application, port)


class RemoteClock:
    """Read and move a clock that another process serves."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = urllib3.PoolManager(maxsize=8)

    def now(self) -> datetime:
        answer = self._http.request("GET", self._url)
        return datetime.fromisoformat(answer.json()["now"])

    def move_to(self, moment: datetime) -> None:
        answer = self._http.request("POST", self._url, json={"now": moment.isoformat()})
        if answer.status != 200:
            raise ValueError(answer.data.decode())


class SystemClock:
    """Read the machine's clock; nobody moves it."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def move_to(self, moment: datetime) -> None:
        raise ValueError(f"the system's clock is not moved to {moment.isoformat()}")


def main(argv: list[str]) -> None:
    """Serve a clock that starts at the machine's time and then stands until moved."""
    server = LocalClock(datetime.now(UTC)).serve(port_from(argv, "clock"))
    print(f"OUTREACH_CLOCK_URL={server.url}", flush=True)
    run_until_stopped(server.stop)
