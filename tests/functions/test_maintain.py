"""Cloud Scheduler's POST queues what has come due; nothing else gets anything done."""

from __future__ import annotations

from datetime import datetime, timedelta

import requests

from tests.functions.campaigning import KIM, LEE, accepted, enqueue, request
from tests.functions.office import RECRUITER, Office

LATER = [{"id": "intro", "subject": "Hello", "text": "Hi {{ name }}", "delay": "P2D"}]


def test_nothing_to_do_is_done(office: Office) -> None:
    answer = office.post("maintain")
    assert (answer.status_code, answer.json()) == (200, {"outcome": "done"})


def test_a_step_beyond_the_horizon_is_queued_when_it_comes_near_and_sent_when_due(office: Office) -> None:
    assert enqueue(office, request(office.connected(), steps=LATER)).status_code == 202
    assert office.cloud.next_due() is None
    near = office.cloud.clock.now() + timedelta(days=2) - timedelta(hours=12)
    office.cloud.advance(near)
    assert office.post("maintain").status_code == 200
    office.cloud.wait_idle()
    due = office.cloud.next_due()
    assert due is not None
    assert timedelta(hours=12) <= due - near < timedelta(hours=13)
    assert office.cloud.world.outside_addresses() == []
    run_until(office, due + timedelta(hours=1))
    assert office.cloud.world.outside_addresses() == [KIM, LEE]


def run_until(office: Office, end: datetime) -> None:
    """Let time pass from task to task, as it does for the queue."""
    while (due := office.cloud.next_due()) is not None and due <= end:
        office.cloud.advance(max(due, office.cloud.clock.now()))
        office.cloud.wait_idle()
    office.cloud.advance(end)
    office.cloud.wait_idle()


def test_a_follow_up_reaches_each_candidate_once_however_often_it_runs(office: Office) -> None:
    accepted(office)
    for _ in range(4):
        run_until(office, office.cloud.clock.now() + timedelta(days=1))
        for _ in range(2):
            assert office.post("maintain").status_code == 200
            office.cloud.wait_idle()
    assert [len(office.cloud.world.outside_inbox(one)) for one in (KIM, LEE)] == [2, 2]


def test_a_mailbox_that_fell_silent_is_looked_into(office: Office) -> None:
    office.connected()
    office.cloud.world.notifier.lose_notifications = 1
    office.cloud.world.deliver(b"From: ada@example.net\r\nSubject: Lunch\r\n\r\nToday?", RECRUITER)
    before = office.inbox()
    office.cloud.advance(office.cloud.clock.now() + timedelta(hours=2))
    assert office.post("maintain").status_code == 200
    after = office.inbox()
    assert before is not None
    assert after is not None
    assert int(after.cursor) > int(before.cursor)


def test_only_posts_get_anything_done(office: Office) -> None:
    before = office.stored()
    for method in ("GET", "HEAD", "DELETE"):
        refused = requests.request(method, office.url("maintain"), timeout=30)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")
    assert office.stored() == before
