"""A campaign is shown with its figures and answers to its author; for others it does not exist."""

from __future__ import annotations

from typing import Any

from tests.functions.campaigning import KIM, LEE, accepted, answer
from tests.functions.office import OTHER, RECRUITER, Office


def test_a_campaign_has_its_figures(office: Office) -> None:
    mailbox = accepted(office)
    shown = office.call("GET", "campaigns/c1").json()
    assert (shown["id"], shown["name"], shown["mailbox"]) == ("c1", "Engineers", mailbox)
    assert shown["status"] == "active"
    expected = {"candidates": 2, "sent": 2, "waiting": 2, "replied": 0, "opted_out": 0, "auto_replies": 0}
    assert shown["figures"].items() >= expected.items()
    assert shown["answers"] == []


def test_an_answer_shows_with_its_campaign_and_counts(office: Office) -> None:
    accepted(office)
    answer(office, KIM, "Tell me more.")
    shown = office.call("GET", "campaigns/c1").json()
    [one] = shown["answers"]
    assert (one["kind"], one["matched_by"], one["sender"]) == ("person", "thread", KIM)
    assert one["text"].strip() == "Tell me more."
    assert shown["figures"].items() >= {"candidates": 2, "sent": 2, "waiting": 1, "replied": 1}.items()


def test_an_admin_sees_the_figures_and_not_the_answers(office: Office) -> None:
    accepted(office)
    answer(office, LEE, "Not for the boss.")
    shown = office.call("GET", "campaigns/c1", office.token("user-2", OTHER, role="admin"))
    assert shown.json()["figures"]["replied"] == 1
    assert shown.json()["answers"] == []
    assert "boss" not in shown.text


def test_for_others_a_campaign_does_not_exist(office: Office) -> None:
    accepted(office)
    missing = office.call("GET", "campaigns/c2")
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:outreach:error:not-found")
    for token in (
        office.token("user-2", OTHER),
        office.token("user-1", RECRUITER, org="globex"),
        office.token("user-1", RECRUITER, org="globex", role="admin"),
    ):
        assert office.call("GET", "campaigns/c1", token).json() == missing.json()


def test_what_is_no_id_is_not_found(office: Office) -> None:
    for path in (
        "campaigns/c1/x",
        "campaigns/..%2Fc1",
        "campaigns/%00",
        f"campaigns/{'x' * 65}",
    ):
        assert office.call("GET", path).status_code == 404
    for method in ("POST", "DELETE", "PUT"):
        refused = office.call(method, "campaigns/c1")
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, PATCH")


# Steering


def candidates(office: Office, **query: str) -> list[Any]:
    listed: list[Any] = office.call("GET", "campaigns/c1/candidates", params=query).json()["candidates"]
    return listed


def test_a_campaign_is_paused_resumed_and_cancelled(office: Office) -> None:
    accepted(office)
    paused = office.call("POST", "campaigns/c1/pause", json={"why": "the role is filled"})
    assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    assert "may still arrive" in paused.json()["note"]
    shown = office.call("GET", "campaigns/c1").json()
    assert (shown["status"], shown["why"]) == ("paused", "the role is filled")
    assert office.call("POST", "campaigns/c1/resume").json()["status"] == "active"
    assert {one["slots"][1]["reason"].split(";")[0] for one in candidates(office)} == {
        "the campaign was planned anew"
    }
    assert office.call("POST", "campaigns/c1/cancel", data=b"").json()["status"] == "cancelled"
    assert [one["status"] for one in candidates(office)] == ["cancelled", "cancelled"]
    again = office.call("POST", "campaigns/c1/resume")
    assert (again.status_code, again.json()["type"]) == (409, "urn:outreach:error:conflict")


def test_a_candidate_is_shown_and_skipped(office: Office) -> None:
    accepted(office)
    one = candidates(office, status="waiting", limit="1")[0]
    assert [mail["step"] for mail in one["sent"]] == ["intro"]
    skipped = office.call("POST", f"campaigns/c1/candidates/{one['id']}/skip").json()
    assert (skipped["status"], skipped["why"]) == ("cancelled", "skipped by the user")
    assert [other["id"] for other in candidates(office, status="cancelled")] == [one["id"]]
    assert office.call("GET", "campaigns/c1/candidates?status=asleep").status_code == 422


