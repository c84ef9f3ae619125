"""Own what every way through the console has: a scene, a window, and the eyes that look on."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

from tests.e2e.chromium import Window
from tests.e2e.console.eyes import Eyes
from tests.e2e.console.scene import Scene


@dataclass
class Walk:
    """Somebody's way through the console."""

    scene: Scene
    window: Window
    eyes: Eyes

    @property
    def page(self) -> Page:
        return self.window.page

    def look(self, name: str) -> None:
        self.eyes.look(self.window, name)
