"""Put a person in front of a browser whose mailbox is not connected yet, with Google's consent on demand."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lib.core.callers import VerifiedCaller
from lib.core.records import AuditEntry, Inbox, Mailbox, Record
from lib.core.tickets import SCOPES as BY_ACCESS
from lib.core.wishes import ConnectionRequest
from lib.flows.connecting import Started, ask, start
from lib.flows.consenting import finish
from lib.ports import Consent
from tests.flows.memory_services import MAILBOX, ORG, OWNER
from tests.flows.outreach import Outreach

BACK = "https://app.example.com/done"
CALLER = VerifiedCaller(org=ORG, user="user-1", email=OWNER, role="member")
SCOPES = BY_ACCESS["full"]
REQUEST = ConnectionRequest(address=OWNER, sender_name="Robin Recruiter", return_url=BACK)


class ConsentingOAuth:
    """Answer as Google does after a consent; ``grant`` is what it gives for the code."""

    def __init__(self) -> None:
        self.challenges: list[str] = []
        self.revoked: list[str] = []
        self.grant = Consent(
            refresh_token="refresh", access_token=OWNER, scopes=frozenset(SCOPES), sub=MAILBOX, email=OWNER
        )

    def authorization_url(
        self, *, scopes: Sequence[str], state: str, challenge: str, login_hint: str, redirect_uri: str
    ) -> str:
        self.challenges.append(challenge)
        self.scopes = scopes
        return f"https://accounts.example.com/auth?state={state}&login_hint={login_hint}&to={redirect_uri}"

    def revoke(self, refresh_token: str) -> None:
        self.revoked.append(refresh_token)

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

    def deeds(self) -> list[str]:
        return [entry.deed for entry in self.kept(AuditEntry)]

    def kept_inboxes(self) -> list[Inbox]:
        return self.store._query(Inbox, "inboxes")
