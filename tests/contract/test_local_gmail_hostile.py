"""The local Gmail takes any mail and hands it out as it came, quickly: through the official client."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.localcloud.gmail.official_client import RECRUITER, Clock, Here, letter
from tests.localcloud.gmail.records import Json
from tests.localcloud.gmail.world import World

MEGABYTES = 10 * 2**20
HEADERS = {
    "many": b"".join(b"X-Filler-%d: %s\r\n" % (n, b"a" * 90) for n in range(MEGABYTES // 100)),
    "one long": b"X-Filler: " + b"word " * (MEGABYTES // 5) + b"\r\n",
    "long subject": b"Subject: " + b"Re: " * (MEGABYTES // 8) + b" " * (MEGABYTES // 2) + b"\r\n",
    "long addresses": b"From: " + b"a@example.org, " * (MEGABYTES // 15) + b"\r\n",
    "open brackets": b"References: " + b"<" * MEGABYTES + b"\r\n",
    "encoded words": b"Subject: " + b"=?utf-8?q?=C3?= " * (MEGABYTES // 16) + b"\r\n",
    "content type": b"Content-Type: multipart/mixed; " + b"a=" * (MEGABYTES // 2) + b"\r\n",
}
ODD = {
    "nothing": b"",
    "no headers": b"\r\n\r\ntext",
    "not ascii": b"Subject: gr\xfc\xdfe\r\nFrom: \xff\xfe <a@example.org>\r\n\r\n\x00\xff",
    "unknown charset": b"Subject: =?nonsense?q?a?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nx",
    "broken words": b"Subject: =?utf-8?b?@@@?= =?utf-8?x?a?=\r\n\r\n",
    "broken base64": b"Content-Transfer-Encoding: base64\r\n\r\n@@@=a",
    "broken address": b'From: <<a@>, "\r\nMessage-ID: <[@\r\nTo: :;,\r\n\r\n',
    "no boundary": b"Content-Type: multipart/mixed\r\n\r\n--a\r\n\r\nx",
    "script": b"Content-Type: text/html\r\n\r\n" + b"<script" * 100_000,
    "deep": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
    ),
    "nested": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(300)
    ),
}


@pytest.fixture
def here() -> Iterator[Here]:
    running = Here()
    yield running
    running.server.stop()


def read(here: Here, gmail_id: str) -> Any:
    get = here.users.messages().get
    shown = get(userId="me", id=gmail_id, format="metadata", metadataHeaders=["From", "Subject"]).execute()
    assert shown["id"] == gmail_id
    assert get(userId="me", id=gmail_id, format="full").execute()["payload"]
    raw: str = get(userId="me", id=gmail_id, format="raw").execute()["raw"]
    return base64.urlsafe_b64decode(raw)


@pytest.mark.parametrize("name", HEADERS)
def test_ten_megabytes_of_headers_take_seconds(here: Here, name: str) -> None:
    began = time.monotonic()
    raw = HEADERS[name] + b"Message-ID: <m@example.org>\r\n\r\nbody\r\n"
    assert read(here, here.world.deliver(raw, RECRUITER)["id"]) == raw
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("name", ODD)
def test_odd_mail_is_handed_out_as_it_came(here: Here, name: str) -> None:
    here.world.deliver(letter(to=RECRUITER), RECRUITER)
    assert read(here, here.world.deliver(ODD[name], RECRUITER)["id"]).endswith(ODD[name])
    found = here.users.messages().list(userId="me", q="subject:role").execute()["messages"]
    assert len(found) == 1


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=400),
    st.sampled_from([b"Subject", b"From", b"Content-Type", b"References", b"Message-ID", b"X-Odd"]),
)
def test_no_bytes_make_it_fail(value: bytes, name: bytes) -> None:
    world = World(Clock())
    box = world.add_account(RECRUITER, "sub-1")
    shown: list[Json] = []
    for raw in (value, name + b": " + value, name + b": a; " + value + b"\r\n\r\n" + value):
        gmail_id = world.deliver(raw, RECRUITER)["id"]
        shown += [box.get_message(gmail_id, form) for form in ("metadata", "full", "raw")]
    assert len(shown) == 9
