"""Admins keep the org's suppression list and settings; nobody else sees or changes them."""

from __future__ import annotations

from typing import Any

import requests

from lib.core.records import Org, Status
from tests.functions.campaigning import KIM, LEE, accepted
from tests.functions.office import Office, faults
from tests.functions.test_unsubscribe import status


def admin(office: Office, method: str, path: str, **request: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {office.token(role='admin')}"} | request.pop("headers", {})
    return requests.request(method, office.url(f"settings{path}"), headers=headers, timeout=30, **request)


def test_members_have_no_part_in_it(office: Office) -> None:
    for method, path in (("GET", "/"), ("GET", "/suppressions"), ("GET", "/suppressions.csv")):
        assert office.call(method, f"settings{path}").status_code == 403
    body = {"entries": ["ann@example.org"]}
    assert office.call("POST", "settings/suppressions", json=body).status_code == 403
    assert office.call("PATCH", "settings", json={"guard_days": 1}).status_code == 403
    assert office.stored() == {}


def test_a_listed_address_is_stopped_and_shown(office: Office) -> None:
    accepted(office)
    answer = admin(office, "POST", "/suppressions", json={"entries": [KIM, "example.net"]})
    assert (answer.status_code, answer.json()) == (200, {"listed": 2})
    assert (status(office, KIM), status(office, LEE)) == (Status.CANCELLED, Status.WAITING)
    shown = admin(office, "GET", "/suppressions").json()
    assert shown["domains"] == ["example.net"]
    assert [(one["address"], one["why"]) for one in shown["addresses"]] == [(KIM, "listed")]


def test_the_list_goes_out_and_comes_in_as_csv(office: Office) -> None:
    body = f"entry\r\n{KIM}\r\n@example.net\r\n"
    answer = admin(office, "POST", "/suppressions", data=body, headers={"Content-Type": "text/csv"})
    assert answer.json() == {"listed": 2}
    exported = admin(office, "GET", "/suppressions.csv")
    assert exported.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert exported.text.splitlines()[:2] == ["entry,why,since", "example.net,listed,"]
    assert exported.text.splitlines()[2].startswith(f"{KIM},listed,")


def test_entries_come_off_again_without_standing_in_a_url(office: Office) -> None:
    admin(office, "POST", "/suppressions", json={"entries": [KIM, "example.net"]})
    answer = admin(office, "POST", "/suppressions/removals", json={"entries": [KIM, "example.net", LEE]})
    assert [one["field"] for one in answer.json()["kept"]] == [LEE]
    shown = admin(office, "GET", "/suppressions").json()
    assert (shown["domains"], shown["addresses"]) == ([], [])


def test_a_list_with_faults_changes_nothing(office: Office) -> None:
    answer = admin(office, "POST", "/suppressions", json={"entries": [KIM, "nonsense", ""]})
    assert answer.status_code == 422
    assert [field for _, field, _ in faults(answer)] == ["entries[1]", "entries[2]"]
    assert admin(office, "POST", "/suppressions", data=b"{").status_code == 422
    assert office.stored() == {}


def test_the_guards_days_are_a_setting(office: Office) -> None:
    assert admin(office, "GET", "/").json() == {
        "guard_days": Org(org="acme").guard_days,
        "suppressed_domains": [],
    }
    assert admin(office, "PATCH", "/", json={"guard_days": 7}).json()["guard_days"] == 7
    assert admin(office, "GET", "/").json()["guard_days"] == 7
    assert admin(office, "PATCH", "/", json={"guard_days": 400}).status_code == 422
    assert admin(office, "GET", "/nothing").status_code == 404
