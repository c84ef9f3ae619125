"""Show that ids are one for one address, tell nothing about it, and never run together."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core import ids

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
DOCUMENT_ID = re.compile(r"[a-z2-7]{32}")


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("  ada@example.com\n", "ada@example.com"),
        ("ada@example.com.", "ada@example.com"),
        ("ada@bücher.example.com", "ada@xn--bcher-kva.example.com"),
        ("ada@BÜCHER.example.com", "ada@xn--bcher-kva.example.com"),
        ("ada.love+jobs@example.com", "ada.love+jobs@example.com"),
        ("Ada.Love+jobs@gmail.com", "adalove@gmail.com"),
        ("a.d.a@googlemail.com", "ada@gmail.com"),
        ('"a@b"@example.com', '"a@b"@example.com'),
        ("ada@" + "x" * 70 + ".example.com", "ada@" + "x" * 70 + ".example.com"),
    ],
)
def test_addresses_are_known_in_one_form(written: str, known: str) -> None:
    assert ids.normalise_address(written) == known


@given(st.emails())
def test_normalising_again_changes_nothing(address: str) -> None:
    once = ids.normalise_address(address)
    assert ids.normalise_address(once) == once


def test_an_address_id_is_keyed_and_tells_nothing() -> None:
    made = ids.address_id(KEY, "ada@example.com")
    assert DOCUMENT_ID.fullmatch(made)
    assert made == ids.address_id(KEY, "ADA@example.com ")
    assert made != ids.address_id(OTHER_KEY, "ada@example.com")
    assert made != ids.address_id(KEY, "bob@example.com")


@given(st.lists(st.text(st.characters(exclude_characters="\x1f", codec="utf-8")), max_size=4))
def test_a_digest_is_a_document_id_whatever_its_parts(parts: list[str]) -> None:
    assert DOCUMENT_ID.fullmatch(ids.digest(*parts))


def test_where_parts_meet_matters() -> None:
    made = [ids.digest(*parts) for parts in (("a", "bc"), ("ab", "c"), ("abc",), ("abc", ""), ("", "abc"))]
    assert len(set(made)) == len(made)


def test_kinds_of_ids_never_meet() -> None:
    made = [
        ids.enrollment_id("a", "b"),
        ids.thread_key("a", "b"),
        ids.message_key("a", "b"),
        ids.task_name("a", "b", "", 0),
    ]
    assert all(one != other for one, other in combinations(made, 2))


def test_a_message_id_is_the_same_with_and_without_brackets() -> None:
    assert ids.message_key("m", " <x@mail.example.com>\r\n") == ids.message_key("m", "x@mail.example.com")
    assert ids.message_key("m", "<x@mail.example.com>") != ids.message_key("n", "<x@mail.example.com>")


def test_each_requeue_has_a_task_name_of_its_own() -> None:
    names = {
        ids.task_name(enrollment, step, due, requeues)
        for enrollment in ("e", "f")
        for step in ("1", "2")
        for due in ("2026-03-02T09:30:00Z", "2026-03-03T09:30:00Z")
        for requeues in (0, 1)
    }
    assert len(names) == 16
