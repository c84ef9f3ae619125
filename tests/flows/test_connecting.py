"""Show how a mailbox is asked for and connected, and that a new consent loses nothing."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import Conflict, Forbidden, InvalidRequest
from lib.core.ids import address_id
from lib.core.records import Connection, Grant, Mailbox, OAuthState, Org, Reply
from lib.core.tickets import SCOPES as BY_ACCESS
from lib.core.tickets import TICKET_TIME
from lib.core.unconnected import NotConnected
from lib.flows.connecting import ask, start
from lib.flows.consenting import LABEL
from lib.flows.erasing.asking import erase_mailbox
from lib.flows.notifying import on_notification
from tests.flows.connecting_scene import BACK, CALLER, REQUEST, Browser
from tests.flows.erasing_scene import everything, through
from tests.flows.memory_services import MAILBOX, ORG, OWNER
from tests.flows.outreach import ANN
from tests.flows.test_receiving import unrelated


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
    with pytest.raises(NotConnected, match="too old") as old:
        start(browser, ticket)
    assert old.value.back == BACK


def test_ticket_whose_wish_is_gone_leads_nowhere(browser: Browser) -> None:
    ticket = browser.ticket()
    browser.forget()
    with pytest.raises(NotConnected, match="too old"):
        start(browser, ticket)


def test_nothing_is_begun_while_the_org_is_being_erased(browser: Browser) -> None:
    browser.put(keys.org(ORG), Org(org=ORG, erasing="e1"))
    with pytest.raises(Conflict, match="being erased"):
        ask(browser, CALLER, REQUEST)
    assert browser.kept(Connection) == []


def test_connecting_makes_the_org_and_is_on_the_audit(browser: Browser) -> None:
    browser.connect()
    (org,) = browser.kept(Org)
    assert org == Org(org=ORG, sweep_at=browser.clock.now() + timedelta(days=1))
    assert browser.deeds() == ["connected"]
    named = msgspec.structs.replace(org, name="Northwind")
    browser.put(keys.org(ORG), named)
    browser.clock.move(timedelta(minutes=1))
    browser.connect()
    assert browser.kept(Org) == [named]
    assert browser.deeds() == ["connected", "connected"]


def test_reconnected_mailbox_keeps_its_cursor_and_catches_up(browser: Browser) -> None:
    browser.connect()
    before = browser.inbox()
    lost = msgspec.structs.replace(
        before, status="disconnected", why="the grant is gone", leaving_since=before.looked_at, leaving_by="u"
    )
    browser.put(keys.inbox(before.id), lost)
    browser.deliver(unrelated())
    browser.clock.move(timedelta(days=3))
    browser.connect()
    after = browser.inbox()
    assert (after.status, after.why, after.cursor) == ("connected", "", before.cursor)
    assert after.look_at == browser.clock.now()
    assert after.label == before.label
    assert (after.behind, after.leaving_at, after.leaving_since, after.leaving_by) == (True, None, None, "")
    browser.maintain()
    assert not browser.inbox().behind
    assert int(browser.inbox().cursor) > int(before.cursor)


def test_reconnected_mailbox_keeps_its_grants_and_its_owners_settings(browser: Browser) -> None:
    browser.connect()
    (before,) = browser.kept(Mailbox)
    at = browser.clock.now()
    grant = Grant(id="g1", email=ANN, user="user-2", status="given", at=at, by="user-1")
    kept = msgspec.structs.replace(before, grants=(grant,), signature_text="Robin")
    browser.put(keys.mailbox(ORG, MAILBOX), kept)
    browser.come_back(browser.begin(msgspec.structs.replace(REQUEST, sender_name="R. R.")))
    assert browser.kept(Mailbox) == [msgspec.structs.replace(kept, sender_name="R. R.")]


def test_address_given_to_another_account_begins_anew(browser: Browser) -> None:
    """A history id of the old account means nothing in the new one."""
    browser.connect()
    before = msgspec.structs.replace(browser.inbox(), cursor="999999999")
    browser.put(keys.inbox(browser.inbox_id), before)
    browser.oauth.grant = msgspec.structs.replace(browser.oauth.grant, sub="sub-new")
    with pytest.raises(NotConnected, match="another account"):
        browser.connect()
    assert browser.inbox() == before
    gone = msgspec.structs.replace(before, status="disconnected", sealed_token="")
    browser.put(keys.inbox(browser.inbox_id), gone)
    browser.connect()
    inbox = browser.inbox()
    assert inbox.mailbox == "sub-new"
    assert inbox.cursor == str(browser.world.accounts[OWNER].history_id)
    assert browser.kept(Reply) == []
    assert ANN not in str(inbox)


NEW = "robin@example.net"


def renamed(browser: Browser, **consent: Any) -> None:
    """Let the account's address change at Google, and connect it again by a link to the new one."""
    account = browser.world.accounts[OWNER]
    account.address = NEW
    browser.world.accounts[NEW] = account
    browser.oauth.grant = msgspec.structs.replace(browser.oauth.grant, access_token=NEW, email=NEW, **consent)
    caller = msgspec.structs.replace(CALLER, email=NEW)
    browser.come_back(browser.begin(msgspec.structs.replace(REQUEST, address=NEW), caller))


