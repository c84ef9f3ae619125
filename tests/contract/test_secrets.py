"""Secrets are read from Google, AWS or the environment alike, and kept no longer than five minutes."""

from __future__ import annotations

import base64
import logging
import threading
import time

import pytest

from lib.adapters.secrets import Secrets
from lib.adapters.secrets.environment import EnvironmentSecrets
from lib.core.errors import Unavailable
from tests.contract.secret_backends import Backend, Ticking

KEY = bytes(range(200, 232))
VALUE = "a-value-that-nobody-may-see"


class Counted:
    """A source in memory that counts its readings."""

    def __init__(self, value: bytes | None) -> None:
        self.value, self.readings = value, 0

    def read(self, name: str) -> bytes:
        self.readings += 1
        if self.value is None:
            raise Unavailable(f"secret {name}: down")
        return self.value


class TestEveryBackend:
    def test_the_newest_value_is_read(self, backend: Backend) -> None:
        backend.put("oauth-client", "old")
        backend.put("oauth-client", "née")
        backend.put("ticket-key", "another")
        assert backend.source.read("oauth-client") == "née".encode()

    def test_a_rotated_value_arrives_within_the_bound_on_age(self, backend: Backend) -> None:
        ticking = Ticking()
        secrets = Secrets(backend.source, ticking)
        backend.put("token-keyset", "old")
        assert secrets.get("token-keyset") == b"old"
        backend.put("token-keyset", "new")
        ticking.seconds += 299
        assert secrets.get("token-keyset") == b"old"
        ticking.seconds += 2
        assert secrets.get("token-keyset") == b"new"

    def test_a_rotated_value_arrives_at_once_for_who_needs_it(self, backend: Backend) -> None:
        secrets = Secrets(backend.source, Ticking())
        backend.put("token-keyset", "old")
        assert secrets.get("token-keyset") == b"old"
        backend.put("token-keyset", "new")
        assert secrets.afresh("token-keyset") == b"new"
        assert secrets.get("token-keyset") == b"new"

    def test_a_missing_secret_is_named_and_its_work_comes_again(self, backend: Backend) -> None:
        backend.put("oauth-client", VALUE)
        with pytest.raises(Unavailable, match="ticket-key"):
            backend.source.read("ticket-key")
        backend.put("ticket-key", "there now")
        assert backend.source.read("ticket-key") == b"there now"

    def test_no_value_shows_in_a_log_or_a_repr(
        self, backend: Backend, caplog: pytest.LogCaptureFixture
    ) -> None:
        backend.put("oauth-client", VALUE)
        with caplog.at_level(logging.DEBUG):
            secrets = Secrets(backend.source, Ticking())
            assert secrets.get("oauth-client") == VALUE.encode()
        assert VALUE not in caplog.text + repr(secrets) + repr(backend.source)


@pytest.mark.parametrize("backend", ["gcp", "aws"], indirect=True)
class TestEveryBackendOverTheNetwork:
    def test_whoever_is_denied_hears_so_and_comes_again(self, backend: Backend) -> None:
        backend.put("address-key", VALUE)
        assert backend.source.read("address-key") == VALUE.encode()
        backend.deny()
        with pytest.raises(Unavailable, match=r"^secret address-key: \w+$") as error:
            backend.source.read("address-key")
        assert VALUE not in str(error.value)
        assert error.value.__cause__ is None

    def test_a_backend_that_is_down_is_waited_for_and_what_is_kept_still_serves(
        self, backend: Backend
    ) -> None:
        secrets = Secrets(backend.source, Ticking())
        backend.put("address-key", VALUE)
        assert secrets.get("address-key") == VALUE.encode()
        backend.stop()
        assert secrets.get("address-key") == VALUE.encode()
        began = time.monotonic()
        with pytest.raises(Unavailable, match=r"^secret address-key: \w+$"):
            secrets.afresh("address-key")
        with pytest.raises(Unavailable, match="ticket-key"):
            secrets.get("ticket-key")
        # Others wait meanwhile: no client may try again for a minute by itself.
        assert time.monotonic() - began < 20


def test_readings_before_their_time_are_bounded() -> None:
    source, ticking = Counted(b"one"), Ticking()
    secrets = Secrets(source, ticking)
    for _ in range(20):
        secrets.afresh("token-keyset")
    assert source.readings == 1
    ticking.seconds += 9
    source.value = b"two"
    assert secrets.afresh("token-keyset") == b"one"
    ticking.seconds += 1
    assert secrets.afresh("token-keyset") == b"two"
    assert source.readings == 2


def test_a_backend_that_is_down_is_not_asked_early_more_often() -> None:
    source = Counted(b"one")
    secrets = Secrets(source, Ticking())
    secrets.get("token-keyset")
    source.value = None
    with pytest.raises(Unavailable):
        secrets.afresh("token-keyset")
    assert [secrets.afresh("token-keyset") for _ in range(20)] == [b"one"] * 20
    assert source.readings == 2


def test_many_threads_that_need_a_secret_read_it_once() -> None:
    source = Counted(b"one")
    secrets = Secrets(source, Ticking())
    start = threading.Barrier(8)

    def need() -> None:
        start.wait()
        assert secrets.get("token-keyset") == secrets.afresh("token-keyset") == b"one"

    threads = [threading.Thread(target=need) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert source.readings <= 2


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(Unavailable, match="OUTREACH_SECRET_TICKET_KEY"):
        EnvironmentSecrets({}).read("ticket-key")


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_keys_are_decoded_from_either_alphabet(encode: object) -> None:
    text = encode(KEY).decode() + "\n"  # type: ignore[operator] # one of two functions
    assert Secrets(Counted(text.encode()), Ticking()).key("address-key") == KEY


@pytest.mark.parametrize("text", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_bad_key_is_refused_without_showing_it(text: str) -> None:
    secrets = Secrets(Counted(text.encode()), Ticking())
    with pytest.raises(Unavailable) as error:
        secrets.key("address-key")
    assert text not in str(error.value)
