"""Take a picture of every page that people see: ``python -m tests.e2e.screenshots`` -> build/screenshots.

Candidates' and invited people's pages are taken as a desktop and as a phone shows them, one of the two in
dark colours, in turn; the console's screens are taken on both in both.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path

from playwright.sync_api import Browser

from tests.e2e.chromium import DESKTOP, PHONE, chromium, find_chromium
from tests.e2e.console.eyes import Camera
from tests.e2e.console.hands import Pointer
from tests.e2e.console.mending import Mending
from tests.e2e.console.scene import scene
from tests.e2e.console.story import Story
from tests.e2e.console.troubles import Troubles
from tests.e2e.screenshots.pages import Page, all_pages, local_cloud
from tests.e2e.screenshots.showing import shown
from tests.localcloud.environment import applied

FOLDER = Path("build/screenshots")


def main() -> int:
    """Return 1 where there is no Chromium, or where something is wrong with a page."""
    path = find_chromium()
    if path is None:
        print("no Chromium: there are no pictures", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with local_cloud() as cloud:
        pages = list(all_pages(cloud))
    with chromium(path) as browser:
        complaints = take(browser, pages) + take_console(browser)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")
    for one in complaints:
        print(one, file=sys.stderr)
    return 1 if complaints else 0


def take(browser: Browser, pages: list[Page]) -> list[str]:
    """Take the pages of people; return what is wrong with them."""
    complaints = []
    for name, screen, window in shown(browser, pages):
        picture = FOLDER / f"{name}_{screen.name}.png"
        window.page.screenshot(path=picture, full_page=True, animations="disabled")
        if over := window.too_wide():
            complaints.append(f"{name}: {over} pixels wider than a {screen.name}")
        complaints += window.complaints
    return complaints


def take_console(browser: Browser) -> list[str]:
    """Go through the console's story, in light and dark on each screen; return what its policy forbade."""
    complaints = []
    for screen in (DESKTOP, PHONE):
        # Functions that run in this process log to its standard output, which is the terminal's.
        with (
            applied({"OUTREACH_LOCAL_JAVA": ""}),
            redirect_stdout(io.StringIO()),
            scene(None, "screenshots") as stage,
            stage.window(browser, screen) as opened,
        ):
            Story(stage, opened, Camera(FOLDER, screen), Pointer()).whole()
            complaints += opened.policy_complaints()
        with (
            applied({"OUTREACH_LOCAL_JAVA": ""}),
            redirect_stdout(io.StringIO()),
            scene(None, "troubles") as stage,
            stage.window(browser, screen) as opened,
        ):
            Mending(stage, opened, Camera(FOLDER, screen), Troubles(stage)).whole()
            complaints += opened.policy_complaints()
    return complaints


if __name__ == "__main__":
    sys.exit(main())
