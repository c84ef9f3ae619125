"""Own how a kept page comes before a browser's eyes again: with its headers, on each screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from playwright.sync_api import Browser
from werkzeug.wrappers import Request, Response

from tests.e2e.chromium import DESKTOP, PHONE, Screen, Window, window
from tests.e2e.screenshots.pages import Page
from tests.localcloud.http import serve


def shown(browser: Browser, kept: Iterable[Page]) -> Iterator[tuple[str, Screen, Window]]:
    """Show each page on a desktop and on a phone, one of the two in dark colours, in turn."""
    pages = {page.name: page for page in kept}

    @Request.application
    def show(request: Request) -> Response:
        page = pages.get(request.path.strip("/"))
        # Its status would be on the record of complaints.
        return Response(page.body, headers=page.headers) if page else Response(status=204)

    with serve(show) as server, ExitStack() as stack:
        looks = [(screen, dark) for screen in (DESKTOP, PHONE) for dark in (False, True)]
        windows = {look: stack.enter_context(window(browser, look[0], dark=look[1])) for look in looks}
        for number, name in enumerate(sorted(pages)):
            for turn, screen in enumerate((DESKTOP, PHONE)):
                one = windows[screen, (number + turn) % 2 == 1]
                one.complaints.clear()
                one.page.goto(f"{server.url}/{name}")
                yield name, screen, one
