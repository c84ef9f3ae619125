"""Show that hostile mail and damaged notifications neither crash the receive path nor block it."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.errors import OutreachError
from lib.core.records import Reply, Status
from lib.flows.notifying import on_notification
from tests.flows.memory_services import OWNER
from tests.flows.outreach import ANN, Outreach

MALLORY = b"From: mallory@example.net\r\nTo: recruiter@example.com\r\n"


def nested(depth: int) -> bytes:
    """Write parts within parts within parts."""
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(depth)
    )
    return MALLORY + opened + b"Content-Type: text/plain\r\n\r\nhello\r\n"


def zipped() -> bytes:
    """Write a small part that unpacks to much; it is named, never unpacked."""
    packed = base64.encodebytes(gzip.compress(b"\0" * 10_000_000))
    return (
        MALLORY + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nsee\r\n--b\r\n"
        b"Content-Type: application/gzip\r\nContent-Disposition: attachment; filename=bomb.gz\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + packed + b"\r\n--b--\r\n"
    )


HOSTILE = {
    "10 MB of headers": MALLORY
    + b"".join(b"X-Filler-%d: %s\r\n" % (n, b"y" * 900) for n in range(11_000))
    + b"\r\nhi",
    "10 MB of references": MALLORY + b"References: " + b"<a@example.net>\r\n " * 600_000 + b"\r\n\r\nhi",
    "parts within parts": nested(2_000),
    "zip bomb": zipped(),
    "unknown charset": MALLORY + b"Content-Type: text/plain; charset=x-nonsense\r\n\r\n\xff\xfe\x00",
    "script": MALLORY + b"Content-Type: text/html\r\n\r\n<script>alert(1)</script><p onclick=x>Hello</p>",
    "broken date and address": b"From: <<<@@>>\r\nDate: never\r\nSubject: =?utf-8?b?////?=\r\n\r\n\x00",
    "no headers at all": b"\r\n\r\n",
}


@pytest.fixture
def outreach() -> Outreach:
    """Have written to Ann."""
    made = Outreach(ANN)
    made.send()
    made.push("of the first step")
    return made


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_holds_nothing_up(outreach: Outreach, name: str) -> None:
    thread = outreach.enrollment(ANN).sent[0].thread
    in_thread = outreach.deliver(HOSTILE[name], thread=thread)
    outreach.deliver(HOSTILE[name])
    answer = outreach.answer()
    began = time.monotonic()
    outreach.push()
    assert time.monotonic() - began < 20
    assert {one.gmail_id for one in outreach.kept(Reply)} == {in_thread, answer}
    assert (outreach.status(), outreach.pending) == (Status.REPLIED, [])
    reply = outreach.reply(in_thread)
    assert reply is not None
    assert "alert" not in (reply.text or "")
    assert len(msgspec.json.encode(reply)) < 500_000


def envelope(said: Any, **message: Any) -> bytes:
    data = base64.b64encode(json.dumps(said).encode()).decode()
    return json.dumps({"message": {"data": data, "messageId": "7"} | message}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"message": 1}',
        envelope({}),
        envelope({"emailAddress": "no address"}),
        envelope({"emailAddress": "\ud800@example.com"}),
        envelope({"emailAddress": "nobody@example.com", "historyId": 1}),
        envelope({"emailAddress": "../../orgs@example.com", "historyId": 1}),
        envelope({"emailAddress": OWNER, "historyId": 1}, messageId=""),
        b'{"inbox": "a/b", "start": "1"}',
        b'{"inbox": "..", "start": "1", "page": null}',
    ],
)
def test_damaged_notification_has_no_effect(outreach: Outreach, body: bytes) -> None:
    before, calls = outreach.everything(), outreach.calls()
    with contextlib.suppress(OutreachError, msgspec.MsgspecError):
        on_notification(outreach, body)
    assert (outreach.everything(), outreach.calls()) == (before, calls)


@pytest.mark.parametrize("history_id", [0, -1, "9" * 400, "abc", None, 2**64, 1.5])
def test_absurd_history_id_is_no_more_than_a_hint(outreach: Outreach, history_id: Any) -> None:
    answer, cursor = outreach.answer(), int(outreach.inbox().cursor)
    on_notification(outreach, envelope({"emailAddress": OWNER, "historyId": history_id}))
    assert outreach.reply(answer) is not None
    assert cursor < int(outreach.inbox().cursor) <= outreach.world.accounts[OWNER].history_id


@pytest.mark.parametrize("start", ["", "abc", "-1", "1" * 30, "\u0661"])
def test_continuation_from_an_absurd_place_is_refused(outreach: Outreach, start: str) -> None:
    body = json.dumps({"inbox": outreach.inbox_id, "start": start, "page": None}).encode()
    calls = outreach.calls()
    with pytest.raises(OutreachError):
        on_notification(outreach, body)
    assert outreach.calls() == calls


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from([OWNER, "1", "abc"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["message", "data", "messageId", "inbox", "start", "page", "newest", "since", "after"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)
ADDRESSED = st.builds(lambda address, id_: envelope({"emailAddress": address, "historyId": id_}), JSON, JSON)


@given(st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode()) | ADDRESSED)
@settings(max_examples=150)
def test_no_notification_raises_what_is_not_expected(body: bytes) -> None:
    outreach = FUZZED
    with contextlib.suppress(OutreachError, msgspec.MsgspecError):
        on_notification(outreach, body)


FUZZED = Outreach()
