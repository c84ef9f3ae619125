"""Show whose words a candidate gets, and what goes with them: signature, copies, files."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core.errors import InvalidRequest
from lib.core.letters.composing import compose_step
from lib.core.letters.wording import sample, worded
from lib.core.records import (
    Attachment,
    AttachmentContent,
    Campaign,
    Enrollment,
    Mailbox,
    Step,
    Variant,
    Words,
)
from tests.core.test_composing import CAMPAIGN, ENROLLMENT, INTRO, MAILBOX, NOW, URL, body, parsed

BOLD = Variant(id="b", subject="Other", html="<p>Bold {{ name }}</p>")
STEP = msgspec.structs.replace(INTRO, variants=(Variant(id="a"), BOLD))
PDF = Attachment(id="f1", name="Röle, 1.pdf", type="application/pdf", size=4)
CONTENT = AttachmentContent(org="acme", campaign="c1", id="f1", content=base64.b64encode(b"%PDF").decode())


def written(
    step: Step = INTRO,
    enrollment: Enrollment = ENROLLMENT,
    campaign: Campaign = CAMPAIGN,
    mailbox: Mailbox = MAILBOX,
    **more: Any,
) -> Any:
    composed = compose_step(
        campaign, step, enrollment, mailbox, marker="e1.a1", optout_url=URL, now=NOW, **more
    )
    return parsed(composed)


def test_a_variant_replaces_what_it_has_and_a_body_whole() -> None:
    with_html = msgspec.structs.replace(STEP, html="<p>Step</p>")
    assert worded(with_html, "a", None) == with_html
    changed = worded(with_html, "b", None)
    assert (changed.subject, changed.text, changed.html) == ("Other", "", "<p>Bold {{ name }}</p>")
    assert worded(with_html, "gone", None) == with_html


def test_a_candidates_own_words_outrank_the_variants() -> None:
    own = worded(STEP, "b", Words(text="Just for you"))
    assert (own.subject, own.text, own.html) == ("Other", "Just for you", None)


def test_the_mail_and_its_sample_are_in_the_same_words() -> None:
    person = msgspec.structs.replace(ENROLLMENT, variants={"intro": "b"})
    campaign = msgspec.structs.replace(CAMPAIGN, steps=(STEP,))
    [(_, letter)] = sample(campaign, person, "Rita")
    message = written(STEP, person)
    assert message["Subject"] == letter.subject == "Other"
    assert body(message, "plain").startswith(letter.text)


def test_the_senders_own_values_can_be_used() -> None:
    step = msgspec.structs.replace(INTRO, text="{{ sender_first_name }} {{ sender_name }} {{ sender_email }}")
    assert body(written(step), "plain").startswith("Rita Rita Rekrut rita@example.com\n")


def test_the_signature_stands_before_the_opt_out_line() -> None:
    mailbox = msgspec.structs.replace(MAILBOX, signature_text="Rita\nNorthwind & Co")
    step = msgspec.structs.replace(INTRO, html="<body><p>Hi</p></body>")
    message = written(step, mailbox=mailbox)
    text, html = body(message, "plain"), body(message, "html")
    assert text.index("Hi Ada") < text.index("Rita\nNorthwind & Co") < text.index(URL)
    assert (
        html.index("Hi")
        < html.index("Rita<br>\nNorthwind &amp; Co")
        < html.index(URL)
        < html.index("</body>")
    )
    bare = written(step, campaign=msgspec.structs.replace(CAMPAIGN, signature=False), mailbox=mailbox)
    assert "Northwind" not in bare.as_string()


def test_a_signature_in_html_alone_gives_the_text_one_too() -> None:
    mailbox = msgspec.structs.replace(MAILBOX, signature_html="<b>Rita</b> at Northwind")
    assert "Rita at Northwind" in body(written(mailbox=mailbox), "plain")


def test_colleagues_are_copied_and_answers_still_come_to_the_sender() -> None:
    campaign = msgspec.structs.replace(
        CAMPAIGN, cc=("lee@example.com", "kai@example.com"), reply_to=("lee@example.com",)
    )
    message = written(campaign=campaign)
    assert message["Cc"] == "lee@example.com, kai@example.com"
    assert message["Reply-To"] == "Rita Rekrut <rita@example.com>, lee@example.com"
    assert "Cc" not in written()
    assert "Reply-To" not in written()


def test_a_damaged_colleague_is_refused() -> None:
    campaign = msgspec.structs.replace(CAMPAIGN, cc=("lee@example.com\r\nBcc: x@example.com",))
    with pytest.raises(InvalidRequest):
        written(campaign=campaign)


def test_files_go_along_byte_for_byte() -> None:
    step = msgspec.structs.replace(INTRO, attachments=(PDF,), html="<p>Hi</p>")
    message = written(step, attachments=[CONTENT])
    [file] = list(message.iter_attachments())
    assert (file.get_filename(), file.get_content_type()) == ("Röle, 1.pdf", "application/pdf")
    assert file.get_content() == b"%PDF"
    assert URL in body(message, "plain")
    assert URL in body(message, "html")


def test_a_file_that_is_not_there_is_no_mail_without_it() -> None:
    with pytest.raises(InvalidRequest, match="attachment"):
        written(msgspec.structs.replace(INTRO, attachments=(PDF,)))


def test_the_same_input_gives_the_same_bytes_with_files_too() -> None:
    step = msgspec.structs.replace(INTRO, attachments=(PDF,), html="<p>Hi</p>", delay=timedelta())
    first, second = (written(step, attachments=[CONTENT]).as_bytes() for _ in range(2))
    assert first == second
