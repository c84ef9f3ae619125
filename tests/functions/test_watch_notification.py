"""A push leads to the mailbox it names; what is no push of ours is settled without any effect."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import requests

from tests.functions.campaigning import KIM, accepted, answer
from tests.functions.office import OTHER, RECRUITER, Office
from tests.localcloud.gmail.faults import Fault


def push(address: str = RECRUITER, id_: str = "push-1") -> dict[str, Any]:
    data = json.dumps({"emailAddress": address, "historyId": 7}).encode()
    message = {"data": base64.b64encode(data).decode(), "messageId": id_}
    return {"message": message, "subscription": "projects/local-project/subscriptions/gmail"}


def test_an_answer_is_found_when_gmail_pushes(office: Office) -> None:
    accepted(office)
    answer(office, KIM, "Yes, please.")
    figures = office.call("GET", "campaigns/c1").json()["figures"]
    assert figures["replied"] == 1


def test_the_same_push_again_asks_gmail_nothing(office: Office) -> None:
    accepted(office)
    assert office.post("watch_notification", json=push()).json() == {"outcome": "worked off"}
    asked = office.cloud.world.requests
    assert office.post("watch_notification", json=push()).status_code == 200
    assert office.cloud.world.requests == asked
    assert office.post("watch_notification", json=push(id_="push-2")).status_code == 200
    assert office.cloud.world.requests > asked


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"message": {}}',
        b'{"message": {"data": "!", "messageId": "1"}}',
        b'{"message": {"data": "e30=", "messageId": "1"}}',
        json.dumps(push(address="no address")).encode(),
        json.dumps(push(id_="")).encode(),
        b'{"inbox": 1}',
    ],
)
def test_a_malformed_push_is_settled_without_effect(office: Office, body: bytes) -> None:
    office.connected()
    before, asked = office.stored(), office.cloud.world.requests
    assert office.post("watch_notification", data=body).json() == {"outcome": "settled_badly"}
    assert (office.stored(), office.cloud.world.requests) == (before, asked)


def test_a_push_for_a_mailbox_that_is_not_connected_is_settled_without_effect(office: Office) -> None:
    office.connected()
    before, asked = office.stored(), office.cloud.world.requests
    for address in (OTHER, "nobody@example.com"):
        assert office.post("watch_notification", json=push(address)).status_code == 200
    assert (office.stored(), office.cloud.world.requests) == (before, asked)


def test_what_fails_comes_again(office: Office) -> None:
    office.connected()
    before = office.stored()
    office.cloud.world.faults.add(Fault(method="history.list", status=503))
    failed = office.post("watch_notification", json=push())
    assert (failed.status_code, failed.json()) == (503, {"outcome": "comes_again"})
    assert int(failed.headers["Retry-After"]) >= 1
    # Nothing but that it was tried.
    assert {path for path in office.stored().keys() - before.keys() if "/reads/" not in path} == set()
    assert before.items() <= office.stored().items()
    assert office.post("watch_notification", json=push()).json() == {"outcome": "worked off"}


def test_only_posts_are_pushes(office: Office) -> None:
    refused = requests.get(office.url("watch_notification"), timeout=30)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")
