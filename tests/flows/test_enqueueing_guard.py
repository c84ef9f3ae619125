"""Show that nobody is written to twice by two colleagues unawares, and nobody who is suppressed at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.keys import Changes, Snapshot
from lib.core.records import Mailbox, Org, SentMail, Status
from lib.flows.enqueueing import preview
from tests.flows.enqueueing_office import ADA, AUTHOR, BEN, CAL, Office, body, ledger, planned, run
from tests.flows.memory_services import MAILBOX, ORG, START

OTHER_MAILBOX = "sub-2"
COLLEAGUE = msgspec.structs.replace(AUTHOR, user="user-2", email="sam@example.com")
CONTINUE = {"action": "continue", "reason": "she asked us to"}


@pytest.fixture
def office() -> Office:
    made = Office()
    key = keys.mailbox(ORG, MAILBOX)
    mailbox: Mailbox = made.store.read([key]).need(key)
    inbox = msgspec.structs.replace(made.inbox(), id="inbox-2", mailbox=OTHER_MAILBOX)
    made.put(keys.inbox("inbox-2"), inbox)
    other = msgspec.structs.replace(mailbox, id=OTHER_MAILBOX, inbox="inbox-2", owner=COLLEAGUE.user)
    made.put(keys.mailbox(ORG, OTHER_MAILBOX), other)
    return made


def written_by_colleague(office: Office, email: str, *, days_ago: int, status: Status) -> None:
    """Let a colleague's mail to a candidate have gone out, in a campaign that came to an end or not."""
    from lib.flows.enqueueing import accept  # noqa: PLC0415 - beside its only use

    accept(office, COLLEAGUE, body(email, id="c0", mailbox=OTHER_MAILBOX))
    one = office.enrollment(email, "c0")
    mail = SentMail(
        step="intro",
        gmail_id="g",
        thread="t",
        message_id="<m@example.com>",
        subject="s",
        at=START - timedelta(days=days_ago),
    )
    office.put(
        keys.enrollment(ORG, one.id), msgspec.structs.replace(one, sent=(mail,), sent_count=1, status=status)
    )


@pytest.mark.parametrize(
    ("days_ago", "status", "reported"),
    [
        (1, Status.WAITING, True),
        (90, Status.WAITING, True),
        (29, Status.COMPLETED, True),
        (29, Status.REPLIED, True),
        (31, Status.COMPLETED, False),
    ],
)
def test_candidate_of_a_colleague_is_skipped_and_reported(
    office: Office, days_ago: int, status: Status, *, reported: bool
) -> None:
    written_by_colleague(office, BEN, days_ago=days_ago, status=status)
    plan, accepted = preview(office, AUTHOR, body()), run(office)
    for answer in (plan, accepted):
        assert [one.index for one in answer.skipped] == ([1] if reported else [])
        assert [(one.index, one.campaign, one.mailbox, one.at) for one in answer.contacted] == (
            [(1, "c0", OTHER_MAILBOX, START - timedelta(days=days_ago))] if reported else []
        )
    assert accepted.candidates == (2 if reported else 3)


def test_own_earlier_campaign_counts_only_while_it_goes_on(office: Office) -> None:
    run(office, body(BEN, id="c0"))
    assert [one.index for one in run(office).skipped] == [1]
    one = office.enrollment(BEN, "c0")
    office.put(keys.enrollment(ORG, one.id), msgspec.structs.replace(one, status=Status.COMPLETED))
    assert run(office, body(BEN, id="c2")).candidates == 1


def test_who_goes_on_says_why_and_it_is_kept(office: Office) -> None:
    written_by_colleague(office, BEN, days_ago=1, status=Status.WAITING)
    request = body(contacted=CONTINUE)
    assert [one.index for one in preview(office, AUTHOR, request).contacted] == [1]
    accepted = run(office, request)
    assert (accepted.candidates, accepted.skipped) == (3, ())
    assert [one.index for one in accepted.contacted] == [1]
    campaign = office.campaign()
    assert campaign is not None
    assert campaign.despite == "she asked us to"


def test_guard_days_are_the_orgs(office: Office) -> None:
    office.put(keys.org(ORG), Org(org=ORG, guard_days=10))
    written_by_colleague(office, BEN, days_ago=11, status=Status.COMPLETED)
    assert run(office).candidates == 3


@pytest.mark.parametrize("domain", ["example.net", "net"])
def test_suppressed_domain_gets_no_mail_whatever_reason_is_given(office: Office, domain: str) -> None:
    office.put(keys.org(ORG), Org(org=ORG, suppressed_domains=(domain,)))
    accepted = run(office, body(ADA, BEN, "dan@sub.example.net", contacted=CONTINUE))
    assert [(one.index, one.reason) for one in accepted.skipped] == [
        (1, f"the domain {domain} is suppressed"),
        (2, f"the domain {domain} is suppressed"),
    ]


def test_domain_that_only_ends_alike_is_not_suppressed(office: Office) -> None:
    office.put(keys.org(ORG), Org(org=ORG, suppressed_domains=("ample.net", "sub.example.net")))
    assert run(office).candidates == 3


def test_two_colleagues_at_once_do_not_both_get_a_candidate(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lib.flows.enqueueing import accept  # noqa: PLC0415 - beside its only use

    commit, commits = office.store.commit, list[int]()

    def colleague_comes_first(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        commits.append(1)
        if len(commits) == 2:
            accept(office, COLLEAGUE, body(BEN, id="c0", mailbox=OTHER_MAILBOX))
        return commit(snapshot, changes)

    monkeypatch.setattr(office.store, "commit", colleague_comes_first)
    accepted = run(office, body(ADA, BEN, CAL))
    assert [(one.index, one.reason) for one in accepted.skipped] == [(1, "is in campaign c0 already")]
    assert ledger(office) == planned(office)
