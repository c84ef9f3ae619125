"""A mailbox is connected through the whole chain; what is stored says nothing, a look uses nothing up."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from tests.functions.office import RECRUITER, RETURN_URL, Office, Person


def test_the_whole_chain_ends_at_the_web_app_with_a_connected_mailbox(office: Office) -> None:
    id_ = office.connected()
    [mailbox], inbox, account = office.mailboxes(), office.inbox(), office.cloud.world.accounts[RECRUITER]
    assert (mailbox.owner, mailbox.address, mailbox.sender_name) == ("user-1", RECRUITER, "Robin Reyes")
    assert inbox is not None
    assert (inbox.org, inbox.mailbox, inbox.status) == ("acme", id_, "connected")
    assert account.watch is not None
    assert int(inbox.cursor) <= account.history_id
    assert inbox.label in {label.id for label in account.labels.values() if label.name == "Outreach"}
    assert office.wiring.gmail(inbox).profile()[0] == RECRUITER


def test_no_token_code_state_or_cookie_is_stored_readably(office: Office) -> None:
    office.connected()
    everything = b"\n".join(content for _, content in office.stored().values()).decode()
    assert [secret for secret in office.secrets() if secret in everything] == []


def test_the_cookie_holds_for_this_host_alone_and_is_gone_afterwards(office: Office) -> None:
    start = office.browser.ask("GET", office.wish().json()["url"])
    cookie = start.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert all(f"; {word}" in cookie for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
    assert "Domain" not in cookie
    assert (start.headers["Referrer-Policy"], start.headers["Cache-Control"]) == ("no-referrer", "no-store")
    end = office.browser.ask("GET", office.browser.consent(start.headers["Location"], RECRUITER))
    assert "Max-Age=0" in end.headers["Set-Cookie"]


def test_google_is_asked_with_pkce_state_and_the_address(office: Office) -> None:
    query = parse_qs(urlsplit(office.consent_page()).query)
    assert (query["code_challenge_method"], query["login_hint"]) == (["S256"], [RECRUITER])
    assert (query["access_type"], query["prompt"]) == (["offline"], ["consent"])
    assert query["redirect_uri"] == [office.url("oauth_callback")]
    assert len(query["state"][0]) > 32


def test_a_mail_scanner_that_opens_the_link_first_uses_nothing_up(office: Office) -> None:
    link = office.wish().json()["url"]
    for method in ("HEAD", "GET"):
        assert Person().ask(method, link).status_code == 303
    page = office.browser.ask("GET", link).headers["Location"]
    end = office.browser.ask("GET", office.browser.consent(page, RECRUITER))
    assert end.headers["Location"] == RETURN_URL


def test_a_reconnect_keeps_the_cursor_and_looks_at_once_at_what_came_in_meanwhile(office: Office) -> None:
    office.connected()
    before = office.inbox()
    # While nobody looks, mail comes in whose notification never arrives.
    office.cloud.world.notifier.lose_notifications = 1
    office.cloud.world.deliver(b"From: kim@example.net\r\nSubject: Hello\r\n\r\nHi", RECRUITER)
    office.cloud.advance(office.cloud.clock.now() + timedelta(days=1))
    office.connected()
    after = office.inbox()
    assert before is not None
    assert after is not None
    assert (after.cursor, after.status) == (before.cursor, "connected")
    assert after.look_at == office.cloud.clock.now()
    assert after.sealed_token != before.sealed_token
    assert after.watch_expires > before.watch_expires
    [mailbox] = office.mailboxes()
    assert mailbox.connected_at < office.cloud.clock.now()


def test_a_mailbox_whose_texts_are_never_read_asks_for_less(office: Office) -> None:
    page = office.consent_page(access="headers", timezone="Europe/Berlin")
    asked = set(parse_qs(urlsplit(page).query)["scope"][0].split())
    assert asked == {
        "openid",
        "email",
        "https://www.googleapis.com/auth/gmail.send",
        "https://www.googleapis.com/auth/gmail.metadata",
    }
    end = office.browser.ask("GET", office.browser.consent(page, RECRUITER))
    assert end.headers["Location"] == RETURN_URL
    inbox = office.inbox()
    assert inbox is not None
    assert (inbox.access, inbox.label, inbox.status) == ("headers", None, "connected")
    [mailbox] = office.mailboxes()
    assert mailbox.timezone == "Europe/Berlin"


def test_a_time_zone_or_an_access_that_there_is_not_is_refused(office: Office) -> None:
    assert office.wish(timezone="Europe/Atlantis").status_code == 422
    assert office.wish(access="all").status_code == 422
    assert office.stored() == {}
