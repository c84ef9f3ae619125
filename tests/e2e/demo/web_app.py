"""Own what the company's web app does on the recruiter's behalf, over HTTP and with a user's token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from tests.e2e.demo.browser import connect
from tests.localcloud.oauth.issuer import ROBIN

ORG, USER, ADDRESS, SENDER = ROBIN.org, ROBIN.sub, ROBIN.email, ROBIN.name
ZONE = "Europe/Berlin"
ORIGIN = "https://app.example.com"
#: What the recruiter asks for: mails on the mailbox's first day, more each day, at most; seconds between two.
RAMP_START, RAMP_STEP, DAILY_CAP, GAP = 16, 8, 50, 90


class Refused(Exception):
    """Say why something was not accepted, fault by fault."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail", ""))
        self.problem = problem


@dataclass(frozen=True)
class WebApp:
    """Call the functions as the web app does."""

    base_url: str
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Call a function; Refused for a conflict and for faults."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(method, f"{self.base_url}/{path}", headers=headers, json=body, timeout=60)
        if answer.status_code in {409, 422}:
            raise Refused(answer.json())
        answer.raise_for_status()
        return answer.json()

    def connect(self) -> tuple[str, str, list[str]]:
        """Connect the mailbox through the whole chain; return its id, the browser's last URL, its way."""
        wish = {
            "address": ADDRESS,
            "sender_name": SENDER,
            "return_url": f"{ORIGIN}/mailboxes",
            "timezone": ZONE,
        }
        end, way = connect(self.base_url, self.token, wish)
        id_: str = self.call("GET", "mailboxes")["mailboxes"][0]["id"]
        limits = {
            "ramp_start": RAMP_START,
            "ramp_step": RAMP_STEP,
            "daily_cap": DAILY_CAP,
            "gap": f"PT{GAP}S",
        }
        self.call("PATCH", f"mailboxes/{id_}/settings", limits)
        return id_, end, way

    def candidates(self, campaign: str) -> list[dict[str, Any]]:
        """Return all candidates of a campaign, page by page."""
        found: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            page = self.call("GET", f"campaigns/{campaign}/candidates?limit=200&after={after}")
            found += page["candidates"]
            after = page["next"]
        return found

    def mark(self, campaign: str) -> dict[str, Any]:
        """Take each proposal of what an answer comes to, as a recruiter may; return the campaign then."""
        for answer in self.call("GET", f"campaigns/{campaign}")["answers"]:
            if answer["kind"] == "person" and answer["proposed"]:
                path = f"campaigns/{campaign}/answers/{answer['id']}"
                self.call("PATCH", path, {"interest": answer["proposed"]})
        shown: dict[str, Any] = self.call("GET", f"campaigns/{campaign}")
        return shown
