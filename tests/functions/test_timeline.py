"""What is told of one candidate, and of what is still to come of a campaign."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lib.core.ids import address_id, enrollment_id
from tests.functions.campaigning import KIM, LEE, accepted, answer, enqueue, request, sent_soon
from tests.functions.office import Office

ZOE = "zoe@example.net"


def timeline(office: Office, candidate: str, campaign: str = "c1") -> dict[str, Any]:
    id_ = enrollment_id(campaign, address_id(office.wiring.address_key, candidate))
    return dict(office.call("GET", f"campaigns/{campaign}/candidates/{id_}").json())


def test_what_is_planned_went_out_and_came_back(office: Office) -> None:
    accepted(office)
    before = timeline(office, KIM)
    sent, planned = before["events"]
    assert (sent["what"], sent["step"], sent["subject"]) == ("sent", "intro", "Engineers wanted")
    assert sent["planned"] <= sent["at"]
    assert (planned["what"], planned["step"]) == ("planned", "nudge")
    assert "3 days after intro" in planned["why"]
    assert (before["timezone"], before["candidate"]["email"]) == ("Europe/Berlin", KIM)

    answer(office, KIM, "Tell me more.")
    said, came = timeline(office, KIM)["events"]
    assert (said, came["what"], came["step"]) == (sent, "person", "intro")
    [shown] = office.call("GET", "campaigns/c1").json()["answers"]
    assert came["answer"] == shown["id"]


def test_a_candidate_of_another_campaign_is_not_there(office: Office) -> None:
    mailbox = accepted(office)
    assert (
        enqueue(office, request(mailbox, id="c2", shortlist=f"email,name,city\n{ZOE},Zoe,\n")).status_code
        == 202
    )
    id_ = enrollment_id("c2", address_id(office.wiring.address_key, ZOE))
    assert office.call("GET", f"campaigns/c2/candidates/{id_}").status_code == 200
    assert office.call("GET", f"campaigns/c1/candidates/{id_}").status_code == 404


def test_the_forecast_is_the_last_place_and_its_reason(office: Office) -> None:
    mailbox = office.connected()
    assert office.call("PATCH", f"mailboxes/{mailbox}/settings", json={"daily_cap": 1}).status_code == 200
    assert enqueue(office, request(mailbox)).status_code == 202
    sent_soon(office)
    forecast = office.call("GET", "campaigns/c1/forecast").json()
    due = [slot["due"] for who in (KIM, LEE) for slot in timeline(office, who)["candidate"]["slots"]]
    assert (forecast["last"], forecast["last_step"]) == (max(due), "nudge")
    assert "1 mail a day reached" in " ".join(one["reason"] for one in forecast["reasons"])
    assert (forecast["status"], forecast["mails"]) == ("active", 3)
    assert [(day["mails"], day["all"], day["cap"]) for day in forecast["days"]] == [(1, 1, 1)] * 3
    admin = office.token("user-9", "ada@example.com", "acme", "admin")
    assert office.call("GET", "campaigns/c1/forecast", admin).json() == forecast | {"reasons": []}


def test_nothing_is_forecast_when_all_is_out(office: Office) -> None:
    accepted(office)
    office.cloud.advance(office.cloud.clock.now() + timedelta(days=1))
    assert office.call("GET", "campaigns/c1/forecast").json()["mails"] == 2
    office.call("POST", "campaigns/c1/cancel", json={})
    office.cloud.wait_idle()
    forecast = office.call("GET", "campaigns/c1/forecast").json()
    assert (forecast["status"], forecast["mails"], forecast["last"]) == ("cancelled", 0, None)