def test_candidates_are_added(office: Office) -> None:
    accepted(office)
    added = office.call(
        "POST", "campaigns/c1/candidates", json={"shortlist": "email,name,city\nmo@example.org,Mo,\n"}
    )
    assert (added.status_code, added.json()["added"]) == (200, 1)
    assert len(candidates(office)) == 3


def test_steps_are_edited_once_for_each_revision(office: Office) -> None:
    accepted(office)
    shown = office.call("GET", "campaigns/c1").json()
    steps = [
        {"id": "intro", "subject": "Engineers wanted", "text": "Hi {{ name }}", "delay": "P0D"},
        {"id": "nudge", "text": "Well, {{ name }}?", "delay": "P3D"},
    ]
    wish = {"revision": shown["revision"], "steps": steps}
    edited = office.call("PATCH", "campaigns/c1", json=wish)
    assert (edited.status_code, edited.json()["revision"]) == (200, 2)
    assert [one["version"] for one in edited.json()["steps"]] == [1, 2]
    late = office.call("PATCH", "campaigns/c1", json=wish)
    assert (late.status_code, late.json()["now"]["revision"]) == (409, 2)
    wrong = office.call("PATCH", "campaigns/c1", json={"revision": 2, "steps": steps[:1]})
    assert (wrong.status_code, wrong.json()["faults"][0]["field"]) == (422, "steps")


def test_an_answer_is_read_and_marked(office: Office) -> None:
    accepted(office)
    answer(office, KIM, "Tell me more.")
    [one] = office.call("GET", "campaigns/c1").json()["answers"]
    path = f"campaigns/c1/answers/{one['id']}"
    assert office.call("GET", path).json() == one
    marked = office.call("PATCH", path, json={"interest": "interested"})
    assert (marked.status_code, marked.json()["interest"]) == (200, "interested")
    figures = office.call("GET", "campaigns/c1").json()
    assert (figures["figures"]["interested"], figures["interested"]) == (1, 1.0)
    assert office.call("PATCH", path, json={"interest": "keen"}).status_code == 422
    assert office.call("PATCH", path, json={}).status_code == 422
    assert office.call("POST", f"{path}/read").json()["text"] == one["text"]


def test_nothing_is_held_that_needs_a_decision(office: Office) -> None:
    accepted(office)
    one = candidates(office)[0]
    refused = office.call("POST", f"campaigns/c1/candidates/{one['id']}/decision", json={"was_sent": True})
    assert refused.status_code == 409


def test_nobody_steers_what_is_not_theirs_and_an_admin_only_stops(office: Office) -> None:
    accepted(office)
    before, id_ = office.stored(), candidates(office)[0]["id"]
    member, admin = office.token("user-2", OTHER), office.token("user-2", OTHER, role="admin")
    for deed in ("pause", "cancel", f"candidates/{id_}/skip"):
        assert office.call("POST", f"campaigns/c1/{deed}", member, json={}).status_code == 404, deed
    for token, status in ((member, 404), (admin, 403)):
        for method, path, body in (
            ("POST", "resume", {}),
            ("POST", "approve", {"revision": 1}),
            ("POST", "candidates", {"candidates": [{"email": "mo@example.org"}]}),
            ("GET", "candidates", None),
            ("POST", f"candidates/{id_}/decision", {"was_sent": False}),
            ("GET", "answers/x-1", None),
            ("PATCH", "answers/x-1", {"interest": None}),
            ("POST", "answers/x-1/read", {}),
        ):
            assert office.call(method, f"campaigns/c1/{path}", token, json=body).status_code == status, path
        edit = {"revision": 1, "steps": []}
        assert office.call("PATCH", "campaigns/c1", token, json=edit).status_code == status
    assert office.stored() == before
    skipped = office.call("POST", f"campaigns/c1/candidates/{id_}/skip", admin, json={}).json()
    assert skipped == {"id": id_, "status": "cancelled"}
    assert office.call("POST", "campaigns/c1/pause", admin, json={}).json()["status"] == "paused"
