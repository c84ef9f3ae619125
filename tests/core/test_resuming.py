"""Show what a mailbox's coming back resumes, and that nothing is resumed for any other connection."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.keys import Snapshot, Versioned
from lib.core.leaving import PAUSED, paused
from lib.core.records import AuditEntry, Campaign, Inbox
from lib.core.resuming import caught_up, is_missed, is_put_off, resumed
from tests.core.enrollments import MINUTE, NOW, attempt, enrollment
from tests.core.test_leaving import KEY, inbox

C1 = keys.campaign("acme", "c1")
BEHIND = inbox(behind=True)


def campaign(**changes: Any) -> Campaign:
    made = Campaign(
        org="acme",
        id="c1",
        name="Engineers",
        mailbox="sub-1",
        inbox="i1",
        author="user-1",
        timezone="UTC",
        steps=(),
        status="active",
        content="digest",
        candidates=1,
        accepted_at=NOW,
    )
    return msgspec.structs.replace(made, **changes)


def seen(box: Inbox | None, record: Campaign | None) -> Snapshot:
    return Snapshot({KEY: Versioned(box, 1), C1: Versioned(record, 1)})


def test_a_pause_for_the_disconnect_ends_with_new_times_and_is_on_record() -> None:
    waits = campaign(status="paused", why=PAUSED, paused_for="disconnect")
    changes = resumed(seen(BEHIND, waits), KEY, C1, NOW)
    after = changes.writes[C1]
    assert after == changes.result
    assert (after.status, after.why, after.paused_for, after.plan, after.wake_at) == (
        "active",
        "",
        "",
        2,
        NOW,
    )
    [entry] = [one for one in changes.writes.values() if isinstance(one, AuditEntry)]
    assert (entry.deed, entry.by, entry.mailbox, entry.campaign) == ("resumed_campaign", "", "sub-1", "c1")


@pytest.mark.parametrize("whose", ["person", "grant", "label", ""])
def test_any_other_pause_stays(whose: str) -> None:
    waits = campaign(status="paused", paused_for=whose)
    assert resumed(seen(BEHIND, waits), KEY, C1, NOW).writes == {}


@pytest.mark.parametrize(
    "box", [None, inbox(), inbox(status="leaving", behind=True), inbox(status="disconnected")]
)
def test_nothing_is_resumed_unless_the_mailbox_is_connected_anew(box: Inbox | None) -> None:
    waits = campaign(status="paused", paused_for="disconnect")
    assert resumed(seen(box, waits), KEY, C1, NOW).writes == {}
    assert caught_up(seen(box, None), KEY, "sealed").writes == {}


def test_a_campaign_that_is_gone_or_runs_is_left_alone() -> None:
    for record in (None, campaign(), campaign(status="cancelled", paused_for="disconnect")):
        assert resumed(seen(BEHIND, record), KEY, C1, NOW).writes == {}


def test_only_the_connection_that_has_caught_up_sends_again() -> None:
    assert caught_up(seen(BEHIND, None), KEY, "sealed").writes == {KEY: inbox()}
    assert caught_up(seen(BEHIND, None), KEY, "an older one").writes == {}


def test_what_passed_just_now_is_looked_at_soon_anyway() -> None:
    assert [is_missed(enrollment(due=NOW - minutes * MINUTE), NOW) for minutes in (-1, 4, 6)] == [
        False,
        False,
        True,
    ]


def test_an_attempt_that_a_worker_may_hold_is_not_put_off() -> None:
    assert not is_put_off(enrollment(), NOW)
    for minutes, put_off in ((0, False), (5, False), (6, True)):
        open_ = enrollment(attempt=attempt(deadline=NOW + minutes * MINUTE))
        assert is_put_off(open_, NOW) is put_off


@pytest.mark.parametrize(
    ("box", "record"),
    [
        (None, campaign()),
        (inbox(), campaign()),
        (inbox(status="disconnected"), campaign()),
        (inbox(status="leaving"), None),
        (inbox(status="leaving"), campaign(mailbox="sub-2")),
        (inbox(status="leaving"), campaign(status="accepting")),
        (inbox(status="leaving"), campaign(status="paused", paused_for="person")),
    ],
)
def test_a_disconnect_pauses_only_what_runs_in_a_mailbox_that_is_leaving(
    box: Inbox | None, record: Campaign | None
) -> None:
    assert paused(seen(box, record), KEY, [C1], NOW).writes == {}
