"""Own who looks at each screen on the way: an inspector who notes what is wrong, or a camera."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from playwright.sync_api import expect

from tests.e2e.accessibility import missing_axe, violations
from tests.e2e.chromium import Screen, Window

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


class Eyes(Protocol):
    """Whoever looks at a screen; ``name`` says which it is."""

    def look(self, window: Window, name: str) -> None: ...


def settle(window: Window) -> None:
    """Wait until a page shows what it has to show."""
    expect(window.page.get_by_role("status", name="Loading")).to_have_count(0)


@dataclass
class Inspector:
    """Note of each screen, in light and dark, what breaks WCAG AA or is wider than the screen."""

    wrong: dict[tuple[str, Scheme], list[str]] = field(default_factory=dict)

    def look(self, window: Window, name: str) -> None:
        settle(window)
        for scheme in SCHEMES:
            window.page.emulate_media(color_scheme=scheme)
            found = [] if missing_axe() else violations(window.page)
            if over := window.too_wide():
                found.append(f"{over} pixels wider than the screen")
            if found:
                self.wrong[name, scheme] = found


@dataclass
class Camera:
    """Take a picture of each screen, in light and dark."""

    folder: Path
    screen: Screen

    def look(self, window: Window, name: str) -> None:
        settle(window)
        # A head that stays in view would stand in the middle of the picture.
        window.page.evaluate("scrollTo(0, 0)")
        for scheme in SCHEMES:
            window.page.emulate_media(color_scheme=scheme)
            path = self.folder / f"console_{name}_{self.screen.name}_{scheme}.png"
            window.page.screenshot(path=path, full_page=True, animations="disabled")


class Shut:
    """Look at nothing: for a way whose screens somebody else looks at."""

    def look(self, window: Window, name: str) -> None:
        del name
        settle(window)
