"""Make enrollments, attempts and mails for the tests of the core."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from lib.core import enrollment as core
from lib.core.enrollment import GRACE
from lib.core.records import Attempt, Enrollment, SentMail, Slot, Status

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEPS = ("intro", "nudge", "last")


def attempt(step: str = "intro", **changes: Any) -> Attempt:
    made = Attempt(
        id=f"try-{step}",
        step=step,
        draft="draft",
        thread="thread",
        subject="A role",
        deadline=NOW + 5 * MINUTE,
        started_at=NOW,
        history_id="1000",
    )
    return msgspec.structs.replace(made, **changes)


def mail(step: str = "intro", **changes: Any) -> SentMail:
    made = SentMail(
        step=step, gmail_id=f"mail-{step}", thread="thread", message_id="<id@example.com>", subject="", at=NOW
    )
    return msgspec.structs.replace(made, **changes)


def slots(*, days: tuple[str, ...] = ("", "", "")) -> tuple[Slot, ...]:
    return tuple(
        Slot(step=step, due=NOW + timedelta(days=number), reason="", day=day)
        for number, (step, day) in enumerate(zip(STEPS, days, strict=True))
    )


def enrollment(status: Status = Status.WAITING, **changes: Any) -> Enrollment:
    made = Enrollment(
        org="acme",
        id="e1",
        campaign="c1",
        mailbox="sub-1",
        inbox="i1",
        contact="k1",
        email="ann@example.org",
        name="Ann",
        timezone="UTC",
        variables={},
        slots=slots(),
        status=status,
        step="intro",
        due=NOW,
        wake_at=NOW + GRACE,
    )
    return msgspec.structs.replace(made, **changes)


def sending(step: str = "intro", **changes: Any) -> Enrollment:
    waiting = enrollment(step=step, **changes)
    return core.claimed(waiting, attempt(step), NOW)
