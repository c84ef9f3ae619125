"""A campaign comes in whole and once, or every fault is listed and nothing is written."""

from __future__ import annotations

from typing import Any

import requests

from tests.functions.campaigning import KIM, LEE, SHORTLIST, accepted, enqueue, mail_to, request
from tests.functions.office import OTHER, RECRUITER, Office, faults

DRY = "enqueue_campaign?dry_run=true"
#: A first step for tomorrow after next: nothing is queued yet.
LATER = [{"id": "intro", "subject": "Hello", "text": "Hi {{ name }}", "delay": "P2D"}]


def refused(office: Office, body: dict[str, Any]) -> list[tuple[int | None, str, str]]:
    """Return the faults, the same in a dry run, having checked that nothing was written."""
    before = office.stored()
    answer = enqueue(office, body)
    assert answer.status_code == 422, answer.text
    assert faults(office.call("POST", DRY, json=body)) == faults(answer)
    assert office.stored() == before
    return faults(answer)


def test_a_dry_run_shows_the_plan_and_writes_nothing(office: Office) -> None:
    mailbox = office.connected()
    before = office.stored()
    answer = office.call("POST", DRY, json=request(mailbox))
    assert answer.status_code == 200
    plan = answer.json()
    assert [one["email"] for one in plan["candidates"]] == [KIM, LEE]
    assert [slot["step"] for slot in plan["candidates"][0]["slots"]] == ["intro", "nudge"]
    assert (plan["samples"][0]["subject"], "Hi Kim" in plan["samples"][0]["text"]) == (
        "Engineers wanted",
        True,
    )
    office.cloud.wait_idle()
    assert office.stored() == before
    assert office.cloud.world.outside_addresses() == []


def test_an_accepted_campaign_goes_out(office: Office) -> None:
    accepted(office)
    assert mail_to(office, KIM)["Subject"] == "Engineers wanted"
    assert "Hi Lee" in mail_to(office, LEE).get_body().get_content()  # type: ignore[union-attr]


def test_what_was_previewed_is_accepted_and_nothing_else(office: Office) -> None:
    body = request(office.connected(), steps=LATER)
    digest = office.call("POST", DRY, json=body).json()["plan_digest"]
    before = office.stored()
    stale = enqueue(office, body | {"name": "Designers", "plan_digest": digest})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:outreach:error:conflict")
    assert enqueue(office, body | {"plan_digest": "0" * 64}).status_code == 409
    assert office.stored() == before
    assert stale.json()["now"]["plan_digest"] not in (digest, "")
    answer = enqueue(office, body | {"plan_digest": digest})
    assert (answer.status_code, answer.json()["candidates"]) == (202, 2)
    assert answer.json()["plan_digest"] == digest


def test_the_same_again_changes_nothing_and_other_content_is_a_conflict(office: Office) -> None:
    body = request(office.connected(), steps=LATER)
    assert enqueue(office, body).status_code == 202
    before = office.stored()
    again = enqueue(office, body)
    assert (again.status_code, again.json()["candidates"]) == (200, 2)
    assert enqueue(office, body | {"name": "Designers"}).status_code == 409
    assert enqueue(office, body | {"shortlist": SHORTLIST.replace("Oslo", "Bergen")}).status_code == 409
    assert office.stored() == before


def test_all_faults_of_a_shortlist_are_listed_with_their_lines(office: Office) -> None:
    rows = [
        "email,name,city",
        f"{KIM},Kim,Oslo",
        f"{KIM.upper()},Kim again,Oslo",
        "no-address,Lee,",
        f"{LEE},,Rome",
        "max@example.com,Max",
        "eve@example.com,Eve,\x07",
    ]
    found = refused(office, request(office.connected(), shortlist="\n".join(rows)))
    assert {(line, field) for line, field, _ in found} == {
        (3, "email"),
        (4, "email"),
        (5, "name"),
        (6, "shortlist"),
        (7, "city"),
    }
    assert all(why for _, _, why in found)
    assert any("line 2" in why for line, _, why in found if line == 3)


def test_all_faults_of_a_campaign_are_listed_with_their_fields(office: Office) -> None:
    steps = [
        {"id": "intro", "subject": "", "text": "Hi {{ nickname }}", "delay": "P0D"},
        {"id": "intro", "text": "{{ name", "delay": "-P1D"},
        {"id": "last", "delay": "soon", "thread": "other"},
    ]
    body = request(office.connected(), timezone="Mars/Olympus", steps=steps, window="9-17")
    found = refused(office, body)
    assert {field for _, field, _ in found} >= {
        "window",
        "timezone",
        "steps[0].subject",
        "steps[1].id",
        "steps[1].text",
        "steps[1].delay",
        "steps[2].text",
        "steps[2].delay",
        "steps[2].thread",
    }
    # A variable that no column gives is the template's fault, and named once.
    assert len([why for _, field, why in found if field == "steps[0].text" and "nickname" in why]) == 1


def test_a_value_that_is_missing_without_a_fallback_is_a_fault_of_its_line(office: Office) -> None:
    steps = [{"id": "intro", "subject": "Hello", "text": "In {{ city }}?", "delay": "P0D"}]
    [(line, field, _)] = refused(office, request(office.connected(), steps=steps))
    assert (line, field) == (3, "city")


def test_what_is_no_campaign_at_all_is_refused(office: Office) -> None:
    for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 5000):
        answer = office.call("POST", "enqueue_campaign", data=body)
        assert (answer.status_code, [field for _, field, _ in faults(answer)]) == (422, ["body"])
    assert office.stored() == {}


def test_a_mailbox_that_is_not_ones_own_is_a_fault(office: Office) -> None:
    mailbox = office.connected()
    assert [field for _, field, _ in refused(office, request("unknown"))] == ["mailbox"]
    for token in (office.token("user-2", OTHER), office.token("user-1", RECRUITER, org="globex")):
        answer = enqueue(office, request(mailbox), token)
        assert (answer.status_code, [field for _, field, _ in faults(answer)]) == (422, ["mailbox"])


def test_a_bad_token_lets_nobody_in(office: Office) -> None:
    mailbox = office.connected()
    before = office.stored()
    for headers in ({}, {"Authorization": "Bearer made.up.token"}, {"Authorization": "Basic dTpw"}):
        url = office.url("enqueue_campaign")
        answer = requests.post(url, json=request(mailbox), headers=headers, timeout=30)
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:outreach:error:unauthenticated")
    assert office.stored() == before


def test_other_methods_and_dry_runs_that_are_neither_true_nor_false_are_refused(office: Office) -> None:
    answer = office.call("GET", "enqueue_campaign")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    answer = office.call("POST", "enqueue_campaign?dry_run=maybe", json=request("m"))
    assert [field for _, field, _ in faults(answer)] == ["dry_run"]
