"""Show what an edit changes of a campaign's steps, and what it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from lib.core.campaigns.editing import Edit, edited, read_edit
from lib.core.records import Attachment, Step, Variant
from tests.core.test_controlling import campaign

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FILE = Attachment(id="f", name="role.txt", type="text/plain", size=5)
INTRO = Step(id="intro", subject="Hello", text="Hi", delay=timedelta(), version=3, attachments=(FILE,))
NUDGE = Step(
    id="nudge",
    subject="",
    text="Well?",
    delay=timedelta(days=3),
    variants=(Variant(id="a", text="A"), Variant(id="b", text="B")),
)
NEW = Step(id="bye", subject="", text="Bye", delay=timedelta(days=1))


def changed(step: Step, **changes: Any) -> Step:
    return msgspec.structs.replace(step, version=1, **changes)


@pytest.mark.parametrize(
    ("after", "version", "plan"),
    [
        (changed(INTRO), 3, 1),
        (changed(INTRO, text="Good day"), 4, 1),
        (changed(INTRO, subject="Good day"), 4, 1),
        (changed(INTRO, html="<p>Hi</p>"), 4, 1),
        (changed(INTRO, attachments=()), 4, 1),
        (changed(INTRO, variants=NUDGE.variants), 4, 1),
        (changed(INTRO, delay=timedelta(hours=1)), 3, 2),
        (changed(INTRO, business_days=2), 3, 2),
        (changed(INTRO, text="Good day", delay=timedelta(hours=1)), 4, 2),
    ],
)
def test_words_count_versions_and_times_count_plans(after: Step, version: int, plan: int) -> None:
    before = campaign("active", plan=1, revision=5)
    before = msgspec.structs.replace(before, steps=(INTRO, NUDGE))
    result = edited(before, (after, NUDGE), NOW)
    assert (result.steps[0].version, result.plan) == (version, plan)
    assert result.steps[1] == NUDGE
    same = (version, plan) == (3, 1)
    assert result.revision == (5 if same else 6)
    assert result.wake_at == (NOW if plan == 2 else None)


def test_appended_step_makes_a_new_plan() -> None:
    before = msgspec.structs.replace(campaign("active"), steps=(INTRO,))
    result = edited(before, (INTRO, NEW), NOW)
    assert (result.plan, result.steps[1].version) == (2, 1)


def item(step: Step, **changes: Any) -> dict[str, Any]:
    words = {"id": step.id, "subject": step.subject, "text": step.text, "delay": "P1D"}
    variants = [{"id": one.id, "text": one.text} for one in step.variants]
    return words | ({"variants": variants} if variants else {}) | changes


def read(*items: Any) -> tuple[tuple[Step, ...], dict[str, str], set[str]]:
    before = msgspec.structs.replace(campaign("active"), steps=(INTRO, NUDGE))
    steps, contents, faults = read_edit(Edit(revision=1, steps=list(items)), before)
    return steps, contents, {one.field for one in faults}


def test_step_that_names_no_attachments_keeps_its_own() -> None:
    steps, contents, faults = read(item(INTRO), item(NUDGE))
    assert (steps[0].attachments, contents, faults) == ((FILE,), {}, set())
    assert read(item(INTRO, attachments=[]), item(NUDGE))[0][0].attachments == ()


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], {"steps"}),
        ([item(NUDGE)], {"steps", "steps[0].subject"}),
        ([item(NUDGE, subject="s"), item(INTRO)], {"steps[0].id", "steps[1].id"}),
        ([item(INTRO), item(NEW), item(NUDGE)], {"steps[1].id"}),
        ([item(INTRO), item(NUDGE), item(INTRO)], {"steps[2].id"}),
        ([item(INTRO, thread="new"), item(NUDGE)], {"steps[0].thread"}),
        ([item(INTRO), item(NUDGE, variants=[])], {"steps[1].variants"}),
        ([item(INTRO), item(NUDGE, thread="new", subject="s")], set()),
        ([item(INTRO), item(NUDGE), item(NEW)], set()),
        (["intro", None, 3, {"id": ["x"]}], {"steps", "steps[0]", "steps[1]", "steps[2]"}),
    ],
)
def test_faults_of_order_and_of_what_stays(items: list[Any], expected: set[str]) -> None:
    found = read(*items)[2]
    assert expected <= found if len(items) == 4 else found == expected
