"""An invited person connects their mailbox in a real browser: policies, cookie and redirects allow it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lib.core.optout import TEST_TOKEN
from tests.e2e.chromium import DESKTOP, Window, chromium, find_chromium, window
from tests.e2e.screenshots.pages import local_cloud, new_office
from tests.functions.failing_ways import invited
from tests.functions.office import RECRUITER, Office

PATH = find_chromium()
pytestmark = pytest.mark.skipif(PATH is None, reason="there is no Chromium")


@pytest.fixture
def office() -> Iterator[Office]:
    with local_cloud() as cloud:
        yield new_office(cloud)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(PATH or "") as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser) -> Iterator[Window]:
    with window(browser, DESKTOP) as opened:
        yield opened


def at_google(office: Office, page: Page) -> None:
    """Open the link of an invitation, and press its button."""
    # Where the person ends is one of our own pages: no other is to be had here.
    end = office.url(f"unsubscribe/{TEST_TOKEN}")
    page.goto(invited(office, return_url=end).json()["url"])
    expect(page.get_by_role("heading", name="asks you to connect your mailbox")).to_be_visible()
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("heading", name="wants access to your Google Account")).to_be_visible()
    assert office.cloud.oauth is not None
    assert page.url.startswith(office.cloud.oauth.auth_url)


def test_an_invited_person_goes_all_the_way(office: Office, opened: Window) -> None:
    at_google(office, opened.page)
    opened.page.get_by_role("button", name="Allow").click()
    expect(opened.page.get_by_role("heading", name="This is a test mail")).to_be_visible()
    assert opened.page.url == office.url(f"unsubscribe/{TEST_TOKEN}")
    [mailbox] = office.mailboxes()
    assert (mailbox.address, len(mailbox.grants)) == (RECRUITER, 1)
    assert opened.policy_complaints() == []


def test_one_who_denies_ends_on_the_page_that_says_so(office: Office, opened: Window) -> None:
    at_google(office, opened.page)
    opened.page.get_by_role("button", name="Deny").click()
    expect(opened.page.get_by_role("heading", name="You did not give access")).to_be_visible()
    assert office.mailboxes() == []
