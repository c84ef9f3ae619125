"""Show how much is read of a new message, and how the user's own answer is told from a mail of ours."""

from __future__ import annotations

from typing import Any

import pytest

from lib.core.incoming.reading_plan import Plan, is_own_answer, plan_of, whole
from lib.core.mails import MARKER_HEADER, HistoryRecord, MailHeaders, MessageRef
from lib.core.records import Enrollment, Status
from tests.core.enrollments import NOW, attempt, enrollment, mail

WAITING = enrollment(sent=(mail(gmail_id="ours"),))
SENDING = enrollment(sent=(mail(gmail_id="ours"),), status=Status.SENDING, attempt=attempt())
STOPPED = enrollment(sent=(mail(gmail_id="ours"),), status=Status.REPLIED)


def ref(*labels: str, gmail_id: str = "m", unknown: bool = False) -> MessageRef:
    return MessageRef(gmail_id=gmail_id, thread="t1", labels=None if unknown else frozenset(labels))


@pytest.mark.parametrize(
    ("message", "thread_of", "plan"),
    [
        (ref("INBOX"), None, Plan.HEADERS),
        (ref("INBOX", "SPAM"), None, Plan.HEADERS),
        (ref("INBOX"), WAITING, Plan.BODY),
        (ref("INBOX", "CATEGORY_FORUMS"), None, Plan.SKIP),
        (ref("INBOX", "CATEGORY_FORUMS"), WAITING, Plan.BODY),
        (ref("SENT"), None, Plan.SKIP),
        (ref("SENT"), WAITING, Plan.OWN_HEADERS),
        (ref("SENT", gmail_id="ours"), WAITING, Plan.SKIP),
        (ref("SENT"), SENDING, Plan.WAIT),
        (ref("SENT"), STOPPED, Plan.SKIP),
        (ref("DRAFT"), WAITING, Plan.SKIP),
        (ref("CHAT"), None, Plan.SKIP),
        (ref(unknown=True), None, Plan.HEADERS),
        (ref(unknown=True), WAITING, Plan.OWN_HEADERS),
        (ref(unknown=True, gmail_id="ours"), WAITING, Plan.SKIP),
    ],
)
def test_no_more_is_read_than_is_needed(
    message: MessageRef, thread_of: Enrollment | None, plan: Plan
) -> None:
    known = thread_of is not None
    assert plan_of(message, thread_of, known=known, headers_only=False) is plan
    without_bodies = Plan.HEADERS if plan is Plan.BODY else plan
    assert plan_of(message, thread_of, known=known, headers_only=True) is without_bodies


def headers(**some: str) -> MailHeaders:
    found: dict[str, tuple[str, ...]] = {
        name.lower().replace("_", "-"): (value,) for name, value in some.items()
    }
    return MailHeaders(gmail_id="m", thread="t1", labels=frozenset({"SENT"}), headers=found, received_at=NOW)


@pytest.mark.parametrize(
    ("found", "own"),
    [
        ({"To": WAITING.email}, True),
        ({"To": f"Kim <{WAITING.email.upper()}>, other@example.net"}, True),
        ({"To": "boss@example.com", "Cc": WAITING.email}, True),
        ({"To": "boss@example.com"}, False),
        ({}, False),
        ({"To": "<<<@@>>"}, False),
        ({"To": WAITING.email, MARKER_HEADER: "e1.a1"}, False),
    ],
)
def test_own_answer_is_addressed_to_the_candidate_and_has_no_marker(found: dict[str, Any], own: bool) -> None:  # noqa: FBT001 - a row of the table
    assert is_own_answer(headers(**found), WAITING) is own


def test_cursor_never_cuts_between_records_of_one_id() -> None:
    records = [HistoryRecord(id=id_, added=()) for id_ in ("1", "2", "2", "2", "3")]
    assert [whole(records, count) for count in range(6)] == [0, 1, 1, 1, 4, 5]
