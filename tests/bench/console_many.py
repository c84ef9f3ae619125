"""Measure the console's page of 100,000 candidates, opened and scrolled through, beside one of 300.

Campaign and candidate are as our functions tell of them, over a store in memory; the page is ours, served
by the function. Only the list is multiplied in front of the browser, its answers spread by id as those of
the store are: what the store needs for them is no matter of this bench. The browser is Chromium; processor
time is that of the page's main thread, by the browser's own trace.
"""

from __future__ import annotations

import json
import os
import re
import time
from base64 import b32encode
from bisect import bisect_right
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, Route

from tests.bench.rows import Row, compared, shown
from tests.e2e.chromium import DESKTOP, chromium, find_chromium, window
from tests.e2e.conftest import OUTSIDE
from tests.e2e.console.scene import sign_in
from tests.e2e.demo.__main__ import user_token
from tests.e2e.demo.running import add_accounts
from tests.e2e.demo.web_app import WebApp
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.memory_functions import in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY, FEW = 100_000, 300
#: Without Java the local cloud has no emulators: the functions run in this process, their store in memory.
IN_MEMORY = {"OUTREACH_LOCAL_JAVA": ""}
#: How long the store takes for a page of candidates, in seconds.
DELAY = 0.03
#: Of a hundred candidates.
STATUSES = {"waiting": 70, "replied": 10, "completed": 10, "bounced": 5, "opted_out": 5}
ID = "many"
CAMPAIGN = {
    "id": ID,
    "name": "Many engineers",
    "timezone": "Europe/Berlin",
    "shortlist": "email,name\nada@people.example.com,Ada Berger\n",
    "steps": [{"id": "intro", "subject": "A team for you?", "text": "Hi {{ first_name }}", "delay": "P0D"}],
}
ROW = 60  # pixels, as in campaign_rows.js
STOPS, QUICK_STOPS = 60, 12


@dataclass
class Opened:
    """Hold what one page has cost: milliseconds, of the main thread but for ``wall``; longest: one task."""

    wall: float
    cpu: float
    longest: float
    scrolling: float
    rows: float
    nodes: float
    heap: float


class List:
    """Answer for a campaign of any size, multiplied from one candidate of it."""

    def __init__(self, campaign: dict[str, Any], candidate: dict[str, Any], size: int) -> None:
        self._campaign, self._candidate = campaign, candidate
        self._ids = sorted(
            b32encode(sha256(b"%d" % one).digest()[:20]).decode().lower() for one in range(size)
        )
        of = [status for status, share in STATUSES.items() for _ in range(share)]
        self._status = {one: of[sum(one.encode()) % 100] for one in self._ids}

    def figures(self) -> dict[str, int]:
        told: dict[str, int] = self._campaign["figures"]
        counted = Counter(self._status.values())
        return {name: counted[name] for name in told} | {"candidates": len(self._ids)}

    def answer(self, route: Route) -> None:
        """Answer what the page asks of the campaign; all else is the functions' own."""
        url = urlsplit(route.request.url)
        part = url.path.rpartition(f"/campaigns/{ID}")[2]
        if part == "/candidates":
            asked = {name: value[0] for name, value in parse_qs(url.query).items()}
            time.sleep(DELAY)
            route.fulfill(json=self._page(asked.get("after", ""), int(asked["limit"])))
        elif part in {"", "/pulse"}:
            # A pulse has no fields that a campaign has not, but for the latest answer.
            route.fulfill(json=self._campaign | {"figures": self.figures(), "latest": None})
        else:
            route.fallback()

    def _page(self, after: str, limit: int) -> dict[str, Any]:
        at = bisect_right(self._ids, after)
        ids = self._ids[at : at + limit]
        rows = [
            self._candidate
            | {"id": one, "email": f"{one[:8]}@people.example.com", "status": self._status[one]}
            for one in ids
        ]
        return {"candidates": rows, "next": ids[-1] if at + limit < len(self._ids) else None}


def measure(*, quick: bool) -> Iterator[Row]:
    """Open both in turns, each in a window of its own."""
    path = find_chromium()
    if path is None:
        raise RuntimeError("there is no Chromium")
    sizes = (MANY, FEW)
    stops = QUICK_STOPS if quick else STOPS
    seen: dict[int, list[Opened]] = {size: [] for size in sizes}
    with mock.patch.dict(os.environ, OUTSIDE | IN_MEMORY, clear=True), _cloud() as (url, campaign, candidate):
        lists = {size: List(campaign, candidate, size) for size in sizes}
        with chromium(path) as browser:
            for _ in range(1 if quick else 5):
                for size in sizes:
                    seen[size].append(_opened(browser, url, lists[size], stops))
    yield from _rows(seen[MANY], seen[FEW])


