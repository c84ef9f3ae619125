"""Show that no mail, however broken or hostile, stops the reading of a mailbox."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lib.core.classify import (
    SUBJECT_LIMIT,
    TEXT_LIMIT,
    failed_recipients,
    references_of,
    sender_of,
    subject_of,
    understand,
    understand_headers,
)
from lib.core.records import ReplyKind
from tests.core.test_classify import GONE, answer, report

HTML = b"From: ann@example.org\nContent-Type: text/html\n\n"
NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (depth, depth) for depth in range(1050)
)
SAMPLES = [bytes(answer()), bytes(answer(Auto_Submitted="auto-replied")), report(GONE)]


@given(st.binary(max_size=400))
@example(b"From: ann@example.org\nContent-Type: text/plain; charset=utf-7\n\n+2AA-")
@example(b"Subject: =?utf-8?b?A?=\n\nx")
@example(b"Subject: =?unicode_escape?q?=5Cud800?=\n\nx")
@example(b"Content-Type: multipart/mixed; boundary*=a\x00b'e'x\n\nx")
@example(b"From: ann@example.org\n" + NESTED)
@example(b"From: " + b"(" * 5000 + b"\n\nx")
def test_any_bytes_are_understood_and_can_be_stored(raw: bytes) -> None:
    assert msgspec.json.encode(understand(raw))


@given(st.sampled_from(SAMPLES), st.data())
def test_damaged_mail_is_understood_and_can_be_stored(raw: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        gap = data.draw(st.integers(0, 30))
        raw = raw[:at] + data.draw(st.binary(max_size=8)) + raw[at + gap :]
    assert msgspec.json.encode(understand(raw))


@given(st.dictionaries(st.sampled_from(["from", "subject", "references", "x-failed-recipients"]), st.text()))
def test_any_headers_are_understood(values: dict[str, str]) -> None:
    # Gmail's JSON holds whole characters only.
    headers = {name: (value.encode("utf-8", "replace").decode(),) for name, value in values.items()}
    assert msgspec.json.encode(understand_headers(headers))
    assert all("@" in address for address in failed_recipients(headers))
    references_of(headers)


def test_broken_subject_is_kept_as_it_came() -> None:
    assert subject_of({"subject": ("=?utf-8?b?A?=",)}) == "=?utf-8?b?A?="


def test_broken_sender_is_nobody() -> None:
    assert sender_of({"from": ("(" * 5000,)}) == ""


def test_report_that_cannot_be_read_is_automatic_mail() -> None:
    deep = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b0\n\n--b0\n" + NESTED
    assert understand(deep).kind is ReplyKind.AUTOMATIC


@pytest.mark.parametrize("piece", [b"<script", b"<", b"<style>", b"</script", b"<p "])
def test_html_made_to_take_long_does_not(piece: bytes) -> None:
    begun = time.process_time()
    understand(HTML + piece * 50_000)
    assert time.process_time() - begun < 5


HEAD = b"From: ann@example.org\nSubject: Re: A role\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"X-A: " + b"a" * 10_000_000 + b"\n\nYes",
        b"X-A: b\n" * 1_400_000 + b"\nYes",
        b"Subject: " + b"=?a?q?" * 1_500_000 + b"\n\nYes",
        b"From: " + b"a@b," * 1_000_000 + b"\n\nYes",
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 1_000_000,
        HTML + b"<div>" * 1_000 + b"</p>" * 200_000,
        HTML + b"<a =\"<a ='" * 100_000,
        HEAD + b"\n" + b"please remove me " * 200_000,
        HEAD + b"\n" + b"On 2026 a@b\n" * 200_000,
        HEAD + b"Auto-Submitted: auto-replied\n\n" + b"until 3 may back 1.1.2026 " * 100_000,
    ],
    ids=["header", "headers", "subject", "senders", "parts", "ends", "quotes", "words", "who", "days"],
)
def test_mail_made_to_take_long_does_not(raw: bytes) -> None:
    begun = time.process_time()
    found = understand(raw, datetime(2026, 3, 2, tzinfo=UTC))
    assert time.process_time() - begun < 5
    assert msgspec.json.encode(found)


def test_long_answers_are_cut() -> None:
    found = understand(b"Subject: " + b"s" * 9000 + b"\n\n" + b"t" * 90_000)
    assert found.text is not None
    assert (len(found.subject), len(found.text)) == (SUBJECT_LIMIT, TEXT_LIMIT)
