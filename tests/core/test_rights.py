"""Show who may do what with a campaign, and that nothing goes out in a name that was not lent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import msgspec
import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.enrollment import Event, leased
from lib.core.errors import Conflict, Forbidden, NotFound
from lib.core.keys import Snapshot, Versioned
from lib.core.records import Campaign, Grant, Mailbox, Org
from lib.core.rights import (
    GRANT_ENDED,
    RIGHTS,
    Right,
    holding,
    lacking,
    may_send,
    permitted,
    refuse_erased,
    rights,
)
from lib.core.sending import (
    BEHIND_WAIT,
    PERSON_WAIT,
    Later,
    Pause,
    Send,
    Stop,
    next_move,
    next_settlement,
)
from tests.core.enrollments import NOW, sending
from tests.core.test_sending import PAPERS, papers

DAY = timedelta(days=1)
OWNER, AUTHOR, DELEGATE, STRANGER = "owner", "author", "delegate", "stranger"
Role = Literal["member", "admin"]
ALL = set(RIGHTS)


def caller(user: str, role: Role = "member", **changes: str) -> VerifiedCaller:
    found = VerifiedCaller(org="acme", user=user, email=f"{user}@example.com", role=role)
    return msgspec.structs.replace(found, **changes)


def grant(who: str = AUTHOR, **changes: Any) -> Grant:
    made = Grant(id="g1", email=f"{who}@example.com", user=who, status="given", at=NOW, by=OWNER)
    return msgspec.structs.replace(made, **changes)


def mailbox(*grants: Grant, **changes: Any) -> Mailbox:
    made = Mailbox(
        org="acme",
        id="sub-1",
        inbox="i1",
        owner=OWNER,
        address="box@example.com",
        sender_name="",
        connected_at=NOW,
        grants=grants,
    )
    return msgspec.structs.replace(made, **changes)


def campaign(**changes: Any) -> Campaign:
    made = Campaign(
        org="acme",
        id="c1",
        name="n",
        mailbox="sub-1",
        inbox="i1",
        author=AUTHOR,
        timezone="UTC",
        steps=(),
        status="active",
        content="",
        candidates=1,
        accepted_at=NOW,
    )
    return msgspec.structs.replace(made, **changes)


GRANTED = mailbox(grant(), grant(DELEGATE, id="g2"))
#: Who, in which role, on which mailbox may do what.
MATRIX: list[tuple[str, Role, Mailbox | None, set[Right]]] = [
    (OWNER, "member", GRANTED, ALL),
    (OWNER, "admin", GRANTED, ALL),
    (AUTHOR, "member", GRANTED, {"see", "read", "stop", "write"}),
    (AUTHOR, "member", mailbox(), {"see", "stop"}),
    (AUTHOR, "member", mailbox(grant(status="ended")), {"see", "stop"}),
    (AUTHOR, "member", mailbox(grant(status="asked")), {"see", "stop"}),
    (AUTHOR, "member", mailbox(grant(until=NOW)), {"see", "stop"}),
    (AUTHOR, "member", mailbox(grant(campaign="c2")), {"see", "stop"}),
    (AUTHOR, "member", mailbox(grant(campaign="c1", until=NOW + DAY)), {"see", "read", "stop", "write"}),
    (AUTHOR, "member", mailbox(owner=AUTHOR), ALL),
    (AUTHOR, "member", None, {"see", "stop"}),
    (DELEGATE, "member", GRANTED, {"see", "read"}),
    (DELEGATE, "admin", GRANTED, {"see", "read", "stop"}),
    (DELEGATE, "member", mailbox(grant(DELEGATE, campaign="c2")), set()),
    (DELEGATE, "member", mailbox(grant(DELEGATE, status="ended")), set()),
    (STRANGER, "admin", GRANTED, {"see", "stop"}),
    (STRANGER, "admin", None, {"see", "stop"}),
    (STRANGER, "member", GRANTED, set()),
    (STRANGER, "member", None, set()),
]


@pytest.mark.parametrize(("user", "role", "box", "expected"), MATRIX)
def test_rights_of_everybody(user: str, role: Role, box: Mailbox | None, expected: set[Right]) -> None:
    assert rights(campaign(), box, caller(user, role), NOW) == expected


@pytest.mark.parametrize(("user", "role", "box", "expected"), MATRIX)
def test_what_is_not_permitted_is_refused_and_what_is_not_seen_is_not_there(
    user: str, role: Role, box: Mailbox | None, expected: set[Right]
) -> None:
    key = keys.campaign("acme", "c1")
    snapshot = Snapshot({key: Versioned(campaign(), 1), keys.mailbox("acme", "sub-1"): Versioned(box, 1)})
    for right in RIGHTS:
        if right in expected:
            assert permitted(snapshot, key, caller(user, role), right, NOW) == campaign()
            continue
        with pytest.raises(Forbidden if "see" in expected else NotFound) as refused:
            permitted(snapshot, key, caller(user, role), right, NOW)
        assert str(refused.value)


def test_mailbox_that_was_not_read_gives_nobody_a_right_of_its_owners() -> None:
    key = keys.campaign("acme", "c1")
    with pytest.raises(NotFound):
        permitted(Snapshot({key: Versioned(campaign(), 1)}), key, caller(OWNER), "see", NOW)


def test_who_is_known_by_address_is_its_user_until_the_id_is_known() -> None:
    unbound = grant(user="", email="Author@Example.com")
    assert may_send(mailbox(unbound), caller(AUTHOR), "c1", NOW)
    assert may_send(mailbox(owner="", address="Author@example.com"), caller(AUTHOR), "c1", NOW)
    # Later the address alone opens nothing: it may belong to somebody else then.
    other = caller("new", email=f"{AUTHOR}@example.com")
    assert not may_send(mailbox(grant()), other, "c1", NOW)
    assert not may_send(mailbox(address=f"{AUTHOR}@example.com"), other, "c1", NOW)
    assert may_send(mailbox(grant()), caller(AUTHOR, email="new@example.com"), "c1", NOW)


def test_nobody_sends_by_a_grant_that_is_bound_to_nobody() -> None:
    assert holding(mailbox(grant(user="")), "", "c1", NOW) is None
    assert lacking(mailbox(grant(user="")), campaign(), NOW) == "grant"


def test_grant_for_the_campaign_alone_outranks_one_for_all() -> None:
    for_all, for_one = grant(approval=True), grant(id="g2", campaign="c1")
    assert holding(mailbox(for_all, for_one), AUTHOR, "c1", NOW) == for_one
    assert holding(mailbox(for_one, for_all), AUTHOR, "c1", NOW) == for_one
    assert holding(mailbox(for_one, for_all), AUTHOR, "c2", NOW) == for_all


def test_grant_holds_up_to_its_last_moment() -> None:
    lent = mailbox(grant(until=NOW))
    assert lacking(lent, campaign(), NOW - timedelta(microseconds=1)) == ""
    assert lacking(lent, campaign(), NOW) == "grant"


@pytest.mark.parametrize(
    ("box", "approved", "expected"),
    [
        (mailbox(owner=AUTHOR), False, ""),
        (mailbox(), False, "grant"),
        (mailbox(grant()), False, ""),
        (mailbox(grant(approval=True)), False, "approval"),
        (mailbox(grant(approval=True)), True, ""),
        (mailbox(grant(approval=True, status="ended")), True, "grant"),
    ],
)
def test_what_a_campaign_lacks(box: Mailbox, approved: bool, expected: str) -> None:  # noqa: FBT001 - a case
    assert lacking(box, campaign(approved_at=NOW if approved else None), NOW) == expected


def test_nothing_begins_where_all_is_being_erased() -> None:
    refuse_erased(None, None)
    refuse_erased(Org(org="acme"), mailbox())
    for org, box in ((Org(org="acme", erasing="e"), None), (None, mailbox(erasing="e"))):
        with pytest.raises(Conflict):
            refuse_erased(org, box)


SENDS: list[tuple[dict[str, Any], Any]] = [
    ({"mailbox": {"owner": "x"}}, Pause(GRANT_ENDED)),
    ({"mailbox": {"owner": "x", "grants": (grant("u"),)}}, Send),
    ({"mailbox": {"owner": "x", "grants": (grant("u", until=NOW),)}}, Pause(GRANT_ENDED)),
    ({"mailbox": {"owner": "x", "grants": (grant("u", campaign="c2"),)}}, Pause(GRANT_ENDED)),
    (
        {"mailbox": {"owner": "x", "grants": (grant("u", approval=True),)}},
        Later("the mailbox's owner has not approved the campaign", PERSON_WAIT),
    ),
    (
        {
            "mailbox": {"owner": "x", "grants": (grant("u", approval=True),)},
            "campaign": {"approved_at": NOW},
        },
        Send,
    ),
    # A pause is a pause, whatever else is missing.
    (
        {"mailbox": {"owner": "x"}, "campaign": {"status": "paused", "why": "w"}},
        Later("w", PERSON_WAIT),
    ),
    (
        {"contact": {"erasing": "e"}},
        Stop(Event.CANCELLED, "the candidate's data is being erased"),
    ),
    ({"mailbox": {"erasing": "e"}}, Later("the mailbox is being erased", PERSON_WAIT)),
    ({"org": Org(org="acme", erasing="e")}, Later("the organisation's data is being erased", PERSON_WAIT)),
    ({"inbox": {"behind": True}}, Later("the mailbox is catching up with its mail", BEHIND_WAIT)),
]


@pytest.mark.parametrize(("changes", "expected"), SENDS)
def test_send_and_settler_ask_for_grant_approval_and_marks(changes: dict[str, Any], expected: Any) -> None:
    first = next_move(papers(**changes), PAPERS, "intro", NOW)
    taken = leased(sending(), NOW)
    assert taken.attempt is not None
    again = next_settlement(papers(enrollment=taken, **changes), PAPERS, taken.attempt, NOW)
    for move in (first, again):
        assert isinstance(move, Send) if expected is Send else move == expected


def test_mailbox_that_is_being_disconnected_sends_nothing() -> None:
    assert isinstance(next_move(papers(inbox={"status": "leaving"}), PAPERS, "intro", NOW), Later)
