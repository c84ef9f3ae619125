"""The world beside a local cloud: its time is gone through, its people get mail and answer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.e2e.accessibility import missing_axe, violations
from tests.e2e.chromium import DESKTOP, PHONE, window
from tests.e2e.console.scene import Scene

KIM, LEE = "kim@mail.example.org", "lee@mail.example.net"


@pytest.fixture
def plan(stage: Scene) -> dict[str, list[datetime]]:
    """Let Robin write to two people, thrice each; return when."""
    mailbox, *_ = stage.app.connect()
    steps = [
        {
            "id": id_,
            "subject": subject,
            "text": f"Hi {{{{ name }}}}: {id_}",
            "delay": delay,
            "thread": thread,
        }
        for id_, subject, delay, thread in [
            ("intro", "Hello {{ name }}", "P0D", "new"),
            ("nudge", "", "PT2H", "reply"),
            ("last", "", "P1D", "reply"),
        ]
    ]
    body: dict[str, Any] = {
        "id": "spring",
        "name": "Spring",
        "mailbox": mailbox,
        "timezone": "Europe/Berlin",
        "steps": steps,
        "candidates": [{"email": KIM, "name": "Kim"}, {"email": LEE, "name": "Lee"}],
    }
    planned = stage.app.call("POST", "enqueue_campaign?dry_run=true", body)
    stage.app.call("POST", "enqueue_campaign", body | {"plan_digest": planned["plan_digest"]})
    return {
        one["email"]: [datetime.fromisoformat(slot["due"]) for slot in one["slots"]]
        for one in planned["candidates"]
    }


def test_time_is_gone_through_so_that_each_mail_comes_at_its_own(
    stage: Scene, plan: dict[str, list[datetime]]
) -> None:
    before = stage.time.now()
    answer = requests.post(f"{stage.world}/clock", data={"minutes": "2880"}, timeout=120)
    assert (answer.status_code, answer.url) == (200, f"{stage.world}/")
    assert stage.time.now() == before + timedelta(days=2)
    came = {one: [mail.at for mail in stage.cloud.world.outside_inbox(one)] for one in (KIM, LEE)}
    assert came == plan


def test_candidates_answer_from_their_inbox(stage: Scene, plan: dict[str, list[datetime]]) -> None:
    del plan
    stage.time.move_on(timedelta(hours=1))
    stage.answer(KIM, kind="interested")
    stage.answer(KIM, words="And one more question.")
    stage.answer(LEE, kind="out of office")
    shown = stage.app.call("GET", "campaigns/spring")
    assert (shown["figures"]["replied"], shown["figures"]["waiting"]) == (1, 1)
    said = sorted((one["kind"], one["proposed"] or "") for one in shown["answers"])
    assert [kind for kind, _ in said] == ["automatic", "person", "person"]
    refused = [
        {"address": LEE, "kind": "what"},
        {"address": LEE, "words": " "},
        {"address": LEE, "mail": "7"},
    ]
    for form in refused:
        assert requests.post(f"{stage.world}/answers", data=form, timeout=20).status_code == 400
    form = {"address": "nobody@example.com", "kind": "interested"}
    assert requests.post(f"{stage.world}/answers", data=form, timeout=20).status_code == 404


def test_the_page_leads_a_person_through_all_that(
    stage: Scene, plan: dict[str, list[datetime]], browser: Browser
) -> None:
    del plan
    with window(browser, DESKTOP) as opened:
        page = opened.page
        page.goto(stage.world)
        expect(page.get_by_text("Nobody has got a mail yet")).to_be_visible()
        page.get_by_role("button", name="1 hour on").click()
        page.get_by_role("link", name=KIM).click()
        expect(page.get_by_text("Hi Kim: intro")).to_be_visible()
        page.get_by_role("button", name="interested").click()
        expect(page.get_by_role("status")).to_have_text("The answer is on its way.")
        page.get_by_role("link", name="All candidates").click()
        page.get_by_role("link", name=LEE).click()
        page.get_by_role("link", name="opt-out").click()
        page.get_by_role("main").get_by_role("button").click()
        expect(page.get_by_role("heading")).to_have_text(re.compile("unsubscribed|no more", re.IGNORECASE))
    figures = stage.app.call("GET", "campaigns/spring")["figures"]
    assert (figures["replied"], figures["opted_out"]) == (1, 1)


@pytest.mark.skipif(missing_axe() is not None, reason=missing_axe() or "")
def test_its_pages_are_accessible(stage: Scene, plan: dict[str, list[datetime]], browser: Browser) -> None:
    del plan
    stage.time.move_on(timedelta(hours=1))
    for screen, dark in ((PHONE, True), (DESKTOP, False)):
        with window(browser, screen, dark=dark) as opened:
            for path in ("/", f"/inbox?address={KIM}"):
                opened.page.goto(f"{stage.world}{path}")
                assert violations(opened.page) == []
                assert opened.too_wide() == 0
