"""Show that what is composed reads the same for a parser that is not the library which built it."""

from __future__ import annotations

import base64
import logging
from functools import partial
from typing import Any
from unicodedata import is_normalized

import mailparser
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.letters.composing import compose_step
from lib.core.records import Attachment, AttachmentContent, SentMail
from tests.core.test_composing import CAMPAIGN, ENROLLMENT, INTRO, MAILBOX, NOW, NUDGE, URL, sent

QUICK = settings(max_examples=60, deadline=None)
logging.getLogger("mailparser").setLevel(logging.CRITICAL)
WORDS = st.text(st.characters(categories=("L", "N"), max_codepoint=0xFFFF), min_size=1, max_size=12)
#: The parser normalises what it reads.
LINE = st.lists(WORDS, min_size=1, max_size=12).map(" ".join).filter(partial(is_normalized, "NFC"))


def read(raw: bytes) -> Any:
    return mailparser.parse_from_bytes(raw)


def mail_of(subject: str = "s", text: str = "t", **changes: Any) -> Any:
    step = msgspec.structs.replace(INTRO, subject="{{ s }}", text="{{ t }}", html=changes.pop("html", None))
    person = msgspec.structs.replace(
        ENROLLMENT, variables={"s": subject, "t": text, "first_name": "Ada"}, **changes
    )
    return read(compose_step(CAMPAIGN, step, person, MAILBOX, marker="e1.a1", optout_url=URL, now=NOW).raw)


@QUICK
@given(LINE, st.lists(LINE, min_size=1, max_size=6).map("\n".join), LINE)
def test_subject_text_and_name_read_as_written(subject: str, text: str, name: str) -> None:
    mail = mail_of(subject, text, name=name)
    assert mail.subject == subject
    assert mail.to == [(name, "ada@example.org")]
    assert mail.from_ == [("Rita Rekrut", "rita@example.com")]
    [plain] = mail.text_plain
    assert plain.replace("\r\n", "\n").startswith(f"{text}\n")


def test_headers_for_leaving_are_there_whole() -> None:
    mail = mail_of()
    assert mail.headers["List-Unsubscribe"] == f"<{URL}>"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_long_thread_reads_as_it_was() -> None:
    earlier = tuple(sent(str(n), message_id=f"<{n}.{'x' * 60}@mail.example.com>") for n in range(30))
    person = msgspec.structs.replace(ENROLLMENT, sent=earlier)
    raw = compose_step(CAMPAIGN, NUDGE, person, MAILBOX, marker="e1.a1", optout_url=URL, now=NOW).raw
    assert max(len(line) for line in raw.split(b"\r\n")) < 998
    mail = read(raw)
    references = mail.headers["References"].split()
    assert references[0] == earlier[0].message_id
    assert references[-1] == earlier[-1].message_id == mail.headers["In-Reply-To"]
    assert mail.subject == "Re: Hello"


def test_html_and_files_come_through() -> None:
    file = Attachment(id="f1", name="Rolle.pdf", type="application/pdf", size=4)
    content = AttachmentContent(
        org="acme", campaign="c1", id="f1", content=base64.b64encode(b"%PDF").decode()
    )
    step = msgspec.structs.replace(INTRO, html="<p>Grüße {{ name }}</p>", attachments=(file,))
    mail = read(
        compose_step(
            CAMPAIGN, step, ENROLLMENT, MAILBOX, marker="m", optout_url=URL, now=NOW, attachments=[content]
        ).raw
    )
    assert "Grüße Ada Berger" in mail.text_html[0]
    [attached] = mail.attachments
    assert attached["filename"] == "Rolle.pdf"
    assert base64.b64decode(attached["payload"]) == b"%PDF"


@pytest.mark.parametrize(
    "evil", ["a\r\nBcc: x@example.com", "a\nX-Evil: 1", "a\x00b", "a\u2028Bcc: x@example.com"]
)
def test_no_header_can_be_slipped_in(evil: str) -> None:
    known = {name.lower() for name in mail_of().headers}
    mail = mail_of(evil, name=evil)
    assert {name.lower() for name in mail.headers} == known
    assert mail.bcc == []


def test_a_follow_up_without_known_ids_still_is_an_answer_by_its_subject() -> None:
    person = msgspec.structs.replace(
        ENROLLMENT,
        sent=(SentMail(step="intro", gmail_id="1", thread="t", message_id=None, subject="Grüße", at=NOW),),
    )
    raw = compose_step(CAMPAIGN, NUDGE, person, MAILBOX, marker="m", optout_url=URL, now=NOW).raw
    assert read(raw).subject == "Re: Grüße"
