"""A webhook is a public https place, and what goes there is signed as the specification has it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from lib.core.webhooks import fault_of, is_public, secret_of, signed_headers

NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_an_address_on_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
        *("169.254.169.254", "192.0.0.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:a00:1", "::10.0.0.1", "::ffff:0:10.0.0.1"),
        *("64:ff9b::10.0.0.1", "64:ff9b:1::a9fe:a9fe", "2002:a00:1::1", "2002:7f00:1::", "2001:0:1::1"),
        *("2001:db8::1", "fec0::1", "100::1", "localhost", "", "127.1"),
    ],
)
def test_an_address_that_leads_inside_is_not_public_however_it_is_written(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url", ["https://ats.example.com/in?key=1", "https://8.8.8.8/", "https://a.example:8443"]
)
def test_a_public_https_url_may_be_a_webhook(url: str) -> None:
    assert fault_of(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        *("http://ats.example.com/in", "ftp://ats.example.com", "https://", "https:///in", "ats.example.com"),
        *("https://user:pass@ats.example.com", "https://@ats.example.com", "https://a.example.com/#part"),
        *("https://10.0.0.1/", "https://[::1]/", "https://[::ffff:169.254.169.254]/", "http://127.0.0.1/"),
        *(
            "https://a.example.com/\r\nX: y",
            "https://a.example.com:99999/",
            "https://[::1",
            "https://ä.example",
        ),
        *("https://a.example.com/ x", "https://a.example.com:0/", "https://a.example.com/" + "x" * 2000),
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    assert fault_of(url)


def test_http_to_this_machine_is_for_tests_alone() -> None:
    assert fault_of("http://127.0.0.1:8080/in", loopback=True) == ""
    assert fault_of("http://10.0.0.1/in", loopback=True)
    assert fault_of("http://localhost.example.com/in", loopback=True)


def test_a_secret_is_each_webhooks_own_and_stays() -> None:
    secrets = {secret_of(key, org, id_) for key in (b"k", b"l") for org in ("a", "b") for id_ in ("1", "2")}
    assert len(secrets) == 8
    assert secret_of(b"k", "a", "1") in secrets


def test_a_signature_is_verified_by_a_library_that_is_not_ours() -> None:
    body, secret = b'{"type":"candidate.sent"}', secret_of(b"address key", "acme", "hook")
    headers = signed_headers(secret, "event-1", NOW, body)
    verifier = Verifier(secret)
    assert verifier.verify(body, headers) == {"type": "candidate.sent"}
    for wrong in (
        headers | {"webhook-id": "event-2"},
        headers | {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
    ):
        with pytest.raises(WebhookVerificationError):
            verifier.verify(body, wrong)
    with pytest.raises(WebhookVerificationError):
        verifier.verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(secret_of(b"address key", "globex", "hook")).verify(body, headers)


def test_a_signature_is_that_of_the_specifications_own_example() -> None:
    """The example of the reference implementations' tests: secret, id, time, body and signature."""
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