def _rows(many: list[Opened], few: list[Opened]) -> Iterator[Row]:
    def both(figure: str, unit: str, name: str, target: str = "") -> Row:
        ours, floor = ([getattr(one, name) for one in some] for some in (many, few))
        return compared(f"{figure}: {MANY:,} candidates / {FEW}", unit, ours, floor, target)

    yield both("console, opening a list, processor time", "ms", "cpu", "<= 3")
    yield both("console, opening a list, until its first rows", "ms", "wall", "<= 3")
    longest = [one.longest for one in many]
    yield shown("console, longest task while opening 100,000", "ms", longest, "<= 200")
    scrolling = [one.scrolling for one in many]
    yield shown("console, longest task while scrolling through 100,000", "ms", scrolling, "<= 200")
    yield shown("console, rows of 100,000 in the document", "", [one.rows for one in many], "<= 60")
    yield both("console, nodes in the document", "", "nodes", "<= 1.1")
    yield both("console, heap after scrolling through", "MB", "heap", "<= 1.5")


@contextmanager
def _cloud() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Start a cloud with a campaign; yield the console's URL, the campaign and its candidate as told."""
    now = datetime.now(UTC)
    with LocalCloud(now=now, project="bench", prepare_functions=in_memory, quiet=True) as cloud:
        add_accounts(cloud)
        app = WebApp(cloud.base_url, user_token(cloud))
        mailbox, _, _ = app.connect()
        body = CAMPAIGN | {"mailbox": mailbox}
        plan = app.call("POST", "enqueue_campaign?dry_run=true", body)
        app.call("POST", "enqueue_campaign", body | {"plan_digest": plan["plan_digest"]})
        [candidate] = app.candidates(ID)
        yield f"{cloud.base_url}/console/", app.call("GET", f"campaigns/{ID}"), candidate


def _opened(browser: Browser, url: str, told: List, stops: int) -> Opened:
    with window(browser, DESKTOP) as made:
        page = made.page
        page.route(re.compile(rf"/campaigns/{ID}(/|\?|$)"), told.answer)
        page.goto(url)
        sign_in(page)
        page.get_by_role("table", name="Campaigns").wait_for()
        browser.start_tracing(page=page, categories=["toplevel"])
        begun = time.perf_counter()
        page.evaluate(f"location.hash = '#/campaigns/{ID}/candidates'")
        page.locator("[role=gridcell] a").first.wait_for()
        wall = time.perf_counter() - begun
        opening = _tasks(browser)
        rows = _scrolled(browser, page, told.figures()["candidates"], stops)
        scrolling = _tasks(browser)
        if made.complaints:
            raise RuntimeError(made.complaints[0])
        nodes = page.evaluate("document.querySelectorAll('*').length")
        return Opened(wall * 1000, sum(opening), max(opening), max(scrolling), rows, nodes, _heap(page))


def _scrolled(browser: Browser, page: Page, size: int, stops: int) -> int:
    """Go through the list from top to bottom, in even jumps; return how many rows were drawn at most."""
    browser.start_tracing(page=page, categories=["toplevel"])
    most = 0
    for stop in range(1, stops + 1):
        page.locator(".rows").evaluate("(list, top) => list.scrollTop = top", size * ROW * stop // stops)
        page.wait_for_timeout(110)
        most = max(most, page.locator("[role=row]").count())
    page.locator(f"[aria-rowindex='{size + 1}'] a").wait_for()
    return most


def _tasks(browser: Browser) -> list[float]:
    """End a trace; return the processor time of each task of the page's main thread, in milliseconds."""
    events = json.loads(browser.stop_tracing())["traceEvents"]
    names = {(one["pid"], one["tid"]): one["args"]["name"] for one in events if one["name"] == "thread_name"}
    return [
        one.get("tdur", 0) / 1000
        for one in events
        if one["ph"] == "X"
        and "RunTask" in one["name"]
        and names.get((one["pid"], one["tid"])) == "CrRendererMain"
    ]


def _heap(page: Page) -> float:
    """Return how much the page's scripts hold, in megabytes."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "JSHeapUsedSize")) / 1e6
