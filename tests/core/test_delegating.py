"""Show how grants come, change, bind and go: once for each person and campaign, never back from the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from lib.core import keys
from lib.core.delegating import (
    ENDED_KEPT,
    LIVE_LIMIT,
    WISH_LIMIT,
    Accepting,
    Gift,
    Plea,
    Terms,
    accepted,
    asked,
    check_plea,
    consented,
    ended,
    given,
    without_grant,
)
from lib.core.errors import Conflict, InvalidRequest, NotFound, OutreachError
from lib.core.keys import Snapshot, Versioned
from lib.core.records import Grant, Mailbox
from lib.core.rights import bound, holding
from tests.core.enrollments import NOW
from tests.core.test_rights import AUTHOR, DAY, OWNER, caller, campaign, grant, mailbox

ROBIN, SAM = caller(OWNER), caller(AUTHOR)
LATER = NOW + DAY


def gift(**changes: Any) -> Gift:
    return msgspec.structs.replace(Gift(email=SAM.email), **changes)


def faults(error: pytest.ExceptionInfo[InvalidRequest]) -> list[str]:
    return [fault.field for fault in error.value.faults]


def test_given_grant_has_its_terms_and_is_bound_to_nobody_yet() -> None:
    after, made = given(mailbox(), ROBIN, gift(campaign="c1", until=LATER, approval=True), "g9", NOW)
    assert after.grants == (made,)
    assert (made.id, made.email, made.user, made.status) == ("g9", SAM.email, "", "given")
    assert (made.campaign, made.until, made.approval, made.by) == ("c1", LATER, True, OWNER)


def test_same_gift_again_is_one_and_other_terms_take_its_place() -> None:
    first, made = given(mailbox(), ROBIN, gift(), "g1", NOW)
    assert given(first, ROBIN, gift(email=SAM.email.upper()), "g2", LATER) == (first, made)
    second, other = given(first, ROBIN, gift(approval=True), "g2", LATER)
    assert (second.grants, other.id, other.approval, other.at) == ((other,), "g1", True, LATER)
    third, more = given(second, ROBIN, gift(campaign="c1"), "g3", LATER)
    assert third.grants == (other, more)


def test_gift_keeps_whom_it_is_bound_to() -> None:
    after, made = given(mailbox(grant()), ROBIN, gift(until=LATER), "g2", NOW)
    assert (made.id, made.user, after.grants) == ("g1", AUTHOR, (made,))


def test_all_faults_of_a_gift_are_listed() -> None:
    wrong = gift(email="nobody", campaign="a/b", until=NOW)
    with pytest.raises(InvalidRequest) as refused:
        given(mailbox(), ROBIN, wrong, "g1", NOW)
    assert faults(refused) == ["email", "campaign", "until"]
    for email in ("box@example.com", ROBIN.email):
        with pytest.raises(InvalidRequest) as refused:
            given(mailbox(), ROBIN, gift(email=email), "g1", NOW)
        assert faults(refused) == ["email"]


def test_all_faults_of_a_wish_are_listed() -> None:
    naive = LATER.replace(tzinfo=None)
    with pytest.raises(InvalidRequest) as refused:
        check_plea(Plea(address="box", campaign="/", until=naive), NOW)
    assert faults(refused) == ["address", "campaign", "until"]
    elsewhere = (NOW + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=5)))
    check_plea(Plea(address="box@example.com", until=elsewhere), NOW)


def test_wish_is_bound_to_who_asks_and_the_last_one_counts() -> None:
    first, made = asked(mailbox(), SAM, Terms(), "g1", NOW)
    assert (made.status, made.user, made.email) == ("asked", AUTHOR, SAM.email)
    assert asked(first, SAM, Terms(), "g2", LATER) == (first, made)
    second, other = asked(first, SAM, Terms(until=LATER), "g2", LATER)
    assert (second.grants, other.id, other.until) == ((other,), "g1", LATER)


def test_who_holds_what_they_ask_for_gets_nothing_new_and_is_known_from_now_on() -> None:
    after, found = asked(mailbox(grant(user="")), SAM, Terms(approval=True), "g2", NOW)
    assert found.status == "given"
    assert after.grants == (grant(),)


def test_owner_asks_for_nothing() -> None:
    with pytest.raises(Conflict):
        asked(mailbox(), ROBIN, Terms(), "g1", NOW)


def test_accepted_wish_is_given_as_it_was_asked_or_as_the_owner_changes_it() -> None:
    wish = mailbox(grant(status="asked", until=LATER))
    _, same = accepted(wish, ROBIN, "g1", Accepting(), NOW)
    assert (same.status, same.until, same.by) == ("given", LATER, OWNER)
    narrowed, less = accepted(wish, ROBIN, "g1", Accepting(campaign="c1", until=None, approval=True), NOW)
    assert (less.campaign, less.until, less.approval) == ("c1", None, True)
    assert accepted(narrowed, ROBIN, "g1", Accepting(campaign=""), LATER) == (narrowed, less)


def test_what_cannot_be_accepted_is_refused() -> None:
    with pytest.raises(NotFound):
        accepted(mailbox(), ROBIN, "g1", Accepting(), NOW)
    with pytest.raises(Conflict, match="ended"):
        accepted(mailbox(grant(status="ended")), ROBIN, "g1", Accepting(), NOW)
    with pytest.raises(InvalidRequest) as refused:
        accepted(mailbox(grant(status="asked", until=NOW)), ROBIN, "g1", Accepting(), NOW)
    assert faults(refused) == ["until"]
    both = mailbox(grant(id="g0", campaign="c1", user=""), grant(status="asked"))
    with pytest.raises(Conflict, match="already"):
        accepted(both, ROBIN, "g1", Accepting(campaign="c1"), NOW)


def test_ended_grant_stays_on_record_and_ends_once() -> None:
    after, made = ended(mailbox(grant()), "g1", OWNER, LATER)
    assert (made.status, made.at, after.grants) == ("ended", LATER, (made,))
    assert ended(after, "g1", AUTHOR, LATER + DAY) == (after, made)
    again, new = given(after, ROBIN, gift(), "g2", LATER)
    assert (again.grants, new.user) == ((made, new), "")


def test_only_the_last_ended_grants_are_kept_and_all_others() -> None:
    old = tuple(grant(id=f"e{number}", status="ended") for number in range(ENDED_KEPT))
    after, made = ended(mailbox(*old, grant()), "g1", OWNER, NOW)
    assert after.grants == (*old[1:], made)


def test_mailbox_has_only_so_many_grants() -> None:
    many = tuple(grant(f"u{number}", id=f"g{number}") for number in range(LIVE_LIMIT))
    with pytest.raises(Conflict, match="too many"):
        given(mailbox(*many), ROBIN, gift(), "new", NOW)


def test_deed_binds_the_grants_of_its_doer_and_nobody_elses() -> None:
    grants = (
        grant(user=""),
        grant(user="", id="g2", status="ended"),
        grant("other", id="g3", email=SAM.email),
        grant(user="", id="g4", email="lee@example.com"),
    )
    after = bound(mailbox(*grants), SAM)
    assert [one.user for one in after.grants] == [AUTHOR, "", "other", ""]
    assert bound(after, SAM) == after


def test_invited_owner_is_known_by_id_after_the_first_deed() -> None:
    invited = mailbox(owner="", address=ROBIN.email)
    assert bound(invited, SAM).owner == ""
    assert bound(invited, ROBIN).owner == OWNER
    after, _ = given(invited, ROBIN, gift(), "g1", NOW)
    assert after.owner == OWNER


def test_consent_at_an_invitation_gives_what_it_named_once() -> None:
    wish = grant(id="i1", status="asked", until=LATER, approval=True, by=AUTHOR)
    first, made = consented(mailbox(owner=""), wish, NOW)
    assert first.grants == (made,)
    assert (made.status, made.user, made.until, made.approval, made.by) == ("given", AUTHOR, LATER, True, "")
    assert consented(first, wish, NOW + timedelta(minutes=1)) == (first, made)
    after, same = consented(mailbox(grant(user="")), wish, NOW)
    assert (after.grants, same.id, same.until) == ((same,), "g1", LATER)


def test_expired_grant_stands_in_nobodys_way_and_ends_as_another_takes_its_place() -> None:
    box, later = mailbox(grant(until=LATER)), LATER + DAY
    wished, wish = asked(box, SAM, Terms(), "g2", later)
    assert (wish.id, wish.status) == ("g2", "asked")
    after, renewed = accepted(wished, ROBIN, "g2", Accepting(), later)
    assert [(one.id, one.status) for one in after.grants] == [("g1", "ended"), ("g2", "given")]
    assert holding(after, AUTHOR, "c1", later) == renewed


def test_one_person_asks_for_so_many_grants_at_once_and_others_are_not_held_up() -> None:
    box = mailbox()
    for number in range(WISH_LIMIT):
        box, _ = asked(box, SAM, Terms(campaign=f"c{number}"), f"g{number}", NOW)
    with pytest.raises(Conflict, match="wait for its owner"):
        asked(box, SAM, Terms(campaign="c99"), "g99", NOW)
    assert asked(box, SAM, Terms(campaign="c0", approval=True), "g99", NOW)[1].approval
    assert asked(box, caller("else"), Terms(), "g99", NOW)[1].id == "g99"


def snapshot(box: Mailbox | None, **changes: Any) -> Snapshot:
    return Snapshot(
        {
            keys.campaign("acme", "c1"): Versioned(campaign(**changes), 1),
            keys.mailbox("acme", "sub-1"): Versioned(box, 1),
        }
    )


@pytest.mark.parametrize(
    ("changes", "paused"),
    [
        ({}, True),
        ({"status": "paused", "paused_for": "disconnect"}, True),
        ({"status": "paused", "paused_for": "person"}, False),
        ({"status": "paused", "paused_for": "grant"}, False),
        ({"status": "cancelled"}, False),
        ({"status": "accepting"}, False),
        ({"author": OWNER}, False),
    ],
)
def test_campaign_without_a_grant_is_paused_with_a_word_in_the_audit(
    changes: dict[str, Any],
    paused: bool,  # noqa: FBT001 - a case
) -> None:
    writes = without_grant(snapshot(mailbox(), **changes), campaign(), NOW, by=OWNER)
    assert bool(writes) is paused
    if paused:
        after, entry = writes.values()
        assert (after.status, after.paused_for) == ("paused", "grant")  # type: ignore[attr-defined]
        assert (entry.deed, entry.by, entry.campaign) == ("paused_campaign", OWNER, "c1")  # type: ignore[attr-defined]


def test_campaign_whose_author_holds_another_grant_goes_on() -> None:
    lent = mailbox(grant(status="ended"), grant(id="g2", campaign="c1"))
    assert without_grant(snapshot(lent), campaign(), NOW, by="") == {}
    assert without_grant(snapshot(None), campaign(), NOW, by="") == {}


@st.composite
def deeds(draw: st.DrawFn) -> tuple[str, str, str, int]:
    kind = draw(st.sampled_from(["ask", "give", "accept", "end", "bind"]))
    return (
        kind,
        draw(st.sampled_from(["", "c1"])),
        draw(st.sampled_from(["sam", "lee"])),
        draw(st.integers(0, 9)),
    )


@hypothesis_given(st.lists(deeds(), max_size=25))
def test_whatever_is_done_each_person_has_one_grant_for_a_campaign_and_no_end_is_undone(
    some: list[tuple[str, str, str, int]],
) -> None:
    box, over = mailbox(), dict[str, Grant]()
    for number, (kind, about, user, which) in enumerate(some):
        who, now = caller(user), NOW + number * DAY
        try:
            match kind:
                case "ask":
                    box, _ = asked(box, who, Terms(campaign=about), f"g{number}", now)
                case "give":
                    box, _ = given(box, ROBIN, Gift(email=who.email, campaign=about), f"g{number}", now)
                case "accept":
                    box, _ = accepted(box, ROBIN, f"g{which}", Accepting(campaign=about), now)
                case "end":
                    box, _ = ended(box, f"g{which}", OWNER, now)
                case _:
                    box = bound(box, who)
        except OutreachError:
            continue
        live = [(one.email, one.campaign) for one in box.grants if one.status != "ended"]
        assert len(live) == len(set(live))
        assert len({one.id for one in box.grants}) == len(box.grants)
        gone = {one.id: one for one in box.grants if one.status == "ended"}
        assert gone.items() >= over.items()
        over = gone


def test_times_of_grants_are_in_no_zone_of_ours() -> None:
    made = given(mailbox(), ROBIN, gift(until=datetime(2026, 4, 1, tzinfo=UTC)), "g1", NOW)[1]
    assert made.until == datetime(2026, 4, 1, 2, tzinfo=timezone(timedelta(hours=2)))
