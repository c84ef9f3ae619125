"""Every way on which connecting fails ends on a page with what happened and what to do; nothing is stored."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
import requests

from lib.core import keys
from lib.core.errors import Unavailable
from lib.core.records import AuditEntry, Connection, Invitation, OAuthState, Org
from lib.core.unconnected import ENDINGS, Why
from tests.functions.failing_ways import WAYS, back, invited, oauth, onward, press, state_of
from tests.functions.office import OTHER, RECRUITER, RETURN_URL, Office, Person, said
from tests.localcloud.gmail.faults import Fault

ALIAS = "r.reyes@example.com"
#: After these the mailbox is connected: it was so before.
CONNECTED: set[Why] = {"elsewhere", "taken", "leaving", "used_invitation"}
#: Of these nobody knows where the browser came from; who was invited need not know the web app.
NO_WAY_BACK: set[Why] = {
    "forged_ticket",
    "unknown_state",
    "no_invitation",
    "old_invitation",
    "used_invitation",
}


@pytest.fixture(autouse=True)
def google(office: Office) -> Iterator[None]:
    """Begin without anybody's consent, and let the next test have a Google that works."""
    for address in (RECRUITER, OTHER):
        oauth(office).revoke_all(address)
    yield
    oauth(office).recover()


def title(answer: requests.Response) -> str:
    found = re.search(r"<title>(.*?)</title>", answer.text)
    assert found is not None
    return html.unescape(found.group(1))


def shown(answer: requests.Response, why: Why) -> str:
    """Check that a page is the one of an ending; return its words."""
    text = said(answer)
    assert (answer.status_code, title(answer)) == (ENDINGS[why].status, ENDINGS[why].title), text
    return text


def nothing_connected(office: Office) -> None:
    kinds = {kind for kind, _ in office.stored().values()}
    assert kinds <= {Connection, OAuthState, Invitation, AuditEntry, Org}
    for address in (RECRUITER, OTHER):
        account = office.cloud.world.accounts[address]
        assert account.watch is None
        held = [grant for grant in oauth(office)._refresh.values() if grant.address == address]
        assert all(grant.revoked for grant in held), "Google still holds a permission for us"


def test_every_ending_has_its_way() -> None:
    assert set(WAYS) == set(ENDINGS)


@pytest.mark.parametrize("why", sorted(WAYS))
def test_a_way_that_fails_ends_on_its_page(office: Office, why: Why) -> None:
    answer = WAYS[why](office)
    text = shown(answer, why)
    leads_back = f'href="{RETURN_URL}"' in answer.text
    assert leads_back is (why not in NO_WAY_BACK), text
    if why not in CONNECTED:
        nothing_connected(office)
    if ENDINGS[why].way in {"again", "later", "ask"}:
        assert "Nothing was connected." in text


# The ways that have more to them


def test_no_ticket_or_one_that_is_cut_off(office: Office) -> None:
    link = office.wish().json()["url"]
    for url in (office.url("oauth_callback/start"), link[:-40], "".join(link.rsplit(".", 1))):
        shown(office.browser.ask("GET", url), "forged_ticket")


def test_other_methods_and_paths_are_refused(office: Office) -> None:
    for path, allowed in (("", "GET, HEAD"), ("/start", "GET, HEAD"), ("/invitation", "GET, HEAD, POST")):
        answer = office.browser.ask("PUT", office.url(f"oauth_callback{path}"))
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert office.browser.ask("GET", office.url("oauth_callback/other")).status_code == 404
    nothing_connected(office)


def test_a_forged_state(office: Office) -> None:
    url = back(office)
    state = state_of(url)
    for forged in ("", "acme.forged", f"other.{state.partition('.')[2]}", "../x.forged", f"{state}0"):
        shown(office.browser.ask("GET", url.replace(state, forged)), "unknown_state")
    nothing_connected(office)


def test_a_replayed_state_changes_nothing(office: Office) -> None:
    url = back(office)
    assert office.browser.ask("GET", url).headers["Location"] == RETURN_URL
    before = office.stored()
    # The cookie is gone by now.
    assert "look in the web app" in shown(office.browser.ask("GET", url), "replayed")
    assert office.stored() == before


def test_another_browser_uses_nothing_up_for_the_one_that_asked(office: Office) -> None:
    url = back(office)
    stranger = Person()
    shown(stranger.ask("GET", url), "other_browser")
    # One that is in the middle of a consent of its own is another one still.
    stranger.ask("GET", office.wish().json()["url"])
    shown(stranger.ask("GET", url), "other_browser")
    assert office.browser.ask("GET", url).headers["Location"] == RETURN_URL


@pytest.mark.parametrize("where", ["consent page", "token endpoint", "Gmail"])
def test_an_administrator_who_does_not_allow_the_app_is_told_apart_wherever_it_shows(
    office: Office, where: str
) -> None:
    if where == "consent page":
        oauth(office).blocked_at_once.add(RECRUITER)
    elif where == "token endpoint":
        oauth(office).blocked.add(RECRUITER)
    else:
        office.cloud.world.faults.add(Fault(method="getProfile", status=403, reason="domainPolicy"))
    assert "Please ask them" in shown(office.connect(), "admin_block")
    nothing_connected(office)


