"""Show that a mail is well-formed whatever goes into it, threads with the earlier ones, and can be left."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.errors import InvalidRequest
from lib.core.letters.composing import REFERENCES_LIMIT, Composed, compose_step, thread_of
from lib.core.letters.composing_text import one_line, text_of_html, without_reply_prefix
from lib.core.letters.wording import sample
from lib.core.records import Campaign, Enrollment, Mailbox, SentMail, Slot, Status, Step

QUICK = settings(max_examples=40, deadline=None)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
URL = "https://functions.example.com/unsubscribe/acme.abc.sig"
INTRO = Step(
    id="intro", subject="Hello {{ name }}", text="Hi {{ first_name }}", delay=timedelta(), thread="new"
)
NUDGE = Step(id="nudge", subject="", text="Again", delay=timedelta(days=3))
CAMPAIGN = Campaign(
    org="acme",
    id="c1",
    name="Autumn",
    mailbox="m1",
    inbox="i1",
    author="u1",
    timezone="UTC",
    steps=(INTRO, NUDGE),
    status="active",
    content="",
    candidates=1,
    accepted_at=NOW,
)
MAILBOX = Mailbox(
    org="acme",
    id="m1",
    inbox="i1",
    owner="u1",
    address="rita@example.com",
    sender_name="Rita Rekrut",
    connected_at=NOW,
)
ENROLLMENT = Enrollment(
    org="acme",
    id="e1",
    campaign="c1",
    mailbox="m1",
    inbox="i1",
    contact="k1",
    email="ada@example.org",
    name="Ada Berger",
    timezone="UTC",
    variables={"company": "Helix"},
    slots=(Slot(step="intro", due=NOW, reason=""),),
    status=Status.WAITING,
    step="intro",
    due=NOW,
    wake_at=None,
)


def composed(step: Step = INTRO, **changes: Any) -> Composed:
    mailbox = msgspec.structs.replace(MAILBOX, sender_name=changes.pop("sender_name", MAILBOX.sender_name))
    enrollment = msgspec.structs.replace(ENROLLMENT, **changes)
    return compose_step(CAMPAIGN, step, enrollment, mailbox, marker="e1.a1", optout_url=URL, now=NOW)


def parsed(mail: Composed) -> EmailMessage:
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def sent(gmail_id: str, thread: str = "t1", message_id: str | None = "", subject: str = "Hello") -> SentMail:
    return SentMail(
        step="x", gmail_id=gmail_id, thread=thread, message_id=message_id, subject=subject, at=NOW
    )


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def test_first_mail_has_its_headers_and_body() -> None:
    message = parsed(composed())
    assert dict(message.items()) == {
        "From": "Rita Rekrut <rita@example.com>",
        "To": "Ada Berger <ada@example.org>",
        "Subject": "Hello Ada Berger",
        "Date": "Mon, 02 Mar 2026 09:30:00 +0000",
        "X-Outreach-Attempt": "e1.a1",
        "List-Unsubscribe": f"<{URL}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    text = body(message, "plain")
    assert text.startswith("Hi Ada\n\n")
    assert text.rstrip().endswith(URL)


def test_same_input_gives_the_same_bytes() -> None:
    html = msgspec.structs.replace(INTRO, html="<p>Hi</p>")
    assert composed(html).raw == composed(html).raw


def test_html_comes_with_a_text_and_both_can_be_left() -> None:
    step = msgspec.structs.replace(INTRO, html="<html><body><p>Hi {{ name }}</p></BODY></html>")
    message = parsed(composed(step, name="A & B"))
    assert message.get_content_type() == "multipart/alternative"
    html = body(message, "html")
    assert "<p>Hi A &amp; B</p>" in html
    assert html.index(f'<a href="{URL}">') < html.index("</BODY>")
    assert URL in body(message, "plain")


def test_html_alone_gets_a_text_made_from_it() -> None:
    step = msgspec.structs.replace(INTRO, text="", html="<p>Hi <b>{{ name }}</b></p><p>Bye</p>")
    assert body(parsed(composed(step)), "plain").startswith("Hi Ada Berger\n\nBye\n")


def test_follow_up_names_the_thread_and_keeps_its_subject() -> None:
    mails = (
        sent("0", "t0", "<0@mail.example.com>"),
        sent("1", "t1", "<1@x>", "Grüße"),
        sent("2", "t1", "<2@x>"),
    )
    mail = composed(NUDGE, sent=mails)
    message = parsed(mail)
    assert message["Subject"] == "Re: Grüße"
    assert mail.subject == "Grüße"
    assert message["In-Reply-To"] == "<2@x>"
    assert message["References"] == "<1@x> <2@x>"


def test_unknown_message_ids_are_left_out() -> None:
    message = parsed(
        composed(NUDGE, sent=(sent("1", message_id="<1@x>"), sent("2"), sent("3", message_id=None)))
    )
    assert message["References"] == message["In-Reply-To"] == "<1@x>"
    message = parsed(composed(NUDGE, sent=(sent("1"),)))
    assert message["References"] is None
    assert message["Subject"] == "Re: Hello"


@pytest.mark.parametrize("subject", ["Hello", "Re: Hello", "RE: re: Hello", "AW: Re[2]: Hello"])
def test_follow_up_has_exactly_one_reply_prefix(subject: str) -> None:
    mail = composed(NUDGE, sent=(sent("1", subject=subject),))
    assert parsed(mail)["Subject"] == "Re: Hello"
    assert mail.subject == "Hello"


def test_new_thread_names_no_earlier_mail() -> None:
    message = parsed(composed(INTRO, sent=(sent("1", message_id="<1@x>"),)))
    assert message["References"] is None
    assert message["Subject"] == "Hello Ada Berger"
    assert thread_of(INTRO, (sent("1"),)) == ()


def test_references_are_bounded_and_keep_the_first_and_the_last() -> None:
    mails = tuple(sent(str(n), message_id=f"<{n}@x>") for n in range(50))
    references = parsed(composed(NUDGE, sent=mails))["References"].split()
    assert len(references) == REFERENCES_LIMIT
    assert (references[0], references[-1]) == ("<0@x>", "<49@x>")


@QUICK
@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=80))
def test_no_value_ends_a_header(subject: str, name: str, sender_name: str) -> None:
    mail = composed(
        msgspec.structs.replace(INTRO, subject="s {{ v | default: '-' }}"),
        name=name,
        sender_name=sender_name,
        variables={"v": subject, "first_name": "Ada"},
    )
    message = parsed(mail)
    assert mail.raw.isascii()
    assert sorted(message.keys()) == sorted(parsed(composed()).keys())
    assert [one.addr_spec for one in message["To"].addresses] == ["ada@example.org"]
    assert [one.addr_spec for one in message["From"].addresses] == ["rita@example.com"]


LETTERS = st.text(st.characters(categories=("L", "N", "S"), exclude_characters="<>"), min_size=1, max_size=30)
#: Without the marks that have to be quoted; those are a test of their own.
PHRASE = st.lists(LETTERS, min_size=1, max_size=12).map(" ".join)


@QUICK
@given(PHRASE)
def test_subjects_in_any_script_arrive_as_written(subject: str) -> None:
    step = msgspec.structs.replace(INTRO, subject="{{ v }}")
    mail = composed(step, variables={"v": subject, "first_name": "Ada"})
    assert parsed(mail)["Subject"] == mail.subject == without_reply_prefix(subject)


@QUICK
@given(PHRASE)
def test_names_in_any_script_arrive_as_written(name: str) -> None:
    # By the older parser: the newer one puts a space between two encoded words of a name.
    message = email.message_from_bytes(composed(name=name, variables={"first_name": "Ada"}).raw)
    assert str(make_header(decode_header(message["To"]))) == f"{name} <ada@example.org>"


@pytest.mark.parametrize("name", ["O'Brien, A.", 'Ada "Q" B.', "Ada (she) <x@example.com>", "a\\b", "=?x?="])
def test_names_with_marks_arrive_as_written(name: str) -> None:
    (address,) = parsed(composed(name=name, variables={"first_name": "Ada"}))["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "ada@example.org")


@QUICK
@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=300))
def test_texts_in_any_script_arrive_as_written(text: str) -> None:
    step = msgspec.structs.replace(INTRO, text="{{ v | default: '-' }}.")
    content = body(parsed(composed(step, variables={"v": text})), "plain")
    assert content.startswith(f"{text or '-'}.\n")


@pytest.mark.parametrize(
    "address", ["a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com", "a", "ä@b.c"]
)
def test_damaged_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidRequest):
        composed(email=address)


def test_step_that_cannot_be_filled_in_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="intro"):
        composed(name="")


def test_sample_shows_subjects_as_they_will_arrive() -> None:
    assert [(step, words.subject, words.text) for step, words in sample(CAMPAIGN, ENROLLMENT, "Rita")] == [
        ("intro", "Hello Ada Berger", "Hi Ada"),
        ("nudge", "Re: Hello Ada Berger", "Again"),
    ]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a\nb</p><p>c</p>", "a b\n\nc"),
        ("a<br>b", "a\nb"),
        ("<style>x{}</style><script>y</script>a &amp; b", "a & b"),
        ('<a href="https://example.com/x">here</a>', "here [https://example.com/x]"),
        ('<a href="javascript:x">here</a>', "here"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
    ],
)
def test_html_reads_as_text(html: str, text: str) -> None:
    assert text_of_html(html) == text


@QUICK
@given(st.text(max_size=300))
def test_any_html_gives_a_text(html: str) -> None:
    assert isinstance(text_of_html(html), str)


@QUICK
@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert one_line(line) == line
