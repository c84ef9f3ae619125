"""Somebody sends from another's mailbox: asked for, approved, seen by its owner, and stopped at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lib.core.records import AuditEntry
from tests.functions.campaigning import KIM, LEE, answer, enqueue, mail_to, request, sent_soon
from tests.functions.office import OTHER, RECRUITER, Office, faults

if TYPE_CHECKING:
    import requests


def sam(office: Office, **changes: str) -> str:
    """Return the delegate's token."""
    return office.token(**{"user": "user-2", "email": OTHER} | changes)


def give(office: Office, mailbox: str, **terms: Any) -> requests.Response:
    return office.call("POST", f"mailboxes/{mailbox}/grants", json={"email": OTHER} | terms)


def show(office: Office, token: str | None = None) -> dict[str, Any]:
    return dict(office.call("GET", "campaigns/c1", token).json())


def deeds(office: Office) -> list[str]:
    """Return what is in the audit, having looked that it names nobody."""
    found = [(path, content) for path, (kind, content) in office.stored().items() if kind is AuditEntry]
    assert not [path for path, content in found if "@" in path or b"@" in content]
    return [content.decode().partition('"deed":"')[2].partition('"')[0] for _, content in sorted(found)]


def test_asked_accepted_approved_sent_seen_and_stopped(office: Office) -> None:
    mailbox, body = office.connected(), request("")
    wish = office.call(
        "POST", "mailboxes/requests", sam(office), json={"address": RECRUITER, "approval": True}
    )
    assert (wish.status_code, wish.json()["status"], wish.json()["mailbox"]) == (200, "asked", mailbox)
    body["mailbox"] = mailbox
    [(_, field, why)] = faults(enqueue(office, body, sam(office)))
    assert (field, "ask its owner for a grant" in why) == ("mailbox", True)
    [asked] = office.call("GET", f"mailboxes/{mailbox}/grants").json()["grants"]
    assert (asked["email"], asked["approval"], asked["holds"]) == (OTHER, True, False)
    path = f"mailboxes/{mailbox}/grants/{asked['id']}"
    assert office.call("POST", f"{path}/accept").json()["holds"] is True

    assert enqueue(office, body, sam(office)).status_code == 202
    sent_soon(office)
    assert office.cloud.world.outside_addresses() == []
    shown = show(office)
    assert (shown["author_email"], shown["needs_approval"], shown["approved_at"]) == (OTHER, True, None)
    assert shown["may"] == ["see", "read", "stop", "write", "approve"]
    refused = office.call("POST", "campaigns/c1/approve", sam(office), json={"revision": 1})
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:outreach:error:forbidden")
    assert office.call("POST", "campaigns/c1/approve", json={"revision": 1}).status_code == 200
    sent_soon(office)
    assert RECRUITER in str(mail_to(office, KIM)["From"])

    answer(office, KIM, "Tell me more.")
    [said] = show(office, sam(office))["answers"]
    assert (said["text"], show(office)["answers"]) == ("Tell me more.", [said])
    assert office.call("DELETE", path).json()["status"] == "ended"
    shown = show(office, sam(office))
    assert (shown["status"], shown["paused_for"], shown["answers"]) == ("paused", "grant", [])
    assert shown["may"] == ["see", "stop"]
    assert office.call("POST", "campaigns/c1/resume", sam(office)).status_code == 403
    office.cloud.advance(office.cloud.clock.now() + timedelta(days=5))
    office.cloud.wait_idle()
    assert len(office.cloud.world.outside_inbox(LEE)) == 1
    told = "asked granted accepted_campaign approved_campaign grant_ended paused_campaign"
    assert set(told.split()) <= set(deeds(office))


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        (
            "{}/grants",
            {"email": "x", "campaign": "/", "until": "2020-01-01T00:00:00Z"},
            ["email", "campaign", "until"],
        ),
        ("{}/grants", {"email": RECRUITER}, ["email"]),
        ("{}/grants", {"email": OTHER, "until": "2090-01-01T00:00:00"}, ["until"]),
        ("{}/grants", {"email": OTHER, "approval": "yes"}, ["approval"]),
        ("requests", {"address": "x", "campaign": "/"}, ["address", "campaign"]),
    ],
)
def test_faults_are_named(office: Office, path: str, body: dict[str, Any], fields: list[str]) -> None:
    answer = office.call("POST", f"mailboxes/{path.format(office.connected())}", json=body)
    assert (answer.status_code, [field for _, field, _ in faults(answer)]) == (422, fields)


def test_who_has_no_part_in_it_finds_nothing(office: Office) -> None:
    mailbox = office.connected()
    lent = give(office, mailbox).json()["id"]
    strangers = (
        office.token("user-3", "lee@example.com"),
        office.token("user-1", RECRUITER, org="globex"),
        sam(office, org="globex"),
        sam(office, org="globex", role="admin"),
    )
    for token in strangers:
        for method, path, body in (
            ("GET", f"{mailbox}/grants", None),
            ("POST", f"{mailbox}/grants", {"email": "x@example.com"}),
            ("POST", f"{mailbox}/grants/{lent}/accept", {}),
            ("DELETE", f"{mailbox}/grants/{lent}", None),
        ):
            assert office.call(method, f"mailboxes/{path}", token, json=body).status_code == 404, path
    nowhere = office.call("POST", "mailboxes/requests", strangers[1], json={"address": RECRUITER})
    assert nowhere.status_code == 404
    [still] = office.call("GET", f"mailboxes/{mailbox}/grants").json()["grants"]
    assert still["holds"] is True


def test_each_sees_their_part_of_the_mailboxes(office: Office) -> None:
    mailbox = office.connected()
    lent = give(office, mailbox, campaign="c1").json()
    [seen] = office.call("GET", "mailboxes", sam(office)).json()["mailboxes"]
    assert seen == {
        "id": mailbox,
        "address": RECRUITER,
        "sender_name": "Robin Reyes",
        "status": "connected",
        "own": False,
        "grants": [lent],
    }
    assert office.call("GET", f"mailboxes/{mailbox}/settings", sam(office)).status_code == 404
    assert office.call("GET", f"mailboxes/{mailbox}/reads", sam(office)).status_code == 404
    [own] = office.call("GET", "mailboxes").json()["mailboxes"]
    assert (own["own"], own["grants"], own["looked_at"] is not None) == (True, [], True)


def test_delegate_tries_a_step_and_gets_it_themselves(office: Office) -> None:
    mailbox = office.connected()
    give(office, mailbox)
    tried = office.call("POST", "enqueue_campaign/test?step=intro", sam(office), json=request(mailbox))
    assert (tried.status_code, tried.json()["sent_to"]) == (200, OTHER)
    assert deeds(office).count("sent") == 1


def test_asking_is_limited(office: Office) -> None:
    office.connected()
    answers = [
        office.call("POST", "mailboxes/requests", sam(office), json={"address": RECRUITER}).status_code
        for _ in range(21)
    ]
    assert answers == [200] * 20 + [429]
