"""Put enqueueing on in-memory services with a connected mailbox, and a store that can die at any call."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Campaign, Contact, Day, Enrollment
from lib.flows.enqueueing import Accepted, accept
from tests.flows.memory_services import MAILBOX, ORG, MemoryServices, connected
from tests.localcloud.memory_store import MemoryStore

AUTHOR = VerifiedCaller(org=ORG, user="user-1", email="recruiter@example.com", role="member")
ADA, BEN, CAL = "ada@example.org", "ben@example.net", "cal@example.com"


class Crash(Exception):
    """The process dies here."""


class FragileStore(MemoryStore):
    """Die at one of its calls, before or after its effect; count the documents written."""

    def __init__(self) -> None:
        super().__init__()
        self.dies_at: int | None = None
        self.dies_after_effect = False
        self.calls_made = 0
        self.written = 0
        #: The numbers of the calls that wrote.
        self.writing: list[int] = []

    def read(self, keys: Iterable[Key[Any]]) -> Snapshot:
        self._step(before=True)
        found = super().read(keys)
        self._step(before=False)
        return found

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if not changes.writes and not changes.deletes:
            return super().commit(snapshot, changes)
        self._step(before=True)
        after = super().commit(snapshot, changes)
        self.written += len(changes.writes)
        self.writing.append(self.calls_made)
        self._step(before=False)
        return after

    def records(self) -> dict[str, bytes]:
        return {path: document.content for path, document in self._documents.items()}

    def _step(self, *, before: bool) -> None:
        self.calls_made += before
        if self.calls_made == self.dies_at and before is not self.dies_after_effect:
            raise Crash


Taken = set[tuple[str, str, str, str]]


class Office(MemoryServices):
    """In-memory services with a connected mailbox and a store that can die."""

    store: FragileStore

    def __init__(self) -> None:
        super().__init__()
        self.store = FragileStore()
        connected(self)
        self.store.calls.clear()
        self.store.calls_made = self.store.written = 0
        self.store.writing.clear()

    def campaign(self, id_: str = "c1") -> Campaign | None:
        key = keys.campaign(ORG, id_)
        return self.store.read([key])[key]

    def contact(self, email: str) -> Contact | None:
        key = keys.contact(ORG, self.contact_id(email))
        return self.store.read([key])[key]

    def suppress(self, email: str) -> None:
        id_ = self.contact_id(email)
        self.put(keys.contact(ORG, id_), Contact(org=ORG, id=id_, suppressed="opted_out"))


def body(*emails: str, **changes: Any) -> bytes:
    whole = {
        "id": "c1",
        "mailbox": MAILBOX,
        "name": "Engineers",
        "timezone": "Europe/Berlin",
        "window": "always",
        "steps": [
            {"id": "intro", "subject": "{{ title }} wanted", "text": "Hi {{ first_name }}", "delay": "P0D"},
            {"id": "nudge", "subject": "", "text": "Again, from {{ sender_name }}", "delay": "P3D"},
        ],
        "candidates": [
            {"email": email, "name": "Kim K", "title": "Engineer"} for email in emails or (ADA, BEN, CAL)
        ],
    }
    return json.dumps(whole | changes).encode()


def run(office: Office, request: bytes | None = None) -> Accepted:
    return accept(office, AUTHOR, request or body())


def writing_calls() -> list[int]:
    """Return the numbers of the calls by which a whole acceptance writes: it begins, admits, activates."""
    office = Office()
    run(office)
    return office.store.writing


def crashed(at: int, *, after_effect: bool) -> Office:
    """Return an office where an acceptance died at a call of the store."""
    office = Office()
    office.store.dies_at, office.store.dies_after_effect = at, after_effect
    with pytest.raises(Crash):
        run(office)
    office.store.dies_at = None
    return office


def ledger_days(office: Office) -> list[Day]:
    """Return all days of the ledger that have entries."""
    return [day for day in office.store._query(Day, f"orgs/{ORG}") if day.entries]


def ledger(office: Office) -> Taken:
    """Return who has a place in the ledger: day, enrollment, step and time; none twice."""
    found = [
        (day.date, entry.enrollment, entry.step, entry.at.isoformat())
        for day in ledger_days(office)
        for entry in day.entries
    ]
    assert len(found) == len(set(found))
    return set(found)


def planned(office: Office) -> Taken:
    """Return the slots of all enrollments in the form of ``ledger``."""
    return {
        (slot.day, one.id, slot.step, slot.due.isoformat())
        for one in office.store._query(Enrollment, f"orgs/{ORG}")
        for slot in one.slots
    }
