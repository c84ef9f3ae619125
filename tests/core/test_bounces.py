"""Show which mail is a bounce, whose address failed and how gravely; and that no person's answer is one."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping, Sequence
from email.message import Message

import pytest

from lib.core.bounces import Bounce, read_bounce
from tests.core.bounces.people import MACHINES, PEOPLE
from tests.core.bounces.samples import SAMPLES
from tests.core.bounces.writing import ANN, FINAL, ORIGINAL, RFC822, Sample, parts, plain, said, status


def headers_of(mail: Message) -> Mapping[str, Sequence[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in mail.items():
        headers.setdefault(name.lower(), []).append(str(value))
    return headers


def read(raw: str | bytes) -> Bounce | None:
    source = raw.encode() if isinstance(raw, str) else raw
    mail = email.message_from_bytes(source, policy=email.policy.compat32)
    return read_bounce(mail, headers_of(mail))


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.system for sample in SAMPLES])
def test_bounce_is_understood(sample: Sample) -> None:
    found = read(sample.raw)
    assert found is not None
    assert (found.failed, found.severity) == (sample.failed, sample.severity)
    assert (ORIGINAL in found.references) == sample.referenced
    assert ANN not in found.reason


@pytest.mark.parametrize("name", PEOPLE)
def test_persons_answer_is_no_bounce(name: str) -> None:
    assert read(PEOPLE[name]) is None


@pytest.mark.parametrize("name", MACHINES)
def test_other_machine_is_no_bounce(name: str) -> None:
    assert read(MACHINES[name]) is None


def test_recall_and_false_alarms_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    read_well = [found for each in SAMPLES if (found := read(each.raw)) and found.severity == each.severity]
    alarms = [name for name, raw in (PEOPLE | MACHINES).items() if read(raw) is not None]
    with capsys.disabled():
        print(f"\nbounces: {len(read_well)} of {len(SAMPLES)} written samples understood,", end=" ")
        print(f"{len(alarms)} of {len(PEOPLE | MACHINES)} other mails taken for one")
    assert len(read_well) >= 0.95 * len(SAMPLES)
    assert not alarms


@pytest.mark.parametrize(
    ("code", "diagnostic", "severity"),
    [
        ("5.1.1", "550 5.1.1 no such user", "hard"),
        ("5.1.1", "", "hard"),
        ("5.1.2", "", "hard"),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "hard"),
        ("5.2.1", "550 5.2.1 mailbox disabled", "hard"),
        ("5.0.0", "550 account is deactivated", "hard"),
        ("5.0.0", "", "hard"),
        ("5.7.1", "553 sorry, badrcptto (#5.7.1)", "hard"),
        ("5.0.0", "550 #5.1.0 Address rejected.", "hard"),
        ("5.2.2", "552 5.2.2 over quota", "soft"),
        ("5.0.0", "552 mailbox is full", "soft"),
        ("4.2.2", "", "soft"),
        ("4.4.7", "delivery time expired", "soft"),
        ("5.4.6", "routing loop detected", "soft"),
        ("4.1.1", "450 user unknown", "soft"),
        ("5.0.0", "retry timeout exceeded", "soft"),
        ("5.7.1", "", "policy"),
        ("5.7.26", "550-5.7.26 unauthenticated mail is prohibited", "policy"),
        ("5.0.0", "554 your IP is listed at a blocklist", "policy"),
        ("5.1.1", "550 5.7.1 blocked: spam", "policy"),
        ("5.3.4", "552 5.3.4 message size exceeds fixed limit", "policy"),
        ("5.0.0", "550 rejected by DMARC policy", "policy"),
        ("5.2.1", "550 5.2.1 mailbox unavailable. Your IP address is on a blacklist", "policy"),
        ("5.0.0", "553 Rejected - see https://www.spamhaus.example/query", "policy"),
        ("5.0.0", "550 From: domain is invalid", "policy"),
        ("5.0.0", "550 sender address rejected: domain not found", "policy"),
        ("5.0.0", "554 refused (in reply to MAIL FROM command)", "policy"),
        ("5.1.1", "550 5.1.1 refused due to recipient preferences", "policy"),
        ("5.0.0", "550 you have been blocked by the recipient", "policy"),
        ("5.0.0", "550 mailbox ann unavailable or access denied", "hard"),
        ("5.0.0", "550 account temporarily locked", "hard"),
        ("5.0.0", "550 host not found, try again", "soft"),
        ("5.0.0", "550 account disabled for exceeding receiving limits", "soft"),
        ("5.0.0", "550 message exceeded its time in the queue", "soft"),
    ],
)
def test_words_and_codes_tell_how_grave_it_is(code: str, diagnostic: str, severity: str) -> None:
    fields = f"{FINAL}Action: failed\nStatus: {code}\n"
    fields += f"Diagnostic-Code: smtp; {diagnostic}" if diagnostic else ""
    found = read(parts("MAILER-DAEMON@example.net", "Undelivered", status(fields)))
    assert found is not None
    assert found.severity == severity


def groups(*verdicts: tuple[str, str, str]) -> Bounce | None:
    fields = "\n".join(
        f"Final-Recipient: rfc822; {name}@example.org\nAction: {action}\nStatus: {code}\n"
        for name, action, code in verdicts
    )
    return read(parts("MAILER-DAEMON@example.net", "Undelivered", status(fields)))


def test_who_got_the_mail_has_not_failed() -> None:
    found = groups(("ann", "delivered", "2.0.0"), ("ben", "failed", "5.1.1"))
    assert found is not None
    assert (found.failed, found.severity) == (("ben@example.org",), "hard")


def test_only_final_failures_are_named_beside_delays() -> None:
    for order in (1, -1):
        found = groups(*(("ann", "delayed", "4.4.1"), ("ben", "failed", "5.1.1"))[::order])
        assert found is not None
        assert (found.failed, found.severity) == (("ben@example.org",), "hard")


def test_delay_is_soft_whatever_the_code() -> None:
    found = groups(("ann", "delayed", "5.1.1"))
    assert found is not None
    assert (found.failed, found.severity) == (("ann@example.org",), "soft")


def test_refusal_of_one_of_several_is_not_hard() -> None:
    for order in (1, -1):
        found = groups(*(("ann", "failed", "5.7.1"), ("ben", "failed", "5.1.1"))[::order])
        assert found is not None
        assert (sorted(found.failed), found.severity) == (["ann@example.org", "ben@example.org"], "policy")


def test_sender_of_the_returned_mail_never_failed() -> None:
    text = "The following address failed:\n\n<rita@example.com>\n<postmaster@example.net>\n"
    found = read(plain("MAILER-DAEMON@example.net", "failure notice", text))
    assert found is not None
    assert found.failed == ()


def test_sender_never_failed_even_where_a_report_names_them() -> None:
    fields = "Final-Recipient: rfc822; Rita@example.com\nAction: failed\nStatus: 5.1.1"
    found = read(parts("MAILER-DAEMON@example.net", "Undelivered", status(fields), RFC822))
    assert found is not None
    assert found.failed == ()


def test_domain_is_lower_case_and_the_rest_as_written() -> None:
    fields = "Final-Recipient: RFC822;<Ann.B@Example.ORG>\nAction: FAILED\nStatus: 5.1.1 (bad)"
    found = read(parts("MAILER-DAEMON@example.net", "Undelivered", status(fields)))
    assert found is not None
    assert (found.failed, found.status) == (("Ann.B@example.org",), "5.1.1")


def test_address_of_the_machine_itself_is_not_taken() -> None:
    text = "Your message could not be delivered.\nPlease contact help@example.net for assistance.\n"
    found = read(parts("MAILER-DAEMON@example.net", "Undelivered", said(text), RFC822, kind="mixed"))
    assert found is not None
    assert found.failed == (ANN,)