def test_a_wrong_client_secret_is_no_fault_of_the_person(office: Office) -> None:
    clients = oauth(office).clients
    before = dict(clients)
    clients["local-client"] = "changed"
    try:
        shown(office.connect(), "not_set_up")
    finally:
        clients.update(before)
    nothing_connected(office)


@pytest.mark.parametrize("method", ["getProfile", "labels.create", "watch"])
def test_a_gmail_that_does_not_answer(office: Office, method: str) -> None:
    fault = Fault(method=method, status=503)
    office.cloud.world.faults.add(fault)
    answer = office.connect()
    assert fault.struck == 1
    shown(answer, "silent")
    nothing_connected(office)
    # The state is used up, and a new start is not in the way of anything.
    assert office.connect().headers["Location"] == RETURN_URL


@pytest.mark.parametrize("address", [ALIAS, "team@example.com"])
def test_an_alias_or_a_group_is_refused_with_the_way_out(office: Office, address: str) -> None:
    office.cloud.world.add_account(RECRUITER, "100000000000000000001", (ALIAS,))
    page = office.consent_page(office.token(email=address), address=address)
    answer = office.browser.ask("GET", office.browser.consent(page, RECRUITER))
    assert "main address instead" in shown(answer, "other_account")
    nothing_connected(office)


def test_what_was_granted_in_vain_by_another_account_is_given_back(office: Office) -> None:
    shown(office.connect(account=OTHER), "other_account")
    held = [grant for grant in oauth(office)._refresh.values() if grant.address == OTHER]
    assert held
    assert all(grant.revoked for grant in held)


def test_an_account_that_is_connected_stays_so_when_somebody_consents_with_it_in_vain(office: Office) -> None:
    """Google takes all the app's access to an account away at once."""
    other = office.token("user-2", OTHER)
    page = office.consent_page(other, address=OTHER)
    assert office.browser.ask("GET", office.browser.consent(page, OTHER)).headers["Location"] == RETURN_URL
    shown(office.connect(account=OTHER), "other_account")
    inbox = office.inbox(OTHER)
    assert inbox is not None
    assert office.wiring.gmail(inbox).profile()[0] == OTHER
    assert office.cloud.world.accounts[OTHER].watch is not None


def test_a_mailbox_of_another_org_is_left_alone(office: Office) -> None:
    office.connected()
    before = office.stored()
    shown(office.connect(office.token(user="user-9", org="globex")), "elsewhere")
    assert office.mailboxes("globex") == []
    assert [entry.method for entry in office.cloud.world.access_log].count("watch") == 1
    assert {path: office.stored()[path] for path in before} == before
    inbox = office.inbox()
    assert inbox is not None
    assert office.wiring.gmail(inbox).profile()[0] == RECRUITER


def test_a_failed_reconnect_takes_nothing_from_the_mailbox_that_is_connected(office: Office) -> None:
    office.connected()
    shown(WAYS["unticked"](office), "unticked")
    inbox = office.inbox()
    assert inbox is not None
    assert office.wiring.gmail(inbox).profile()[0] == RECRUITER


def test_a_store_that_fails_while_the_state_is_used_up_asks_to_try_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = back(office)

    def fail(*_: object) -> None:
        raise Unavailable("the store does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(office.store, "read", fail)
        answer = office.browser.ask("GET", url)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "try again in a moment" in said(answer)
    assert office.browser.ask("GET", url).headers["Location"] == RETURN_URL


# Who was invited


@pytest.mark.parametrize("why", ["denied", "unticked", "other_account", "silent"])
def test_an_invited_person_is_led_to_their_link_and_not_to_the_web_app(office: Office, why: Why) -> None:
    link = invited(office).json()["url"]
    consent_page = onward(press(office, link))
    how = {
        "denied": {"decision": "deny"},
        "unticked": {"untick": "https://www.googleapis.com/auth/gmail.modify"},
    }
    oauth(office).down = why == "silent"
    account = OTHER if why == "other_account" else RECRUITER
    answer = office.browser.ask("GET", office.browser.consent(consent_page, account, **how.get(why, {})))
    assert "open the link in your invitation" in shown(answer, why)
    assert "href" not in answer.text
    oauth(office).recover()
    nothing_connected(office)
    # And there it goes on.
    again = onward(press(office, link))
    end = office.browser.ask("GET", office.browser.consent(again, RECRUITER))
    assert end.headers["Location"] == RETURN_URL


def test_an_invitation_that_is_withdrawn_while_google_is_asked(office: Office) -> None:
    made = invited(office).json()
    url = office.browser.consent(onward(press(office, made["url"])), RECRUITER)
    admin = office.token("user-9", "ada@example.com", role="admin")
    assert office.call("DELETE", f"mailboxes/invitations/{made['id']}", admin).status_code == 200
    shown(office.browser.ask("GET", url), "no_invitation")
    nothing_connected(office)
    key = keys.org("acme")
    assert office.store.read([key])[key] is None
