"""Show that a running campaign can be edited: who gets which words and when, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.campaigns.editing import Edit, Edited
from lib.core.errors import Conflict, Contended, Forbidden, InvalidRequest, NotFound, Unavailable
from lib.core.records import AttachmentContent, Status
from lib.flows.controlling import Reason, cancel, pause, resume
from lib.flows.editing import edit
from tests.flows.controlling_scene import ADMIN, AUTHOR, COLLEAGUE, Control
from tests.flows.memory_services import ORG
from tests.flows.outreach import ANN, BEN, DAY, MINUTE

Steps = list[dict[str, Any]]


@pytest.fixture
def control() -> Control:
    return Control(ANN, BEN)


def steps(control: Control, **changed: dict[str, Any]) -> Steps:
    """Return the campaign's steps as an editor sends them, some changed."""
    found = [
        {"id": one.id, "subject": one.subject, "text": one.text, "delay": f"P{one.delay.days}D"}
        for one in control.campaign().steps
    ]
    return [one | changed.get(str(one["id"]), {}) for one in found]


def change(control: Control, wanted: Steps, revision: int = 1) -> Edited:
    return edit(control, AUTHOR, "c1", Edit(revision=revision, steps=wanted))


def bodies(control: Control, email: str = ANN) -> list[str]:
    parsed = [message_from_bytes(one.raw, policy=default) for one in control.world.outside_inbox(email)]
    return [one.get_content().splitlines()[0] for one in parsed]


def faults(control: Control, wanted: Steps) -> dict[str, str]:
    before = control.campaign()
    with pytest.raises(InvalidRequest) as refused:
        change(control, wanted)
    assert control.campaign() == before
    return {one.field: one.why for one in refused.value.faults}


def test_changed_words_go_to_those_who_still_get_the_step(control: Control) -> None:
    first, second = sorted((ANN, BEN), key=lambda one: control.enrollment(one).due)
    control.run_until(control.enrollment(first).due)
    assert (control.got(first), control.got(second)) == (1, 0)
    shown = change(control, steps(control, intro={"text": "Good day."}))
    assert (shown.revision, shown.steps[0].version, shown.steps[1].version) == (2, 2, 1)
    control.run(DAY / 2)
    assert bodies(control, first)[0] == "Hello Kim Candidate, this is intro."
    assert bodies(control, second)[0] == "Good day."
    versions = [control.enrollment(one).sent[0].version for one in (first, second)]
    assert versions == [1, 2]


def test_changed_words_leave_all_times_as_they_are(control: Control) -> None:
    before = control.everybody()
    change(control, steps(control, nudge={"text": "Good day."}))
    assert control.everybody() == before
    assert control.campaign().plan == 1


def test_changed_delay_gives_new_times_to_the_steps_behind_it(control: Control) -> None:
    control.run(DAY / 2)
    before = control.enrollment(ANN)
    shown = change(control, steps(control, nudge={"delay": "P5D"}))
    assert "new times" in shown.note
    after = control.enrollment(ANN)
    assert after.slots[0] == before.slots[0]
    assert after.slots[1].due - before.slots[1].due >= timedelta(days=3, hours=23)
    assert control.campaign().wake_at is None
    assert [one.version for one in control.campaign().steps] == [1, 1, 1]
    control.check()
    control.run(9 * DAY)
    assert (control.got(ANN), control.got(BEN)) == (3, 3)
    control.check()


def test_business_days_replace_a_delay(control: Control) -> None:
    change(control, steps(control, nudge={"delay": "2 business days"}))
    step = control.campaign().steps[1]
    assert (step.business_days, step.delay) == (2, timedelta())
    assert control.campaign().plan == 2
    control.check()


