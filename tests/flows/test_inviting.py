"""Show that an invitation connects one mailbox once and gives what its page named; a look uses nothing up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import Conflict, Forbidden, NotFound
from lib.core.inviting import INVITATION_TIME, InvitationRequest, WishedGrant
from lib.core.records import AuditEntry, Connection, Grant, Invitation, Mailbox, Org
from lib.core.unconnected import NotConnected
from lib.flows.inviting import begin, invite, list_invitations, show, withdraw
from tests.flows.connecting_scene import BACK, CALLER, REQUEST, Browser
from tests.flows.memory_services import MAILBOX, ORG, OWNER

ADMIN = VerifiedCaller(org=ORG, user="user-9", email="ada@example.com", role="admin")
ASKED = InvitationRequest(address=OWNER, sender_name="Robin Recruiter", return_url=BACK, grant=WishedGrant())


@pytest.fixture
def browser() -> Browser:
    return Browser()


def link(browser: Browser, **changes: Any) -> str:
    """Invite; return the token of the link."""
    made = invite(browser, ADMIN, msgspec.structs.replace(ASKED, **changes))
    assert made.url.startswith("https://outreach.example.com/oauth_callback/invitation?token=")
    return parse_qs(urlsplit(made.url).query)["token"][0]


def mailbox(browser: Browser) -> Mailbox:
    (found,) = browser.kept(Mailbox)
    assert isinstance(found, Mailbox)
    return found


def test_an_invited_person_connects_and_the_admin_has_the_grant(browser: Browser) -> None:
    token = link(browser)
    assert browser.come_back(begin(browser, token)) == BACK
    found = mailbox(browser)
    assert (found.owner, found.address, found.sender_name) == ("", OWNER, "Robin Recruiter")
    (grant,) = found.grants
    assert (grant.user, grant.email, grant.status, grant.by) == ("user-9", "ada@example.com", "given", "")
    (invitation,) = browser.kept(Invitation)
    assert invitation.used
    assert sorted(browser.deeds()) == ["connected", "granted", "invited"]


def test_without_a_wish_for_a_grant_nobody_gets_one(browser: Browser) -> None:
    browser.come_back(begin(browser, link(browser, grant=None)))
    assert mailbox(browser).grants == ()
    assert sorted(browser.deeds()) == ["connected", "invited"]


def test_only_the_hash_of_the_token_is_kept_and_no_address_is_on_the_audit(browser: Browser) -> None:
    token = link(browser)
    (invitation,) = browser.kept(Invitation)
    assert token not in msgspec.json.encode(invitation).decode()
    assert token.partition(".")[2] not in msgspec.json.encode(invitation).decode()
    assert all("@" not in msgspec.json.encode(entry).decode() for entry in browser.kept(AuditEntry))


def test_looking_and_pressing_use_nothing_up(browser: Browser) -> None:
    token = link(browser)
    before = browser.store._documents.copy()
    assert "ada@example.com" in " ".join(show(browser, token).paragraphs)
    assert browser.store._documents == before
    begin(browser, token)
    begin(browser, token)
    assert browser.come_back(begin(browser, token)) == BACK


def test_the_page_names_the_org_as_people_know_it(browser: Browser) -> None:
    token = link(browser)
    browser.put(keys.org(ORG), Org(org=ORG, name="Northwind"))
    assert show(browser, token).title.startswith("Northwind ")


def test_an_invitation_connects_once(browser: Browser) -> None:
    token = link(browser)
    second = begin(browser, token)
    browser.come_back(begin(browser, token))
    before = browser.connected_things()
    with pytest.raises(NotConnected) as used:
        show(browser, token)
    assert used.value.why == "used_invitation"
    with pytest.raises(NotConnected) as late:
        browser.come_back(second)
    assert (late.value.why, late.value.back) == ("used_invitation", "")
    assert browser.connected_things() == before
    assert browser.oauth.revoked == []


@pytest.mark.parametrize("token", ["", ".", "acme.made-up", "../x.y", "a b.c", "acme"])
def test_a_token_that_is_none_leads_nowhere(browser: Browser, token: str) -> None:
    link(browser)
    for step in (show, begin):
        with pytest.raises(NotConnected) as refused:
            step(browser, token)
        assert refused.value.why == "no_invitation"
    assert browser.kept(Connection) == []


def test_an_invitation_ends_after_seven_days(browser: Browser) -> None:
    token = link(browser)
    browser.clock.move(INVITATION_TIME)
    with pytest.raises(NotConnected, match="too old"):
        begin(browser, token)
    assert list_invitations(browser, ADMIN) == []


def test_a_withdrawn_invitation_connects_nothing_though_the_consent_is_under_way(browser: Browser) -> None:
    token = link(browser)
    started = begin(browser, token)
    (invitation,) = browser.kept(Invitation)
    withdraw(browser, ADMIN, invitation.id)
    with pytest.raises(NotConnected, match="no such invitation"):
        show(browser, token)
    with pytest.raises(NotConnected, match="no such invitation"):
        browser.come_back(started)
    assert browser.connected_things() == []
    assert browser.oauth.revoked == ["refresh"]
    with pytest.raises(NotFound):
        withdraw(browser, ADMIN, invitation.id)


def test_a_used_invitation_cannot_be_withdrawn(browser: Browser) -> None:
    browser.come_back(begin(browser, link(browser)))
    (invitation,) = browser.kept(Invitation)
    with pytest.raises(Conflict, match="disconnect"):
        withdraw(browser, ADMIN, invitation.id)


def test_open_invitations_are_listed_without_their_tokens(browser: Browser) -> None:
    token = link(browser)
    browser.clock.move(timedelta(hours=1))
    link(browser, address="second@example.com")
    found = list_invitations(browser, ADMIN)
    assert [one.address for one in found] == [OWNER, "second@example.com"]
    assert token not in msgspec.json.encode(found).decode()
    assert list_invitations(browser, msgspec.structs.replace(ADMIN, org="globex")) == []


def test_members_have_nothing_to_do_with_invitations(browser: Browser) -> None:
    member = msgspec.structs.replace(ADMIN, role="member")
    for refused in (
        lambda: invite(browser, member, ASKED),
        lambda: list_invitations(browser, member),
        lambda: withdraw(browser, member, "i1"),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert browser.kept(Invitation) == []


def test_nobody_is_invited_while_the_org_is_being_erased(browser: Browser) -> None:
    browser.put(keys.org(ORG), Org(org=ORG, erasing="e1"))
    with pytest.raises(Conflict, match="being erased"):
        invite(browser, ADMIN, ASKED)
    assert browser.kept(Invitation) == []


def test_another_account_than_the_invited_one_is_told_to_open_the_link_again(browser: Browser) -> None:
    browser.world.add_account("other@example.com", "sub-2")
    browser.oauth.grant = msgspec.structs.replace(
        browser.oauth.grant, access_token="other@example.com", email="other@example.com", sub="sub-2"
    )
    with pytest.raises(NotConnected) as refused:
        browser.come_back(begin(browser, link(browser)))
    assert refused.value.why == "other_account"
    assert "open the link in your invitation" in refused.value.paragraphs[-1]
    assert refused.value.back == ""


def test_an_invitation_takes_a_mailbox_from_nobody(browser: Browser) -> None:
    """Its owner consents again; it stays theirs, under their name, and the grant is given by them."""
    browser.connect()
    browser.come_back(begin(browser, link(browser, sender_name="Somebody Else")))
    found = mailbox(browser)
    assert (found.owner, found.sender_name) == (CALLER.user, "Robin Recruiter")
    assert [(grant.user, grant.by) for grant in found.grants] == [("user-9", CALLER.user)]


def test_who_invites_the_owner_of_their_own_mailbox_needs_no_grant(browser: Browser) -> None:
    browser.connect()
    made = invite(browser, msgspec.structs.replace(ADMIN, user=CALLER.user), ASKED)
    browser.come_back(begin(browser, parse_qs(urlsplit(made.url).query)["token"][0]))
    assert mailbox(browser).grants == ()


def test_an_invited_person_who_signs_in_and_connects_owns_the_mailbox(browser: Browser) -> None:
    browser.come_back(begin(browser, link(browser)))
    browser.come_back(browser.begin(REQUEST))
    found = mailbox(browser)
    assert found.owner == CALLER.user
    assert len(found.grants) == 1


def test_a_grant_takes_the_place_of_what_was_asked_or_given_for_the_same(browser: Browser) -> None:
    browser.connect()
    at = browser.clock.now()
    given = Grant(id="g1", email="x@example.com", user="user-9", status="given", at=at, by="user-1")
    grants = (
        msgspec.structs.replace(given, status="asked"),
        msgspec.structs.replace(given, id="g2", campaign="c1"),
        msgspec.structs.replace(given, id="g3", status="ended"),
        msgspec.structs.replace(given, id="g4", user="user-2"),
        # Given to the admin's address, and not used yet.
        msgspec.structs.replace(given, id="g5", user="", email="Ada@example.com"),
        msgspec.structs.replace(given, id="g6", user="", email="kim@example.com"),
    )
    browser.put(keys.mailbox(ORG, MAILBOX), msgspec.structs.replace(mailbox(browser), grants=grants))
    browser.come_back(begin(browser, link(browser)))
    after = mailbox(browser).grants
    live = [grant.id for grant in after if grant.status != "ended"]
    assert (live, after[-1].status) == (["g2", "g4", "g6", "g1"], "given")
    assert (after[-1].user, after[-1].status, after[-1].campaign) == ("user-9", "given", "")
