"""A mailbox is disconnected over HTTP: Google and Gmail refuse what we held, and we hold nothing any more."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import msgspec
import pytest
import requests

from lib.core.errors import MailboxDisconnected
from lib.core.records import Inbox
from tests.functions.campaigning import KIM, LEE, accepted, mail_to
from tests.functions.office import OTHER, RECRUITER, Office
from tests.localcloud.gmail.faults import Fault


def disconnect(office: Office, id_: str, token: str | None = None) -> requests.Response:
    return office.call("POST", f"mailboxes/{id_}/disconnect", token)


def inbox_of(office: Office) -> Inbox:
    inbox = office.inbox()
    assert inbox is not None
    return inbox


def drafts(office: Office) -> list[str]:
    return list(office.cloud.world.accounts[RECRUITER].drafts)


def keeps_tokens(office: Office) -> bool:
    """Say whether this process, in which all functions run, keeps tokens of the mailbox's grant."""
    return inbox_of(office).id in office.wiring._gmail_access._tokens


def refusals(office: Office) -> set[int]:
    """Return what is said to all access tokens, and to all refresh tokens, that Google ever gave out."""
    assert office.cloud.oauth is not None
    oauth = office.cloud.oauth.store
    url = f"{office.wiring.settings.gmail_api_endpoint}gmail/v1/users/me/profile"
    headers = [{"Authorization": f"Bearer {token}"} for token in oauth._access]
    said = {requests.get(url, headers=header, timeout=30).status_code for header in headers}
    for token in list(oauth._refresh):
        form = {
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_id": "local-client",
            "client_secret": "local-secret",
        }
        answer = requests.post(office.wiring.settings.oauth_token_url, data=form, timeout=30)
        said.add(answer.status_code)
        assert answer.json()["error"] == "invalid_grant"
    return said


def test_a_disconnected_mailbox_leaves_no_token_anywhere(office: Office) -> None:
    id_ = accepted(office)
    sealed = inbox_of(office).sealed_token
    assert sealed
    answer = disconnect(office, id_)
    assert (answer.status_code, answer.json()["status"]) == (HTTPStatus.OK, "disconnected")
    assert "may still arrive" in answer.json()["note"]
    assert inbox_of(office).sealed_token == ""
    assert not keeps_tokens(office)
    assert [path for path, (_, content) in office.stored().items() if sealed.encode() in content] == []
    assert refusals(office) == {HTTPStatus.UNAUTHORIZED, HTTPStatus.BAD_REQUEST}
    assert office.cloud.world.accounts[RECRUITER].watch is None
    [shown] = office.call("GET", "mailboxes").json()["mailboxes"]
    assert shown["status"] == "disconnected"
    assert "connect it again" in shown["why"]


def test_a_process_drops_its_tokens_when_it_meets_a_mailbox_that_another_one_disconnected(
    office: Office,
) -> None:
    accepted(office)
    assert keeps_tokens(office)
    gone = msgspec.structs.replace(inbox_of(office), status="disconnected")
    with pytest.raises(MailboxDisconnected):
        office.wiring.gmail(gone)
    assert not keeps_tokens(office)


def test_nothing_goes_out_afterwards_and_maintain_has_nothing_left_to_do(office: Office) -> None:
    id_ = accepted(office)
    disconnect(office, id_)
    for _ in range(3):
        office.cloud.advance(office.cloud.clock.now() + timedelta(days=2))
        assert office.post("maintain").status_code == HTTPStatus.OK
        office.cloud.wait_idle()
    for candidate in (KIM, LEE):
        mail_to(office, candidate)
    assert inbox_of(office).status == "disconnected"


def test_somebody_else_cannot_disconnect_and_an_admin_can(office: Office) -> None:
    id_ = office.connected()
    before = office.stored()
    for token in (
        office.token("user-2", OTHER),
        office.token("user-1", RECRUITER, org="globex"),
        office.token("user-3", "ada@example.com", org="globex", role="admin"),
    ):
        assert disconnect(office, id_, token).status_code == HTTPStatus.NOT_FOUND
    assert disconnect(office, "none").status_code == HTTPStatus.NOT_FOUND
    assert office.stored() == before
    admin = office.token("user-3", "ada@example.com", role="admin")
    assert disconnect(office, id_, admin).json()["status"] == "disconnected"
    assert disconnect(office, id_).json()["status"] == "disconnected"


def test_a_mailbox_is_connected_again_and_goes_on(office: Office) -> None:
    id_ = accepted(office)
    disconnect(office, id_)
    office.cloud.advance(office.cloud.clock.now() + timedelta(days=4))
    assert office.connected() == id_
    for _ in range(60):
        assert office.post("maintain").status_code == HTTPStatus.OK
        office.cloud.wait_idle()
        office.cloud.advance(office.cloud.clock.now() + timedelta(minutes=1))
    assert [len(office.cloud.world.outside_inbox(one)) for one in (KIM, LEE)] == [2, 2]


def test_a_mail_that_nobody_knows_of_is_settled_first_and_maintain_finishes(office: Office) -> None:
    id_ = accepted(office)
    office.cloud.world.faults.add(Fault(method="drafts.send", drop=True, times=None))
    due = office.cloud.clock.now() + timedelta(days=4)
    office.cloud.advance(due - timedelta(days=1, hours=12))
    assert office.post("maintain").status_code == HTTPStatus.OK
    while (at := office.cloud.next_due()) is not None and at <= due and not drafts(office):
        office.cloud.advance(at)
        office.cloud.wait_idle()
    assert drafts(office)
    assert disconnect(office, id_).json()["status"] == "leaving"
    assert inbox_of(office).sealed_token
    for _ in range(12):
        office.cloud.advance(office.cloud.clock.now() + timedelta(minutes=1))
        assert office.post("maintain").status_code == HTTPStatus.OK
        office.cloud.wait_idle()
    assert (inbox_of(office).status, inbox_of(office).sealed_token) == ("disconnected", "")
    assert drafts(office) == []
