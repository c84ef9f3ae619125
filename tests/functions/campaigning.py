"""Own a small campaign over HTTP: its request, its mails, and the answers of its candidates."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import TYPE_CHECKING, Any

from tests.functions.office import RECRUITER

if TYPE_CHECKING:
    import requests

    from tests.functions.office import Office

KIM, LEE = "kim@example.net", "lee@example.org"
SHORTLIST = f"email,name,city\n{KIM},Kim,Oslo\n{LEE},Lee,\n"


def request(mailbox: str, **changes: Any) -> dict[str, Any]:
    """Return a campaign of two steps to two candidates, the first step due at once."""
    return {
        "id": "c1",
        "mailbox": mailbox,
        "name": "Engineers",
        "timezone": "Europe/Berlin",
        "window": "always",
        "steps": [
            {"id": "intro", "subject": "Engineers wanted", "text": "Hi {{ name }}", "delay": "P0D"},
            {"id": "nudge", "text": "In {{ city | default: 'your city' }}?", "delay": "P3D"},
        ],
        "shortlist": SHORTLIST,
    } | changes


def enqueue(office: Office, body: dict[str, Any], token: str | None = None) -> requests.Response:
    return office.call("POST", "enqueue_campaign", token, json=body)


def accepted(office: Office) -> str:
    """Connect the mailbox and let the first step go out; return the mailbox's id."""
    mailbox = office.connected()
    assert enqueue(office, request(mailbox)).status_code == 202
    sent_soon(office)
    return mailbox


def sent_soon(office: Office) -> None:
    """Let the time pass in which a small campaign's first mails have their places, one after the other."""
    cloud = office.cloud
    end = cloud.clock.now() + timedelta(minutes=15)
    cloud.wait_idle()
    while (due := cloud.next_due()) is not None and due <= end:
        cloud.advance(due)
        cloud.wait_idle()


def mail_to(office: Office, candidate: str) -> EmailMessage:
    """Return the one mail in a candidate's inbox."""
    [delivery] = office.cloud.world.outside_inbox(candidate)
    parsed = BytesParser(policy=default).parsebytes(delivery.raw)
    assert isinstance(parsed, EmailMessage)
    return parsed


def opt_out_path(office: Office, candidate: str) -> str:
    """Return function and token of the link in a candidate's mail."""
    link = re.search(r"<(http[^>]+)>", mail_to(office, candidate)["List-Unsubscribe"])
    assert link is not None
    assert link.group(1).startswith(office.url("unsubscribe/"))
    return link.group(1).removeprefix(office.url(""))


def answer(office: Office, candidate: str, text: str) -> None:
    """Let a candidate answer the mail, and the answer be found."""
    sent, reply = mail_to(office, candidate), EmailMessage()
    reply["From"], reply["To"] = candidate, RECRUITER
    reply["Subject"], reply["Message-ID"] = f"Re: {sent['Subject']}", f"<answer-of-{candidate}>"
    reply["In-Reply-To"] = reply["References"] = sent["Message-ID"]
    reply.set_content(text)
    office.cloud.world.deliver(reply.as_bytes(), RECRUITER)
    office.cloud.wait_idle()
