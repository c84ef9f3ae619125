"""Own the people at a web app: their tokens, their browser, and a look into what the functions stored."""

from __future__ import annotations

import base64
import html
import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import requests

from lib.core import keys
from lib.core.ids import address_id
from lib.core.records import Inbox, Mailbox, Record, Usage
from tests.e2e.demo.browser import Browser
from tests.localcloud.memory_store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lib.entrypoint import Wiring
    from lib.ports import Store
    from tests.localcloud.cloud import LocalCloud

WEB_APP = "https://app.example.com"
RETURN_URL = f"{WEB_APP}/mailboxes"
RECRUITER, OTHER = "robin@example.com", "sam@example.com"
GMAIL_SCOPE = "https://www.googleapis.com/auth/gmail.modify"
PARAMETERS = {"ticket", "state", "code", "token"}
Json = dict[str, Any]


class Person(Browser):
    """Consent at Google as one person wants to; note the secrets that pass through the address bar."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()

    def note(self, url: str, answer: requests.Response) -> None:
        super().note(url, answer)
        for one in (url, answer.headers.get("Location", "")):
            for name, values in parse_qs(urlsplit(one).query).items():
                self.secrets |= set(values) if name in PARAMETERS else set()
        self.secrets |= {cookie.value for jar in self._cookies.values() for cookie in jar.values()} - {""}

    def ask(self, method: str, url: str, fields: list[tuple[str, str]] | None = None) -> requests.Response:
        """Make one request, and follow no redirect."""
        return self._request(method, url, fields)

    def consent(self, consent_page: str, account: str, *, untick: str = "", decision: str = "allow") -> str:
        """Choose at Google; return the URL that it sends the browser back to, unopened."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(consent_page).query).items()}
        scopes = [("scope", scope) for scope in query["scope"].split() if scope != untick]
        fields = [("account", account), *scopes, ("decision", decision)]
        return self.ask("POST", consent_page, fields).headers["Location"]


class Office:
    """Call the functions over HTTP, and look into what they have stored."""

    def __init__(self, cloud: LocalCloud, wiring: Wiring) -> None:
        self.cloud = cloud
        self.wiring = wiring
        self.browser = Person()
        self.tokens: set[str] = set()

    @property
    def store(self) -> Store:
        return self.wiring.store

    def url(self, path: str) -> str:
        return f"{self.cloud.base_url}/{path}"

    def token(
        self, user: str = "user-1", email: str = RECRUITER, org: str = "acme", role: str = "member"
    ) -> str:
        assert self.cloud.oauth is not None
        issuer, audience = self.cloud.env["WEBAPP_ISSUER"], self.cloud.env["WEBAPP_AUDIENCE"]
        made = self.cloud.oauth.store.web_app.mint_user_token(user, email, org, role, issuer, audience)
        self.tokens.add(made)
        return made

    def call(self, method: str, path: str, token: str | None = None, **request: Any) -> requests.Response:
        """Call as the web app does, on behalf of the recruiter unless ``token`` says who."""
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return requests.request(method, self.url(path), headers=headers, timeout=30, **request)

    def post(self, path: str, **request: Any) -> requests.Response:
        """Post as Pub/Sub, Cloud Scheduler and mail programs do: without a user's token."""
        return requests.post(self.url(path), timeout=30, **request)

    # Connecting

    def wish(self, token: str | None = None, **changes: Any) -> requests.Response:
        """Ask for a connection."""
        body = {"address": RECRUITER, "sender_name": "Robin Reyes", "return_url": RETURN_URL}
        return self.call("POST", "mailboxes/connections", token, json=body | changes)

    def consent_page(self, token: str | None = None, **changes: Any) -> str:
        """Ask for a connection, and go to where the browser is sent; return Google's page."""
        start = self.wish(token, **changes).json()["url"]
        return self.browser.ask("GET", start).headers["Location"]

    def connect(
        self, token: str | None = None, account: str = RECRUITER, **consent: str
    ) -> requests.Response:
        """Connect a mailbox through the whole chain; return the last answer of our own."""
        page = self.consent_page(token)
        return self.browser.ask("GET", self.browser.consent(page, account, **consent))

    def connected(self) -> str:
        """Connect the recruiter's mailbox; return its id."""
        answer = self.connect()
        assert (answer.status_code, answer.headers.get("Location")) == (303, RETURN_URL), said(answer)
        [mailbox] = self.mailboxes()
        return mailbox.id

    # What is stored

    def mailboxes(self, org: str = "acme") -> list[Mailbox]:
        return self.store.mailboxes(org)

    def inbox(self, address: str = RECRUITER) -> Inbox | None:
        key = keys.inbox(address_id(self.wiring.address_key, address))
        return self.store.read([key])[key]

    def stored(self) -> Mapping[str, tuple[type[Record], bytes]]:
        """Return every document but the counts of what was used: its path, kind and content."""
        assert isinstance(self.store, MemoryStore)
        documents = self.store._documents.items()
        return {path: (one.kind, one.content) for path, one in documents if one.kind is not Usage}

    def sent(self, subject: str, address: str = RECRUITER) -> list[EmailMessage]:
        """Return the mails of a subject in a mailbox's SENT."""
        box = self.cloud.world.by_hand(address)
        raws = [
            base64.urlsafe_b64decode(box.get_message(one["id"], "raw")["raw"])
            for one in box.list_messages(label_ids=["SENT"])["messages"]
        ]
        mails = [BytesParser(policy=default).parsebytes(raw) for raw in raws]
        return [mail for mail in mails if isinstance(mail, EmailMessage) and mail["Subject"] == subject]

    # Log lines

    def secrets(self) -> set[str]:
        """Return all that must be in no log line."""
        assert self.cloud.oauth is not None
        oauth = self.cloud.oauth.store
        at_google = {*oauth._access, *oauth._refresh, *oauth._codes}
        return self.tokens | self.browser.secrets | at_google


def said(answer: requests.Response) -> str:
    """Return the words of one of our pages, having looked at its headers."""
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8", answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.text.partition("<main>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def faults(answer: requests.Response) -> list[tuple[int | None, str, str]]:
    """Return line, field and reason of each fault of a refusal."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return [(one.get("line"), one["field"], one["why"]) for one in body["faults"]]
