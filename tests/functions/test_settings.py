"""Admins keep the org's suppression list and settings; nobody else sees or changes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import requests

from lib.core import keys
from lib.core.keys import Changes, Snapshot
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


def test_settings_change_one_by_one_and_are_on_the_audit(office: Office) -> None:
    plain = Org(org="acme")
    assert admin(office, "GET", "/").json() == {
        "name": "",
        "answers_days": plain.answers_days,
        "reads_days": plain.reads_days,
        "guard_days": plain.guard_days,
        "suppressed_domains": [],
    }
    assert admin(office, "PATCH", "/", json={"guard_days": 7}).json()["guard_days"] == 7
    wanted = {"name": " Acme Ltd ", "answers_days": 90, "reads_days": 30, "guard_days": 7}
    assert admin(office, "PATCH", "/", json=wanted).json() == {
        **wanted,
        "name": "Acme Ltd",
        "suppressed_domains": [],
    }
    later(office)
    assert admin(office, "PATCH", "/", json=wanted).status_code == 200
    assert admin(office, "GET", "/").json()["answers_days"] == 90
    assert deeds(office) == [
        ("org_changed", ("guard_days:7",)),
        ("org_changed", ("name", "answers_days:90", "reads_days:30", "guard_days:7")),
    ]
    assert admin(office, "GET", "/nothing").status_code == 404


def test_what_is_kept_for_less_long_is_looked_for_at_once(office: Office) -> None:
    admin(office, "PATCH", "/", json={"name": "Acme"})
    assert org(office).sweep_at is None
    admin(office, "PATCH", "/", json={"answers_days": 30})
    assert org(office).sweep_at == office.wiring.clock.now()


def test_all_faults_of_settings_are_named_at_once(office: Office) -> None:
    wish = {"name": "A\nB", "answers_days": 29, "reads_days": 3651, "guard_days": -1}
    answer = admin(office, "PATCH", "/", json=wish)
    assert answer.status_code == 422
    assert [field for _, field, _ in faults(answer)] == ["name", "answers_days", "reads_days", "guard_days"]
    assert admin(office, "PATCH", "/", json={"guard_days": 400}).status_code == 422
    assert admin(office, "PATCH", "/", json={"days": 4}).status_code == 422
    assert office.stored() == {}


def test_the_audit_counts_what_was_suppressed_and_names_nobody(office: Office) -> None:
    entries = {"entries": [KIM, LEE, "example.net"]}
    for path in ("/suppressions", "/suppressions", "/suppressions/removals", "/suppressions/removals"):
        later(office)
        assert admin(office, "POST", path, json=entries).status_code == 200
    about = ("addresses:2", "domains:1")
    assert deeds(office) == [("suppressed", about), ("unsuppressed", about)]
    later(office)
    assert admin(office, "POST", "/suppressions", json={"entries": [KIM]}).status_code == 200
    assert ("suppressed", ("addresses:1", "domains:0")) in deeds(office)


def test_an_org_that_is_being_erased_keeps_its_settings(office: Office) -> None:
    key = keys.org("acme")
    office.store.commit(Snapshot(), Changes(None, writes={key: Org(org="acme", erasing="x")}))
    assert admin(office, "PATCH", "/", json={"guard_days": 7}).status_code == 409
    assert org(office) == Org(org="acme", erasing="x")


def later(office: Office) -> None:
    """Let the clock move on: the same deed of the same moment is one entry."""
    office.cloud.advance(office.cloud.clock.now() + timedelta(seconds=1))


def org(office: Office) -> Org:
    return office.store.read([keys.org("acme")]).need(keys.org("acme"))


def deeds(office: Office) -> list[tuple[str, tuple[str, ...]]]:
    return sorted((one.deed, one.about) for one in office.store.audit("acme", limit=99))
