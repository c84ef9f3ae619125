"""Every page that people see keeps to WCAG AA as far as axe-core can tell, and fits its screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.accessibility import missing_axe, violations
from tests.e2e.chromium import DESKTOP, chromium, find_chromium, window
from tests.e2e.screenshots.pages import all_pages, local_cloud
from tests.e2e.screenshots.showing import shown

PATH, NO_AXE = find_chromium(), missing_axe()
pytestmark = [
    pytest.mark.skipif(PATH is None, reason="there is no Chromium"),
    pytest.mark.skipif(NO_AXE is not None, reason=NO_AXE or ""),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(PATH or "") as browser:
        yield browser


def test_every_page_of_people_is_accessible_and_as_wide_as_its_screen(browser: Browser) -> None:
    with local_cloud() as cloud:
        pages = list(all_pages(cloud))
    found = {}
    for name, screen, one in shown(browser, pages):
        wider = [f"{over} pixels too wide"] if (over := one.too_wide()) else []
        if wrong := violations(one.page) + one.complaints + wider:
            found[name, screen.name] = wrong
    assert found == {}


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<p style="color: #777; background: #888">Hardly to be read</p>', "color-contrast"),
        ("<input>", "label"),
        ('<button aria-label=""></button>', "button-name"),
    ],
)
def test_axe_finds_what_is_wrong(browser: Browser, body: str, rule: str) -> None:
    with window(browser, DESKTOP) as one:
        one.page.set_content(f'<html lang="en"><title>Page</title><main><h1>Page</h1>{body}</main>')
        assert [wrong.partition(":")[0] for wrong in violations(one.page)] == [rule]
