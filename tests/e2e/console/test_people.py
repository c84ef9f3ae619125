"""Colleagues share a mailbox, an admin looks after the organisation; every screen of theirs is looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import DESKTOP, PHONE
from tests.e2e.console.eyes import Inspector
from tests.e2e.console.scene import Scene, sign_in
from tests.e2e.demo.web_app import WebApp
from tests.localcloud.oauth.issuer import ADA, HANA, ROBIN

CAMPAIGN = {
    "id": "spring",
    "name": "Spring",
    "timezone": "Europe/Berlin",
    "steps": [{"id": "intro", "subject": "Hello {{ name }}", "text": "Hi {{ name }}", "delay": "P0D"}],
    "candidates": [{"email": "kim@mail.example.org", "name": "Kim"}],
}
ORGANISATION = (
    "Figures",
    "Settings",
    "Who gets no mail",
    "Invitations",
    "Webhooks",
    "Export and erase",
    "Record",
)


def open_part(page: Page, name: str) -> None:
    link = page.get_by_role("navigation", name="Parts of").get_by_role("link", name=name)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")


def test_a_colleague_asks_and_the_owner_allows_and_approves(stage: Scene, browser: Browser) -> None:
    mailbox, *_ = stage.app.connect()
    inspector = Inspector()
    with stage.window(browser, DESKTOP) as hers, stage.window(browser, PHONE) as his:
        sign_in(hers.page, HANA)
        hers.page.get_by_role("link", name="Mailboxes").click()
        hers.page.get_by_role("button", name="Ask a colleague").click()
        dialog = hers.page.get_by_role("dialog", name="Ask a colleague")
        dialog.get_by_label("Address of their mailbox").fill(ROBIN.email)
        inspector.look(hers, "ask")
        dialog.get_by_role("button", name="Ask").click()
        expect(hers.page.get_by_text("Its owner has not decided yet")).to_be_visible()
        inspector.look(hers, "asked")

        sign_in(his.page, ROBIN)
        his.page.goto(f"{stage.url}#/mailboxes/{mailbox}/people")
        his.page.get_by_role("button", name=f"Allow {HANA.email}").click()
        dialog = his.page.get_by_role("dialog", name=f"{HANA.email} asks to send")
        dialog.get_by_label("I approve each of their campaigns").check()
        inspector.look(his, "allow")
        dialog.get_by_role("button", name="Allow").click()
        expect(his.page.get_by_role("table", name="Who may send")).to_contain_text(HANA.email)
        inspector.look(his, "allowed")

        colleague = WebApp(stage.cloud.base_url, token_of(hers.page))
        colleague.call("POST", "enqueue_campaign", {**CAMPAIGN, "mailbox": mailbox})
        his.page.goto(f"{stage.url}#/campaigns/spring")
        expect(his.page.get_by_text("It waits for approval")).to_be_visible()
        inspector.look(his, "unapproved")
        his.page.get_by_role("button", name="Look at it and approve").click()
        inspector.look(his, "approve")
        his.page.get_by_role("dialog").get_by_role("button", name="Approve").click()
        expect(his.page.get_by_text("It waits for approval")).to_have_count(0)
        assert hers.policy_complaints() + his.policy_complaints() == []
    assert inspector.wrong == {}


def token_of(page: Page) -> str:
    """Return the token of who is signed in, as the page itself uses it."""
    token: str = page.evaluate("sessionStorage.getItem('outreach.token')")
    return token


def test_an_admin_looks_after_the_organisation(stage: Scene, browser: Browser) -> None:
    mailbox, *_ = stage.app.connect()
    stage.app.call("POST", "enqueue_campaign", {**CAMPAIGN, "mailbox": mailbox})
    inspector = Inspector()
    for screen in (DESKTOP, PHONE):
        with stage.window(browser, screen) as opened:
            sign_in(opened.page, ADA)
            opened.page.get_by_role("link", name="Organisation").click()
            for part in ORGANISATION:
                open_part(opened.page, part)
                inspector.look(opened, f"{part}, {screen.name}")
                if part == "Who gets no mail":
                    expect(opened.page.get_by_role("button", name="Add")).to_have_count(1)
            # The last part is the record.
            expect(opened.page.get_by_role("table", name="What was done")).to_contain_text(ROBIN.email)
            assert opened.policy_complaints() == []
    assert inspector.wrong == {}


def test_others_find_no_organisation(stage: Scene, browser: Browser) -> None:
    with stage.window(browser, DESKTOP) as opened:
        sign_in(opened.page, HANA)
        opened.page.goto(f"{stage.url}#/organisation")
        expect(opened.page.get_by_role("heading", name="This is for admins")).to_be_visible()


def test_what_is_not_there_or_does_not_answer_is_told_in_words(stage: Scene, browser: Browser) -> None:
    inspector = Inspector()
    with stage.window(browser, PHONE) as opened:
        page = opened.page
        sign_in(page)
        page.goto(f"{stage.url}#/campaigns/none")
        expect(page.get_by_text("There is no such campaign")).to_be_visible()
        inspector.look(opened, "not found")
        page.route("**/mailboxes", lambda route: route.fulfill(**problem()))
        page.goto(f"{stage.url}#/mailboxes")
        expect(page.get_by_role("alert")).to_contain_text("The service does not answer just now")
        inspector.look(opened, "unavailable")
        page.unroute_all()
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name="You have not connected your mailbox")).to_be_visible()
        page.context.set_offline(True)
        expect(page.get_by_text("You are offline")).to_be_visible()
        inspector.look(opened, "offline")
        page.context.set_offline(False)
        expect(page.get_by_text("You are offline")).to_have_count(0)
    assert inspector.wrong == {}


def problem() -> dict[str, Any]:
    body = '{"type": "urn:outreach:error:unavailable", "status": 503}'
    return {"status": 503, "content_type": "application/problem+json", "body": body}


def test_an_ended_session_leads_back_to_signing_in(stage: Scene, browser: Browser) -> None:
    with stage.window(browser, DESKTOP) as opened:
        sign_in(opened.page)
        opened.page.goto(f"{stage.url}#/mailboxes")
        # Tokens are on real time.
        opened.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=2))
        opened.page.reload()
        expect(opened.page.get_by_role("button", name="Sign in")).to_be_visible()
        opened.page.clock.set_fixed_time(stage.time.now())
        sign_in(opened.page)
        assert opened.page.url == f"{stage.url}#/mailboxes"
