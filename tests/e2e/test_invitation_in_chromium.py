"""An invited person connects their mailbox in a real browser: policies, cookie and redirects allow it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lib.core.optout import TEST_TOKEN
from tests.e2e.screenshots.chromium import Chromium, find_chromium
from tests.e2e.screenshots.pages import local_cloud, new_office
from tests.functions.failing_ways import invited
from tests.functions.office import RECRUITER, Office

PATH = find_chromium()
pytestmark = pytest.mark.skipif(PATH is None, reason="there is no Chromium")


@pytest.fixture
def office() -> Iterator[Office]:
    with local_cloud() as cloud:
        yield new_office(cloud)


@pytest.fixture
def browser() -> Iterator[Chromium]:
    browser = Chromium(PATH or "")
    yield browser
    browser.close()


def at_google(office: Office, browser: Chromium) -> None:
    """Open the link of an invitation, and press its button."""
    # Where the person ends is one of our own pages: no other is to be had here.
    end = office.url(f"unsubscribe/{TEST_TOKEN}")
    browser.open(invited(office, return_url=end).json()["url"])
    browser.wait_for("asks you to connect your mailbox")
    browser.click("button.action")
    url = browser.wait_for("wants access to your Google Account")
    assert office.cloud.oauth is not None
    assert url.startswith(office.cloud.oauth.auth_url)


def test_an_invited_person_goes_all_the_way(office: Office, browser: Chromium) -> None:
    at_google(office, browser)
    browser.click('button[value="allow"]')
    assert browser.wait_for("This is a test mail") == office.url(f"unsubscribe/{TEST_TOKEN}")
    [mailbox] = office.mailboxes()
    assert (mailbox.address, len(mailbox.grants)) == (RECRUITER, 1)
    assert [one for one in browser.complaints if "Security Policy" in one] == []


def test_one_who_denies_ends_on_the_page_that_says_so(office: Office, browser: Chromium) -> None:
    at_google(office, browser)
    browser.click('button[value="deny"]')
    browser.wait_for("You did not give access")
    assert office.mailboxes() == []
