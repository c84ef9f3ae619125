"""Own the browser of the tests: Debian's Chromium under Playwright; it reaches nothing but this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

#: How long a page or what a person waits for on it may take, in milliseconds.
PATIENCE = 20_000
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium, None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@dataclass(frozen=True)
class Screen:
    """What a page is looked at on; a narrow one is a phone's."""

    name: str
    width: int
    height: int

    @property
    def is_phone(self) -> bool:
        return self.width < 500


DESKTOP, PHONE = Screen("desktop", 1280, 800), Screen("phone", 390, 844)


@dataclass
class Window:
    """A window of its own, with cookies of its own; ``complaints``: what the browser said of its pages."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def policy_complaints(self) -> list[str]:
        """Return what a page's Content-Security-Policy has forbidden."""
        return [one for one in self.complaints if "Security Policy" in one]

    def too_wide(self) -> int:
        """Return by how many pixels the page is wider than its screen."""
        over: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return max(over, 0)


# Two cores under load are slower than what Playwright thinks of as patience.
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """Run a headless Chromium; it ends with this process, however that ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, chromium_sandbox=False)
        yield browser
        browser.close()


@contextmanager
def window(browser: Browser, screen: Screen, *, dark: bool = False) -> Iterator[Window]:
    """Open a window, in light or dark colours; whoever looks into it is in Berlin."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        is_mobile=screen.is_phone,
        has_touch=screen.is_phone,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    context.set_default_timeout(PATIENCE)
    made = Window(context.new_page())
    made.page.on("console", lambda message: _note(made.complaints, message))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    try:
        yield made
    finally:
        context.close()


def _note(complaints: list[str], message: ConsoleMessage) -> None:
    if message.type in {"error", "warning"}:
        complaints.append(f"{message.text} ({message.location['url']})")
