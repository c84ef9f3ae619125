"""Show that a mailbox is connected only when every check passes, and that a new consent loses nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import Conflict, Forbidden, InvalidRequest, NotFound
from lib.core.records import Connection, Inbox, Mailbox, OAuthState, Record, Reply
from lib.core.tickets import SCOPES as BY_ACCESS
from lib.core.tickets import STATE_TIME, TICKET_TIME
from lib.flows.connecting import LABEL, ConnectionRequest, Started, ask, finish, start
from lib.ports import Consent
from tests.flows.memory_services import MAILBOX, ORG, OWNER
from tests.flows.outreach import ANN, Outreach
from tests.flows.test_receiving import unrelated

BACK = "https://app.example.com/done"
CALLER = VerifiedCaller(org=ORG, user="user-1", email=OWNER, role="member")
SCOPES = BY_ACCESS["full"]
REQUEST = ConnectionRequest(address=OWNER, sender_name="Robin Recruiter", return_url=BACK)


class ConsentingOAuth:
    """Answer as Google does after a consent; ``grant`` is what it gives for the code."""

    def __init__(self) -> None:
        self.challenges: list[str] = []
        self.grant = Consent(
            refresh_token="refresh", access_token=OWNER, scopes=frozenset(SCOPES), sub=MAILBOX, email=OWNER
        )

    def authorization_url(
        self, *, scopes: Sequence[str], state: str, challenge: str, login_hint: str, redirect_uri: str
    ) -> str:
        self.challenges.append(challenge)
        self.scopes = scopes
        return f"https://accounts.example.com/auth?state={state}&login_hint={login_hint}&to={redirect_uri}"

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Consent:
        hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        assert (code, redirect_uri) == ("code", "https://outreach.example.com/oauth_callback")
        assert hashed in self.challenges
        return self.grant


class Browser(Outreach):
    """A mailbox that is not connected yet, and the person in front of it."""

    def __init__(self) -> None:
        super().__init__()
        self.oauth: ConsentingOAuth = ConsentingOAuth()
        self.forget()

    def forget(self) -> None:
        self.store._documents.clear()

    def begin(self, request: ConnectionRequest = REQUEST, caller: VerifiedCaller = CALLER) -> Started:
        return start(self, self.ticket(request, caller))

    def ticket(self, request: ConnectionRequest = REQUEST, caller: VerifiedCaller = CALLER) -> str:
        return parse_qs(urlsplit(ask(self, caller, request)).query)["ticket"][0]

    def come_back(self, started: Started, **changes: Any) -> str:
        state = parse_qs(urlsplit(started.url).query)["state"][0]
        given: dict[str, Any] = {"state": state, "cookie": started.cookie, "code": "code", "error": None}
        return finish(self, **(given | changes))

    def connect(self) -> str:
        return self.come_back(self.begin())

    def connected_things(self) -> list[Record]:
        return [*self.kept(Mailbox), *self.kept_inboxes()]

    def kept_inboxes(self) -> list[Inbox]:
        return self.store._query(Inbox, "inboxes")


@pytest.fixture
def browser() -> Browser:
    return Browser()


def test_whole_chain_connects_the_mailbox(browser: Browser) -> None:
    assert browser.connect() == BACK
    inbox = browser.inbox()
    assert (inbox.status, inbox.org, inbox.mailbox, inbox.address) == ("connected", ORG, MAILBOX, OWNER)
    assert inbox.sealed_token == "acme/sub-1/refresh"
    assert inbox.cursor == str(browser.world.accounts[OWNER].history_id)
    assert browser.world.accounts[OWNER].labels[str(inbox.label)].name == LABEL
    (mailbox,) = browser.kept(Mailbox)
    assert (mailbox.owner, mailbox.sender_name) == ("user-1", "Robin Recruiter")


def test_a_header_only_mailbox_is_asked_for_less_and_has_no_label(browser: Browser) -> None:
    request = msgspec.structs.replace(REQUEST, access="headers", timezone="Europe/Berlin")
    granted = frozenset(BY_ACCESS["headers"])
    browser.oauth.grant = msgspec.structs.replace(browser.oauth.grant, scopes=granted)
    browser.come_back(browser.begin(request))
    assert browser.oauth.scopes == BY_ACCESS["headers"]
    assert (browser.inbox().access, browser.inbox().label) == ("headers", None)
    assert browser.kept(Mailbox)[0].timezone == "Europe/Berlin"


def test_browser_is_sent_to_google_with_the_address_as_hint(browser: Browser) -> None:
    asked = parse_qs(urlsplit(browser.begin().url).query)
    assert asked["login_hint"] == [OWNER]
    assert [len(one) for one in browser.oauth.challenges] == [43]


def test_only_hashes_of_what_binds_the_browser_are_kept(browser: Browser) -> None:
    started = browser.begin()
    (state,) = browser.kept(OAuthState)
    stored = msgspec.json.encode(state).decode()
    assert started.cookie not in stored
    assert parse_qs(urlsplit(started.url).query)["state"][0] not in stored


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "no address"),
        ("sender_name", "  "),
        ("sender_name", "x" * 101),
        ("sender_name", "a\r\nBcc: b@example.com"),
        ("return_url", "https://evil.example.net/"),
        ("return_url", "https://app.example.com.evil.example.net/"),
        ("return_url", "https://app.example.com/\r\nSet-Cookie: x"),
        ("timezone", "Berlin"),
    ],
)
def test_wish_with_a_fault_is_refused_and_not_kept(browser: Browser, field: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        ask(browser, CALLER, msgspec.structs.replace(REQUEST, **{field: value}))
    assert [fault.field for fault in refused.value.faults] == [field]
    assert browser.kept(Connection) == []


def test_mailbox_of_somebody_else_cannot_be_asked_for(browser: Browser) -> None:
    with pytest.raises(Forbidden):
        ask(browser, CALLER, msgspec.structs.replace(REQUEST, address="other@example.com"))


def test_ticket_is_good_for_five_minutes_and_uses_nothing_up(browser: Browser) -> None:
    ticket = browser.ticket()
    first = start(browser, ticket)
    second = start(browser, ticket)
    browser.come_back(first)
    browser.come_back(second)
    browser.clock.move(TICKET_TIME)
    with pytest.raises(InvalidRequest, match="too old"):
        start(browser, ticket)


def test_ticket_whose_wish_is_gone_leads_nowhere(browser: Browser) -> None:
    ticket = browser.ticket()
    browser.forget()
    with pytest.raises(NotFound):
        start(browser, ticket)


def test_replayed_answer_is_refused(browser: Browser) -> None:
    started = browser.begin()
    browser.come_back(started)
    before = browser.connected_things()
    with pytest.raises(InvalidRequest, match="used before"):
        browser.come_back(started)
    assert browser.connected_things() == before


@pytest.mark.parametrize(
    "forged",
    [
        {"state": "acme.forged"},
        {"state": ""},
        {"state": "../x.y"},
        {"cookie": "another"},
        {"cookie": ""},
        {"code": None},
        {"error": "access_denied"},
        {"error": "admin_policy_enforced"},
    ],
)
def test_forged_or_refused_answer_connects_nothing(browser: Browser, forged: dict[str, Any]) -> None:
    started = browser.begin()
    with pytest.raises((InvalidRequest, Forbidden)):
        browser.come_back(started, **forged)
    assert browser.connected_things() == []


def test_late_answer_connects_nothing(browser: Browser) -> None:
    started = browser.begin()
    browser.clock.move(STATE_TIME)
    with pytest.raises(InvalidRequest, match="too late"):
        browser.come_back(started)
    assert browser.connected_things() == []


@pytest.mark.parametrize(
    "lacking",
    [
        *({"scopes": frozenset(SCOPES) - {scope}} for scope in SCOPES if scope.startswith("https")),
        {"refresh_token": None},
        {"sub": "../evil"},
        {"access_token": "other@example.com"},
        {"access_token": "nomail@example.com"},
    ],
)
def test_grant_that_lacks_something_connects_nothing(browser: Browser, lacking: dict[str, Any]) -> None:
    browser.world.add_account("other@example.com", "sub-2")
    browser.world.add_account("nomail@example.com", "sub-3", has_gmail=False)
    browser.oauth.grant = msgspec.structs.replace(browser.oauth.grant, **lacking)
    with pytest.raises(InvalidRequest):
        browser.connect()
    assert browser.connected_things() == []


def test_mailbox_of_another_org_is_a_conflict(browser: Browser) -> None:
    browser.connect()
    with pytest.raises(Conflict):
        browser.come_back(browser.begin(caller=msgspec.structs.replace(CALLER, org="other")))
    assert browser.inbox().org == ORG


def test_reconnected_mailbox_keeps_its_cursor_and_catches_up(browser: Browser) -> None:
    browser.connect()
    before = browser.inbox()
    lost = msgspec.structs.replace(before, status="disconnected", why="the grant is gone")
    browser.put(keys.inbox(before.id), lost)
    browser.deliver(unrelated())
    browser.clock.move(timedelta(days=3))
    browser.connect()
    after = browser.inbox()
    assert (after.status, after.why, after.cursor) == ("connected", "", before.cursor)
    assert after.look_at == browser.clock.now()
    assert after.label == before.label
    browser.maintain()
    assert int(browser.inbox().cursor) > int(before.cursor)


def test_address_given_to_another_account_begins_anew(browser: Browser) -> None:
    """A history id of the old account means nothing in the new one."""
    browser.connect()
    browser.put(keys.inbox(browser.inbox_id), msgspec.structs.replace(browser.inbox(), cursor="999999999"))
    browser.oauth.grant = msgspec.structs.replace(browser.oauth.grant, sub="sub-new")
    browser.connect()
    inbox = browser.inbox()
    assert inbox.mailbox == "sub-new"
    assert inbox.cursor == str(browser.world.accounts[OWNER].history_id)
    assert browser.kept(Reply) == []
    assert ANN not in str(inbox)
