"""Show what is a push of Gmail's, what is none, and what is damaged."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.errors import InvalidRequest
from lib.core.notifications import Push, read_push


def pushed(said: Any, **message: Any) -> bytes:
    encoded = base64.b64encode(json.dumps(said).encode()).decode()
    return json.dumps(
        {"message": {"data": encoded, "messageId": "7"} | message, "subscription": "s"}
    ).encode()


@pytest.mark.parametrize("history_id", [123, "123"])
def test_push_names_address_and_id_whatever_the_history_id_is(history_id: int | str) -> None:
    body = pushed({"emailAddress": "a@example.com", "historyId": history_id})
    assert read_push(body) == Push(address="a@example.com", id="7")


def test_task_is_no_push() -> None:
    assert read_push(b'{"inbox": "i", "start": "1", "page": null}') is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"message": {}}',
        pushed({"historyId": 1}),
        pushed({"emailAddress": "nobody"}),
        pushed({"emailAddress": "a@example.com"}, messageId=""),
        pushed({}, data="%%%"),
        pushed({}, data="/w=="),
    ],
)
def test_damaged_push_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read_push(body)


@given(st.binary())
def test_any_bytes_are_a_push_a_task_or_refused(body: bytes) -> None:
    with contextlib.suppress(InvalidRequest):
        read_push(body)
