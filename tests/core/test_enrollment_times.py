"""Show that whatever happens to an enrollment, there is a time to look at it again as long as need be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from lib.core import enrollment as core
from lib.core.enrollment import LIVE, Event
from lib.core.records import Attempt, Enrollment, Status
from tests.core.enrollments import MINUTE, NOW, attempt, enrollment, mail


def claim(record: Enrollment, _open: Attempt, now: datetime) -> Enrollment:
    if record.status is not Status.WAITING:
        return record
    wanted = attempt(record.step, started_at=now, deadline=now + core.ATTEMPT_TIME)
    return core.claimed(record, wanted, now)


def sent(record: Enrollment, attempted: Attempt, now: datetime, *, known: bool = True) -> Enrollment:
    message_id = "<id@example.com>" if known else None
    return core.sent(record, attempted.id, mail(attempted.step, at=now, message_id=message_id), now)


def found(record: Enrollment, _open: Attempt, now: datetime) -> Enrollment:
    gmail_id = record.sent[-1].gmail_id if record.sent else "none"
    return core.message_id_found(record, gmail_id, "<id@example.com>", now)


def stop(event: Event) -> Callable[[Enrollment, Attempt, datetime], Enrollment]:
    def happen(record: Enrollment, _open: Attempt, now: datetime) -> Enrollment:
        by_person = event not in {Event.FAILED, Event.CANCELLED}
        return core.stopped(record, event, event.value, now) if by_person or record.status in LIVE else record

    return happen


HAPPENINGS: dict[str, Callable[[Enrollment, Attempt, datetime], Enrollment]] = {
    "claim": claim,
    "sent": sent,
    "sent, Message-ID unknown": lambda record, attempted, now: sent(record, attempted, now, known=False),
    "unclear": lambda record, attempted, now: core.unclear(record, attempted, "", now + MINUTE, now),
    "lease": lambda record, _, now: core.lease(record, now) or record,
    "not found": core.not_found,
    "Message-ID found": found,
    "draft deleted": core.withdrawn,
    "surely not sent": core.set_back,
    "seen": core.seen_unsent,
    "decided": lambda record, _, now: core.decided(record, None, now, was_sent=True),
    "away": lambda record, _, now: core.postponed_until(record, now + 90 * MINUTE, "away", now),
    "to be repaired": lambda record, _, now: core.repair_later(record, now),
    **{
        event.value: stop(event)
        for event in (Event.REPLIED, Event.BOUNCED, Event.OPTED_OUT, Event.FAILED, Event.CANCELLED)
    },
}


@given(st.lists(st.tuples(st.sampled_from(sorted(HAPPENINGS)), st.integers(0, 3000)), max_size=25))
def test_whatever_happens_there_is_a_time_to_look_again(happenings: list[tuple[str, int]]) -> None:
    record, now = enrollment(), NOW
    for what, minutes in happenings:
        now += minutes * MINUTE
        rank = core.RANK.get(record.status, 0)
        record = HAPPENINGS[what](record, record.attempt or attempt(record.step), now)
        assert core.RANK.get(record.status, 0) >= rank
        check(record)


def check(record: Enrollment) -> None:
    unsettled = record.attempt is not None and record.status is not Status.HELD
    assert record.open == (unsettled or any(one.message_id is None for one in record.sent))
    assert (record.wake_at is not None) == (record.status is Status.WAITING or record.open)
    if record.status in {Status.SENDING, Status.UNCERTAIN}:
        assert record.attempt is not None
    assert record.sent_count == len({one.step for one in record.sent})
