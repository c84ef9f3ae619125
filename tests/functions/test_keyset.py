"""The operator makes and rotates keysets by command; nothing secret shows but what was asked for."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from lib.adapters.vault import TinkVault
from lib.entrypoint.keyset import USAGE, main

ROOT = Path(__file__).resolve().parents[2]
HERE = {"org": "acme", "mailbox": "m1"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(monkeypatch, capsys)


class Runner:
    """Run the command, and keep what it said on standard error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.said = ""

    def __call__(self, *arguments: str, given: str = "", code: int = 0) -> str:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        assert main(arguments) == code
        output, self.said = self._capsys.readouterr()
        return output


def vault(keyset: str) -> TinkVault:
    return TinkVault(keyset.encode, keyset.encode)


def ids(keyset: str) -> list[int]:
    return [key["keyId"] for key in json.loads(keyset)["key"]]


def test_a_new_keyset_seals_and_opens(run: Runner) -> None:
    keyset = run("new")
    assert vault(keyset).open(vault(keyset).seal("token", **HERE), **HERE) == "token"
    (key,) = json.loads(keyset)["key"]
    assert (key["keyData"]["typeUrl"].rpartition(".")[2], key["outputPrefixType"]) == ("AesGcmKey", "TINK")
    assert run("new") != keyset


def test_a_rotated_keyset_seals_with_the_fresh_key_and_opens_with_the_old_ones(run: Runner) -> None:
    first = run("new")
    third = run("rotate", given=run("rotate", given=first))
    assert len(set(ids(third))) == 3
    assert ids(third)[:1] == ids(first)
    assert json.loads(third)["primaryKeyId"] == ids(third)[-1]
    sealed = vault(first).seal("token", **HERE)
    assert vault(third).open(sealed, **HERE) == "token"
    assert not vault(third).is_current(sealed)
    assert vault(third).is_current(vault(third).seal("token", **HERE))


def test_old_keys_are_dropped_all_or_one(run: Runner) -> None:
    third = run("rotate", given=run("rotate", given=run("new")))
    oldest, old, primary = ids(third)
    assert ids(run("drop", given=third)) == [primary]
    assert ids(run("drop", str(oldest), given=third)) == [old, primary]


def test_the_primary_key_is_never_dropped(run: Runner) -> None:
    keyset = run("new")
    assert run("drop", str(ids(keyset)[0]), given=keyset, code=1) == ""
    assert run("drop", "1", given=keyset, code=1) == ""
    assert ids(run("drop", given=keyset)) == ids(keyset)


@pytest.mark.parametrize("text", ["", "hidden", "{}", '{"primaryKeyId": 1, "key": []}', '{"hidden": 1}'])
def test_what_is_no_keyset_is_refused_without_showing_it(run: Runner, text: str) -> None:
    assert run("rotate", given=text, code=1) == ""
    assert run("drop", given=text, code=1) == ""
    assert run.said == "no Tink keyset of AEAD keys in JSON\n"


def test_a_key_is_32_random_bytes(run: Runner) -> None:
    key = run("key")
    assert len(base64.b64decode(key, validate=False)) == 32
    assert run("key") != key


def test_standard_error_names_keys_and_shows_none(run: Runner) -> None:
    keyset = run("rotate", given=run("new"))
    old, primary = ids(keyset)
    assert run.said == f"primary key {primary}, old keys: {old}\n"
    run("key")
    assert run.said == ""


@pytest.mark.parametrize("arguments", [(), ("make",), ("new", "2"), ("drop", "all"), ("drop", "1", "2")])
def test_another_order_is_answered_with_the_usage(run: Runner, arguments: tuple[str, ...]) -> None:
    assert run(*arguments, code=USAGE) == ""
    assert run.said.startswith("usage: python -m lib.entrypoint.keyset")


def test_it_runs_as_a_program_without_settings() -> None:
    command = [sys.executable, "-m", "lib.entrypoint.keyset", "new"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={}, check=True)
    assert len(ids(done.stdout)) == 1
