"""Show what each of Gmail's refusals comes to: who waits, for how long, and what the reason says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from lib.core.errors import MailboxDisconnected, MailboxPaused, Permanent, RateLimited, Retryable, Unavailable
from lib.core.records import Limits, Status, Step
from tests.flows.memory_services import ORG, START, STEPS, enrolled, in_slots
from tests.flows.outreach import ANN, BEN, MINUTE, Outreach

HOUR = timedelta(hours=1)
SENDING_LIMIT: dict[str, Any] = {
    "status": 429,
    "reason": "rateLimitExceeded",
    "message": "User-rate limit exceeded (Mail sending).  Retry after 2026-03-02T12:00:00.000Z",
}
DAILY: dict[str, Any] = {"status": 403, "reason": "dailyLimitExceeded"}
BLOCKED: dict[str, Any] = {"status": 403, "reason": "domainPolicy"}
PRECONDITION: dict[str, Any] = {
    "status": 400,
    "reason": "failedPrecondition",
    "message": "Precondition check failed.",
}
UNKNOWN: dict[str, Any] = {"status": 403, "reason": "forbidden"}
LACKING: dict[str, Any] = {"status": 403, "reason": "insufficientPermissions"}
DELEGATION: dict[str, Any] = {"status": 403, "reason": "forbidden", "message": "Delegation denied for x"}
SOON: list[dict[str, Any]] = [
    {"status": 403, "reason": "rateLimitExceeded"},
    {"status": 403, "reason": "userRateLimitExceeded"},
    {"status": 429, "reason": "rateLimitExceeded", "message": "Quota exceeded for quota metric"},
    {"status": 429, "reason": "rateLimitExceeded", "message": "Too many concurrent requests for user"},
]
PAUSES = [
    (SENDING_LIMIT, START + 3 * HOUR, "sending", ""),
    (DAILY, datetime(2026, 3, 3, 8, 0, tzinfo=START.tzinfo), "quota", "project_limit"),
    (BLOCKED, START + 6 * HOUR, "administrator", "admin_block"),
]


@pytest.fixture
def outreach() -> Outreach:
    return Outreach(ANN, BEN)


def went_out(outreach: Outreach, *emails: str) -> bool:
    return all((outreach.got(email), outreach.enrollment(email).sent_count) == (1, 1) for email in emails)


# What pauses the mailbox


@pytest.mark.parametrize("method", ["drafts.create", "drafts.send"])
@pytest.mark.parametrize(("fault", "until", "words", "alert"), PAUSES, ids=["limit", "daily", "blocked"])
def test_mailbox_pauses_says_why_and_resumes_by_itself(
    outreach: Outreach, method: str, fault: dict[str, Any], until: datetime, words: str, alert: str
) -> None:
    outreach.fault(method, **fault)
    with pytest.raises(MailboxPaused) as error:
        outreach.send()
    assert error.value.alert == alert
    inbox, record = outreach.inbox(), outreach.enrollment(ANN)
    assert inbox.paused_until == until
    assert words in inbox.paused_why
    assert (record.status, record.why, record.attempt) == (Status.WAITING, inbox.paused_why, None)
    assert outreach.drafts() == []
    calls = len(outreach.calls())
    assert outreach.send(BEN) == inbox.paused_why
    assert len(outreach.calls()) == calls
    outreach.pass_time(until - START - MINUTE)
    outreach.go_on(MINUTE)
    assert outreach.got() == 0
    outreach.go_on(20 * MINUTE)
    assert went_out(outreach, ANN, BEN)


def test_those_who_waited_go_out_one_by_one_in_their_old_order() -> None:
    emails = [f"candidate{number}@example.org" for number in range(9)]
    outreach = Outreach(*emails)
    in_slots(outreach, *emails)
    order = [email for _, email in sorted((outreach.enrollment(email).due, email) for email in emails)]
    outreach.fault("drafts.create", **SENDING_LIMIT)
    outreach.go_on(4 * HOUR)
    sent = sorted((outreach.enrollment(email).sent[0].at, email) for email in emails)
    assert [email for _, email in sent] == order
    times = [at for at, _ in sent]
    assert min(later - at for at, later in pairwise(times)) >= MINUTE
    assert times[0] >= START + 3 * HOUR


# What passes soon


@pytest.mark.parametrize("method", ["drafts.create", "drafts.send"])
@pytest.mark.parametrize("fault", SOON, ids=str)
def test_limit_that_passes_is_waited_out(outreach: Outreach, method: str, fault: dict[str, Any]) -> None:
    outreach.queue(ANN)
    outreach.fault(method, **fault)
    outreach.go_on(10 * MINUTE)
    assert went_out(outreach, ANN)
    assert outreach.inbox().paused_until is None


def test_wait_that_gmail_asks_for_is_passed_to_the_queue_with_jitter(outreach: Outreach) -> None:
    waits = []
    for email in (ANN, BEN):
        outreach.fault("drafts.create", status=403, reason="userRateLimitExceeded", retry_after=100)
        with pytest.raises(RateLimited) as error:
            outreach.send(email)
        waits.append(error.value.retry_after)
        assert "userRateLimitExceeded" in outreach.enrollment(email).why
    assert all(timedelta(seconds=100) <= wait <= timedelta(seconds=150) for wait in waits)
    assert waits[0] != waits[1]


@pytest.mark.parametrize("method", ["drafts.create", "drafts.send"])
def test_access_token_that_google_refuses_is_asked_for_anew(outreach: Outreach, method: str) -> None:
    outreach.queue(ANN)
    outreach.fault(method, status=401, reason="authError")
    outreach.go_on(10 * MINUTE)
    assert went_out(outreach, ANN)


# What names no reason


@pytest.mark.parametrize("fault", [PRECONDITION, UNKNOWN], ids=["precondition", "unknown"])
def test_refusal_without_a_reason_is_tried_again_and_then_pauses_the_mailbox(
    outreach: Outreach, fault: dict[str, Any]
) -> None:
    outreach.fault("drafts.create", times=2, **fault)
    with pytest.raises(Unavailable):
        outreach.send()
    assert outreach.inbox().paused_until is None
    with pytest.raises(MailboxPaused) as error:
        outreach.send(retried=True)
    assert error.value.alert == "gmail_refuses"
    assert outreach.inbox().paused_until == START + HOUR
    assert outreach.status() is Status.WAITING
    outreach.go_on(2 * HOUR)
    assert went_out(outreach, ANN)


@pytest.mark.parametrize("fault", [PRECONDITION, UNKNOWN], ids=["precondition", "unknown"])
def test_draft_that_is_refused_without_a_reason_pauses_the_mailbox_in_the_end(
    outreach: Outreach, fault: dict[str, Any]
) -> None:
    outreach.queue(ANN)
    outreach.fault("drafts.send", times=None, **fault)
    outreach.go_on(2 * HOUR)
    assert outreach.inbox().paused_until is not None
    tries = outreach.calls().count("drafts.send")
    assert 3 <= tries < 12
    assert outreach.status() in {Status.WAITING, Status.UNCERTAIN}
    outreach.world.faults.clear()
    outreach.go_on(3 * HOUR)
    assert went_out(outreach, ANN)
    assert outreach.drafts() == []


def test_refusal_of_one_message_fails_it_alone(outreach: Outreach) -> None:
    outreach.fault("drafts.create", status=400, reason="invalidArgument", message="Invalid message")
    outreach.send()
    assert (outreach.status(), outreach.inbox().paused_until) == (Status.FAILED, None)
    assert outreach.send(BEN) == "sent"


# What people have to mend


@pytest.mark.parametrize("method", ["drafts.create", "drafts.send"])
def test_grant_that_lacks_a_permission_disconnects(outreach: Outreach, method: str) -> None:
    outreach.fault(method, **LACKING)
    with pytest.raises(MailboxDisconnected):
        outreach.send()
    assert outreach.inbox().status == "disconnected"
    assert outreach.status() in {Status.WAITING, Status.UNCERTAIN}
    outreach.reconnect()
    outreach.pass_time(HOUR)
    outreach.go_on(10 * MINUTE)
    assert went_out(outreach, ANN)


@pytest.mark.parametrize("method", ["drafts.create", "drafts.send"])
def test_bug_of_ours_is_not_retried_and_fails_nobody(outreach: Outreach, method: str) -> None:
    outreach.fault(method, **DELEGATION)
    with pytest.raises(Permanent) as error:
        outreach.send()
    assert not isinstance(error.value, Retryable)
    record = outreach.enrollment(ANN)
    assert (record.status, outreach.drafts()) == (Status.WAITING, [])
    assert "delegation" in record.why


# All at once

PLENTY = Limits(
    daily_cap=2000,
    ramp_start=2000,
    domain_cap=2000,
    gap=timedelta(seconds=30),
    jitter=timedelta(seconds=10),
)
SERIES = tuple(msgspec.structs.replace(step, delay=HOUR) for step in STEPS)
MIXED: list[dict[str, Any]] = [
    {"status": 503},
    {"drop": True},
    {"status": 403, "reason": "userRateLimitExceeded"},
    {"status": 429, "message": "Quota exceeded"},
    {"status": 500},
]


def a_fifth_fails(outreach: Outreach) -> None:
    """Let a fifth of all requests fail; parts of a batch for a moment only: each is a request of its own."""
    for when in ("before", "after"):
        for method in ("drafts.create", "drafts.send", "drafts.delete", "drafts.list", "history.list"):
            for fault in MIXED:
                outreach.fault(method, when=when, times=None, probability=0.02, **fault)
        for method in ("messages.get", "messages.modify", "labels.list", "labels.create"):
            outreach.fault(method, when=when, times=None, probability=0.1, status=503)


def figures(outreach: Outreach) -> Mapping[str, int]:
    return outreach.store.figures(ORG, "c1")


@pytest.mark.parametrize(("count", "steps"), [(500, SERIES[:2]), (60, SERIES)], ids=["many", "series"])
def test_everybody_gets_every_step_once_although_a_fifth_of_all_calls_fails(
    count: int, steps: tuple[Step, ...]
) -> None:
    emails = [f"candidate{number}@example.org" for number in range(count)]
    outreach = Outreach(limits=PLENTY)
    enrolled(outreach, *emails, steps=steps)
    a_fifth_fails(outreach)
    in_slots(outreach, *emails)
    outreach.run_through(until=lambda: figures(outreach)["sent"] >= 0.8 * count * len(steps))
    calls = outreach.world.access_log
    assert sum(entry.status != HTTPStatus.OK for entry in calls) > 0.15 * len(calls)
    outreach.world.faults.clear()
    outreach.run_through(until=lambda: figures(outreach)["completed"] == count)
    sent = [(email, mail.step) for email in emails for mail in outreach.enrollment(email).sent]
    assert sorted(sent) == sorted((email, step.id) for email in emails for step in steps)
    assert all(outreach.got(email) == len(steps) for email in emails)
    assert (figures(outreach)["held"], outreach.drafts()) == (0, [])
