"""An edit that names the state it was made on changes nothing in another one (ETag, If-Match)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.functions.campaigning import KIM, accepted, answer
from tests.functions.office import WEB_APP

if TYPE_CHECKING:
    from tests.functions.office import Office

STEPS = [
    {"id": "intro", "subject": "Engineers wanted", "text": "Hi {{ name }}", "delay": "P0D"},
    {"id": "nudge", "text": "Well, {{ name }}?", "delay": "P3D"},
]


def edited(office: Office, path: str, tag: str | None, body: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {office.token(role='admin')}"}
    if tag is not None:
        headers["If-Match"] = tag
    return requests.patch(office.url(path), headers=headers, json=body, timeout=30)


def tag_of(office: Office, path: str) -> str:
    return office.call("GET", path, office.token(role="admin")).headers["ETag"]


def edits(office: Office, what: str) -> tuple[str, Any, Any]:
    """Return a path, and two edits of what is there."""
    if what == "campaign":
        accepted(office)
        again = [STEPS[0], {**STEPS[1], "text": "And now?"}]
        return "campaigns/c1", {"revision": 1, "steps": STEPS}, {"revision": 2, "steps": again}
    if what == "mailbox":
        return f"mailboxes/{office.connected()}/settings", {"daily_cap": 30}, {"daily_cap": 40}
    return "settings", {"guard_days": 7}, {"guard_days": 8}


@pytest.mark.parametrize("what", ["campaign", "mailbox", "settings"])
def test_the_second_of_two_editors_is_told(office: Office, what: str) -> None:
    path, first, second = edits(office, what)
    seen = tag_of(office, path)
    done = edited(office, path, seen, first)
    assert done.status_code == 200, done.text
    assert done.headers["ETag"] == tag_of(office, path) != seen
    before = office.stored()
    late = edited(office, path, seen, second)
    assert (late.status_code, late.json()["type"]) == (412, "urn:outreach:error:outdated")
    assert office.stored() == before
    assert edited(office, path, done.headers["ETag"], second).status_code == 200


@pytest.mark.parametrize("what", ["campaign", "mailbox", "settings"])
def test_what_may_be_named_instead(office: Office, what: str) -> None:
    path, first, _ = edits(office, what)
    seen = tag_of(office, path)
    for tag in ('"another"', f"W/{seen}", "", "nonsense", '"a", "", <'):
        assert edited(office, path, tag, first).status_code == 412, tag
    for fits in ('"another", {}', "*", None):
        now = tag_of(office, path)
        body = {**first, "revision": int(now.strip('"'))} if what == "campaign" else first
        assert edited(office, path, fits and fits.format(now), body).status_code == 200, fits


def test_figures_and_answers_leave_the_tag_of_a_campaign(office: Office) -> None:
    accepted(office)
    seen = tag_of(office, "campaigns/c1")
    answer(office, KIM, "Tell me more.")
    assert office.call("GET", "campaigns/c1").json()["figures"]["replied"] == 1
    assert tag_of(office, "campaigns/c1") == seen


def test_the_web_apps_pages_may_use_tags(office: Office) -> None:
    headers = {"Origin": WEB_APP}
    asked = requests.options(office.url("settings"), headers=headers, timeout=30)
    assert "If-Match" in asked.headers["Access-Control-Allow-Headers"]
    assert "ETag" in asked.headers["Access-Control-Expose-Headers"]
