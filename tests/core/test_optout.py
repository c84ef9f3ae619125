"""Show that an opt-out link names one contact, and that nobody makes one up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.errors import InvalidRequest
from lib.core.optout import optout_token, optout_url, read_optout_token

QUICK = settings(max_examples=40, deadline=None)

KEY = b"k" * 32
ORG = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
CONTACT = st.from_regex(r"[a-z2-7]{32}", fullmatch=True)


@QUICK
@given(ORG, CONTACT)
def test_token_leads_back_to_its_contact(org: str, contact: str) -> None:
    token = optout_token(KEY, org, contact)
    assert read_optout_token(KEY, token) == (org, contact)
    assert all(char.isascii() and (char.isalnum() or char in "-_.") for char in token)


@QUICK
@given(ORG, CONTACT, st.data())
def test_changed_token_is_refused(org: str, contact: str, data: st.DataObject) -> None:
    token = optout_token(KEY, org, contact)
    at = data.draw(st.integers(0, len(token) - 1))
    changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
    with pytest.raises(InvalidRequest):
        read_optout_token(KEY, changed)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "acme", "acme.contact", "acme.contact.", "ä.ö.ü", "a.b.c.d"]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequest):
        read_optout_token(KEY, token)


def test_token_of_another_key_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        read_optout_token(KEY, optout_token(b"other", "acme", "contact"))


def test_token_of_one_org_does_not_serve_another() -> None:
    signature = optout_token(KEY, "acme", "contact").rpartition(".")[2]
    with pytest.raises(InvalidRequest):
        read_optout_token(KEY, f"globex.contact.{signature}")


def test_url_lies_below_the_base() -> None:
    assert optout_url("https://f.example.com/", "a.b.c") == "https://f.example.com/unsubscribe/a.b.c"
