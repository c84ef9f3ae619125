"""A user connects mailboxes, lists and sets up their own, and sees what was read there; never secrets."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import requests

from lib.core import keys
from lib.core.keys import Changes, Snapshot
from tests.functions.campaigning import KIM, accepted, answer
from tests.functions.office import OTHER, RECRUITER, RETURN_URL, WEB_APP, Office, faults


def test_a_connection_is_a_url_for_the_browser_that_names_nobody(office: Office) -> None:
    answer = office.wish()
    assert answer.status_code == 201
    url = answer.json()["url"]
    assert url.startswith(office.url("oauth_callback/start?ticket="))
    assert "robin" not in url.lower()


def test_each_connection_has_a_ticket_of_its_own(office: Office) -> None:
    assert office.wish().json()["url"] != office.wish().json()["url"]


def test_all_faults_of_a_connection_are_listed_at_once(office: Office) -> None:
    answer = office.wish(
        address="robin", sender_name="Robin\r\nBcc: x", return_url="https://evil.example.org/"
    )
    assert answer.status_code == 422
    assert [field for _, field, _ in faults(answer)] == ["address", "sender_name", "return_url"]
    assert office.stored() == {}


def test_return_urls_outside_the_web_app_are_refused(office: Office) -> None:
    for url in (
        "https://app.example.com.evil.example.org/",
        "https://app.example.com@evil.example.org/",
        "https://app.example.comet",
        "http://app.example.com/",
        "//app.example.com/",
        "javascript:alert(1)",
        f"{RETURN_URL}\r\nSet-Cookie: a=b",
        "",
    ):
        answer = office.wish(return_url=url)
        assert (answer.status_code, [field for _, field, _ in faults(answer)]) == (422, ["return_url"]), url
    assert office.stored() == {}


def test_fields_that_are_missing_unknown_or_of_another_type_are_refused(office: Office) -> None:
    bodies: tuple[object, ...] = ({}, {"address": RECRUITER}, {"address": 1}, [])
    for body in bodies:
        answer = office.call("POST", "mailboxes/connections", json=body)
        assert answer.status_code == 422
        assert faults(answer)
    [(_, _, why)] = faults(office.wish(owner="user-2"))
    assert "owner" in why
    assert office.call("POST", "mailboxes/connections", data=b"\xff{").status_code == 422
    assert office.stored() == {}


def test_the_mailbox_of_somebody_else_is_refused(office: Office) -> None:
    answer = office.wish(address=OTHER)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:outreach:error:forbidden")
    assert office.stored() == {}


def test_the_list_shows_the_users_own_without_any_secret(office: Office) -> None:
    id_ = office.connected()
    answer = office.call("GET", "mailboxes")
    [shown] = answer.json()["mailboxes"]
    assert (shown["id"], shown["address"], shown["sender_name"]) == (id_, RECRUITER, "Robin Reyes")
    assert (shown["status"], shown["why"]) == ("connected", "")
    inbox = office.inbox()
    assert inbox is not None
    hidden = office.secrets() | {inbox.sealed_token, f'"{inbox.cursor}"', inbox.id}
    assert [secret for secret in hidden if secret in answer.text] == []
    assert "token" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_colleagues_mailbox_is_shown_to_an_admin_alone(office: Office) -> None:
    office.connected()
    page = office.consent_page(office.token("user-2", OTHER), address=OTHER)
    assert office.browser.ask("GET", office.browser.consent(page, OTHER)).headers["Location"] == RETURN_URL

    def listed(token: str) -> list[str]:
        return [one["address"] for one in office.call("GET", "mailboxes", token).json()["mailboxes"]]

    assert listed(office.token()) == [RECRUITER]
    assert listed(office.token("user-2", OTHER)) == [OTHER]
    assert listed(office.token("user-3", "ada@example.com")) == []
    assert listed(office.token("user-3", "ada@example.com", role="admin")) == [RECRUITER, OTHER]
    assert listed(office.token("user-1", RECRUITER, org="globex", role="admin")) == []


def test_nothing_is_told_without_a_good_token(office: Office) -> None:
    office.connected()
    foreign = office.token()[:-8] + "AAAAAAAA"
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {foreign}"}):
        for method, path in (
            ("GET", "mailboxes"),
            ("POST", "mailboxes/connections"),
            ("GET", "campaigns/c1"),
        ):
            answer = requests.request(method, office.url(path), headers=headers, timeout=30)
            assert answer.status_code == 401
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert RECRUITER not in answer.text


def test_the_web_apps_pages_may_call_and_others_may_not(office: Office) -> None:
    for origin, allowed in ((WEB_APP, WEB_APP), ("https://evil.example.org", None)):
        asked = requests.options(office.url("mailboxes"), headers={"Origin": origin}, timeout=30)
        assert asked.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Access-Control-Allow-Credentials" not in asked.headers


SETTINGS = {
    "sender_name": "Robin R.",
    "signature_text": "Robin Reyes, Northwind",
    "daily_cap": 40,
    "domain_cap": 5,
    "gap": "PT2M",
    "jitter": "PT10S",
    "ramp_start": 10,
    "ramp_step": 5,
}


def test_the_owner_sees_and_changes_the_settings(office: Office) -> None:
    id_ = office.connected()
    before = office.call("GET", f"mailboxes/{id_}/settings").json()
    assert (before["sender_name"], before["timezone"]) == ("Robin Reyes", "UTC")
    answer = office.call("PATCH", f"mailboxes/{id_}/settings", json=SETTINGS)
    assert answer.status_code == 200
    shown = office.call("GET", f"mailboxes/{id_}/settings").json()
    assert shown == answer.json()
    flat = shown | shown["limits"]
    durations = {"gap": timedelta(minutes=2), "jitter": timedelta(seconds=10)}
    assert {name: flat[name] for name in SETTINGS if name not in durations} == {
        name: value for name, value in SETTINGS.items() if name not in durations
    }
    [mailbox] = office.mailboxes()
    assert {name: getattr(mailbox.limits, name) for name in durations} == durations
    # What was not asked for stays.
    assert (flat["signature_html"], flat["timezone"]) == (before["signature_html"], "UTC")


def test_settings_with_faults_change_nothing(office: Office) -> None:
    id_ = office.connected()
    before = office.stored()
    wish = {"sender_name": "Robin\nReyes", "daily_cap": 0, "gap": "PT1S", "signature_html": "<script>x"}
    answer = office.call("PATCH", f"mailboxes/{id_}/settings", json=wish)
    assert answer.status_code == 422
    assert {field for _, field, _ in faults(answer)} == set(wish)
    for body in ({"timezone": "Europe/Berlin"}, {"owner": "user-2"}, {"daily_cap": "many"}):
        assert office.call("PATCH", f"mailboxes/{id_}/settings", json=body).status_code == 422
    assert office.stored() == before


def test_for_all_but_the_owner_there_are_no_settings_no_resume_and_no_reads(office: Office) -> None:
    id_ = office.connected()
    before = office.stored()
    others = (
        office.token("user-2", OTHER),
        office.token("user-3", "ada@example.com", role="admin"),
        office.token("user-1", RECRUITER, org="globex"),
    )
    for token in others:
        for method, path, body in (
            ("GET", "settings", None),
            ("PATCH", "settings", SETTINGS),
            ("POST", "resume", None),
            ("GET", "reads", None),
        ):
            answer = office.call(method, f"mailboxes/{id_}/{path}", token, json=body)
            assert (answer.status_code, answer.json()["type"]) == (404, "urn:outreach:error:not-found")
            assert "Robin" not in answer.text
    assert office.stored() == before


def test_the_owner_ends_a_pause_before_its_time(office: Office) -> None:
    id_ = office.connected()
    inbox = office.inbox()
    assert inbox is not None
    key = keys.inbox(inbox.id)
    now = office.cloud.clock.now()

    def paused(snapshot: Snapshot) -> Changes[None]:
        until = now + timedelta(hours=5)
        after = msgspec.structs.replace(
            snapshot.need(key), paused_until=until, paused_why="too many bounces", bounces=(now,)
        )
        return Changes(None, writes={key: after})

    office.store.change([key], paused)
    assert office.call("POST", f"mailboxes/{id_}/resume").json()["id"] == id_
    assert office.inbox() == inbox
    # Where there is no pause, there is nothing to end.
    assert office.call("POST", f"mailboxes/{id_}/resume").status_code == 200
    assert office.inbox() == inbox


def test_the_owner_gets_the_record_of_reads_and_can_check_it(office: Office, tmp_path: Path) -> None:
    id_ = accepted(office)
    answer(office, KIM, "Let us talk.")
    export = office.call("GET", f"mailboxes/{id_}/reads")
    assert export.status_code == 200
    assert "reads.jsonl" in export.headers["Content-Disposition"]
    lines = export.text.splitlines()
    assert len(lines) > 1
    assert "Let us talk" not in export.text
    assert checked(tmp_path, lines).returncode == 0
    # One link taken out, or one letter of it changed, is found.
    assert checked(tmp_path, [*lines[:1], *lines[2:]]).returncode != 0
    assert (
        checked(tmp_path, [lines[0], lines[1].replace('"why":"', '"why":"x', 1), *lines[2:]]).returncode != 0
    )


def checked(folder: Path, lines: list[str]) -> subprocess.CompletedProcess[str]:
    file = folder / "reads.jsonl"
    file.write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "lib.entrypoint.verify_reads", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_is_not_there_is_refused(office: Office) -> None:
    for method, path, status in (
        ("GET", "mailboxes/connections", 405),
        ("POST", "mailboxes", 405),
        ("DELETE", "mailboxes/x", 404),
    ):
        assert office.call(method, path).status_code == status
