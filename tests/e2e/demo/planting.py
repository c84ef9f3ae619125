"""Plant faults that break a promise, so that a test sees the checker find each."""

from __future__ import annotations

import requests

from tests.e2e.demo import script
from tests.e2e.demo.driver import ADDRESS, Demo
from tests.localcloud.gmail import mail

GMAIL_SCOPE = "https://www.googleapis.com/auth/gmail.modify"
FAULTS = ("duplicate", "lost-reply", "foreign-read")


def before(fault: str | None, demo: Demo) -> None:
    """Keep one scripted answer from the mailbox: for the checker the system has lost it."""
    if fault == "lost-reply":
        replying = (
            email
            for index, email in enumerate(demo.candidates)
            if (reaction := script.reaction_of(index, len(demo.offsets))) and reaction.kind == "reply"
        )
        demo.withheld.add(next(replying))


def after(fault: str | None, demo: Demo) -> None:
    """Send one mail once more, or read the body of a friend's mail."""
    world = demo.cloud.world
    if fault == "duplicate":
        raw = next(inbox[0].raw for email in demo.candidates if (inbox := world.outside_inbox(email)))
        world.mailbox(ADDRESS).send_message(mail.without_header(raw, "Message-ID"))
    elif fault == "foreign-read":
        message = min(demo.unrelated)
        url = f"{demo.cloud.env['GMAIL_API_ENDPOINT']}/gmail/v1/users/me/messages/{message}?format=raw"
        assert demo.cloud.oauth is not None
        token = demo.cloud.oauth.store.issue(ADDRESS, {GMAIL_SCOPE})["access_token"]
        answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=20)
        answer.raise_for_status()
