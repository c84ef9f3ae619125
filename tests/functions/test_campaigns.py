"""A campaign is shown with its figures and answers to its author; for others it does not exist."""

from __future__ import annotations

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
        "campaigns",
        "campaigns/c1/x",
        "campaigns/..%2Fc1",
        "campaigns/%00",
        f"campaigns/{'x' * 65}",
    ):
        assert office.call("GET", path).status_code == 404
    for method in ("POST", "DELETE"):
        assert office.call(method, "campaigns/c1").status_code == 404
