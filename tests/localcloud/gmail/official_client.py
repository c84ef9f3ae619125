"""Owns a local Gmail together with Google's own client for a recruiter's mailbox on it, for the tests."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import google.oauth2.credentials
import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from tests.localcloud.gmail.server import GmailServer

#: google-auth declares no types for what it exports.
_credentials: Any = google.oauth2.credentials

RECRUITER, COLLEAGUE, CANDIDATE = "recruiter@example.com", "colleague@example.com", "candidate@example.org"
SCOPE = "https://www.googleapis.com/auth/gmail."
TOPIC = "projects/local/topics/gmail"


def letter(
    to: str = CANDIDATE, subject: str = "A role for you", body: str = "Hello there", **headers: str
) -> bytes:
    lines = [f"From: {RECRUITER}", f"To: {to}", f"Subject: {subject}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body + "\r\n").encode()


def resource(raw: bytes, thread: str | None = None) -> dict[str, str]:
    placed = {"threadId": thread} if thread else {}
    return {"raw": base64.urlsafe_b64encode(raw).decode(), **placed}


class Clock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


class Here:
    """One local Gmail, and the official client for the recruiter's mailbox on it."""

    def __init__(self) -> None:
        self.published: list[tuple[str, dict[str, Any]]] = []
        self.clock = Clock()
        self.server = GmailServer(clock=self.clock, publish=self._publish)
        self.world = self.server.world
        self.world.add_account(RECRUITER, "sub-1", ("jobs@example.com",))
        self.world.add_account(COLLEAGUE, "sub-2")
        self.users = self.client("modify")

    def _publish(self, topic: str, data: dict[str, Any]) -> None:
        self.published.append((topic, data))

    def client(self, *scopes: str, address: str = RECRUITER) -> Any:
        granted = {SCOPE + scope for scope in scopes}
        self.token = self.server.oauth.issue(address, granted)["access_token"]
        api: Any = build(
            "gmail",
            "v1",
            credentials=_credentials.Credentials(self.token),
            client_options={"api_endpoint": self.server.url},
            static_discovery=True,
            cache_discovery=False,
        )
        return api.users()

    def draft(self, raw: bytes, thread: str | None = None) -> Any:
        return self.users.drafts().create(userId="me", body={"message": resource(raw, thread)}).execute()

    def send_draft(self, draft_id: str) -> Any:
        return self.users.drafts().send(userId="me", body={"id": draft_id}).execute(num_retries=0)

    def send(self, raw: bytes, thread: str | None = None) -> Any:
        return self.users.messages().send(userId="me", body=resource(raw, thread)).execute(num_retries=0)

    def history(self, start: Any, **more: Any) -> Any:
        return self.users.history().list(userId="me", startHistoryId=start, **more).execute()

    def profile(self) -> Any:
        return self.users.getProfile(userId="me").execute()

    def header(self, message_id: str, name: str) -> str:
        found: Any = (
            self.users.messages()
            .get(userId="me", id=message_id, format="metadata", metadataHeaders=name)
            .execute()
        )
        assert [pair["name"] for pair in found["payload"]["headers"]] == [name]
        return str(found["payload"]["headers"][0]["value"])


def refusal(call: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(HttpError) as caught:
        call()
    details: Any = caught.value.error_details
    return int(caught.value.resp.status), str(details[0]["reason"])


def added(page: Any) -> list[str]:
    return [
        change["message"]["id"]
        for record in page.get("history", [])
        for change in record.get("messagesAdded", [])
    ]
