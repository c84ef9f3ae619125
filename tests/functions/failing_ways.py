"""Walk each way on which connecting fails, through the real redirect chain, to the page that it ends on."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import requests

from lib.core import keys
from lib.core.errors import Unavailable
from lib.core.inviting import INVITATION_TIME
from lib.core.keys import Changes, Snapshot
from lib.core.records import Mailbox, Org
from lib.core.tickets import STATE_TIME, TICKET_TIME
from lib.core.unconnected import Why
from tests.functions.office import GMAIL_SCOPE, OTHER, RECRUITER, RETURN_URL, Office, Person
from tests.localcloud.gmail.faults import SAYS, Fault
from tests.localcloud.oauth.store import OAuthStore

Answer = requests.Response
ADMIN = "ada@example.com"


def oauth(office: Office) -> OAuthStore:
    assert office.cloud.oauth is not None
    return office.cloud.oauth.store


def back(office: Office, account: str = RECRUITER, **consent: str) -> str:
    """Consent at Google; return the URL that it sends the browser back to, unopened."""
    return office.browser.consent(office.consent_page(), account, **consent)


def state_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def later(office: Office, by: timedelta) -> None:
    office.cloud.advance(office.cloud.clock.now() + by)


def refused_by_gmail(office: Office, method: str, words: str) -> Answer:
    office.cloud.world.faults.add(Fault(method=method, **SAYS[words]))
    return office.connect()


# Invitations


def invited(office: Office, **changes: Any) -> Answer:
    """Ask for an invitation as an admin does."""
    token = office.token("user-9", ADMIN, role="admin")
    body = {"address": RECRUITER, "sender_name": "Robin Reyes", "return_url": RETURN_URL, "grant": {}}
    return office.call("POST", "mailboxes/invitations", token, json=body | changes)


def press(office: Office, link: str, browser: Person | None = None) -> Answer:
    """Press the button of an invitation's page."""
    parts = urlsplit(link)
    fields = [("token", parse_qs(parts.query)["token"][0])]
    return (browser or office.browser).ask("POST", parts._replace(query="").geturl(), fields)


def onward(page: Answer) -> str:
    """Return where a page leads by itself."""
    found = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]*)">', page.text)
    assert found is not None, page.text
    return html.unescape(found.group(1))


# The ways


def forged_ticket(office: Office) -> Answer:
    body, _, signature = office.wish().json()["url"].rpartition(".")
    forged = signature[:-2] + ("AA" if signature[-2:] != "AA" else "BA")
    return office.browser.ask("GET", f"{body}.{forged}")


def old_ticket(office: Office) -> Answer:
    link = office.wish().json()["url"]
    later(office, TICKET_TIME)
    return office.browser.ask("GET", link)


def unknown_state(office: Office) -> Answer:
    url = back(office)
    return office.browser.ask("GET", url.replace(state_of(url), "acme.forged"))


def replayed(office: Office) -> Answer:
    url = back(office, OTHER)
    office.browser.ask("GET", url)
    return office.browser.ask("GET", url)


def late(office: Office) -> Answer:
    url = back(office)
    later(office, STATE_TIME + timedelta(seconds=1))
    return office.browser.ask("GET", url)


def blocked(office: Office) -> Answer:
    oauth(office).blocked_at_once.add(RECRUITER)
    return office.connect()


def refused_request(office: Office) -> Answer:
    state = state_of(office.consent_page())
    return office.browser.ask("GET", office.url(f"oauth_callback?state={state}&error=server_error"))


def used_code(office: Office) -> Answer:
    state = state_of(office.consent_page())
    return office.browser.ask("GET", office.url(f"oauth_callback?state={state}&code=4/made-up"))


def no_lasting_access(office: Office) -> Answer:
    oauth(office).without_refresh.add(RECRUITER)
    return office.connect()


def no_gmail(office: Office) -> Answer:
    office.cloud.world.add_account(RECRUITER, "100000000000000000001", has_gmail=False)
    return office.connect()


def elsewhere(office: Office) -> Answer:
    office.connect(office.token(user="user-8", org="globex"))
    return office.connect()


def taken(office: Office) -> Answer:
    office.connected()
    inbox = office.inbox()
    assert inbox is not None
    # As if the address had been given to another account since.
    changed = msgspec.structs.replace(inbox, mailbox="100000000000000000009")
    office.store.commit(Snapshot(), Changes(None, writes={keys.inbox(inbox.id): changed}))
    return office.connect()


def leaving(office: Office) -> Answer:
    office.connected()
    inbox = office.inbox()
    assert inbox is not None
    # As a disconnect leaves it while a mail is being sent.
    changed = msgspec.structs.replace(inbox, status="leaving")
    office.store.commit(Snapshot(), Changes(None, writes={keys.inbox(inbox.id): changed}))
    return office.connect()


def erasing(office: Office) -> Answer:
    url = back(office)
    org = Org(org="acme", erasing="e1")
    office.store.commit(Snapshot(), Changes(None, writes={keys.org("acme"): org}))
    return office.browser.ask("GET", url)


def silent(office: Office) -> Answer:
    oauth(office).down = True
    return office.connect()


def unsure(office: Office) -> Answer:
    url, commit = back(office), office.store.commit

    def fail(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if any(key.kind is Mailbox for key in changes.writes):
            raise Unavailable("the store does not answer")
        return commit(snapshot, changes)

    office.store.commit = fail  # type: ignore[method-assign] # this one store, for the rest of its test
    return office.browser.ask("GET", url)


def withdrawn_invitation(office: Office) -> Answer:
    made = invited(office).json()
    admin = office.token("user-9", ADMIN, role="admin")
    office.call("DELETE", f"mailboxes/invitations/{made['id']}", admin)
    return office.browser.ask("GET", made["url"])


def old_invitation(office: Office) -> Answer:
    link = invited(office).json()["url"]
    later(office, INVITATION_TIME)
    return office.browser.ask("GET", link)


def used_invitation(office: Office) -> Answer:
    link = invited(office).json()["url"]
    consent_page = onward(press(office, link))
    office.browser.ask("GET", office.browser.consent(consent_page, RECRUITER))
    return office.browser.ask("GET", link)


WAYS: dict[Why, Callable[[Office], Answer]] = {
    "forged_ticket": forged_ticket,
    "old_ticket": old_ticket,
    "unknown_state": unknown_state,
    "replayed": replayed,
    "other_browser": lambda office: Person().ask("GET", back(office)),
    "late": late,
    "denied": lambda office: office.connect(decision="deny"),
    "admin_block": blocked,
    "refused_request": refused_request,
    "used_code": used_code,
    "unticked": lambda office: office.connect(untick=GMAIL_SCOPE),
    "no_lasting_access": no_lasting_access,
    "access_gone": lambda office: refused_by_gmail(office, "getProfile", "refused token"),
    "no_gmail": no_gmail,
    "gmail_off": lambda office: refused_by_gmail(office, "getProfile", "api off"),
    "not_set_up": lambda office: refused_by_gmail(office, "watch", "delegation"),
    "gmail_refuses": lambda office: refused_by_gmail(office, "getProfile", "precondition"),
    "other_account": lambda office: office.connect(account=OTHER),
    "elsewhere": elsewhere,
    "taken": taken,
    "leaving": leaving,
    "erasing": erasing,
    "silent": silent,
    "unsure": unsure,
    "no_invitation": withdrawn_invitation,
    "old_invitation": old_invitation,
    "used_invitation": used_invitation,
}
