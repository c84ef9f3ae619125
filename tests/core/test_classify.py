"""Show what an incoming mail is taken for: bounce first, then automatic answer, then a person's."""

from __future__ import annotations

from email.header import Header
from email.message import EmailMessage

import pytest

from lib.core.classify import (
    bare_subject,
    failed_recipients,
    is_report,
    references_of,
    sender_of,
    subject_of,
    understand,
    understand_headers,
)
from lib.core.records import ReplyKind

RCPT = "Final-Recipient: rfc822; ann@example.org\n"
GONE = f"{RCPT}Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n"


def answer(text: str = "Yes, please call me.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann <ann@example.org>"
    message["Subject"] = "Re: A role"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def report(*blocks: str, kind: str = "delivery-status") -> bytes:
    groups = "\n".join(["Reporting-MTA: dns; mx.example.net\n", *blocks])
    return (
        "From: Mail Delivery Subsystem <mailer-daemon@example.net>\n"
        "Subject: Undelivered\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nIt did not arrive.\n"
        f"--b\nContent-Type: message/{kind}\n\n{groups}\n"
        "--b\nContent-Type: message/rfc822\n\nSubject: A role\n\n--b--\n"
    ).encode()


def test_hard_failure_is_a_bounce_of_the_address() -> None:
    found = understand(report(GONE))
    assert (found.kind, found.failed, found.hard) == (ReplyKind.BOUNCE, ("ann@example.org",), True)
    assert found.text == "It did not arrive."


def test_bounce_comes_before_automatic_answer() -> None:
    assert b"Auto-Submitted" in report(GONE)
    assert understand(report(GONE)).kind is ReplyKind.BOUNCE


@pytest.mark.parametrize(
    "block",
    [f"{RCPT}Action: delayed\nStatus: 4.4.1\n", f"{RCPT}Action: failed\nStatus: 4.2.2\n"],
    ids=["delayed", "soft"],
)
def test_what_is_not_final_is_a_soft_bounce(block: str) -> None:
    found = understand(report(block))
    assert (found.kind, found.severity, found.hard) == (ReplyKind.BOUNCE, "soft", False)


def test_report_of_success_is_automatic_mail() -> None:
    found = understand(report(f"{RCPT}Action: delivered\nStatus: 2.1.5\n"))
    assert (found.kind, found.severity) == (ReplyKind.AUTOMATIC, "")


def test_block_by_policy_is_no_fault_of_the_address() -> None:
    found = understand(report(f"{RCPT}Action: failed\nStatus: 5.7.26\n"))
    assert (found.kind, found.failed, found.hard) == (ReplyKind.BOUNCE, ("ann@example.org",), False)


def test_original_recipient_counts_when_mail_was_forwarded() -> None:
    moved = (
        "Original-Recipient: rfc822;ann@example.org\nFinal-Recipient: rfc822; <a@example.net>\n"
        "Action: FAILED\nStatus: 5.1.1 (unknown)\n"
    )
    assert set(understand(report(moved)).failed) == {"ann@example.org", "a@example.net"}


OTHER = GONE.replace("ann@", "other@")
SOFT = GONE.replace("5.1.1", "4.2.2")
POLICY = GONE.replace("5.1.1", "5.7.1").replace("no such user", "refused by policy")


def test_only_those_failed_whose_failure_is_final() -> None:
    for blocks in ((SOFT, OTHER), (OTHER, SOFT)):
        assert understand(report(*blocks)).failed == ("other@example.org",)


def test_policy_block_of_one_of_several_suppresses_nobody() -> None:
    for blocks in ((POLICY, OTHER), (OTHER, POLICY)):
        found = understand(report(*blocks))
        assert (set(found.failed), found.hard) == ({"ann@example.org", "other@example.org"}, False)


def test_read_receipt_is_no_bounce() -> None:
    read = report("Final-Recipient: rfc822; ann@example.org\n", kind="disposition-notification")
    assert understand(read).kind is ReplyKind.AUTOMATIC


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto_Submitted", "auto-replied"),
        ("Auto_Submitted", "Auto-Generated; owner=x"),
        ("X_Autoreply", "yes"),
        ("X_Autorespond", "vacation"),
        ("Precedence", "auto_reply"),
    ],
)
def test_marked_answer_is_automatic(name: str, value: str) -> None:
    assert understand(bytes(answer(**{name: value}))).kind is ReplyKind.AUTOMATIC


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto_Submitted", "no"),
        ("Auto_Submitted", "No; reason=human"),
        ("Precedence", "bulk"),
        ("X_Auto_Response_Suppress", "All"),
    ],
)
def test_what_proves_nothing_is_a_persons_answer(name: str, value: str) -> None:
    found = understand(bytes(answer(**{name: value})))
    assert (found.kind, found.sender, found.subject) == (ReplyKind.PERSON, "ann@example.org", "Re: A role")
    assert found.text == "Yes, please call me."


