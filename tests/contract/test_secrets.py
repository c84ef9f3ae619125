"""Secrets are read from Secret Manager or the environment, and kept no longer than five minutes."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from lib.adapters.secrets import EnvironmentSecrets, SecretManager, Secrets
from lib.core.errors import Unavailable
from tests.localcloud.secret_manager import SecretManager as LocalSecretManager

KEY = bytes(range(200, 232))


class Ticking:
    """A monotonic clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def local() -> Iterator[tuple[LocalSecretManager, SecretManager]]:
    manager = LocalSecretManager()
    server = manager.serve()
    yield manager, SecretManager("local", server.target)
    server.stop()


def test_the_newest_version_is_read(local: tuple[LocalSecretManager, SecretManager]) -> None:
    manager, source = local
    manager.put("local", {"oauth-client": "old"})
    manager.put("local", {"oauth-client": "new"})
    assert Secrets(source, Ticking()).get("oauth-client") == b"new"


def test_a_value_is_kept_for_five_minutes(local: tuple[LocalSecretManager, SecretManager]) -> None:
    manager, source = local
    ticking = Ticking()
    secrets = Secrets(source, ticking)
    manager.put("local", {"token-keyset": "old"})
    assert secrets.get("token-keyset") == b"old"
    manager.put("local", {"token-keyset": "new"})
    ticking.seconds += 299
    assert secrets.get("token-keyset") == b"old"
    ticking.seconds += 2
    assert secrets.get("token-keyset") == b"new"
    assert manager.calls.snapshot()["AccessSecretVersion"] == 2


def test_a_missing_secret_is_named_and_its_work_comes_again(
    local: tuple[LocalSecretManager, SecretManager],
) -> None:
    with pytest.raises(Unavailable, match="ticket-key"):
        local[1].read("ticket-key")


def test_secrets_come_from_the_environment_under_their_variables_names() -> None:
    source = EnvironmentSecrets({"OUTREACH_SECRET_OAUTH_CLIENT": "{}"})
    assert source.read("oauth-client") == b"{}"
    with pytest.raises(Unavailable, match="OUTREACH_SECRET_TICKET_KEY"):
        source.read("ticket-key")


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_keys_are_decoded_from_either_alphabet(encode: object) -> None:
    text = encode(KEY).decode() + "\n"  # type: ignore[operator] # one of two functions
    assert (
        Secrets(EnvironmentSecrets({"OUTREACH_SECRET_ADDRESS_KEY": text}), Ticking()).key("address-key")
        == KEY
    )


@pytest.mark.parametrize("text", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_bad_key_is_refused_without_showing_it(text: str) -> None:
    secrets = Secrets(EnvironmentSecrets({"OUTREACH_SECRET_ADDRESS_KEY": text}), Ticking())
    with pytest.raises(Unavailable) as error:
        secrets.key("address-key")
    assert text not in str(error.value)
