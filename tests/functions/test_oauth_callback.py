"""A mailbox is connected through the whole chain, or a page says what happened and nothing is stored."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import requests

from lib.core.records import Connection, OAuthState
from lib.core.tickets import STATE_TIME, TICKET_TIME
from tests.functions.office import GMAIL_SCOPE, OTHER, RECRUITER, RETURN_URL, Office, Person, said
from tests.localcloud.gmail.faults import Fault

AGAIN = "start again from the web app"
ALIAS = "r.reyes@example.com"


def refused(office: Office, answer: requests.Response, status: int, *words: str) -> None:
    """Check that a page says what happened and what to do, and that nothing is connected."""
    text = said(answer)
    assert answer.status_code == status, text
    for word in words:
        assert word in text
    nothing_connected(office)


def nothing_connected(office: Office) -> None:
    kinds = {kind for kind, _ in office.stored().values()}
    assert kinds <= {Connection, OAuthState}
    for address in (RECRUITER, OTHER):
        assert office.cloud.world.accounts[address].watch is None
        labels = office.cloud.world.accounts[address].labels.values()
        assert [label for label in labels if not label.system] == []


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


# What can go wrong before Google


def test_no_ticket(office: Office) -> None:
    refused(office, office.browser.ask("GET", office.url("oauth_callback/start")), 422, "link", AGAIN)


def test_a_forged_ticket(office: Office) -> None:
    link = office.wish().json()["url"]
    body, _, signature = link.rpartition(".")
    forged = signature[:-2] + ("AA" if signature[-2:] != "AA" else "BA")
    refused(office, office.browser.ask("GET", f"{body}.{forged}"), 422, "not one of ours", AGAIN)


def test_a_ticket_that_is_too_old(office: Office) -> None:
    link = office.wish().json()["url"]
    office.cloud.advance(office.cloud.clock.now() + TICKET_TIME)
    refused(office, office.browser.ask("GET", link), 422, "too old", AGAIN)


def test_other_methods_are_refused(office: Office) -> None:
    answer = office.browser.ask("POST", office.url("oauth_callback"))
    assert answer.headers["Allow"] == "GET, HEAD"
    refused(office, answer, 405)


# What can go wrong at Google and on the way back


def test_a_forged_state(office: Office) -> None:
    back = office.browser.consent(office.consent_page(), RECRUITER)
    state = parse_qs(urlsplit(back).query)["state"][0]
    for forged in ("", "acme.forged", f"other.{state.partition('.')[2]}", "../x.forged", f"{state}0"):
        answer = office.browser.ask("GET", back.replace(state, forged))
        refused(office, answer, 422, "does not belong to a request of ours", AGAIN)


def test_a_replayed_state_changes_nothing(office: Office) -> None:
    back = office.browser.consent(office.consent_page(), RECRUITER)
    cookie = dict(office.browser._cookies)
    assert office.browser.ask("GET", back).headers["Location"] == RETURN_URL
    before = office.stored()
    office.browser._cookies = cookie
    answer = office.browser.ask("GET", back)
    assert answer.status_code == 422
    assert "was used before" in said(answer)
    assert "look in the web app" in said(answer)
    assert office.stored() == before


def test_an_answer_that_failed_is_not_taken_a_second_time(office: Office) -> None:
    back = office.browser.consent(office.consent_page(), OTHER)
    refused(office, office.browser.ask("GET", back), 422, "another main address")
    refused(office, office.browser.ask("GET", back), 422, "was used before", "start again")


def test_another_browser(office: Office) -> None:
    back = office.browser.consent(office.consent_page(), RECRUITER)
    stranger = Person()
    refused(office, stranger.ask("GET", back), 422, "another browser", AGAIN)
    # One that is in the middle of a consent of its own is another one still.
    stranger.ask("GET", office.wish().json()["url"])
    refused(office, stranger.ask("GET", back), 422, "another browser")
    # Nobody could use it up for the one that asked.
    assert office.browser.ask("GET", back).headers["Location"] == RETURN_URL


def test_an_answer_that_comes_too_late(office: Office) -> None:
    back = office.browser.consent(office.consent_page(), RECRUITER)
    office.cloud.advance(office.cloud.clock.now() + STATE_TIME + timedelta(seconds=1))
    refused(office, office.browser.ask("GET", back), 422, "too late", AGAIN)


def test_access_denied(office: Office) -> None:
    answer = office.connect(decision="deny")
    refused(office, answer, 403, "Access was not given at Google", "Nothing was connected", "try again")


def test_an_administrator_who_does_not_allow_the_app(office: Office) -> None:
    assert office.cloud.oauth is not None
    blocked = office.cloud.oauth.store.blocked
    blocked.add(RECRUITER)
    try:
        refused(office, office.connect(), 422, "administrator does not allow this app", "ask them")
    finally:
        blocked.clear()


def test_an_error_of_googles_own(office: Office) -> None:
    state = parse_qs(urlsplit(office.consent_page()).query)["state"][0]
    answer = office.browser.ask("GET", office.url(f"oauth_callback?state={state}&error=org_internal"))
    refused(office, answer, 403, "Google refused the request", "administrator")


def test_a_code_that_google_does_not_know(office: Office) -> None:
    state = parse_qs(urlsplit(office.consent_page()).query)["state"][0]
    answer = office.browser.ask("GET", office.url(f"oauth_callback?state={state}&code=4/made-up"))
    refused(office, answer, 422, "no longer knows this consent", "start again")


def test_a_permission_that_was_not_ticked(office: Office) -> None:
    refused(office, office.connect(untick=GMAIL_SCOPE), 422, "ticked", "try again and tick them all")


def test_another_account_than_the_one_asked_for(office: Office) -> None:
    answer = office.connect(account=OTHER)
    refused(office, answer, 422, "another main address", "try again and choose that account")


def test_an_alias_is_refused_with_the_way_out(office: Office) -> None:
    office.cloud.world.add_account(RECRUITER, "100000000000000000001", (ALIAS,))
    page = office.consent_page(office.token(email=ALIAS), address=ALIAS)
    answer = office.browser.ask("GET", office.browser.consent(page, RECRUITER))
    refused(office, answer, 422, "an alias or a group", "main address instead")


def test_an_account_without_gmail(office: Office) -> None:
    office.cloud.world.add_account(RECRUITER, "100000000000000000001", has_gmail=False)
    refused(office, office.connect(), 422, "has no Gmail", "administrator")


def test_a_gmail_that_does_not_answer(office: Office) -> None:
    office.cloud.world.faults.add(Fault(method="getProfile", status=503))
    refused(office, office.connect(), 503, "try again in a moment")


def test_an_account_that_is_connected_in_another_org(office: Office) -> None:
    office.connected()
    before = office.stored()
    answer = office.connect(office.token(user="user-9", org="globex"))
    assert answer.status_code == 409
    assert "in another organisation" in said(answer)
    assert "disconnect it there first" in said(answer)
    assert office.mailboxes("globex") == []
    # The watch of the org that has the mailbox was left alone too.
    assert [entry.method for entry in office.cloud.world.access_log].count("watch") == 1
    assert {path: office.stored()[path] for path in before} == before


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