def test_appended_step_goes_to_those_who_are_still_in_it(control: Control) -> None:
    control.run(DAY / 2)
    control.update(BEN, status=Status.COMPLETED, step="last", wake_at=None)
    new = {"id": "bye", "text": "Bye {{ name }}.", "delay": "P1D"}
    change(control, [*steps(control), new])
    assert [slot.step for slot in control.enrollment(ANN).slots] == ["intro", "nudge", "last", "bye"]
    control.run(6 * DAY)
    assert bodies(control, ANN)[3] == "Bye Kim Candidate."
    assert control.got(BEN) == 1


def test_variants_of_an_appended_step_are_given_out() -> None:
    candidates = [f"c{number}@d{number}.example.org" for number in range(8)]
    control = Control(*candidates)
    variants = [{"id": "a", "text": "This is a."}, {"id": "b", "text": "This is b."}]
    new = {"id": "bye", "text": "Bye.", "delay": "P0D", "variants": variants}
    change(control, [*steps(control), new])
    assert {one.variants["bye"] for one in control.everybody()} == {"a", "b"}
    control.run(5 * DAY)
    for one in control.everybody():
        assert bodies(control, one.email)[3] == f"This is {one.variants['bye']}."
        assert one.got["bye"] == one.variants["bye"]


def test_step_that_is_under_way_has_the_words_it_was_claimed_with() -> None:
    for point in ("before create_draft", "before send_draft", "after send_draft"):
        one = Control(ANN, BEN)
        one.run_until(one.enrollment(ANN).slots[0].due - MINUTE / 60)
        one.events[point] = lambda one=one: change(  # type: ignore[misc]
            one, steps(one, intro={"text": "Good day.", "delay": "PT30M"})
        )
        one.run(5 * DAY)
        sent = one.enrollment(ANN).sent[0]
        expected = {1: "Hello Kim Candidate, this is intro.", 2: "Good day."}[sent.version]
        assert bodies(one, ANN)[0] == expected
        assert set(one.mails().values()) == {1}
        assert (one.got(ANN), one.got(BEN)) == (3, 3)
        one.check()


def test_two_editors_do_not_undo_each_others_work(control: Control) -> None:
    change(control, steps(control, intro={"text": "Good day."}))
    with pytest.raises(Conflict) as refused:
        change(control, steps(control, intro={"text": "Good night."}))
    now = refused.value.now
    assert isinstance(now, Edited)
    assert (now.revision, now.steps) == (2, control.campaign().steps)
    with pytest.raises(Conflict):
        change(control, [])
    assert change(control, steps(control, intro={"text": "Good night."}), revision=2).revision == 3


def test_edit_between_check_and_commit_is_refused(control: Control) -> None:
    reading = control.store.enrollments
    meanwhile = [lambda: change(control, steps(control, last={"text": "Good day."}))]

    def enrollments(*args: Any, **how: Any) -> Any:
        if meanwhile:
            meanwhile.pop()()
        return reading(*args, **how)

    control.store.enrollments = enrollments  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        change(control, steps(control, intro={"text": "Good night."}))
    assert [one.version for one in control.campaign().steps] == [1, 1, 2]


def test_candidates_added_between_check_and_commit_are_checked_first(control: Control) -> None:
    reading = control.store.enrollments

    def enrollments(*args: Any, **how: Any) -> Any:
        control.change_campaign(candidates=3)
        return reading(*args, **how)

    control.store.enrollments = enrollments  # type: ignore[method-assign]
    with pytest.raises(Contended):
        change(control, steps(control, intro={"text": "Good night."}))


def test_nothing_changed_is_nothing_written(control: Control) -> None:
    before = control.campaign()
    assert change(control, steps(control)).revision == 1
    assert control.campaign() == before


def test_paused_campaign_is_planned_when_it_is_resumed(control: Control) -> None:
    pause(control, AUTHOR, "c1", Reason())
    before = control.everybody()
    change(control, steps(control, nudge={"delay": "P9D"}))
    assert control.everybody() == before
    resume(control, AUTHOR, "c1")
    first = control.enrollment(ANN)
    assert first.slots[1].due - first.slots[0].due >= timedelta(days=8, hours=23)
    control.check()


