"""Show what becomes of an enrollment that is set back, held, planned anew, or whose candidate is away."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from lib.core import enrollment as core
from lib.core.enrollment import Event
from lib.core.enrollment.attempts import ON_TIME
from lib.core.records import Enrollment, Slot, Status
from tests.core.enrollments import MINUTE, NOW, attempt, enrollment, mail, sending


def held() -> Enrollment:
    looking = core.leased(sending(), NOW)
    while looking.status is not Status.HELD:
        assert looking.attempt is not None
        looking = core.not_found(looking, looking.attempt, NOW)
    return looking


def test_sent_mail_notes_which_words_went_out() -> None:
    after = core.sent(sending(), "try-intro", mail(version=3, variant="b"), NOW)
    assert (after.sent[0].version, after.sent[0].variant, after.got) == (3, "b", {"intro": "b"})
    assert core.sent(sending(), "try-intro", mail(), NOW).got == {"intro": "-"}


def test_mail_within_minutes_of_its_time_leaves_the_next_one_in_its_slot() -> None:
    at = NOW + ON_TIME
    assert core.sent(sending(), "try-intro", mail(at=at), at).due == NOW + timedelta(days=1)
    later = at + MINUTE
    assert core.sent(sending(), "try-intro", mail(at=later), later).due == later + timedelta(days=1)


def test_step_after_a_mail_under_way_waits_for_a_return() -> None:
    back = NOW + timedelta(days=9)
    waiting = core.sent(core.postponed_until(sending(), back, "away", NOW), "try-intro", mail(), NOW)
    assert (waiting.step, waiting.due) == ("nudge", back)


def test_answer_notes_the_last_step_that_had_gone_out() -> None:
    sent = core.sent(sending(), "try-intro", mail(), NOW)
    assert core.stopped(sent, Event.REPLIED, "", NOW).answered == "intro"
    assert core.stopped(enrollment(), Event.REPLIED, "", NOW).answered == ""
    assert core.stopped(sent, Event.OPTED_OUT, "", NOW).answered == ""


def test_step_that_surely_was_not_sent_waits_again_under_a_new_task() -> None:
    after = core.set_back(sending(), attempt(), NOW + MINUTE)
    assert (after.status, after.attempt, after.step, after.due) == (Status.WAITING, None, "intro", NOW)
    assert after.requeues == 1
    assert after.wake_at is not None


def test_step_is_set_back_by_its_own_attempt_alone_whoever_holds_it() -> None:
    assert core.set_back(sending(), attempt(id="another"), NOW) == sending()
    assert core.set_back(enrollment(), attempt(), NOW) == enrollment()
    assert core.set_back(core.leased(sending(), NOW), attempt(), NOW).status is Status.WAITING
    assert core.set_back(held(), attempt(), NOW).status is Status.WAITING


def test_setting_back_revives_nobody() -> None:
    stopped = core.stopped(sending(), Event.OPTED_OUT, "", NOW)
    after = core.set_back(stopped, attempt(), NOW)
    assert (after.status, after.attempt, after.wake_at) == (Status.OPTED_OUT, None, None)


def test_step_tried_in_vain_comes_ever_later() -> None:
    record, waits = enrollment(), []
    for _ in range(12):
        record = core.set_back(core.claimed(record, attempt(), NOW), attempt(), NOW)
        waits.append((record.not_before or NOW) - NOW)
    assert waits[0] == timedelta()
    assert waits == sorted(waits)
    assert timedelta(hours=1) <= waits[-1] == waits[-2] < timedelta(hours=2)


def test_draft_that_was_seen_before_it_went_is_taken_for_deleted_and_never_held() -> None:
    record = core.leased(sending(), NOW)
    assert record.attempt is not None
    record = core.seen_unsent(record, record.attempt, NOW)
    for _ in range(3):
        assert record.attempt is not None
        assert core.is_seen(record.attempt)
        record = core.not_found(record, record.attempt, NOW)
    assert (record.status, record.attempt) == (Status.WAITING, None)


def test_only_who_holds_an_attempt_notes_its_draft() -> None:
    taken = core.leased(sending(), NOW)
    assert core.seen_unsent(taken, attempt(), NOW) == taken


def test_only_a_held_step_is_decided() -> None:
    for record in (enrollment(), sending(), core.leased(sending(), NOW)):
        assert core.decided(record, None, NOW, was_sent=True) == record
        assert core.decided(record, None, NOW, was_sent=False) == record


def test_word_that_a_held_step_went_out_counts_as_a_mail_nobody_saw() -> None:
    after = core.decided(held(), None, NOW + MINUTE, was_sent=True)
    (unseen,) = after.sent
    assert (after.status, after.step, after.open) == (Status.WAITING, "nudge", False)
    assert (unseen.gmail_id, unseen.message_id, unseen.step, unseen.at) == ("", "", "intro", NOW)
    again = core.leased(core.claimed(after, attempt("nudge"), NOW), NOW)
    while again.status is not Status.HELD:
        assert again.attempt is not None
        again = core.not_found(again, again.attempt, NOW)
    assert core.decided(again, None, NOW, was_sent=True).sent_count == 2


def test_word_that_a_held_step_did_not_go_out_sets_it_back() -> None:
    after = core.decided(held(), None, NOW, was_sent=False)
    assert (after.status, after.step, after.attempt, after.why) == (Status.WAITING, "intro", None, "")


def test_new_slots_replace_those_of_the_remaining_steps() -> None:
    sent = core.sent(sending(), "try-intro", mail(), NOW)
    sent = msgspec.structs.replace(sent, not_before=NOW)
    fresh = [Slot(step=step, due=NOW + timedelta(days=9), reason="new") for step in ("nudge", "last", "more")]
    after = core.replanned(sent, fresh, 4, NOW)
    assert after.slots == (sent.slots[0], *fresh)
    assert (after.due, after.plan, after.not_before, after.requeues) == (fresh[0].due, 4, None, 0)
    assert after.wake_at == fresh[0].due - core.HORIZON


def test_step_whose_time_had_come_gets_a_task_as_a_lost_one_does() -> None:
    fresh = [Slot(step=step, due=NOW + MINUTE, reason="") for step in ("intro", "nudge", "last")]
    assert core.replanned(enrollment(), fresh, 1, NOW).requeues == 1


def test_what_is_under_way_or_stopped_is_not_planned_anew() -> None:
    fresh = [Slot(step="intro", due=NOW, reason="")]
    for record in (sending(), enrollment(Status.REPLIED), enrollment(step="nudge")):
        assert core.replanned(record, fresh, 2, NOW) == record


def test_return_moves_a_waiting_step_behind_it_and_never_forward() -> None:
    back = NOW + timedelta(days=3)
    after = core.postponed_until(enrollment(), back, "away until 5 March", NOW)
    assert (after.due, after.not_before, after.why) == (back, back, "away until 5 March")
    assert after.wake_at == back - core.HORIZON
    assert core.postponed_until(after, back - MINUTE, "", NOW) == after
    far = enrollment(due=NOW + timedelta(days=9))
    assert core.postponed_until(far, back, "", NOW).due == far.due
    assert core.postponed_until(enrollment(), NOW - MINUTE, "", NOW) == enrollment()
    assert core.postponed_until(enrollment(Status.REPLIED), back, "", NOW) == enrollment(Status.REPLIED)
