"""Show the recall on public bounces, where they have been fetched."""

from __future__ import annotations

import pytest

from tests.core.bounces.corpus import is_cached
from tests.core.bounces.measure import measure


def test_public_bounces_are_understood() -> None:
    if not is_cached():
        pytest.skip("fetch the messages first: python -m tests.core.bounces.measure")
    for half in measure():
        assert half.addressed >= 0.93 * half.bounces
