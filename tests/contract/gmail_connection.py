"""Own a local Gmail together with our adapter for a recruiter's mailbox on it, for the tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lib.adapters.gmail import GmailAccess, GmailMailbox, OAuthClient
from tests.localcloud.gmail.faults import Fault
from tests.localcloud.gmail.records import AccessEntry
from tests.localcloud.gmail.server import GmailServer

RECRUITER, CANDIDATE = "recruiter@example.com", "candidate@example.org"
GMAIL = "https://www.googleapis.com/auth/gmail."
SCOPES = {"openid", "email", f"{GMAIL}modify"}
TOPIC = "projects/local/topics/gmail"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def letter(to: str = CANDIDATE, subject: str = "A role for you", **headers: str) -> bytes:
    """Return a mail of the recruiter's."""
    lines = [f"From: {RECRUITER}", f"To: {to}", f"Subject: {subject}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\nThe secret body.\r\n").encode()


def arriving(subject: str = "Hello", **headers: str) -> bytes:
    """Return a mail of the candidate's."""
    lines = [f"From: {CANDIDATE}", f"To: {RECRUITER}", f"Subject: {subject}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\nThe secret body.\r\n").encode()


class Connected:
    """One local Gmail, and our mailbox on it."""

    def __init__(self) -> None:
        self.now = START
        self.server = GmailServer(clock=lambda: self.now)
        self.world, self.oauth = self.server.world, self.server.oauth
        self.world.add_account(RECRUITER, "sub-1")
        self.refresh_token: str = self.oauth.issue(RECRUITER, SCOPES)["refresh_token"]
        self.client = OAuthClient("local-client", "local-secret")
        self.access = self.new_access()
        self.tokens_before = len(self.oauth._access)

    def new_access(self, endpoint: str = "", token_url: str = "") -> GmailAccess:
        """Return what a new process would have."""
        return GmailAccess(
            endpoint=endpoint or f"{self.server.url}/",
            token_url=token_url or f"{self.server.url}/token",
            client=lambda: self.client,
            now=lambda: self.now,
        )

    @property
    def mailbox(self) -> GmailMailbox:
        """Return the mailbox, made anew as each invocation does."""
        return self.access.mailbox("inbox-1", "sealed", lambda: self.refresh_token)

    @property
    def headers_only(self) -> GmailMailbox:
        """Return the same mailbox, connected with a grant that lets us send and read headers."""
        scopes = {"openid", "email", f"{GMAIL}send", f"{GMAIL}metadata"}
        token: str = self.oauth.issue(RECRUITER, scopes)["refresh_token"]
        return self.access.mailbox("inbox-2", "sealed", lambda: token, access="headers")

    @property
    def tokens_asked_for(self) -> int:
        """Count the access tokens that the token endpoint gave to the adapter."""
        return len(self.oauth._access) - self.tokens_before

    def fault(self, method: str, when: str = "before", **how: Any) -> None:
        """Plan a fault."""
        self.world.faults.add(Fault(method=method, when=when, **how))  # type: ignore[arg-type] # a literal

    def calls(self, method: str) -> list[AccessEntry]:
        """Return the calls of a method."""
        return [entry for entry in self.world.access_log if entry.method == method]

    def delivered(self) -> int:
        """Count the mails that reached the candidate."""
        return len(self.world.outside_inbox(CANDIDATE))

    def pass_time(self, by: timedelta) -> None:
        """Move the domain's time."""
        self.now += by

    def stop(self) -> None:
        """End both."""
        self.access.close()
        self.server.stop()
