"""Campaigns and all that is held about a candidate go out over HTTP; a campaign can come in again."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from tests.functions.campaigning import KIM, LEE, accepted, answer, enqueue
from tests.functions.office import OTHER, faults

if TYPE_CHECKING:
    from tests.functions.office import Office


def test_a_campaign_goes_out_as_json_and_comes_in_again(office: Office) -> None:
    accepted(office)
    answer(office, KIM, "I am interested, call me.")
    got = office.call("GET", "campaigns/c1/export.json")
    assert (got.status_code, got.headers["Content-Type"]) == (200, "application/json")
    assert got.headers["Content-Disposition"] == 'attachment; filename="campaign.json"'
    assert got.headers["Cache-Control"] == "no-store"
    exported = got.json()
    status = {one["email"]: one["outreach_status"] for one in exported["candidates"]}
    assert status == {KIM: "replied", LEE: "waiting"}
    assert all(one["outreach_sent"][0]["message_id"] for one in exported["candidates"])
    again = enqueue(office, exported | {"id": "c2", "contacted": {"action": "continue", "reason": "again"}})
    assert (again.status_code, again.json()["candidates"]) == (202, 2)
    copied = office.call("GET", "campaigns/c2/export.json").json()
    assert copied["steps"] == exported["steps"]
    assert {one["email"]: one["city"] for one in copied["candidates"]} == {KIM: "Oslo", LEE: ""}


def test_a_campaign_goes_out_as_a_shortlist(office: Office) -> None:
    accepted(office)
    got = office.call("GET", "campaigns/c1/export.csv")
    assert (got.status_code, got.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert got.headers["Content-Disposition"] == 'attachment; filename="campaign.csv"'
    rows = {row["email"]: row for row in csv.DictReader(io.StringIO(got.text, newline=""))}
    assert (rows[KIM]["city"], rows[KIM]["outreach_sent"], rows[LEE]["name"]) == ("Oslo", "1", "Lee")


def test_an_export_is_for_who_may_read_the_campaign(office: Office) -> None:
    accepted(office)
    for form in ("json", "csv"):
        path = f"campaigns/c1/export.{form}"
        assert office.call("GET", path, office.token("user-2", OTHER)).status_code == 404
        assert office.call("GET", path, office.token("user-2", OTHER, role="admin")).status_code == 403
        assert office.call("GET", path, office.token(org="other")).status_code == 404
        assert office.call("GET", f"campaigns/none/export.{form}").status_code == 404


def test_all_that_is_held_about_a_candidate_goes_out_to_an_admin(office: Office) -> None:
    accepted(office)
    answer(office, KIM, "I am interested, call me.")
    admin, wish = office.token("user-2", OTHER, role="admin"), {"address": KIM}
    got = office.call("POST", "settings/exports", admin, json=wish)
    assert got.status_code == 200
    held = got.json()
    [campaign], [said] = held["campaigns"], held["answers"]
    assert (held["address"], campaign["campaign_name"], campaign["variables"]) == (
        KIM,
        "Engineers",
        {"city": "Oslo"},
    )
    assert (said["sender"], said["text"]) == (KIM, "I am interested, call me.")
    assert LEE not in got.text
    assert office.call("POST", "settings/exports", json=wish).status_code == 403
    assert office.call("POST", "settings/exports", admin, json={"address": OTHER}).status_code == 404
    refused = office.call("POST", "settings/exports", admin, json={"address": "x"})
    assert [field for _, field, _ in faults(refused)] == ["address"]
