"""Own the in-memory store: the same promises as Firestore's, one lock instead of preconditions' races.

Documents are kept as JSON, so that nothing mutable is shared; every decision is taken twice, so that an
impure one is found out.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from lib.core.errors import Contended
from lib.core.keys import Changes, Key, R, Snapshot, Versioned, collection
from lib.core.records import (
    AuditEntry,
    Campaign,
    Enrollment,
    Erasure,
    Inbox,
    Interest,
    Mailbox,
    Org,
    OutgoingEvent,
    Pending,
    Reads,
    Record,
    Reply,
    ReplyKind,
    Status,
    Suppression,
)
from lib.ports import Whose
from tests.localcloud.memory_figures import MemoryFigures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Document:
    kind: type[Record]
    content: bytes
    version: int


class MemoryStore(MemoryFigures):
    """Keep the records in this process; ``calls`` counts read, commit and query."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._documents: dict[str, _Document] = {}
        self._last_version = 0
        self._lock = threading.RLock()

    def read(self, keys: Iterable[Key[Any]]) -> Snapshot:
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return Snapshot()
        with self._lock:
            self.calls["read"] += 1
            return Snapshot({key: self._versioned(key) for key in wanted})

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        touched = [*changes.writes, *changes.deletes]
        if not touched:
            return snapshot
        with self._lock:
            self.calls["commit"] += 1
            for key in touched:
                if key in snapshot and snapshot.version(key) != self._versioned(key).version:
                    raise Contended("a document was changed by another worker")
            for key, record in changes.writes.items():
                self._put(key, msgspec.json.encode(record))
            for key in changes.deletes:
                self._documents.pop(key.path, None)
            return snapshot | Snapshot({key: self._versioned(key) for key in touched})

    def changed(
        self,
        keys: Iterable[Key[Any]],
        decide: Callable[[Snapshot], Changes[T]],
        *,
        known: Snapshot | None = None,
    ) -> tuple[T, Snapshot]:
        def decide_twice(snapshot: Snapshot) -> Changes[T]:
            changes = decide(snapshot)
            assert decide(snapshot) == changes, "decide is not pure: its second answer differs"
            return changes

        return super().changed(keys, decide_twice, known=known)

    def due_enrollments(self, now: datetime, limit: int) -> list[Enrollment]:
        found = self._query(Enrollment, "orgs", lambda one: one.wake_at is not None and one.wake_at <= now)
        return sorted(found, key=lambda one: one.wake_at or now)[:limit]

    def due_inboxes(self, now: datetime, limit: int) -> list[Inbox]:
        def first_due(inbox: Inbox) -> datetime | None:
            return min((due for due in (inbox.renew_at, inbox.look_at) if due), default=None)

        def is_due(inbox: Inbox) -> bool:
            due = first_due(inbox)
            return inbox.status == "connected" and due is not None and due <= now

        return sorted(self._query(Inbox, "inboxes", is_due), key=lambda one: first_due(one) or now)[:limit]

    def due_departures(self, now: datetime, limit: int) -> list[Inbox]:
        found = self._query(
            Inbox, "inboxes", lambda one: one.leaving_at is not None and one.leaving_at <= now
        )
        return sorted(found, key=lambda one: one.leaving_at or now)[:limit]

    def due_erasures(self, now: datetime, limit: int) -> list[Erasure]:
        found = self._query(Erasure, "orgs", lambda one: one.wake_at is not None and one.wake_at <= now)
        return sorted(found, key=lambda one: one.wake_at or now)[:limit]

    def due_events(self, now: datetime, limit: int) -> list[OutgoingEvent]:
        found = self._query(OutgoingEvent, "orgs", lambda one: one.wake_at is not None and one.wake_at <= now)
        return sorted(found, key=lambda one: one.wake_at or now)[:limit]

    def events(self, org: str, since: datetime, limit: int) -> list[OutgoingEvent]:
        found = self._query(OutgoingEvent, f"orgs/{org}", lambda one: one.at >= since)
        return sorted(found, key=lambda one: one.at)[:limit]

    def due_orgs(self, now: datetime, limit: int) -> list[Org]:
        found = self._query(Org, "orgs", lambda one: one.sweep_at is not None and one.sweep_at <= now)
        return sorted(found, key=lambda one: one.sweep_at or now)[:limit]

    def due_campaigns(self, now: datetime, limit: int) -> list[Campaign]:
        found = self._query(Campaign, "orgs", lambda one: one.wake_at is not None and one.wake_at <= now)
        return sorted(found, key=lambda one: one.wake_at or now)[:limit]

    def enrollments(self, org: str, campaign: str, *, after: str = "", limit: int) -> list[Enrollment]:
        return self._enrollments(org, lambda one: one.campaign == campaign and one.id > after)[:limit]

    def enrollments_in(
        self, org: str, campaign: str, status: Status, limit: int, *, after: str = ""
    ) -> list[Enrollment]:
        return self._enrollments(
            org, lambda one: (one.campaign, one.status) == (campaign, status) and one.id > after
        )[:limit]

    def enrollments_to_plan(self, org: str, campaign: str, plan: int, limit: int) -> list[Enrollment]:
        found = self._enrollments(
            org,
            lambda one: (one.campaign, one.status) == (campaign, Status.WAITING) and one.plan < plan,
        )
        return sorted(found, key=lambda one: (one.plan, one.due))[:limit]

    def _enrollments(self, org: str, matches: Callable[[Enrollment], bool]) -> list[Enrollment]:
        return self._query(Enrollment, f"orgs/{org}", matches)

    def has_open_send(self, org: str, mailbox: str) -> bool:
        return bool(self._query(Enrollment, f"orgs/{org}", lambda one: one.mailbox == mailbox and one.open))

    def open_enrollments(self, org: str, mailbox: str, limit: int) -> list[Enrollment]:
        return self._enrollments(org, lambda one: one.mailbox == mailbox and one.open)[:limit]

    def held(
        self,
        kind: type[R],
        org: str,
        *,
        of: str = "",
        where: tuple[str, str] | None = None,
        after: str = "",
        limit: int,
    ) -> list[tuple[Key[R], R]]:
        def matches(record: R) -> bool:
            if where is None:
                return True
            value = getattr(record, where[0])
            return where[1] in value if isinstance(value, tuple) else bool(value == where[1])

        found = self._below(kind, collection(kind, org, of))
        some = [
            (Key(kind, path), one) for path, one in found if path.rpartition("/")[2] > after and matches(one)
        ]
        return some[:limit]

    def fading_replies(self, org: str, before: datetime, limit: int) -> list[Reply]:
        found = self._query(Reply, f"orgs/{org}", lambda one: not one.faded and one.received_at < before)
        return sorted(found, key=lambda one: one.received_at)[:limit]

    def audit(self, org: str, *, mailbox: str = "", before: str = "", limit: int) -> list[AuditEntry]:
        found = self._query(
            AuditEntry,
            f"orgs/{org}",
            lambda one: mailbox in {"", one.mailbox} and (not before or one.id < before),
        )
        return found[::-1][:limit]

    def pending(self, org: str, mailbox: str, limit: int) -> list[Pending]:
        return self._put_aside(org, mailbox, limit, parked=False)

    def parked(self, org: str, mailbox: str, limit: int) -> list[Pending]:
        return self._put_aside(org, mailbox, limit, parked=True)

    def _put_aside(self, org: str, mailbox: str, limit: int, *, parked: bool) -> list[Pending]:
        found = self._query(
            Pending, f"orgs/{org}", lambda one: one.mailbox == mailbox and bool(one.parked) is parked
        )
        # Firestore orders by the field of an inequality, too.
        return sorted(found, key=lambda one: (one.seen_at, one.parked))[:limit]

    def reads(self, org: str, mailbox: str, *, after: int, limit: int) -> list[Reads]:
        found = self._query(Reads, f"orgs/{org}", lambda one: one.mailbox == mailbox and one.number > after)
        return sorted(found, key=lambda one: one.number)[:limit]

    def unchained_reads(self, org: str, mailbox: str, limit: int) -> list[Reads]:
        found = self._query(Reads, f"orgs/{org}", lambda one: one.mailbox == mailbox and one.number == 0)
        return sorted(found, key=lambda one: one.at)[:limit]

    def suppressions(self, org: str, *, after: str = "", limit: int) -> list[Suppression]:
        return self._query(Suppression, f"orgs/{org}", lambda one: one.id > after)[:limit]

    def mailboxes(self, org: str) -> list[Mailbox]:
        return sorted(self._query(Mailbox, f"orgs/{org}"), key=lambda one: one.address)

    def campaigns(
        self, org: str, whose: Whose, id_: str = "", *, behind: tuple[datetime, str] | None = None, limit: int
    ) -> list[Campaign]:
        found = self._query(
            Campaign,
            f"orgs/{org}",
            lambda one: (
                (whose == "org" or getattr(one, whose) == id_)
                and (behind is None or (one.accepted_at, one.id) < behind)
            ),
        )
        return sorted(found, key=lambda one: (one.accepted_at, one.id), reverse=True)[:limit]

    def replies(
        self,
        org: str,
        campaign: str,
        limit: int,
        *,
        kind: ReplyKind | None = None,
        interest: Interest | None = None,
        behind: tuple[datetime, str] | None = None,
    ) -> list[Reply]:
        found = [
            (one.received_at, path.rpartition("/")[2], one)
            for path, one in self._below(Reply, f"orgs/{org}")
            if one.campaign == campaign and kind in (None, one.kind) and interest in (None, one.interest)
        ]
        # Firestore breaks ties by name in the direction of the order.
        found.sort(key=lambda item: item[:2], reverse=True)
        return [one for at, name, one in found if behind is None or (at, name) < behind][:limit]

    def _query(
        self, kind: type[R], under: str, matches: Callable[[R], bool] = lambda _record: True
    ) -> list[R]:
        """Return the matching records of a kind below a path, in the order of their names."""
        return [record for _, record in self._below(kind, under) if matches(record)]

    def _below(self, kind: type[R], under: str) -> list[tuple[str, R]]:
        """Return the records of a kind below a path with their own paths, in the order of names."""
        with self._lock:
            self.calls["query"] += 1
            documents = [
                (path, document)
                for path, document in self._documents.items()
                if document.kind is kind and path.startswith(f"{under}/")
            ]
        documents.sort(key=lambda item: item[0].split("/"))
        return [(path, msgspec.json.decode(document.content, type=kind)) for path, document in documents]

    def _versioned(self, key: Key[Any]) -> Versioned:
        document = self._documents.get(key.path)
        if document is None:
            return Versioned(None, None)
        return Versioned(msgspec.json.decode(document.content, type=key.kind), document.version)

    def _put(self, key: Key[Any], content: bytes) -> None:
        """Write; like Firestore, a write that changes nothing keeps the version."""
        before = self._documents.get(key.path)
        if before is None or before.content != content:
            self._last_version += 1
            self._documents[key.path] = _Document(key.kind, content, self._last_version)
