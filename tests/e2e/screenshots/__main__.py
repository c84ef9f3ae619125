"""Take a picture of every page that people see: ``python -m tests.e2e.screenshots`` -> build/screenshots.

Each is taken as a desktop and as a phone shows it, one of the two in dark colours, in turn.
"""

from __future__ import annotations

import sys
from pathlib import Path

from werkzeug.wrappers import Request, Response

from tests.e2e.screenshots.chromium import Chromium, find_chromium
from tests.e2e.screenshots.pages import Page, all_pages, local_cloud
from tests.localcloud.http import serve

FOLDER = Path("build/screenshots")
SCREENS = {"desktop": (1000, 700), "phone": (390, 700)}


def main() -> int:
    """Return 1 where there is no Chromium, or where it complains of a page."""
    path = find_chromium()
    if path is None:
        print("no Chromium: there are no pictures", file=sys.stderr)
        return 1
    with local_cloud() as cloud:
        pages = {page.name: page for page in all_pages(cloud)}
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    complaints = take(path, pages)
    print(f"{len(pages) * len(SCREENS)} pictures of {len(pages)} pages in {FOLDER}")
    for one in complaints:
        print(one, file=sys.stderr)
    return 1 if complaints else 0


def take(path: str, pages: dict[str, Page]) -> list[str]:
    """Take all pictures; return what the browser complained of, such as a style that the policy forbids."""

    @Request.application
    def show(request: Request) -> Response:
        page = pages.get(request.path.strip("/"))
        # Its status would be on the record of complaints.
        return Response(page.body, headers=page.headers) if page else Response(status=204)

    server, browser = serve(show), Chromium(path)
    complaints = []
    try:
        for number, name in enumerate(sorted(pages)):
            for turn, (screen, (width, height)) in enumerate(SCREENS.items()):
                browser.set_screen(width, height, dark=(number + turn) % 2 == 1)
                browser.open(f"{server.url}/{name}")
                browser.picture(FOLDER / f"{name}_{screen}.png")
                wider = browser.evaluate("document.documentElement.scrollWidth - innerWidth")
                if wider > 0:
                    complaints.append(f"{name}: {wider} pixels wider than a {screen}")
        return complaints + browser.complaints
    finally:
        browser.close()
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
