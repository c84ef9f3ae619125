"""Show that an enrollment moves only as it may, whoever comes late or twice."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import msgspec
import pytest

from lib.core import enrollment as core
from lib.core.enrollment import GRACE, STOPPED, TRANSITIONS, Event, IllegalTransition
from lib.core.errors import Contended
from lib.core.records import Status
from tests.core.enrollments import MINUTE, NOW, attempt, enrollment, mail, sending

#: Where each event leads from each status; a status that is not named here does not know the event.
LEGAL: dict[Event, dict[str, str]] = {
    Event.CLAIMED: {"waiting": "sending"},
    Event.LEASED: {"sending": "uncertain", "uncertain": "uncertain"},
    Event.SENT: {"sending": "waiting", "uncertain": "waiting", "held": "waiting"},
    Event.SENT_LAST: {"sending": "completed", "uncertain": "completed", "held": "completed"},
    Event.NOT_SENT: {"sending": "waiting", "uncertain": "waiting", "held": "waiting"},
    Event.UNCLEAR: {"sending": "uncertain", "uncertain": "uncertain"},
    Event.LOST: {"uncertain": "held"},
    Event.REPLIED: dict.fromkeys(
        ("waiting", "sending", "uncertain", "held", "completed", "failed", "cancelled"), "replied"
    )
    | {"replied": "replied", "bounced": "bounced", "opted_out": "opted_out"},
    Event.BOUNCED: dict.fromkeys(
        ("waiting", "sending", "uncertain", "held", "completed", "failed", "cancelled", "replied"), "bounced"
    )
    | {"bounced": "bounced", "opted_out": "opted_out"},
    Event.OPTED_OUT: dict.fromkeys(
        (
            *("waiting", "sending", "uncertain", "held", "completed", "failed", "cancelled"),
            *("replied", "bounced", "opted_out"),
        ),
        "opted_out",
    ),
    Event.FAILED: dict.fromkeys(("waiting", "sending", "uncertain", "held"), "failed"),
    Event.CANCELLED: dict.fromkeys(("waiting", "sending", "uncertain", "held"), "cancelled"),
    Event.AUTO_REPLIED: {status.value: status.value for status in Status},
}
#: What comes late to a stopped one is accepted, and stops nothing less.
LATE = set(LEGAL) - {Event.CLAIMED, Event.REPLIED, Event.BOUNCED, Event.OPTED_OUT, Event.AUTO_REPLIED}
for late in LATE:
    LEGAL[late] |= {status: status for status in ("replied", "bounced", "opted_out", "failed", "cancelled")}


@pytest.mark.parametrize(("status", "event"), list(product(Status, Event)))
def test_every_status_knows_just_its_events(status: Status, event: Event) -> None:
    before = enrollment(status)
    expected = LEGAL[event].get(status.value)
    if expected is None:
        with pytest.raises(IllegalTransition):
            core.move(before, event)
    else:
        assert core.move(before, event) == msgspec.structs.replace(before, status=Status(expected))


def test_no_event_is_forgotten() -> None:
    assert set(LEGAL) == set(Event)
    assert {(Status(status), event) for event, known in LEGAL.items() for status in known} == set(TRANSITIONS)


def test_opt_out_outranks_bounce_outranks_reply() -> None:
    order = [Event.REPLIED, Event.BOUNCED, Event.OPTED_OUT]
    for first, second in product(order, order):
        after = core.stopped(core.stopped(enrollment(), first, "", NOW), second, "", NOW)
        assert after.status.value == max(first, second, key=order.index).value


def test_same_stop_again_changes_nothing() -> None:
    once = core.stopped(enrollment(), Event.REPLIED, "replied by mail", NOW)
    assert core.stopped(once, Event.REPLIED, "again", NOW + MINUTE) == once


def test_claim_of_another_step_is_illegal() -> None:
    with pytest.raises(IllegalTransition):
        core.claimed(enrollment(step="nudge"), attempt("intro"), NOW)
    with pytest.raises(IllegalTransition):
        core.claimed(sending(), attempt("intro", id="another"), NOW)


def test_sent_step_makes_the_next_one_due_as_planned() -> None:
    after = core.sent(sending(), "try-intro", mail(), NOW)
    assert (after.status, after.step, after.sent_count) == (Status.WAITING, "nudge", 1)
    assert after.due == NOW + timedelta(days=1)
    assert after.attempt is None


def test_late_step_moves_the_next_one_behind_it() -> None:
    late = NOW + timedelta(days=3)
    after = core.sent(sending(), "try-intro", mail(at=late), late)
    assert after.due == late + timedelta(days=1)


def test_last_step_completes() -> None:
    after = core.sent(sending("last"), "try-last", mail("last"), NOW)
    assert (after.status, after.step, after.wake_at, after.open) == (Status.COMPLETED, "last", None, False)


def test_same_mail_is_recorded_once() -> None:
    once = core.sent(sending(), "try-intro", mail(), NOW)
    assert core.sent(once, "try-intro", mail(), NOW + MINUTE) == once


def test_late_result_of_the_first_step_does_not_touch_the_second() -> None:
    second = core.claimed(core.sent(sending(), "try-intro", mail(), NOW), attempt("nudge"), NOW)
    assert core.sent(second, "try-intro", mail(gmail_id="other"), NOW + MINUTE) == second
    assert core.unclear(second, attempt("intro"), "late", NOW, NOW) == second
    assert core.not_found(second, attempt("intro"), NOW) == second
    assert core.withdrawn(second, attempt("intro"), NOW) == second


@pytest.mark.parametrize("status", STOPPED)
def test_late_sent_is_recorded_and_revives_nobody(status: Status) -> None:
    stopped = core.stopped(sending(), Event(status.value), "", NOW)
    after = core.sent(stopped, "try-intro", mail(), NOW + MINUTE)
    assert (after.status, after.sent_count, after.attempt, after.wake_at) == (status, 1, None, None)


def test_worker_whose_lease_was_taken_over_reports_no_doubt_or_loss() -> None:
    taken = core.leased(sending(), NOW + 6 * MINUTE)
    assert core.unclear(taken, attempt(), "timeout", NOW, NOW) == taken
    assert core.not_found(taken, attempt(), NOW) == taken
    assert taken.attempt is not None
    assert core.sent(taken, "try-intro", mail(), NOW).sent_count == 1


def test_attempt_is_leased_only_past_its_deadline() -> None:
    assert core.lease(sending(), NOW + 4 * MINUTE) is None
    taken = core.lease(sending(), NOW + 5 * MINUTE)
    assert taken is not None
    assert taken.attempt is not None
    assert (taken.status, taken.attempt.lease, taken.attempt.deadline) == (
        Status.UNCERTAIN,
        1,
        NOW + 10 * MINUTE,
    )
    assert core.lease(taken, NOW + 5 * MINUTE) is None
    assert core.lease(enrollment(), NOW) is None
    assert core.lease(None, NOW) is None


def test_mail_that_is_not_found_is_looked_for_twice_more_then_held() -> None:
    now, looking = NOW, core.leased(sending(), NOW)
    waits = []
    while looking.status is Status.UNCERTAIN:
        assert looking.attempt is not None
        looking = core.not_found(looking, looking.attempt, now)
        if looking.wake_at is not None:
            waits.append(looking.wake_at - now)
            now = looking.wake_at
    assert waits == [2 * MINUTE, 30 * MINUTE]
    assert (looking.status, looking.wake_at, looking.open) == (Status.HELD, None, False)
    assert "look into the mailbox" in looking.why
    assert core.lease(looking, now + timedelta(days=9)) is None


def test_result_that_comes_after_all_frees_a_held_step() -> None:
    held = core.leased(sending(), NOW)
    while held.attempt is not None and held.status is not Status.HELD:
        held = core.not_found(held, held.attempt, NOW)
    assert core.sent(held, "try-intro", mail(), NOW).step == "nudge"


def test_stop_leaves_an_open_attempt_to_be_settled_at_once() -> None:
    stopped = core.stopped(sending(), Event.OPTED_OUT, "", NOW + MINUTE)
    assert stopped.attempt is not None
    assert (stopped.wake_at, stopped.open) == (NOW + MINUTE, True)


def test_stop_closes_an_attempt_whose_draft_was_deleted() -> None:
    stopped = core.stopped(sending(), Event.REPLIED, "", NOW, withdrawn=frozenset({"try-intro"}))
    assert (stopped.attempt, stopped.wake_at, stopped.open) == (None, None, False)


def test_only_a_stopped_attempt_is_withdrawn() -> None:
    assert core.withdrawn(sending(), attempt(), NOW) == sending()
    stopped = core.stopped(sending(), Event.OPTED_OUT, "", NOW)
    assert stopped.attempt is not None
    assert core.withdrawn(stopped, stopped.attempt, NOW).attempt is None


def test_automatic_answer_only_counts() -> None:
    after = core.answered_automatically(enrollment())
    assert after == msgspec.structs.replace(enrollment(), auto_replies=1)


def test_clearing_strays_shuts_out_who_saw_an_earlier_count() -> None:
    assert core.cleared(enrollment(), "intro", 0).tries == 1
    for other in (enrollment(tries=1), enrollment(step="nudge"), sending()):
        with pytest.raises(Contended):
            core.cleared(other, "intro", 0)


def test_lost_task_gets_a_new_name_and_ever_longer_waits() -> None:
    lost, now, waits = enrollment(), NOW + GRACE, []
    for number in range(1, 10):
        lost = core.requeued(lost, now)
        assert lost.requeues == number
        assert lost.wake_at is not None
        waits.append(lost.wake_at - now)
        now = lost.wake_at
    assert waits == sorted(waits)
    assert waits[-1] == waits[-2] < timedelta(hours=6)


def test_step_that_is_not_due_keeps_its_task_name() -> None:
    early = core.requeued(enrollment(due=NOW + timedelta(hours=20)), NOW)
    assert (early.requeues, early.wake_at) == (0, early.due + GRACE)


def test_unknown_message_id_is_asked_for_while_the_next_step_is_far_away() -> None:
    far = enrollment(step="nudge", due=NOW + timedelta(days=9), sent=(mail(message_id=None),), wake_at=NOW)
    assert core.requeued(far, NOW).wake_at == NOW + core.REPAIR_AFTER
    assert core.repair_later(far, NOW).wake_at == NOW + core.REPAIR_AFTER
    later = NOW + timedelta(days=1)
    assert core.repair_later(far, later).wake_at == later + core.REPAIR_LATEST
    known = enrollment(sent=(mail(),), wake_at=NOW)
    assert core.repair_later(known, later) == known


def test_found_message_id_closes_the_enrollment() -> None:
    unknown = core.sent(sending("last"), "try-last", mail("last", message_id=None), NOW)
    assert (unknown.open, unknown.wake_at) == (True, NOW + core.REPAIR_AFTER)
    found = core.message_id_found(unknown, "mail-last", "<x@example.com>", NOW)
    assert (found.open, found.wake_at, found.sent[0].message_id) == (False, None, "<x@example.com>")
    assert core.message_id_found(unknown, "another", "<x@example.com>", NOW).open
