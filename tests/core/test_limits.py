"""One user may do what costs so often at once, and again as time passes; others are not held up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.errors import RateLimited
from lib.core.limits import EXPORTING, PLANNING, Limit, spent, usage_id
from lib.core.records import Usage

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIMIT = Limit("trying", burst=3, every=timedelta(seconds=10))


def used(times: int, limit: Limit = LIMIT, before: Usage | None = None) -> Usage:
    for _ in range(times):
        before = spent(before, "acme", "user-1", limit, NOW)
    assert before is not None
    return before


def test_a_burst_goes_through_and_the_next_one_hears_when_to_come() -> None:
    before = used(3)
    with pytest.raises(RateLimited) as refused:
        spent(before, "acme", "user-1", LIMIT, NOW)
    assert refused.value.retry_after == timedelta(seconds=10)
    with pytest.raises(RateLimited) as later:
        spent(before, "acme", "user-1", LIMIT, NOW + timedelta(seconds=4))
    assert later.value.retry_after == timedelta(seconds=6)
    assert spent(before, "acme", "user-1", LIMIT, NOW + timedelta(seconds=10))


def test_after_a_long_pause_there_is_one_burst_and_no_more() -> None:
    later = NOW + timedelta(days=30)
    before: Usage | None = used(3)
    for _ in range(LIMIT.burst):
        before = spent(before, "acme", "user-1", LIMIT, later)
    with pytest.raises(RateLimited):
        spent(before, "acme", "user-1", LIMIT, later)


def test_what_has_expired_says_the_same_as_nothing() -> None:
    before = used(2)
    now = before.expires_at
    assert spent(before, "acme", "user-1", LIMIT, now) == spent(None, "acme", "user-1", LIMIT, now)


def test_users_and_kinds_are_counted_apart_without_naming_anybody() -> None:
    ids = {usage_id(user, limit) for user in ("user-1", "user-2") for limit in (PLANNING, EXPORTING)}
    assert len(ids) == 4
    assert not any("user" in id_ for id_ in ids)


@given(st.lists(st.integers(min_value=0, max_value=40), max_size=60))
def test_nobody_ever_gets_more_than_a_burst_and_what_has_come_back(pauses: list[int]) -> None:
    before, now = None, NOW
    for through, pause in enumerate(pauses, 1):
        now += timedelta(seconds=pause)
        try:
            before = spent(before, "acme", "user-1", LIMIT, now)
        except RateLimited as refused:
            now += refused.retry_after
            before = spent(before, "acme", "user-1", LIMIT, now)
        assert through <= LIMIT.burst + (now - NOW) / LIMIT.every + 0.001
