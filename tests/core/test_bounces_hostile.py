"""Show that no mail, however broken or hostile, makes the reading of bounces raise or take long."""

from __future__ import annotations

import email
import email.policy
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.bounces import read_bounce
from tests.core.bounces.people import PEOPLE
from tests.core.bounces.samples import SAMPLES
from tests.core.test_bounces import headers_of, read

RAW = [sample.raw.encode() for sample in SAMPLES] + [raw.encode() for raw in PEOPLE.values()]
DAEMON = b"Return-Path: <>\nFrom: MAILER-DAEMON@example.net\nSubject: Undelivered Mail\n"
REPORT = b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n'
NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (depth, depth) for depth in range(400)
)
SECONDS = 5


@given(st.binary(max_size=400))
def test_any_bytes_are_read(raw: bytes) -> None:
    read(raw)
    read(DAEMON + raw)
    read(DAEMON + REPORT + b"Content-Type: message/delivery-status\n\n" + raw)


@given(st.sampled_from(RAW), st.data())
def test_damaged_mail_is_read(raw: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        gap = data.draw(st.integers(0, 30))
        raw = raw[:at] + data.draw(st.binary(max_size=8)) + raw[at + gap :]
    found = read(raw)
    assert found is None or all("@" in address for address in found.failed)


PIECES = (
    "a|a |<|(|@|a@|a@b.|ann@example.org |<ann@example.org>:\n|> |\n|<p|<script|To: |user |mailbox is "
    "|the message |not |550 |5.1.1.|host |Final-Recipient: rfc822; ann@example.org\n|Action: failed\n"
    "|X-A: b\n|could not be |=?|'|account not |exceed x |folgende |your mail x |-|[|\x00|=20|н|address "
    "|invalid x |delivery x |no se |non |please "
)


@pytest.mark.parametrize("piece", PIECES.split("|"))
@pytest.mark.parametrize("content", ["text/plain", "text/html", "message/delivery-status"])
def test_text_made_to_take_long_does_not(piece: str, content: str) -> None:
    times = (20_000 if piece == "\n" else 250_000) // len(piece)
    text = f"Content-Type: {content}\n\n{piece * times}".encode()
    for raw in (DAEMON + text, DAEMON + REPORT + text):
        mail = email.message_from_bytes(raw, policy=email.policy.compat32)
        begun = time.process_time()
        read_bounce(mail, headers_of(mail))
        assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("value", [b"(" * 5000, b"=?utf-8?b?" + b"A" * 50_000, b"a@" * 50_000, b"<" * 50_000])
@pytest.mark.parametrize("name", [b"From", b"To", b"Subject", b"X-Failed-Recipients", b"Content-Type"])
def test_headers_made_to_take_long_do_not(name: bytes, value: bytes) -> None:
    begun = time.process_time()
    read(name + b": " + value + b"\n" + DAEMON + b"\nYour mail could not be delivered.\n")
    assert time.process_time() - begun < SECONDS


def test_deep_and_wide_mail_is_read_in_bounded_time() -> None:
    begun = time.process_time()
    read(DAEMON + NESTED)
    read(DAEMON + REPORT + b"--b\n".join(b"Content-Type: text/plain\n\nhello\n" for _ in range(5000)))
    assert time.process_time() - begun < SECONDS