def test_account_whose_address_has_changed_keeps_its_connection_and_catches_up(browser: Browser) -> None:
    browser.connect()
    before = browser.inbox()
    renamed(browser)
    [mailbox] = browser.kept(Mailbox)
    live = browser.inbox()
    new = address_id(browser.address_key, NEW)
    assert (mailbox.address, mailbox.inbox, mailbox.pointers) == (NEW, before.id, (new,))
    assert (live.address, live.status, live.cursor, live.behind) == (NEW, "connected", before.cursor, True)
    pointer = next(one for one in browser.kept_inboxes() if one.id == new)
    assert (pointer.leads_to, pointer.status, pointer.sealed_token, pointer.address) == (
        before.id,
        "disconnected",
        "",
        "",
    )


def test_notification_for_the_new_address_is_worked_off_where_the_connection_is(browser: Browser) -> None:
    browser.connect()
    renamed(browser)
    before = browser.inbox().cursor
    browser.world.deliver(b"From: friend@example.com\r\nSubject: Lunch?\r\n\r\nToday?", NEW, ())
    push = {"emailAddress": NEW, "historyId": "7"}
    data = base64.b64encode(json.dumps(push).encode()).decode()
    body = json.dumps({"message": {"data": data, "messageId": "m1"}}).encode()
    assert on_notification(browser, body) == "worked off"
    after = browser.inbox()
    assert int(after.cursor) > int(before)
    assert after.pushes == ("m1",)


def test_what_fails_for_the_new_address_takes_nothing_from_the_connection(browser: Browser) -> None:
    browser.connect()
    renamed(browser)
    browser.oauth.grant = msgspec.structs.replace(browser.oauth.grant, scopes=frozenset())
    caller = msgspec.structs.replace(CALLER, email=NEW)
    started = browser.begin(msgspec.structs.replace(REQUEST, address=NEW), caller)
    with pytest.raises(NotConnected):
        browser.come_back(started)
    assert browser.oauth.revoked == []


def test_what_fails_at_the_first_consent_of_a_new_address_takes_nothing_either(browser: Browser) -> None:
    browser.connect()
    consent = browser.oauth.grant
    with pytest.raises(NotConnected):
        renamed(browser, scopes=frozenset())
    assert (browser.oauth.revoked, browser.inbox().status) == ([], "connected")
    browser.oauth.grant = consent
    renamed(browser)
    assert browser.inbox().address == NEW


def test_erased_mailbox_takes_what_leads_to_it_along(browser: Browser) -> None:
    browser.connect()
    renamed(browser)
    begun = erase_mailbox(browser, CALLER, MAILBOX)
    browser.pass_time(timedelta(minutes=1))
    through(browser, begun)
    assert browser.connected_things() == []
    assert NEW not in everything(browser)