def test_edit_stands_when_planning_fails_and_maintain_goes_on(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise Unavailable("the store is down")

    monkeypatch.setattr(control.store, "enrollments_to_plan", fail)
    assert change(control, steps(control, nudge={"delay": "P5D"})).revision == 2
    monkeypatch.undo()
    control.maintain()
    assert {one.plan for one in control.everybody()} == {2}
    control.check()


# What is refused


def test_steps_are_neither_removed_nor_moved(control: Control) -> None:
    one, two, three = steps(control)
    assert "'nudge' is missing" in faults(control, [one, three])["steps"]
    assert "cannot be removed" in faults(control, [one, two])["steps"]
    assert "keep their places" in faults(control, [one, three | {"subject": "s"}, two])["steps[1].id"]
    assert "keep their places" in faults(control, [one, two, one | {"id": "new"}, three])["steps[2].id"]


def test_first_step_keeps_its_thread_and_variants_stay(control: Control) -> None:
    one, *rest = steps(control)
    assert set(faults(control, [one | {"thread": "new"}, *rest])) == {"steps[0].thread"}
    variants = [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}]
    assert set(faults(control, [one | {"variants": variants}, *rest])) == {"steps[0].variants"}


def test_every_fault_is_listed_as_at_acceptance(control: Control) -> None:
    one, two, three = steps(control)
    found = faults(control, [one | {"delay": "soon"}, two | {"text": "{% if %}"}, three | {"texts": "x"}])
    assert {"steps[0].delay", "steps[1].text", "steps[2].texts"} <= set(found)


def test_words_must_fit_everybody_who_can_still_get_them(control: Control) -> None:
    control.run(DAY / 2)
    control.update(ANN, variables={"city": "Oslo"})
    control.update(BEN, variables={"city": ""})
    place = [one.email for one in control.everybody()].index(BEN)
    found = faults(control, steps(control, nudge={"text": "In {{ city }}?"}))
    assert list(found) == [f"candidates[{place}].city"]
    assert "steps[1].text" in found[f"candidates[{place}].city"]
    assert "no column 'town'" in faults(control, steps(control, last={"text": "{{ town }}"}))["steps[2].text"]
    # The first step is behind everybody: nobody gets these words.
    change(control, steps(control, intro={"text": "{{ town }}"}))
    control.update(BEN, status=Status.REPLIED)
    change(control, steps(control, intro={"text": "x"}, nudge={"text": "In {{ city }}?"}), revision=2)


def test_only_its_author_edits_a_campaign_that_is_not_over(control: Control) -> None:
    for caller, error in ((COLLEAGUE, NotFound), (ADMIN, Forbidden)):
        with pytest.raises(error):
            edit(control, caller, "c1", Edit(revision=1, steps=steps(control)))
    cancel(control, AUTHOR, "c1", Reason())
    with pytest.raises(Conflict):
        change(control, steps(control))


def test_attachments_stay_unless_others_are_given(control: Control) -> None:
    file = {"name": "role.txt", "type": "text/plain", "content": "aGVsbG8="}
    change(control, steps(control, nudge={"attachments": [file]}))
    (kept,) = control.campaign().steps[1].attachments
    key = keys.attachment(ORG, "c1", kept.id)
    assert control.store.read([key]).need(key) == AttachmentContent(
        org=ORG, campaign="c1", id=kept.id, content="aGVsbG8="
    )
    change(control, steps(control, nudge={"text": "Good day."}), revision=2)
    assert control.campaign().steps[1].attachments == (kept,)
    change(control, steps(control, nudge={"attachments": []}), revision=3)
    assert control.campaign().steps[1].attachments == ()


def test_edit_is_read_from_json() -> None:
    assert msgspec.json.decode(b'{"revision":1,"steps":[]}', type=Edit) == Edit(revision=1, steps=[])
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"revision":1,"steps":[],"name":"x"}', type=Edit)
