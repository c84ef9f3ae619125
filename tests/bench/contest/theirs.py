"""Own the plain worker on the stage: a round every minute, and a new process when one has died."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import google.oauth2.credentials
from googleapiclient.discovery import build
from googleapiclient.http import HttpRequest

from tests.bench.contest.people import STEPS, SUBJECT
from tests.bench.contest.stage import PACE, STEP_DELAY, Crash, Load, Stage, next_minute
from tests.bench.rival_plain import PlainWorker

#: google-auth declares no types for what it exports.
_credentials: Any = google.oauth2.credentials


class Rival:
    """Run the plain worker every minute."""

    def __init__(self, stage: Stage, load: Load) -> None:
        self.stage, self.world, self.clock = stage, stage.world, stage.clock
        self._folder = tempfile.TemporaryDirectory()
        self._database = Path(self._folder.name) / "worker.db"
        self._users = {address: self._reached(address) for address in load.addresses()}
        self.worker = self._new_worker()
        self.world.next_work = self._next_work
        for mailbox in load.addresses():
            self.worker.add_mailbox(mailbox)
            for number, candidate in enumerate(load.shortlist(mailbox)):
                start = self.clock.time + number * PACE
                steps = [
                    (step, f"Hello {{name}}, this is [{step}].", start + place * STEP_DELAY)
                    for place, step in enumerate(STEPS)
                ]
                self.worker.enroll(mailbox, candidate, "Kim", SUBJECT, steps)

    def _new_worker(self) -> PlainWorker:
        return PlainWorker(self._database, self._users.__getitem__, self.clock.now, self.stage.may_die)

    def _reached(self, address: str) -> Any:
        world, clock = self.world, self.clock

        class Patient(HttpRequest):
            """Let the pauses between the client's retries pass in the domain's time."""

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                self._sleep = lambda seconds: world.pass_to(clock.time + timedelta(seconds=seconds))
                self._rand = lambda: 0.5

        service: Any = build(
            "gmail",
            "v1",
            credentials=_credentials.Credentials(self.stage.grant(address)["access_token"]),
            client_options={"api_endpoint": self.stage.server.url},
            static_discovery=True,
            cache_discovery=False,
            requestBuilder=Patient,
        )
        return service.users()

    def _next_work(self, candidate: str) -> datetime | None:
        """Return the round in which a candidate's next step is due."""
        # Asked in another thread than the worker's, whose connection is its own.
        with closing(sqlite3.connect(self._database)) as db:
            about = "select min(due) from steps where candidate = ? and sent = 0"
            row = db.execute(about, (candidate,)).fetchone()
        return None if row[0] is None else next_minute(datetime.fromtimestamp(row[0], self.clock.time.tzinfo))

    def run(self, until: datetime) -> None:
        while self.clock.time < until:
            self.world.pass_to(next_minute(self.clock.time + timedelta(microseconds=1)))
            try:
                self.worker.run_once()
            except Crash:
                self.worker.db.close()
                self.worker = self._new_worker()

    def found(self) -> set[tuple[str, str]]:
        return set(self.worker.db.execute("select id, candidate from answers").fetchall())

    def close(self) -> None:
        self.worker.db.close()
        self._folder.cleanup()
        self.stage.server.stop()
