"""Show that any mix of control, time, answers and sends keeps ledger and candidates together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.campaigns.editing import Edit
from lib.core.errors import Conflict, NotFound
from lib.core.records import Status
from lib.flows.controlling import Reason, cancel, pause, resume, skip
from lib.flows.editing import edit
from tests.flows.controlling_scene import AUTHOR, Control
from tests.flows.outreach import Crash, crash

CANDIDATES = [f"c{number}@d{number}.example.org" for number in range(5)]
POINTS = ("create_draft", "send_draft", "note_sent", "history")
Deed = tuple[str, int]

DEEDS = st.tuples(
    st.sampled_from(["wait", "pause", "resume", "skip", "delays", "words", "answer", "cancel", "crash"]),
    st.integers(0, 99),
)
MOMENTS = st.one_of(
    st.none(), st.tuples(st.sampled_from(["before", "after"]), st.sampled_from(POINTS)).map(" ".join)
)


def steps_of(control: Control, number: int, *, words: bool) -> list[Any]:
    return [
        {
            "id": one.id,
            "subject": one.subject,
            "text": f"This is {number}." if words else one.text,
            "delay": f"PT{int(one.delay.total_seconds()) // 3600 if words else (number + place) % 40}H",
        }
        for place, one in enumerate(control.campaign().steps)
    ]


def do(control: Control, deed: Deed) -> None:
    name, number = deed
    email = CANDIDATES[number % len(CANDIDATES)]
    with suppress(Conflict, NotFound):
        if name == "pause":
            pause(control, AUTHOR, "c1", Reason())
        elif name == "resume":
            resume(control, AUTHOR, "c1")
        elif name == "cancel":
            cancel(control, AUTHOR, "c1", Reason())
        elif name == "skip":
            skip(control, AUTHOR, "c1", control.id_of(email))
        elif name in ("delays", "words"):
            steps = steps_of(control, number, words=name == "words")
            edit(control, AUTHOR, "c1", Edit(revision=control.campaign().revision, steps=steps))
        elif name == "answer" and control.got(email):
            control.answer(email)
            control.push(f"{name} {number}")
        elif name == "crash":
            crash()


def surviving(work: Callable[[], object]) -> None:
    with suppress(Crash):
        work()


@given(st.lists(st.tuples(DEEDS, MOMENTS, st.integers(1, 40)), min_size=1, max_size=8))
@settings(max_examples=25)
def test_storm_of_decisions_keeps_the_ledger_and_sends_each_step_once(
    storm: list[tuple[Deed, str | None, int]],
) -> None:
    control = Control(*CANDIDATES)
    for deed, moment, hours in storm:
        if moment is None:
            surviving(lambda deed=deed: do(control, deed))  # type: ignore[misc]
        else:
            control.events[moment] = lambda deed=deed: do(control, deed)  # type: ignore[misc]
        surviving(lambda hours=hours: control.run(timedelta(hours=hours)))  # type: ignore[misc]
        assert set(control.mails().values()) <= {1}
    control.events.clear()
    before = control.mails()
    if control.campaign().status == "paused":
        resume(control, AUTHOR, "c1")
    for _ in range(8):
        control.run(timedelta(days=3))
    control.check()
    after = control.mails()
    assert set(after.values()) <= {1}
    if control.campaign().status == "cancelled":
        assert after == before
    assert {one.status for one in control.everybody()} <= {
        Status.COMPLETED,
        Status.REPLIED,
        Status.CANCELLED,
    }
    assert control.campaign().wake_at is None
    assert not any(one.open for one in control.everybody())
    assert control.drafts() == []
