"""Show that an answer of Google connects nothing unless every check passes, and leaves no access behind."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import MailboxPaused, Unavailable
from lib.core.keys import Changes, Snapshot
from lib.core.records import Connection, Mailbox, Org
from lib.core.tickets import STATE_TIME
from lib.core.unconnected import NotConnected
from lib.ports import Consent
from tests.flows.connecting_scene import BACK, CALLER, SCOPES, Browser
from tests.flows.memory_services import MAILBOX, ORG, OWNER


@pytest.fixture
def browser() -> Browser:
    return Browser()


def test_replayed_answer_is_refused(browser: Browser) -> None:
    started = browser.begin()
    browser.come_back(started)
    before = browser.connected_things()
    with pytest.raises(NotConnected, match="done before") as replayed:
        browser.come_back(started)
    assert replayed.value.back == BACK
    assert browser.connected_things() == before


@pytest.mark.parametrize(
    ("forged", "why", "back"),
    [
        ({"state": "acme.forged"}, "unknown_state", ""),
        ({"state": ""}, "unknown_state", ""),
        ({"state": "../x.y"}, "unknown_state", ""),
        ({"cookie": "another"}, "other_browser", BACK),
        ({"cookie": ""}, "other_browser", BACK),
        ({"code": None}, "denied", BACK),
        ({"error": "access_denied"}, "denied", BACK),
        ({"error": "admin_policy_enforced"}, "admin_block", BACK),
        ({"error": "something_new"}, "refused_request", BACK),
    ],
)
def test_forged_or_refused_answer_connects_nothing(
    browser: Browser, forged: dict[str, Any], why: str, back: str
) -> None:
    started = browser.begin()
    with pytest.raises(NotConnected) as refused:
        browser.come_back(started, **forged)
    assert (refused.value.why, refused.value.back) == (why, back)
    assert browser.connected_things() == []


def test_late_answer_connects_nothing(browser: Browser) -> None:
    started = browser.begin()
    browser.clock.move(STATE_TIME)
    with pytest.raises(NotConnected, match="too long"):
        browser.come_back(started)
    assert browser.connected_things() == []


@pytest.mark.parametrize(
    ("lacking", "why"),
    [
        *(
            ({"scopes": frozenset(SCOPES) - {scope}}, "unticked")
            for scope in SCOPES
            if scope.startswith("https")
        ),
        ({"refresh_token": None}, "no_lasting_access"),
        ({"sub": "../evil"}, "no_lasting_access"),
        ({"access_token": "other@example.com", "email": "other@example.com"}, "other_account"),
        ({"access_token": "nomail@example.com", "email": "nomail@example.com"}, "no_gmail"),
    ],
)
def test_grant_that_lacks_something_connects_nothing_and_is_given_back(
    browser: Browser, lacking: dict[str, Any], why: str
) -> None:
    browser.world.add_account("other@example.com", "sub-2")
    browser.world.add_account("nomail@example.com", "sub-3", has_gmail=False)
    browser.oauth.grant = msgspec.structs.replace(browser.oauth.grant, **lacking)
    with pytest.raises(NotConnected) as refused:
        browser.connect()
    assert (refused.value.why, refused.value.back) == (why, BACK)
    assert browser.connected_things() == []
    assert browser.oauth.revoked == [browser.oauth.grant.refresh_token or browser.oauth.grant.access_token]


def test_what_is_lacking_takes_nothing_from_a_mailbox_that_is_connected(browser: Browser) -> None:
    """Google takes all the app's access to the account away at once."""
    browser.connect()
    before = browser.connected_things()
    browser.oauth.grant = msgspec.structs.replace(browser.oauth.grant, scopes=frozenset({"openid"}))
    with pytest.raises(NotConnected, match="permission is missing"):
        browser.connect()
    assert browser.connected_things() == before
    assert browser.oauth.revoked == []


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Unavailable("x"), "silent"),
        (NotConnected("used_code"), "used_code"),
        (MailboxPaused("x", retry_after=STATE_TIME, alert="not_set_up"), "gmail_off"),
        (MailboxPaused("x", retry_after=STATE_TIME, alert="admin_block"), "admin_block"),
        (MailboxPaused("x", retry_after=STATE_TIME, alert="project_limit"), "silent"),
    ],
)
def test_what_google_says_at_the_exchange_is_told_with_the_way_back(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    def refuse(**_: Any) -> None:
        raise error

    monkeypatch.setattr(browser.oauth, "exchange", refuse)
    with pytest.raises(NotConnected) as refused:
        browser.connect()
    assert (refused.value.why, refused.value.back) == (why, BACK)
    assert browser.connected_things() == []


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_commit_that_fails_leaves_no_access_behind_but_what_is_stored(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, *, after_effect: bool
) -> None:
    commit = browser.store.commit

    def fail(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        is_last = any(key.kind is Mailbox for key in changes.writes)
        if is_last and not after_effect:
            raise Unavailable("x")
        after = commit(snapshot, changes)
        if is_last:
            raise Unavailable("x")
        return after

    monkeypatch.setattr(browser.store, "commit", fail)
    with pytest.raises(NotConnected) as unsure:
        browser.connect()
    assert unsure.value.why == "unsure"
    # Either it is stored and lives, or nothing is, and Google holds nothing for us.
    is_watched = browser.world.accounts[OWNER].watch is not None
    assert bool(browser.connected_things()) is after_effect
    assert is_watched is after_effect
    assert bool(browser.oauth.revoked) is not after_effect


def test_mailbox_of_another_org_is_refused_and_stays_as_it_is(browser: Browser) -> None:
    browser.connect()
    with pytest.raises(NotConnected, match="elsewhere"):
        browser.come_back(browser.begin(caller=msgspec.structs.replace(CALLER, org="other")))
    assert browser.inbox().org == ORG
    assert browser.oauth.revoked == []
    assert browser.world.accounts[OWNER].watch is not None


def test_mailbox_that_is_just_leaving_is_refused_before_it_is_watched_anew(browser: Browser) -> None:
    browser.connect()
    leaving = msgspec.structs.replace(browser.inbox(), status="leaving")
    browser.put(keys.inbox(leaving.id), leaving)
    browser.world.accounts[OWNER].watch = None
    with pytest.raises(NotConnected, match="being disconnected"):
        browser.connect()
    assert browser.inbox() == leaving
    assert browser.world.accounts[OWNER].watch is None
    assert browser.oauth.revoked == []


@pytest.mark.parametrize("what", ["org", "mailbox"])
def test_what_is_being_erased_is_not_connected(browser: Browser, what: str) -> None:
    browser.connect()
    started = browser.begin()
    (mailbox,), (org,) = browser.kept(Mailbox), browser.kept(Org)
    if what == "org":
        browser.put(keys.org(ORG), msgspec.structs.replace(org, erasing="e1"))
    else:
        browser.put(keys.mailbox(ORG, MAILBOX), msgspec.structs.replace(mailbox, erasing="e1"))
    before = browser.connected_things()
    with pytest.raises(NotConnected, match="being erased"):
        browser.come_back(started)
    assert browser.connected_things() == before


def test_a_wish_that_is_erased_while_google_is_asked_connects_nothing(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = browser.oauth.exchange

    def erased(**how: str) -> Consent:
        (wish,) = browser.kept(Connection)
        gone = Changes(None, deletes=frozenset({keys.connection(ORG, wish.id)}))
        browser.store.commit(Snapshot(), gone)
        return exchange(**how)

    monkeypatch.setattr(browser.oauth, "exchange", erased)
    with pytest.raises(NotConnected, match="did not ask"):
        browser.connect()
    assert browser.connected_things() == []
    assert browser.kept(Connection) == []
    assert browser.world.accounts[OWNER].watch is None
