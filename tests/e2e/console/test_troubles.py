"""What went wrong waits for a person, says so, and is put right; what is typed wrong is named at once."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.e2e.chromium import PHONE
from tests.e2e.console.eyes import Inspector
from tests.e2e.console.mending import Mending
from tests.e2e.console.scene import Scene, sign_in
from tests.e2e.console.troubles import Troubles


def test_what_went_wrong_waits_for_a_person(stage: Scene, browser: Browser) -> None:
    met, inspector = Troubles(stage), Inspector()
    with stage.window(browser, PHONE) as opened:
        Mending(stage, opened, inspector, met).whole()
        assert opened.policy_complaints() == []
    assert inspector.wrong == {}


def test_a_wrong_time_zone_is_named_while_rows_are_typed(stage: Scene, browser: Browser) -> None:
    with stage.window(browser, PHONE) as opened:
        page = opened.page
        sign_in(page)
        page.goto(f"{stage.url}#/campaigns/new?part=shortlist")
        page.get_by_text("Or type or paste rows").click()
        rows = page.get_by_label("Rows", exact=True)
        rows.fill(
            "email,timezone\nkim@example.org,Europe/Berln\nlee@example.org,europe/paris\nada@example.org,"
        )
        expect(page.get_by_text("Line 2: “Europe/Berln” is no time zone")).to_be_visible()
        expect(page.get_by_text("Line 3: “europe/paris” is written Europe/Paris")).to_be_visible()
        take = page.get_by_role("button", name="Take these 3 rows")
        expect(take).to_have_attribute("aria-disabled", "true")
        rows.fill(
            "email,timezone\nkim@example.org,Asia/Calcutta\nlee@example.org,US/Pacific\nada@example.org,UTC"
        )
        take.click()
        expect(page.get_by_text("3 candidates")).to_be_visible()
