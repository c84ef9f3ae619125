"""Refresh tokens open only for the org and mailbox they were sealed to."""

from __future__ import annotations

import json

import pytest

from lib.adapters.vault import TinkVault
from lib.core.errors import Permanent
from tests.localcloud.local_secrets import make_secrets

SECRET = "1//a-refresh-token-é"


def keyset() -> str:
    return make_secrets("id", "secret")["token-keyset"]


def test_a_secret_opens_where_it_was_sealed() -> None:
    known = keyset().encode()
    sealed = TinkVault(lambda: known).seal(SECRET, org="acme", mailbox="m1")
    assert SECRET not in sealed
    assert TinkVault(lambda: known).open(sealed, org="acme", mailbox="m1") == SECRET


def test_sealing_twice_gives_two_texts() -> None:
    known = keyset().encode()
    vault = TinkVault(lambda: known)
    assert vault.seal(SECRET, org="acme", mailbox="m1") != vault.seal(SECRET, org="acme", mailbox="m1")


@pytest.mark.parametrize(
    ("org", "mailbox"), [("other", "m1"), ("acme", "m2"), ("acmem", "1"), ("m1", "acme")]
)
def test_a_sealed_secret_opens_nowhere_else(org: str, mailbox: str) -> None:
    known = keyset().encode()
    vault = TinkVault(lambda: known)
    sealed = vault.seal(SECRET, org="acme", mailbox="m1")
    with pytest.raises(Permanent):
        vault.open(sealed, org=org, mailbox=mailbox)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-8] + "AAAAAAAA", lambda _: "", lambda _: "é", lambda text: text[1:]]
)
def test_what_was_tampered_with_does_not_open(change: object) -> None:
    known = keyset().encode()
    vault = TinkVault(lambda: known)
    sealed = vault.seal(SECRET, org="acme", mailbox="m1")
    with pytest.raises(Permanent):
        vault.open(change(sealed), org="acme", mailbox="m1")  # type: ignore[operator] # a function


def test_a_rotated_keyset_still_opens_what_the_old_key_sealed() -> None:
    old = keyset()
    current = [old.encode()]
    vault = TinkVault(lambda: current[0])
    sealed = vault.seal(SECRET, org="acme", mailbox="m1")
    both = json.loads(old)
    new = json.loads(keyset())
    both["key"] += new["key"]
    both["primaryKeyId"] = new["primaryKeyId"]
    current[0] = json.dumps(both).encode()
    assert vault.open(sealed, org="acme", mailbox="m1") == SECRET
    resealed = vault.seal(SECRET, org="acme", mailbox="m1")
    with pytest.raises(Permanent):
        TinkVault(old.encode).open(resealed, org="acme", mailbox="m1")
