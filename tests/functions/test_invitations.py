"""An admin invites by a link; whoever has the mailbox connects it, and owns it once they sign in."""

from __future__ import annotations

import html
from typing import Any

import requests

from lib.core.records import AuditEntry, Usage
from tests.functions.failing_ways import ADMIN, invited, onward, press
from tests.functions.office import RECRUITER, RETURN_URL, Office, Person, said


def admin(office: Office) -> str:
    return office.token("user-9", ADMIN, role="admin")


def connected(office: Office, **changes: Any) -> None:
    """Connect a mailbox as an invited person does."""
    link = invited(office, **changes).json()["url"]
    office.browser.ask("GET", link)
    consent_page = onward(press(office, link))
    end = office.browser.ask("GET", office.browser.consent(consent_page, RECRUITER))
    assert (end.status_code, end.headers.get("Location")) == (303, RETURN_URL), said(end)


def with_site(link: str, site: str) -> requests.Response:
    """Press the button as a browser does that says from which site it came."""
    url, _, token = link.partition("?token=")
    return requests.post(url, data={"token": token}, headers={"Sec-Fetch-Site": site}, timeout=30)


def test_an_invited_person_connects_without_an_account_of_the_web_app(office: Office) -> None:
    connected(office)
    [mailbox], inbox = office.mailboxes(), office.inbox()
    assert inbox is not None
    assert (mailbox.owner, mailbox.address, inbox.status) == ("", RECRUITER, "connected")
    assert [(grant.email, grant.status) for grant in mailbox.grants] == [(ADMIN, "given")]


def test_once_they_sign_in_the_mailbox_is_theirs(office: Office) -> None:
    connected(office)
    [mailbox] = office.mailboxes()
    assert office.call("GET", f"mailboxes/{mailbox.id}/settings").status_code == 200
    stranger = office.token("user-5", "max@example.com")
    assert office.call("GET", f"mailboxes/{mailbox.id}/settings", stranger).status_code == 404
    assert office.call("GET", f"mailboxes/{mailbox.id}/settings", admin(office)).status_code == 404
    changed = office.call("PATCH", f"mailboxes/{mailbox.id}/settings", json={"daily_cap": 30})
    assert changed.status_code == 200
    [mailbox] = office.mailboxes()
    assert mailbox.owner == "user-1"


def test_who_invited_has_the_grant_that_the_page_named_and_its_owner_ends_it(office: Office) -> None:
    connected(office, grant={"campaign": "c1", "approval": True})
    [mailbox] = office.mailboxes()
    [shown] = office.call("GET", f"mailboxes/{mailbox.id}/grants", admin(office)).json()["grants"]
    assert (shown["campaign"], shown["approval"], shown["holds"]) == ("c1", True, True)
    ended = office.call("DELETE", f"mailboxes/{mailbox.id}/grants/{shown['id']}")
    assert (ended.status_code, ended.json()["holds"]) == (200, False)


def test_the_page_names_org_and_admin_and_has_a_button_that_posts_to_this_host(office: Office) -> None:
    office.call("PATCH", "settings", admin(office), json={"name": "Northwind <Labs>"})
    link = invited(office).json()["url"]
    page = office.browser.ask("GET", link)
    text = said(page)
    assert "Northwind <Labs> asks you" in text
    assert ADMIN in text
    assert "send campaigns in your name" in text
    assert f'<form method="post" action="{office.url("oauth_callback/invitation")}">' in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers


def test_the_button_leads_on_by_a_page_since_a_redirect_would_be_held_to_form_action(office: Office) -> None:
    answer = press(office, invited(office).json()["url"])
    assert answer.status_code == 200
    assert "on your way to Google" in said(answer)
    assert html.escape(onward(answer)) in answer.text.partition("<main>")[2]
    assert answer.headers["Set-Cookie"].startswith("__Host-outreach-connect=")


def test_scanners_that_open_the_link_or_press_the_button_use_nothing_up(office: Office) -> None:
    link = invited(office).json()["url"]
    before = office.stored()
    for method in ("HEAD", "GET"):
        assert Person().ask(method, link).status_code == 200
    assert office.stored() == before
    assert press(office, link, Person()).status_code == 200
    end = office.browser.ask("GET", office.browser.consent(onward(press(office, link)), RECRUITER))
    assert end.headers["Location"] == RETURN_URL


def test_a_button_on_another_site_shows_who_asks_first(office: Office) -> None:
    """Else a page elsewhere could take somebody past it, on to the consent."""
    link = invited(office).json()["url"]
    before = office.stored()
    for site in ("cross-site", "same-site", "none"):
        answer = with_site(link, site)
        assert "asks you to connect" in said(answer)
        assert "Set-Cookie" not in answer.headers
    assert office.stored() == before
    assert "on your way" in said(with_site(link, "same-origin"))


def test_invitations_are_listed_and_withdrawn_without_their_tokens(office: Office) -> None:
    made = invited(office).json()
    token = made["url"].partition("token=")[2]
    answer = office.call("GET", "mailboxes/invitations", admin(office))
    [shown] = answer.json()["invitations"]
    assert (shown["id"], shown["address"], shown["by"]) == (made["id"], RECRUITER, ADMIN)
    assert token not in answer.text
    assert token.encode() not in b"".join(content for _, content in office.stored().values())
    assert office.call("DELETE", f"mailboxes/invitations/{made['id']}", admin(office)).status_code == 200
    assert office.call("GET", "mailboxes/invitations", admin(office)).json() == {"invitations": []}


def test_every_fault_of_an_invitation_is_named(office: Office) -> None:
    answer = invited(office, address="kim", grant={"until": "2020-01-01T00:00:00Z"})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["faults"]] == ["address", "grant.until"]
    assert {kind for kind, _ in office.stored().values()} <= {Usage}


def test_what_is_on_the_audit_names_no_address(office: Office) -> None:
    connected(office)
    entries = [content for kind, content in office.stored().values() if kind is AuditEntry]
    assert len(entries) == 3
    assert all(b"@" not in content for content in entries)
