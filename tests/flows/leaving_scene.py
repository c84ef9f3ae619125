"""Put a mailbox that is disconnected, and connected again, on in-memory services whose every call can die."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Literal, TypeVar

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import MailboxDisconnected
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import AuditEntry, Enrollment, Inbox, Record
from lib.flows.leaving import Leaving, disconnect
from lib.ports import Gmail
from tests.flows.memory_services import MAILBOX, ORG, OWNER
from tests.flows.outreach import ANN, MINUTE, Crash, Outreach
from tests.localcloud.memory_store import MemoryStore

ROBIN = VerifiedCaller(org=ORG, user="user-1", email=OWNER, role="member")
COLLEAGUE = VerifiedCaller(org=ORG, user="user-2", email="sam@example.com", role="member")
ADMIN = VerifiedCaller(org=ORG, user="user-3", email="boss@example.com", role="admin")
#: What is on record of a disconnect, with one campaign that ran.
DEEDS = ["disconnected", "disconnecting", "paused_campaign"]
R = TypeVar("R", bound=Record)


class Journal:
    """Note the calls to the outside in their order; die at one of them, before or after its effect.

    stalls: what happens before a call, by its number, while whoever makes it stalls.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.dies_at: int | None = None
        self.after_effect = False
        self.stalls: dict[int, Callable[[], object]] = {}

    def begin(self, name: str) -> None:
        self.calls.append(name)
        self.stalls.pop(len(self.calls), lambda: None)()
        if len(self.calls) == self.dies_at and not self.after_effect:
            raise Crash

    def end(self, at: int) -> None:
        if at == self.dies_at and self.after_effect:
            raise Crash


class JournalStore(MemoryStore):
    """Note each call."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self.journal = journal

    def read(self, keys: Iterable[Key[Any]]) -> Snapshot:
        self.journal.begin("read")
        return super().read(keys)

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if not changes.writes and not changes.deletes:
            return super().commit(snapshot, changes)
        kinds = sorted({key.kind.__name__ for key in (*changes.writes, *changes.deletes)})
        self.journal.begin(f"commit {' '.join(kinds)}")
        at = len(self.journal.calls)
        after = super().commit(snapshot, changes)
        self.journal.end(at)
        return after

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
        self.journal.begin(f"held {kind.__name__}")
        return super().held(kind, org, of=of, where=where, after=after, limit=limit)

    def open_enrollments(self, org: str, mailbox: str, limit: int) -> list[Enrollment]:
        self.journal.begin("open enrollments")
        return super().open_enrollments(org, mailbox, limit)


class JournalGmail:
    """Note each call."""

    def __init__(self, gmail: Gmail, journal: Journal) -> None:
        self._gmail, self._journal = gmail, journal

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._gmail, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._journal.begin(name)
            at = len(self._journal.calls)
            answer = method(*args, **kwargs)
            self._journal.end(at)
            return answer

        return call


class Google:
    """Take grants back as Google does; ``failures`` are raised first, one a call."""

    def __init__(self, scene: LeavingScene) -> None:
        self.scene = scene
        self.failures: list[Exception] = []
        self.revoked: list[str] = []

    def revoke(self, refresh_token: str) -> None:
        self.scene.journal.begin("revoke")
        at = len(self.scene.journal.calls)
        if self.failures:
            raise self.failures.pop(0)
        self.revoked.append(refresh_token)
        self.scene.world.revoked.add(OWNER)
        self.scene.journal.end(at)


class LeavingScene(Outreach):
    """A mailbox with a campaign, its owner, and Google."""

    def __init__(self, *candidates: str, access: Literal["full", "headers"] = "full") -> None:
        self.journal = Journal()
        super().__init__(*candidates, access=access)
        before = self.store._documents
        self.store = JournalStore(self.journal)
        self.store._documents = before
        self.store._last_version = max(one.version for one in before.values())
        self.google = self.oauth = Google(self)
        self.journal.calls.clear()

    def gmail(self, inbox: Inbox) -> Gmail:
        if inbox.status == "disconnected":
            raise MailboxDisconnected("the mailbox is not connected")
        return JournalGmail(super().gmail(inbox), self.journal)

    def disconnect(self, caller: VerifiedCaller = ROBIN) -> Leaving:
        return disconnect(self, caller, MAILBOX)

    def to_the_end(self, most: timedelta = 15 * MINUTE) -> None:
        """Let ``maintain`` run each minute until the mailbox is disconnected."""
        end = self.clock.now() + most
        while self.inbox().status != "disconnected":
            assert self.clock.now() < end, "it is never disconnected"
            self.pass_time(MINUTE)
            self.maintain()

    def connect_again(self) -> None:
        """Leave the inbox as a new consent does: behind with its mail, and to be looked into."""
        self.world.revoked.clear()
        after = msgspec.structs.replace(
            self.inbox(),
            status="connected",
            why="",
            sealed_token="acme/sub-1/new",
            behind=True,
            look_at=self.clock.now(),
            renew_at=self.clock.now() + timedelta(days=1),
        )
        self.put(keys.inbox(self.inbox_id), after)

    def audited(self) -> list[str]:
        """Return the deeds on record; those of one moment are in no order."""
        return sorted(one.deed for one in self.kept(AuditEntry))

    def cut(self, email: str = ANN, when: str = "before") -> None:
        """Let nobody know whether a mail went out: the connection is cut before or after Gmail sends."""
        self.fault("drafts.send", when=when, drop=True)
        assert self.send(email) == "unclear"

    def watched(self) -> bool:
        return self.world.accounts[OWNER].watch is not None

    def left_nothing(self) -> None:
        """Check that a disconnect is complete: no token, no watch, no grant, no draft, nothing under way."""
        inbox = self.inbox()
        assert (inbox.status, inbox.sealed_token, inbox.leaving_at) == ("disconnected", "", None)
        assert not self.watched()
        assert set(self.google.revoked) == {"token"}
        assert self.drafts() == []
        assert self.store.due_departures(self.clock.now() + timedelta(days=9), 9) == []
        assert [one for one in self.kept(Enrollment) if one.attempt is not None and one.open] == []
        assert {one.status for one in [self.campaign()]} == {"paused"}
        assert self.audited().count("disconnecting") == self.audited().count("disconnected") == 1
