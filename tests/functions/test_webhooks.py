"""Admins say who hears of events; what happens is then posted there, signed; over HTTP throughout."""

from __future__ import annotations

import base64
import hmac
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lib.adapters.webhooks import HttpWebhooks
from lib.core import keys
from tests.functions.campaigning import KIM, accepted, answer, sent_soon
from tests.functions.office import Office, faults
from tests.functions.test_settings import admin

if TYPE_CHECKING:
    from collections.abc import Iterator

MINUTE = timedelta(minutes=1)
HOOK = "https://ats.example.com/in"


class Receiver:
    """Be somebody's ATS, on this machine."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Stay silent."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in"


@pytest.fixture
def receiver(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setattr(office.wiring, "webhooks", HttpWebhooks(loopback=True), raising=False)
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def test_a_webhook_is_made_shown_and_removed_and_its_secret_seen_once(office: Office) -> None:
    made = admin(office, "POST", "/webhooks", json={"url": HOOK, "types": ["candidate.replied"]})
    assert made.status_code == 200
    body = made.json()
    assert body.pop("secret").startswith("whsec_")
    assert (body["url"], body["types"]) == (HOOK, ["candidate.replied"])
    assert admin(office, "GET", "/webhooks").json() == {"webhooks": [body]}
    assert b"whsec_" not in b"".join(content for _, content in office.stored().values())
    assert admin(office, "DELETE", f"/webhooks/{body['id']}").json() == {"webhooks": []}
    assert admin(office, "DELETE", f"/webhooks/{body['id']}").status_code == 404
    # Two deeds of one moment have no order.
    deeds = sorted(one["about"] for one in admin(office, "GET", "/audit").json()["entries"])
    assert deeds == [[f"webhook:{body['id']}", "added"], [f"webhook:{body['id']}", "removed"]]


@pytest.mark.parametrize(
    "url", ["http://ats.example.com/", "https://169.254.169.254/", "http://127.0.0.1:8080/"]
)
def test_a_place_inside_is_refused(office: Office, url: str) -> None:
    answer = admin(office, "POST", "/webhooks", json={"url": url})
    assert (answer.status_code, [field for _, field, _ in faults(answer)]) == (422, ["url"])
    assert admin(office, "GET", "/webhooks").json() == {"webhooks": []}


def test_there_are_only_so_many(office: Office) -> None:
    statuses = [admin(office, "POST", "/webhooks", json={"url": f"{HOOK}{n}"}).status_code for n in range(6)]
    assert statuses == [200] * 5 + [409]


def test_what_happens_arrives_signed_and_again_after_a_replay(office: Office, receiver: Receiver) -> None:
    hook = admin(office, "POST", "/webhooks", json={"url": receiver.url}).json()
    accepted(office)
    sent_soon(office)
    answer(office, KIM, "Tell me more.")
    told = delivered(office, receiver)
    assert [(one["type"], one["data"]["sequence"]) for one in told if one["data"]["email"] == KIM] == [
        ("candidate.sent", 1),
        ("candidate.replied", 2),
    ]
    for headers, body in receiver.got:
        check(hook["secret"], headers, body)
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    receiver.got.clear()
    again = admin(office, "POST", f"/webhooks/{hook['id']}/replay?since=2020-01-01T00:00:00Z")
    assert again.json() == {"events": len(ids), "next": None}
    delivered(office, receiver)
    assert sorted({headers["webhook-id"] for headers, _ in receiver.got}) == sorted(set(ids))


def test_a_replay_needs_a_time_with_its_offset(office: Office) -> None:
    hook = admin(office, "POST", "/webhooks", json={"url": HOOK}).json()
    for since in ("", "?since=yesterday", "?since=2026-01-01T00:00:00"):
        assert admin(office, "POST", f"/webhooks/{hook['id']}/replay{since}").status_code in {400, 422}


def delivered(office: Office, receiver: Receiver) -> list[Any]:
    """Let ``maintain`` queue what is due, until nothing is; return the bodies that came."""
    for _ in range(4):
        assert office.post("maintain").status_code == 200
        office.cloud.wait_idle()
        office.cloud.advance(office.cloud.clock.now() + MINUTE)
    org = office.store.read([keys.org("acme")])[keys.org("acme")]
    assert org is not None
    return [msgspec.json.decode(body) for _, body in receiver.got]


def check(secret: str, headers: dict[str, str], body: bytes) -> None:
    """Verify as the specification says, written anew; test_webhooks.py in tests/core asks a library."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert (
        headers["webhook-signature"] == f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}"
    )
