"""Show who gets no mail, and which of several others who write to a candidate is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from lib.core import keys
from lib.core.campaigns.guarding import Contacted, contacted, other_enrollments, suppressed_because
from lib.core.keys import Snapshot, Versioned
from lib.core.records import Contact, Enrollment, EnrollmentRef, Org, SentMail, Status, SuppressedWhy

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ORG = Org(org="acme", suppressed_domains=("example.net",))


def enrollment(id_: str, status: Status, *, mailbox: str = "m2", days_ago: int | None = None) -> Enrollment:
    one = Enrollment(
        org="acme",
        id=id_,
        campaign=f"c-{id_}",
        mailbox=mailbox,
        inbox="i",
        contact="k",
        email="ada@example.com",
        name="",
        timezone="UTC",
        variables={},
        slots=(),
        status=status,
        step="intro",
        due=NOW,
        wake_at=None,
    )
    if days_ago is None:
        return one
    mail = SentMail(
        step="intro", gmail_id="g", thread="t", message_id="", subject="", at=NOW - timedelta(days=days_ago)
    )
    return msgspec.structs.replace(one, sent=(mail,))


def found(*others: Enrollment, absent: tuple[str, ...] = ()) -> Contacted | None:
    keys_ = [keys.enrollment("acme", one.id) for one in others]
    gone = [keys.enrollment("acme", id_) for id_ in absent]
    documents = {key: Versioned(one, 1) for key, one in zip(keys_, others, strict=True)}
    snapshot = Snapshot(documents | {key: Versioned(None, None) for key in gone})
    return contacted(snapshot, [*keys_, *gone], index=3, mailbox="m1", settings=ORG, now=NOW)


@pytest.mark.parametrize(
    ("why", "words"),
    [("opted_out", "has opted out"), ("bounced", "bounced"), ("listed", "on the suppression list")],
)
def test_suppressed_address_gets_nothing(why: SuppressedWhy, words: str) -> None:
    contact = Contact(org="acme", id="k", suppressed=why)
    assert words in suppressed_because(contact, "example.com", ORG)


@pytest.mark.parametrize(
    ("domain", "suppressed"),
    [
        ("example.net", True),
        ("a.b.example.net", True),
        ("badexample.net", False),
        ("net", False),
        ("example.net.example.com", False),
    ],
)
def test_suppressed_domain_stands_for_all_below_it(domain: str, *, suppressed: bool) -> None:
    assert bool(suppressed_because(None, domain, ORG)) is suppressed


def test_own_place_is_none_of_the_others() -> None:
    refs = tuple(EnrollmentRef(enrollment=id_, mailbox="m1") for id_ in ("a", "b"))
    contact = Contact(org="acme", id="k", enrollments=refs)
    assert other_enrollments("acme", contact, "b") == [keys.enrollment("acme", "a")]
    assert other_enrollments("acme", None, "b") == []


@pytest.mark.parametrize("status", list(Status))
def test_other_campaign_counts_while_it_is_live(status: Status) -> None:
    live = status in {Status.WAITING, Status.SENDING, Status.UNCERTAIN, Status.HELD}
    assert (found(enrollment("a", status, mailbox="m1")) is not None) is live


@pytest.mark.parametrize(
    ("mailbox", "days_ago", "reported"),
    [("m2", 30, True), ("m2", 31, False), ("m1", 1, False), ("m2", None, False)],
)
def test_recent_mail_of_another_mailbox_counts(mailbox: str, days_ago: int | None, *, reported: bool) -> None:
    one = enrollment("a", Status.COMPLETED, mailbox=mailbox, days_ago=days_ago)
    assert (found(one) is not None) is reported


def test_live_campaign_is_named_before_a_recent_mail() -> None:
    named = found(
        enrollment("a", Status.COMPLETED, days_ago=1),
        enrollment("b", Status.WAITING),
        enrollment("c", Status.COMPLETED, days_ago=2),
    )
    assert named is not None
    assert (named.campaign, named.live, named.index) == ("c-b", True, 3)
    assert named.reason == "is in campaign c-b already"


def test_latest_mail_is_named_with_its_date() -> None:
    named = found(enrollment("c", Status.COMPLETED, days_ago=2), enrollment("a", Status.REPLIED, days_ago=1))
    assert named is not None
    assert named.reason == "got a mail from a colleague on 2026-03-01, in campaign c-a"


def test_erased_enrollment_says_nothing() -> None:
    assert found(absent=("a",)) is None
