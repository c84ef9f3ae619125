"""A person signs in to the console at the web app's issuer, and out again."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.e2e.chromium import DESKTOP
from tests.e2e.console.scene import Scene, sign_in
from tests.localcloud.oauth.issuer import ADA, PEOPLE


def test_people_sign_in_and_out_again(stage: Scene, browser: Browser) -> None:
    with stage.window(browser, DESKTOP) as opened:
        page = opened.page
        for person in PEOPLE:
            sign_in(page, person)
            assert page.url.split("#")[0] == stage.url, "no code stays in the address bar"
            for_admins = page.get_by_role("navigation").get_by_role("link", name="Organisation")
            expect(for_admins).to_have_count(1 if person is ADA else 0)
            page.get_by_label(f"You: {person.name}").click()
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert opened.complaints == []


def test_who_cancels_is_told_so_and_may_try_again(stage: Scene, browser: Browser) -> None:
    with stage.window(browser, DESKTOP) as opened:
        page = opened.page
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Nobody").click()
        expect(page.get_by_text("You are not signed in")).to_be_visible()
        sign_in(page)


def test_a_sign_in_leads_back_to_its_page_and_is_of_one_window(stage: Scene, browser: Browser) -> None:
    with stage.window(browser, DESKTOP) as first, stage.window(browser, DESKTOP) as second:
        first.page.goto(f"{stage.url}#/mailboxes")
        sign_in(first.page)
        assert first.page.url == f"{stage.url}#/mailboxes"
        second.page.reload()
        expect(second.page.get_by_role("button", name="Sign in")).to_be_visible()
