"""Show that the keyset rotates while sends go on: none fails, and every token is sealed anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from lib.adapters.keysets import new_keyset, rotated, without_old
from lib.adapters.secrets import Secrets
from lib.adapters.vault import TinkVault
from lib.core import keys
from lib.core.errors import Contended, Unavailable
from lib.core.records import Inbox
from lib.core.sending import SendTask
from lib.flows.jobs import Tally
from lib.flows.maintaining import maintain
from lib.flows.renewing import RENEW_AGAIN, RENEW_EVERY
from lib.flows.sending import send_step
from lib.ports import Gmail
from tests.flows.memory_services import MAILBOX, ORG
from tests.flows.outreach import ANN, Outreach

TOKEN = "1//the-refresh-token"
HERE = {"org": ORG, "mailbox": MAILBOX}
FIRST = [f"first-{number}@example.org" for number in range(24)]
SECOND = [f"second-{number}@example.org" for number in range(24)]
THIRD = [f"third-{number}@example.org" for number in range(8)]


class Source:
    """Where the keyset lies; it is rotated here."""

    def __init__(self) -> None:
        self.keyset = new_keyset()

    def read(self, _name: str) -> bytes:
        return self.keyset.encode()

    def rotate(self) -> None:
        self.keyset = rotated(self.keyset)

    def drop_old(self) -> None:
        self.keyset = without_old(self.keyset)


class Process:
    """A process of the functions on a shared world: what it knows of the keyset is its own.

    Its cache comes to its end only when ``seconds`` moves.
    """

    def __init__(self, shared: Outreach, source: Source) -> None:
        self._shared = shared
        self.seconds = 0.0
        secrets = Secrets(source, lambda: self.seconds)
        self.vault = TinkVault(lambda: secrets.get("token-keyset"), lambda: secrets.afresh("token-keyset"))
        self.failures: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shared, name)

    def gmail(self, inbox: Inbox) -> Gmail:
        assert self.vault.open(inbox.sealed_token, org=inbox.org, mailbox=inbox.mailbox) == TOKEN
        return self._shared.gmail(inbox)

    def send(self, task: SendTask) -> None:
        services: Any = self
        while True:
            try:
                assert send_step(services, task, retried=False) == "sent"
            except Contended:
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a failed send
                self.failures.append(repr(error))
            return

    def maintain(self) -> Tally:
        services: Any = self
        return maintain(services, lambda event, _id, error: self.failures.append(f"{event}: {error!r}"))


class Office:
    """A mailbox whose token is sealed, and several processes that work for it."""

    def __init__(self, *candidates: str) -> None:
        self.source = Source()
        self.outreach = Outreach(*candidates)
        self.processes = [Process(self.outreach, self.source) for _ in range(4)]
        for process in self.processes:
            self.token(process.vault.seal(TOKEN, **HERE))

    @property
    def sealed(self) -> str:
        return self.outreach.inbox().sealed_token

    @property
    def failures(self) -> list[str]:
        return [failure for process in self.processes for failure in process.failures]

    def token(self, sealed: str) -> None:
        self.note(sealed_token=sealed)

    def note(self, **changes: Any) -> None:
        inbox = msgspec.structs.replace(self.outreach.inbox(), **changes)
        self.outreach.put(keys.inbox(inbox.id), inbox)

    def current(self) -> bool:
        """Say whether the token is sealed with today's key, as a process that starts now sees it."""
        return Process(self.outreach, self.source).vault.is_current(self.sealed)

    def send(self, candidates: Iterable[str], meanwhile: Callable[[], None], after: int = 6) -> None:
        """Let all processes send, each on a thread; one thing happens when some sends are through."""
        count, lock = iter(range(1, 1000)), threading.Lock()
        tasks = [(number, self.outreach.task(email)) for number, email in enumerate(candidates)]

        def one(number: int, task: SendTask) -> None:
            self.processes[number % len(self.processes)].send(task)
            with lock:
                if next(count) == after:
                    meanwhile()

        with ThreadPoolExecutor(len(self.processes)) as threads:
            for done in [threads.submit(one, *task) for task in tasks]:
                done.result()


def test_no_send_fails_while_the_keyset_rotates() -> None:
    office = Office(*FIRST, *SECOND, *THIRD)
    first, maintainer = office.sealed, office.processes[0]
    office.note(renew_at=office.outreach.clock.now())
    office.send(FIRST, office.source.rotate)

    def seal_anew() -> None:
        maintainer.seconds += 301
        assert maintainer.maintain().resealed == 1

    # Only the maintainer's cache has come to its end: to all others the new key is news.
    office.send(SECOND, seal_anew)
    assert office.current()
    office.source.drop_old()
    office.send(THIRD, lambda: None)
    assert office.failures == []
    assert {office.outreach.got(email) for email in (*FIRST, *SECOND, *THIRD)} == {1}
    with pytest.raises(Unavailable):
        Process(office.outreach, office.source).vault.open(first, **HERE)
    assert Process(office.outreach, office.source).vault.open(office.sealed, **HERE) == TOKEN


def test_a_token_is_sealed_anew_once_and_within_a_day() -> None:
    office = Office()
    office.source.rotate()
    maintainer = office.processes[0]
    maintainer.seconds += 301
    before = office.sealed
    counts = []
    for _ in range(3):
        office.outreach.pass_time(RENEW_EVERY)
        tally = maintainer.maintain()
        counts.append((tally.renewed, tally.resealed))
    assert counts == [(1, 1), (1, 0), (1, 0)]
    assert office.sealed != before
    assert office.current()
    assert office.failures == []


def test_a_token_that_came_meanwhile_is_not_written_over() -> None:
    office = Office()
    office.source.rotate()
    maintainer = office.processes[0]
    maintainer.seconds += 301
    new = maintainer.vault.seal("1//of-a-new-consent", **HERE)
    office.outreach.events["after watch"] = lambda: office.token(new)
    office.outreach.pass_time(RENEW_EVERY)
    maintainer.maintain()
    assert office.sealed == new


def test_a_token_that_was_destroyed_meanwhile_does_not_come_back() -> None:
    office = Office()
    office.source.rotate()
    maintainer = office.processes[0]
    maintainer.seconds += 301
    office.outreach.events["after watch"] = lambda: office.token("")
    office.outreach.pass_time(RENEW_EVERY)
    maintainer.maintain()
    assert office.sealed == ""


def test_a_watch_that_fails_does_not_keep_a_token_from_being_sealed_anew() -> None:
    office = Office()
    office.source.rotate()
    maintainer = office.processes[0]
    maintainer.seconds += 301
    office.outreach.fault("watch", status=503)
    office.outreach.pass_time(RENEW_EVERY)
    assert (maintainer.maintain().failed, office.current()) == (1, True)


def test_a_token_whose_key_was_dropped_too_early_is_reported_and_opens_when_the_key_is_back() -> None:
    office = Office(ANN)
    both = office.source.keyset = rotated(office.source.keyset)
    office.source.drop_old()
    before, maintainer = office.sealed, Process(office.outreach, office.source)
    office.outreach.pass_time(RENEW_EVERY)
    assert maintainer.maintain().failed >= 1
    assert maintainer.failures[0].startswith("watch_renewal_failed: Unavailable")
    assert office.sealed == before
    office.source.keyset = both
    maintainer.seconds += 301
    office.outreach.pass_time(RENEW_AGAIN)
    assert maintainer.maintain().resealed == 1
    assert maintainer.vault.open(office.sealed, **HERE) == TOKEN
