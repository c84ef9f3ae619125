"""Show that only our own tickets are read, in their time, and that what binds a browser is derived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.tickets import Ticket, cookie_hash, pkce_verifier, read_ticket, sign_ticket, state_id
from lib.core.unconnected import NotConnected

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TICKET = Ticket(org="acme", connection="c1", expires_at=NOW + timedelta(minutes=5))
SIGNED = sign_ticket(b"key", TICKET)


def test_ticket_says_what_was_signed() -> None:
    assert read_ticket(b"key", SIGNED) == TICKET


def test_ticket_under_another_key_is_refused() -> None:
    with pytest.raises(NotConnected, match="not complete"):
        read_ticket(b"another", SIGNED)


@given(at=st.integers(0, len(SIGNED) - 2), letter=st.sampled_from("AZaz09-_"))
def test_ticket_with_another_letter_is_refused(at: int, letter: str) -> None:
    forged = SIGNED[:at] + letter + SIGNED[at + 1 :]
    if forged != SIGNED:
        with pytest.raises(NotConnected):
            read_ticket(b"key", forged)


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(NotConnected):
        read_ticket(b"key", text)


def test_verifier_needs_key_state_and_cookie() -> None:
    made = {
        pkce_verifier(*parts)
        for parts in [(b"k", "s", "c"), (b"x", "s", "c"), (b"k", "x", "c"), (b"k", "s", "x")]
    }
    assert len(made) == 4
    # RFC 7636, 4.1: 43 to 128 characters.
    assert {len(one) for one in made} == {43}


def test_only_hashes_of_state_and_cookie_are_kept() -> None:
    assert "secret" not in state_id("secret") + cookie_hash("secret")
    assert state_id("secret") != cookie_hash("secret")
