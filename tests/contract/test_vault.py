"""Refresh tokens open only for the org and mailbox they were sealed to, also while the keyset rotates."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import tink
from tink import aead, json_proto_keyset_format, secret_key_access

from lib.adapters.keysets import key_ids, new_keyset, rotated, without_old
from lib.adapters.secrets import Secrets
from lib.adapters.vault import TinkVault
from lib.core.errors import Permanent, Unavailable
from tests.contract.secret_backends import Backend, Ticking

SECRET = "1//a-refresh-token-é"
HERE = {"org": "acme", "mailbox": "m1"}


class Process:
    """A process of the functions: its own cache, and the vault on it."""

    def __init__(self, backend: Backend) -> None:
        self.clock = Ticking()
        secrets = Secrets(backend.source, self.clock)
        self.vault = TinkVault(lambda: secrets.get("token-keyset"), lambda: secrets.afresh("token-keyset"))


class Fixed:
    """A vault whose keyset never changes, and how often it was asked for anew."""

    def __init__(self, keyset: str) -> None:
        self.asked = 0
        self.keyset = keyset.encode()
        self.vault = TinkVault(lambda: self.keyset, self._afresh)

    def _afresh(self) -> bytes:
        self.asked += 1
        return self.keyset


class TestEveryBackend:
    def test_a_secret_opens_in_every_process_where_it_was_sealed(self, backend: Backend) -> None:
        backend.put("token-keyset", new_keyset())
        sealed = Process(backend).vault.seal(SECRET, **HERE)
        assert SECRET not in base64.urlsafe_b64decode(sealed).decode("latin-1")
        assert Process(backend).vault.open(sealed, **HERE) == SECRET

    def test_a_token_moved_to_another_record_does_not_open(self, backend: Backend) -> None:
        backend.put("token-keyset", new_keyset())
        sealed = Process(backend).vault.seal(SECRET, **HERE)
        for elsewhere in ({"org": "other", "mailbox": "m1"}, {"org": "acme", "mailbox": "m2"}):
            with pytest.raises(Permanent):
                Process(backend).vault.open(sealed, **elsewhere)

    def test_no_token_fails_to_open_while_the_keyset_rotates(self, backend: Backend) -> None:
        first = new_keyset()
        backend.put("token-keyset", first)
        late, early = Process(backend), Process(backend)
        old = late.vault.seal(SECRET, **HERE)
        both = rotated(first)
        backend.put("token-keyset", both)
        early.clock.seconds += 301
        new = early.vault.seal(SECRET, **HERE)
        assert early.vault.is_current(new)
        assert not early.vault.is_current(old)
        # The one whose cache holds the keyset of before, and has not come to its end.
        assert late.vault.open(new, **HERE) == late.vault.open(old, **HERE) == SECRET
        backend.put("token-keyset", without_old(both))
        assert late.vault.open(new, **HERE) == early.vault.open(new, **HERE) == SECRET

    def test_nobody_seals_anew_with_the_key_of_yesterday(self, backend: Backend) -> None:
        first = new_keyset()
        backend.put("token-keyset", first)
        late, early = Process(backend), Process(backend)
        late.vault.seal(SECRET, **HERE)
        backend.put("token-keyset", rotated(first))
        sealed = early.vault.seal(SECRET, **HERE)
        assert late.vault.is_current(sealed)
        assert early.vault.is_current(late.vault.seal(SECRET, **HERE))

    def test_an_unreadable_keyset_is_waited_for(self, backend: Backend) -> None:
        backend.put("token-keyset", '{"primaryKeyId": 1, "hidden": true}')
        process = Process(backend)
        with pytest.raises(Unavailable, match="token-keyset") as error:
            process.vault.seal(SECRET, **HERE)
        assert "hidden" not in str(error.value)
        backend.put("token-keyset", new_keyset())
        process.clock.seconds += 301
        assert process.vault.open(process.vault.seal(SECRET, **HERE), **HERE) == SECRET


@pytest.fixture(scope="module")
def keyset() -> str:
    return new_keyset()


def test_sealing_twice_gives_two_texts(keyset: str) -> None:
    vault = Fixed(keyset).vault
    assert vault.seal(SECRET, **HERE) != vault.seal(SECRET, **HERE)


@pytest.mark.parametrize(
    ("org", "mailbox"), [("other", "m1"), ("acme", "m2"), ("acmem", "1"), ("m1", "acme"), ("acme", "")]
)
def test_a_sealed_secret_opens_nowhere_else(keyset: str, org: str, mailbox: str) -> None:
    fixed = Fixed(keyset)
    sealed = fixed.vault.seal(SECRET, **HERE)
    with pytest.raises(Permanent):
        fixed.vault.open(sealed, org=org, mailbox=mailbox)
    assert fixed.asked == 0


@pytest.mark.parametrize(
    "change", [lambda text: text[:-8] + "AAAAAAAA", lambda _: "", lambda _: "é", lambda text: text[1:]]
)
def test_what_was_tampered_with_does_not_open(keyset: str, change: Callable[[str], str]) -> None:
    fixed = Fixed(keyset)
    with pytest.raises(Permanent):
        fixed.vault.open(change(fixed.vault.seal(SECRET, **HERE)), **HERE)
    assert fixed.asked == 0


def test_a_token_whose_key_is_gone_waits_for_the_key_to_come_back(keyset: str) -> None:
    sealed = Fixed(keyset).vault.seal(SECRET, **HERE)
    later = Fixed(without_old(rotated(keyset)))
    for _ in range(3):
        with pytest.raises(Unavailable, match=f"key {key_ids(keyset)[0]}") as error:
            later.vault.open(sealed, **HERE)
    assert later.asked == 3
    assert sealed not in str(error.value)


def test_a_disabled_key_is_a_key_that_is_gone(keyset: str) -> None:
    sealed = Fixed(keyset).vault.seal(SECRET, **HERE)
    both = json.loads(rotated(keyset))
    assert both["key"][0]["keyId"] != both["primaryKeyId"]
    both["key"][0]["status"] = "DISABLED"
    with pytest.raises(Unavailable):
        Fixed(json.dumps(both)).vault.open(sealed, **HERE)


def test_keys_without_tinks_prefix_are_refused() -> None:
    template: Any = aead.aead_key_templates
    handle = tink.new_keyset_handle(template.AES256_GCM_RAW)
    raw: str = json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    with pytest.raises(Unavailable, match="prefix"):
        Fixed(raw).vault.seal(SECRET, **HERE)


def test_a_vault_shows_nothing(keyset: str) -> None:
    fixed = Fixed(keyset)
    sealed = fixed.vault.seal(SECRET, **HERE)
    material = json.loads(keyset)["key"][0]["keyData"]["value"]
    with pytest.raises(Permanent) as error:
        fixed.vault.open(sealed, org="acme", mailbox="m2")
    shown = f"{fixed.vault!r} {vars(fixed.vault)} {error.value!r}"
    assert not [word for word in (material, sealed, SECRET) if word in shown]
