"""The whole story in the console, on a desktop and on a phone, and on a desktop with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.e2e.chromium import DESKTOP, PHONE, Screen
from tests.e2e.console.eyes import Inspector, Shut
from tests.e2e.console.hands import Keyboard, Pointer
from tests.e2e.console.scene import Scene
from tests.e2e.console.story import Story


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda one: one.name)
def test_a_recruiter_goes_the_whole_way(stage: Scene, browser: Browser, screen: Screen) -> None:
    inspector = Inspector()
    with stage.window(browser, screen) as opened:
        Story(stage, opened, inspector, Pointer()).whole()
        assert opened.policy_complaints() == []
    assert inspector.wrong == {}


def test_a_recruiter_goes_the_whole_way_by_keyboard_alone(stage: Scene, browser: Browser) -> None:
    with stage.window(browser, DESKTOP) as opened:
        Story(stage, opened, Shut(), Keyboard()).whole()
