"""Show that an invitation names all faults at once, ends by itself, and says everything that it asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from lib.core.callers import VerifiedCaller
from lib.core.errors import InvalidRequest
from lib.core.inviting import (
    INVITATION_TIME,
    InvitationRequest,
    WishedGrant,
    accepted,
    invited,
    open_invitation,
    words,
)
from lib.core.records import Invitation, Org
from lib.core.unconnected import NotConnected

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADMIN = VerifiedCaller(org="acme", user="user-9", email="ada@example.com", role="admin")
ORIGINS = ("https://app.example.com",)
REQUEST = InvitationRequest(
    address=" kim@example.com ", sender_name="Kim Kaya", return_url="https://app.example.com/thanks"
)
GRANT = WishedGrant(campaign="c1", until=datetime(2026, 6, 30, 12, 0, tzinfo=UTC), approval=True)


def made(request: InvitationRequest = REQUEST) -> Invitation:
    return invited(request, ADMIN, "i1", "g1", ORIGINS, NOW)


def text(invitation: Invitation, org: Org | None = None) -> str:
    title, paragraphs = words(invitation, org)
    return " ".join([title, *paragraphs])


def test_every_fault_of_an_invitation_is_named() -> None:
    wrong = InvitationRequest(
        address="kim",
        sender_name="",
        return_url="https://evil.example.net",
        timezone="Berlin",
        grant=WishedGrant(campaign="no id", until=NOW),
    )
    with pytest.raises(InvalidRequest) as refused:
        made(wrong)
    fields = [fault.field for fault in refused.value.faults]
    assert fields == ["address", "sender_name", "return_url", "timezone", "grant.campaign", "grant.until"]


def test_nobody_asks_themselves_for_a_grant() -> None:
    own = msgspec.structs.replace(REQUEST, address="ADA@example.com", grant=WishedGrant())
    with pytest.raises(InvalidRequest) as refused:
        made(own)
    assert [fault.field for fault in refused.value.faults] == ["grant"]


def test_an_invitation_is_open_for_seven_days_until_it_is_used() -> None:
    invitation = made()
    assert open_invitation(invitation, NOW + INVITATION_TIME - timedelta(seconds=1)) == invitation
    for one, at, why in [
        (invitation, NOW + INVITATION_TIME, "old_invitation"),
        (msgspec.structs.replace(invitation, used=True), NOW, "used_invitation"),
        (None, NOW, "no_invitation"),
    ]:
        with pytest.raises(NotConnected) as refused:
            open_invitation(one, at)
        assert refused.value.why == why


def test_the_wish_that_comes_of_it_is_bound_to_the_address_and_owned_by_nobody_yet() -> None:
    wish = accepted(made(msgspec.structs.replace(REQUEST, grant=GRANT)), "c1", NOW)
    assert (wish.user, wish.address, wish.invitation) == ("", "kim@example.com", "i1")
    assert wish.grant is not None
    assert (wish.grant.user, wish.grant.status, wish.grant.campaign) == ("user-9", "asked", "c1")


def test_the_page_names_the_org_who_asks_and_for_what() -> None:
    page = text(made(), Org(org="acme", name="Northwind"))
    for word in ("Northwind asks you", "ada@example.com", "kim@example.com", "Kim Kaya", "find the answers"):
        assert word in page
    assert "Nobody else may send" in page
    assert "acme asks you" in text(made(), Org(org="acme"))
    assert "acme asks you" in text(made())


def test_the_page_says_what_the_grant_gives_and_until_when() -> None:
    page = text(made(msgspec.structs.replace(REQUEST, grant=GRANT)))
    for word in ("“c1”", "in your name", "see the answers", "until 30 June 2026", "You approve each"):
        assert word in page
    page = text(made(msgspec.structs.replace(REQUEST, grant=WishedGrant())))
    assert "until you end it" in page
    assert "You approve" not in page


def test_the_page_of_a_header_only_mailbox_promises_that_texts_are_not_read() -> None:
    page = text(made(msgspec.structs.replace(REQUEST, access="headers")))
    assert "cannot read the text of any mail" in page
    assert "labels" not in page
