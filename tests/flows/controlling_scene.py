"""Put a planned campaign on in-memory services, run it through time, and check its ledger."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.enrollment import LIVE
from lib.core.ids import enrollment_id
from lib.core.records import Campaign, Day, Enrollment
from lib.flows.controlling import Reason, cancel, pause, skip
from tests.flows.memory_services import ORG, in_slots
from tests.flows.outreach import ANN, MINUTE, Crash, Outreach, crash

AUTHOR = VerifiedCaller(org=ORG, user="user-1", email="recruiter@example.com", role="member")
CY = "cy@example.com"
MANY = [f"c{number}@d{number}.example.org" for number in range(12)]
COLLEAGUE = VerifiedCaller(org=ORG, user="user-2", email="sam@example.com", role="member")
ADMIN = VerifiedCaller(org=ORG, user="user-3", email="boss@example.com", role="admin")


class Control(Outreach):
    """Own one campaign, all steps of which have their places in the ledger."""

    def __init__(self, *candidates: str) -> None:
        super().__init__(*candidates)
        in_slots(self, *candidates)

    def campaign(self, id_: str = "c1") -> Campaign:
        key = keys.campaign(ORG, id_)
        return self.store.read([key]).need(key)

    def change_campaign(self, **changes: Any) -> None:
        self.put(keys.campaign(ORG, "c1"), msgspec.structs.replace(self.campaign(), **changes))

    def put_campaign(self, id_: str) -> None:
        """Put another, empty campaign beside it."""
        self.put(keys.campaign(ORG, id_), msgspec.structs.replace(self.campaign(), id=id_))

    def id_of(self, email: str) -> str:
        return enrollment_id("c1", self.contact_id(email))

    def everybody(self) -> list[Enrollment]:
        return self.store.enrollments(ORG, "c1", limit=1_000)

    def run(self, for_: timedelta) -> None:
        """Let time pass until then, from task to task, as the queue and the scheduler do."""
        end = self.clock.now() + for_
        while True:
            due = [task.at for task in self.tasks.waiting if task.at is not None]
            wake = [one.wake_at for one in self.everybody() if one.wake_at is not None]
            now = self.clock.now()
            at = min([end, *(max(one, now) for one in (*due, *wake))])
            self.pass_time(max(at - now, timedelta()))
            self.run_tasks()
            self.maintain()
            if at == end:
                return
            if at == now:
                self.pass_time(MINUTE / 60)

    def run_until(self, at: datetime) -> None:
        self.run(at - self.clock.now())

    # What has to hold

    def mails(self) -> Counter[tuple[str, str]]:
        """Count what each candidate got, by step: nobody gets a step twice."""
        return Counter((one.email, mail.step) for one in self.everybody() for mail in one.sent)

    def check(self) -> None:
        """Compare the ledger's future with the candidates, both ways, and what arrived with the records."""
        now = self.clock.now()
        entries = [
            (entry.enrollment, entry.step, entry.at)
            for day in self.kept(Day)
            for entry in day.entries
            if entry.at > now
        ]
        slots = []
        for one in self.everybody():
            assert self.got(one.email) == one.sent_count == len({mail.step for mail in one.sent})
            if one.status not in LIVE:
                continue
            done = {mail.step for mail in one.sent}
            slots += [
                (one.id, slot.step, slot.due)
                for slot in one.slots
                if slot.due > now and slot.step not in done
            ]
        assert sorted(entries) == sorted(slots)


def stop(control: Control) -> None:
    cancel(control, AUTHOR, "c1", Reason())


def hold(control: Control) -> None:
    pause(control, AUTHOR, "c1", Reason(why="the role is filled"))


def leave_out(control: Control) -> None:
    skip(control, AUTHOR, "c1", control.id_of(ANN))


class dying:  # noqa: N801 - a context
    """Let the process die after so many commits."""

    def __init__(self, control: Control, after: int) -> None:
        self.control, self.left = control, after
        self.commit = control.store.commit

    def __enter__(self) -> None:
        def commit(*args: object) -> object:
            done = self.commit(*args)  # type: ignore[arg-type]
            self.left -= 1
            if self.left < 0:
                crash()
            return done

        self.control.store.commit = commit  # type: ignore[method-assign,assignment]

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self.control.store.commit = self.commit  # type: ignore[method-assign]
        return kind is Crash
