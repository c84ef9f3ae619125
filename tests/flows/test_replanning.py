"""Show that what misses its slot gets a new one: ledger and enrollment in one commit, and nothing sent."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import Contended
from lib.core.plans.planning import slot_end
from lib.core.records import Campaign, Day, Limits, Reservation, Status, Variant, Window
from lib.flows.replanning import replan
from tests.flows.memory_services import ORG, START, in_slots
from tests.flows.outreach import ANN, BEN, DAY, MINUTE, Crash, Outreach, crash

HOUR = timedelta(hours=1)


@pytest.fixture
def outreach() -> Outreach:
    services = Outreach(ANN, BEN)
    in_slots(services, ANN, BEN)
    return services


def places(outreach: Outreach, email: str = ANN) -> list[Reservation]:
    id_ = outreach.enrollment(email).id
    return sorted(
        (entry for day in outreach.kept(Day) for entry in day.entries if entry.enrollment == id_),
        key=lambda entry: entry.at,
    )


def check(outreach: Outreach, email: str = ANN) -> None:
    """The ledger holds just the slots of the enrollment."""
    record = outreach.enrollment(email)
    slots = [(slot.step, slot.due) for slot in record.slots]
    assert [(entry.step, entry.at) for entry in places(outreach, email)] == slots


def test_missed_slot_is_given_back_for_a_new_one_and_nothing_is_sent(outreach: Outreach) -> None:
    before = outreach.enrollment(ANN)
    outreach.pass_time(HOUR)
    assert outreach.send() == "its time was missed"
    record = outreach.enrollment(ANN)
    assert (outreach.got(), outreach.calls()) == (0, [])
    assert outreach.clock.now() <= record.due == record.slots[0].due
    assert [slot.step for slot in record.slots] == [slot.step for slot in before.slots]
    assert record.slots[0].reason.startswith("its time was missed")
    check(outreach)
    outreach.go_on()
    assert outreach.got() == 1


def test_new_slot_costs_one_commit(outreach: Outreach) -> None:
    outreach.pass_time(HOUR)
    task = outreach.task(ANN)
    outreach.store.calls.clear()
    outreach.send()
    assert outreach.store.calls["commit"] == 1
    assert task.step == outreach.enrollment(ANN).step


def test_task_that_comes_twice_takes_one_new_slot(outreach: Outreach) -> None:
    seen = outreach.enrollment(ANN)
    outreach.pass_time(HOUR)
    replan(outreach, seen, "first")
    once = outreach.enrollment(ANN)
    replan(outreach, seen, "second")
    assert outreach.enrollment(ANN) == once
    check(outreach)


def test_new_slot_is_free_of_others(outreach: Outreach) -> None:
    outreach.pass_time(HOUR)
    outreach.send(ANN)
    outreach.send(BEN)
    gap = Limits().gap
    assert abs(outreach.enrollment(ANN).due - outreach.enrollment(BEN).due) >= gap
    check(outreach, ANN)
    check(outreach, BEN)


def test_follow_up_after_a_late_mail_keeps_its_distance(outreach: Outreach) -> None:
    outreach.clock.time = outreach.enrollment(ANN).due
    outreach.events["before send_draft"] = crash
    with pytest.raises(Crash):
        outreach.send()
    outreach.go_on(30 * MINUTE)
    first = outreach.enrollment(ANN).sent[0].at
    assert first >= START + 5 * MINUTE
    outreach.pass_time(DAY - 30 * MINUTE)
    outreach.go_on(HOUR)
    assert outreach.enrollment(ANN).sent[1].at - first >= DAY - MINUTE
    check(outreach)


def test_step_behind_a_return_gets_a_slot_behind_it(outreach: Outreach) -> None:
    back = START + 5 * DAY
    record = outreach.enrollment(ANN)
    outreach.put(
        keys.enrollment(ORG, record.id),
        msgspec.structs.replace(record, due=back, not_before=back, why="away until 7 March"),
    )
    outreach.clock.time = back
    assert outreach.send() == "away until 7 March"
    record = outreach.enrollment(ANN)
    assert record.due >= back
    assert record.slots[0].reason.startswith("away until 7 March")
    check(outreach)


def test_campaign_that_was_planned_anew_sends_nothing_by_its_old_plan(outreach: Outreach) -> None:
    outreach.clock.time = outreach.enrollment(ANN).due
    outreach.edit_campaign(plan=2, steps=outreach.campaign().steps[:2])
    assert outreach.send() == "the campaign was planned anew"
    record = outreach.enrollment(ANN)
    assert (record.plan, [slot.step for slot in record.slots], outreach.got()) == (2, ["intro", "nudge"], 0)
    check(outreach)
    outreach.go_on()
    assert outreach.got() == 1


def test_hours_that_never_open_fail_the_enrollment_and_leave_no_place(outreach: Outreach) -> None:
    outreach.edit_campaign(window=Window())
    outreach.pass_time(HOUR)
    outreach.send()
    record = outreach.enrollment(ANN)
    assert (record.status, record.why) == (Status.FAILED, "the hours of this campaign never open")
    assert [entry.at for entry in places(outreach)] <= [outreach.clock.now()]


def test_crash_in_a_new_plan_leaves_old_and_new_in_step(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    outreach.pass_time(HOUR)
    create = outreach.tasks.create

    def die(*_args: object) -> None:
        raise Crash

    monkeypatch.setattr(outreach.tasks, "create", die)
    with pytest.raises(Crash):
        outreach.send()
    check(outreach)
    monkeypatch.setattr(outreach.tasks, "create", create)
    outreach.go_on(20 * MINUTE)
    assert outreach.got() == 1


def test_backlog_takes_one_new_slot_after_the_other() -> None:
    emails = [f"candidate{number}@example{number % 4}.example.org" for number in range(20)]
    outreach = Outreach(*emails)
    in_slots(outreach, *emails)
    outreach.pass_time(5 * HOUR)
    outreach.go_on(2 * HOUR)
    times = sorted(outreach.enrollment(email).sent[0].at for email in emails)
    assert len(times) == len(emails)
    for number, at in enumerate(times):
        # Workers tick by the minute here: a slot may be used up to a minute late.
        assert at >= times[0] + number * Limits().gap - MINUTE
    for email in emails:
        check(outreach, email)


def test_lost_race_is_tried_again(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    outreach.pass_time(HOUR)
    commit, lost = outreach.store.commit, iter([True])

    def committed(*args: object) -> object:
        if next(lost, False):
            raise Contended("another worker took the place")
        return commit(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(outreach.store, "commit", committed)
    outreach.send()
    assert outreach.enrollment(ANN).due > outreach.clock.now()
    check(outreach)


def test_slot_that_has_not_ended_is_used(outreach: Outreach) -> None:
    record = outreach.enrollment(ANN)
    outreach.clock.time = slot_end(record.due, Limits()) - timedelta(seconds=1)
    assert outreach.send() == "sent"


def test_step_that_came_with_an_edit_has_its_variant_after_a_single_new_slot(outreach: Outreach) -> None:
    campaign = outreach.kept(Campaign)[0]
    variants = (Variant(id="a", text="A"), Variant(id="b", text="B"))
    steps = (*campaign.steps[:-1], msgspec.structs.replace(campaign.steps[-1], variants=variants))
    changed = msgspec.structs.replace(campaign, steps=steps, plan=campaign.plan + 1)
    outreach.put(keys.campaign(ORG, campaign.id), changed)
    replan(outreach, outreach.enrollment(ANN), "an edit")
    assert outreach.enrollment(ANN).variants[steps[-1].id] in {"a", "b"}
