"""Own what the console's tests share: one Chromium, the emulators, and a scene of its own for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from unittest import mock

import pytest
from playwright.sync_api import Browser

from tests.e2e.chromium import chromium, find_chromium
from tests.e2e.conftest import OUTSIDE
from tests.e2e.console.scene import Scene, scene
from tests.localcloud.emulators import Emulators

_numbers = count(1)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("there is no Chromium")
    with chromium(path) as browser:
        yield browser


@pytest.fixture(scope="package")
def emulators() -> Iterator[Emulators | None]:
    with mock.patch.dict(os.environ, OUTSIDE, clear=True):
        started = None if Emulators.available() else Emulators()
        if started:
            started.launch()
    yield started
    if started:
        started.stop()


@pytest.fixture
def stage(emulators: Emulators | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Everything as at ``make serve``, untouched yet."""
    for name in set(os.environ) - set(OUTSIDE):
        monkeypatch.delenv(name)
    with scene(emulators, f"console-{next(_numbers)}") as made:
        yield made
