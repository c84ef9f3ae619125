"""Show what of a page of history may stop a follow-up: the last look before it."""

from __future__ import annotations

import pytest

from lib.core.incoming.last_look import may_matter
from lib.core.mails import HistoryPage, HistoryRecord, MessageRef, Unlabelled
from tests.core.enrollments import enrollment, mail

OURS = mail(gmail_id="ours", thread="t1")
ONE = enrollment(sent=(OURS,))


def page(*records: HistoryRecord, next_page: str | None = None) -> HistoryPage:
    return HistoryPage(records=records, next_page=next_page, history_id="9")


def added(gmail_id: str, thread: str, *labels: str, known: bool = True) -> HistoryRecord:
    ref = MessageRef(gmail_id=gmail_id, thread=thread, labels=frozenset(labels) if known else None)
    return HistoryRecord(id="2", added=(ref,))


@pytest.mark.parametrize(
    ("record", "matters"),
    [
        (added("m", "t1", "INBOX"), True),
        (added("m", "t9", "INBOX"), True),
        (added("m", "t9", known=False), True),
        (added("ours", "t1", "SENT"), False),
        (added("by hand", "t1", "SENT"), True),
        (added("another's", "t9", "SENT"), False),
        (added("m", "t1", "DRAFT"), False),
        (added("m", "t1", "CHAT"), False),
        (HistoryRecord(id="2", added=()), False),
        (
            HistoryRecord(
                id="2",
                added=(),
                unlabelled=(Unlabelled(gmail_id="ours", thread="t1", labels=frozenset({"Label_1"})),),
            ),
            True,
        ),
    ],
)
def test_what_may_stop_a_follow_up_is_worked_off_first(
    record: HistoryRecord,
    matters: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert may_matter(page(record), ONE) is matters


def test_more_pages_may_hold_anything() -> None:
    assert may_matter(page(next_page="p"), ONE)
    assert not may_matter(page(), ONE)