def test_headers_alone_tell_automatic_mail_and_no_text() -> None:
    by_person = understand_headers({"from": ("ann@example.org",), "subject": ("Hello",)})
    assert (by_person.kind, by_person.text) == (ReplyKind.PERSON, None)
    content = 'multipart/report; report-type="delivery-status"'
    assert is_report({"content-type": (content,)})
    assert understand_headers({"content-type": (content,)}).kind is ReplyKind.AUTOMATIC
    assert not is_report({"content-type": ("multipart/report; report-type=disposition-notification",)})


def test_html_alone_becomes_text_without_code() -> None:
    message = answer()
    html = "<style>p {color: red}</style><p>Yes &amp; <b>soon</b></p><script>if (a<b) x()</script>"
    message.set_content(html, subtype="html")
    text = understand(bytes(message)).text
    assert text is not None
    assert text.split() == ["Yes", "&", "soon"]


def test_plain_part_is_preferred() -> None:
    message = answer("plain")
    message.add_alternative("<p>html</p>", subtype="html")
    assert understand(bytes(message)).text == "plain"


@pytest.mark.parametrize("charset", ["utf-8", "no-such-charset", "us-ascii", "utf-7", "zlib"])
def test_lie_about_the_charset_is_survived(charset: str) -> None:
    raw = f"From: ann@example.org\nContent-Type: text/plain; charset={charset}\n\n".encode()
    found = understand(raw + "Grüße\r\n".encode("latin-1"))
    assert found.kind is ReplyKind.PERSON
    assert found.text


def test_encoded_words_are_decoded() -> None:
    subject = Header("Re: Stelle für Ärzte", "utf-8").encode()
    assert subject_of({"subject": (subject,)}) == "Re: Stelle für Ärzte"
    assert understand(f"Subject: {subject}\n\nx".encode()).subject == "Re: Stelle für Ärzte"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ann <ann@example.org>", "ann@example.org"),
        ("ann@example.org", "ann@example.org"),
        ('"Last, Ann" <ann@example.org>', "ann@example.org"),
        ("Last, Ann <ann@example.org>", "ann@example.org"),
        ("undisclosed", ""),
        ("", ""),
    ],
)
def test_sender_is_the_bare_address(value: str, expected: str) -> None:
    assert sender_of({"from": (value,)}) == expected


def test_references_name_the_nearest_first_and_once() -> None:
    headers = {"references": ("<a@x> <b@x>\r\n <c@x>",), "in-reply-to": ("<c@x>",)}
    assert references_of(headers) == ("<c@x>", "<b@x>", "<a@x>")
    assert references_of({"in-reply-to": ("your mail of Monday",)}) == ()


def test_failed_recipients_are_all_named() -> None:
    headers = {"x-failed-recipients": ("ann@example.org, Ben <ben@example.net>", "cal@example.com")}
    assert failed_recipients(headers) == ("ann@example.org", "ben@example.net", "cal@example.com")


@pytest.mark.parametrize(
    "subject",
    [
        *("A Role", "Re: A role", "RE:RE: A role", "AW: WG: A role", "Re[2]: A role", "Antw: A role"),
        *("SV: VS: A role", "Rif: A role", "TR : A role", "RV: a role", " fwd:  A   role "),
    ],
)
def test_bare_subject_is_the_same_in_every_language(subject: str) -> None:
    assert bare_subject(subject) == "a role"


def test_word_that_only_begins_like_a_prefix_stays() -> None:
    assert bare_subject("Regarding: a role") == "regarding: a role"
