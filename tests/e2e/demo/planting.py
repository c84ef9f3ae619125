"""Plant faults that break a promise, so that a test sees the checker find each."""

from __future__ import annotations

from datetime import timedelta

import requests

from tests.e2e.demo import script
from tests.e2e.demo.driver import Demo
from tests.e2e.demo.web_app import ADDRESS
from tests.localcloud.gmail import mail

GMAIL_SCOPE = "https://www.googleapis.com/auth/gmail.modify"
FAULTS = ("duplicate", "lost-reply", "foreign-read", "night-burst")


def before(fault: str | None, demo: Demo) -> None:
    """Keep one scripted answer from the mailbox: for the checker the system has lost it."""
    if fault == "lost-reply":
        replying = (
            email
            for index, email in enumerate(demo.candidates)
            if any(one.kind == "reply" for one in script.reactions_of(index, demo.steps))
        )
        demo.withheld.add(next(replying))


def after(fault: str | None, demo: Demo) -> None:
    """Send one mail once more, two at once in the night, or read the body of a friend's mail."""
    world = demo.cloud.world
    first = (inbox[0].raw for email in demo.candidates if (inbox := world.outside_inbox(email)))
    if fault == "duplicate":
        world.mailbox(ADDRESS).send_message(mail.without_header(next(first), "Message-ID"))
    elif fault == "night-burst":
        now = demo.cloud.clock.now()
        demo.cloud.advance((now + timedelta(days=1)).replace(hour=2, minute=0))
        for _ in range(2):
            raw = mail.with_header(mail.without_header(next(first), "Message-ID"), "Subject", "Hello again")
            world.mailbox(ADDRESS).send_message(raw)
    elif fault == "foreign-read":
        message = min(demo.unrelated)
        url = f"{demo.cloud.env['GMAIL_API_ENDPOINT']}/gmail/v1/users/me/messages/{message}?format=raw"
        assert demo.cloud.oauth is not None
        token = demo.cloud.oauth.store.issue(ADDRESS, {GMAIL_SCOPE})["access_token"]
        answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=20)
        answer.raise_for_status()
