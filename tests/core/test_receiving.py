"""Show how a worked-off page changes the inbox, and when a mail put aside needs no further look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core import keys
from lib.core.incoming.last_look import is_quiet
from lib.core.incoming.page import Worked
from lib.core.incoming.receiving import (
    APPEARS_WITHIN,
    IDLE_TIME,
    LOOK_EVERY,
    LOOK_SOON,
    PARK_AFTER,
    PARK_TRIES,
    PUSHES_KEPT,
    after_failure,
    inbox_after,
    is_due,
    is_settled,
    worked_off,
)
from lib.core.incoming.targets import best_enrollment
from lib.core.keys import Snapshot, Versioned
from lib.core.records import Inbox, Pending
from tests.core.enrollments import MINUTE, NOW, attempt, enrollment, mail


def inbox(**changes: Any) -> Inbox:
    made = Inbox(
        id="i1",
        org="acme",
        mailbox="sub-1",
        address="recruiter@example.com",
        status="connected",
        sealed_token="t",
        label=None,
        cursor="1000",
        watch_expires=NOW,
        renew_at=NOW,
        look_at=NOW,
        looked_at=NOW - MINUTE,
    )
    return msgspec.structs.replace(made, **changes)


def pending(**changes: Any) -> Pending:
    made = Pending(
        org="acme",
        id="p1",
        mailbox="sub-1",
        inbox="i1",
        gmail_id="m1",
        thread="t1",
        lookups=(),
        contacts=(),
        fetched=True,
        seen_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    return msgspec.structs.replace(made, **changes)


@given(st.lists(st.one_of(st.none(), st.integers(1, 10**20))))
def test_cursor_moves_forward_only(ids: list[int | None]) -> None:
    now_at, newest = inbox(), 1000
    for id_ in ids:
        now_at = inbox_after(now_at, Worked(now=NOW, cursor=None if id_ is None else str(id_)))
        newest = max(newest, id_ or 0)
        assert int(now_at.cursor) == newest


def test_history_ids_are_compared_as_numbers() -> None:
    assert inbox_after(inbox(cursor="999"), Worked(now=NOW, cursor="1000")).cursor == "1000"


def test_empty_lists_own_id_is_taken_when_it_stays_empty() -> None:
    once = inbox_after(inbox(), Worked(now=NOW, idle_id="2000"))
    early = inbox_after(once, Worked(now=NOW + IDLE_TIME - MINUTE, idle_id="2100"))
    assert (once.cursor, early.cursor) == ("1000", "1000")
    late = inbox_after(early, Worked(now=NOW + IDLE_TIME, idle_id="2200"))
    assert late.cursor == "2000"


def test_new_mail_ends_the_wait_for_an_empty_list() -> None:
    once = inbox_after(inbox(), Worked(now=NOW, idle_id="2000"))
    found = inbox_after(once, Worked(now=NOW + MINUTE, cursor="1500"))
    later = inbox_after(found, Worked(now=NOW + IDLE_TIME, idle_id="2200"))
    assert later.cursor == "1500"


def test_push_that_showed_nothing_is_looked_into_again_soon() -> None:
    shown = inbox_after(inbox(), Worked(now=NOW, cursor="1500", push="p"))
    empty = inbox_after(inbox(), Worked(now=NOW, idle_id="1500", push="p"))
    assert (shown.look_at, empty.look_at) == (NOW + LOOK_EVERY, NOW + LOOK_SOON)


def test_push_is_known_only_when_all_of_it_is_done() -> None:
    half = inbox_after(inbox(), Worked(now=NOW, cursor="1100", push="p", done=False))
    assert (half.pushes, half.looked_at, half.look_at) == ((), NOW - MINUTE, NOW)
    done = inbox_after(half, Worked(now=NOW, cursor="1200", push="p"))
    assert (done.pushes, done.looked_at) == (("p",), NOW)


def test_only_the_last_pushes_are_remembered() -> None:
    record = inbox()
    for number in range(PUSHES_KEPT + 5):
        record = inbox_after(record, Worked(now=NOW, push=str(number)))
    assert record.pushes == tuple(str(number) for number in range(5, PUSHES_KEPT + 5))


def test_mail_put_aside_meanwhile_keeps_the_inbox_marked() -> None:
    marked = inbox_after(inbox(), Worked(now=NOW, pending=(pending(),)))
    assert (marked.pending_marks, marked.pending_done, marked.look_at) == (1, 0, NOW + LOOK_SOON)
    twice = inbox_after(marked, Worked(now=NOW, pending=(pending(),)))
    settled_first = inbox_after(twice, Worked(now=NOW, marks=1))
    assert settled_first.pending_done != settled_first.pending_marks
    settled = inbox_after(settled_first, Worked(now=NOW, marks=2))
    assert settled.pending_done == settled.pending_marks


@pytest.mark.parametrize(
    ("found", "absent", "again", "open_send", "minutes", "settled"),
    [
        (True, False, False, True, 1, True),
        (False, False, False, True, 1, False),
        (False, False, False, False, 1, True),
        (False, True, True, False, 1, False),
        (False, True, True, False, 10, True),
        (False, False, True, False, 1, False),
        (False, False, False, True, 60 * 24, True),
        (False, True, True, True, 60 * 24, True),
    ],
)
def test_mail_put_aside_is_settled_when_it_can_match_no_more(
    found: bool,  # noqa: FBT001 - a row of the table
    absent: bool,  # noqa: FBT001 - a row of the table
    again: bool,  # noqa: FBT001 - a row of the table
    open_send: bool,  # noqa: FBT001 - a row of the table
    minutes: int,
    settled: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert timedelta(minutes=10) == APPEARS_WITHIN
    now = NOW + minutes * MINUTE
    settles = is_settled(pending(), found=found, absent=absent, again=again, open_send=open_send, now=now)
    assert settles is settled


def test_message_that_fails_is_tried_ever_later_and_parked_in_the_end() -> None:
    item, tried = after_failure(pending(), NOW), [NOW]
    for minute in range(1, 60):
        now = NOW + minute * MINUTE
        if not item.parked and is_due(item, now):
            item = after_failure(item, now)
            tried.append(now)
    assert item.parked
    assert [int((at - NOW) / MINUTE) for at in tried] == [0, 2, 4, 8, 16, 32]
    assert len(tried) >= PARK_TRIES
    assert tried[-1] - NOW >= PARK_AFTER
    assert item.expires_at > NOW + timedelta(days=90)


def test_page_of_an_erased_mailbox_writes_nothing() -> None:
    key = keys.inbox("i1")
    changes = worked_off(Snapshot({key: Versioned(None, None)}), key, Worked(now=NOW, pending=(pending(),)))
    assert not changes.writes


@pytest.mark.parametrize("label", ["DRAFT", "SENT", "CHAT"])
def test_own_mail_and_chat_are_quiet(label: str) -> None:
    assert is_quiet(frozenset({label, "INBOX"}))
    assert not is_quiet(frozenset({"INBOX", "SPAM", "TRASH"}))
    assert not is_quiet(None)


def test_mail_belongs_to_the_campaign_whose_subject_it_has() -> None:
    older = enrollment(id="older", sent=(mail(subject="Re: A role"),))
    newer = enrollment(id="newer", sent=(mail(subject="Another"),), due=NOW + timedelta(days=1))
    both = {"older": older, "newer": newer}
    assert best_enrollment(both, "a role") == ("older", True)
    assert best_enrollment(both, "hello") == ("newer", False)
    assert best_enrollment(both, "") == ("newer", False)
    assert best_enrollment(both, None) == ("newer", False)


def test_mail_belongs_to_no_campaign_in_which_nothing_was_sent() -> None:
    assert best_enrollment({"e": enrollment()}, "a role") is None
    assert best_enrollment({"e": enrollment(attempt=attempt())}, "a role") == ("e", False)
