"""What a page asks for while a campaign runs: its pulse, its answers, its candidates, its days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.functions.campaigning import KIM, LEE, accepted, answer, enqueue, request
from tests.functions.office import Office, faults


def paged(office: Office, path: str, what: str, **query: Any) -> list[list[str]]:
    """Return the ids of a list, page by page."""
    pages, after = [], ""
    while True:
        page = office.call("GET", path, params={**query, "after": after}).json()
        pages.append([one["id"] for one in page[what]])
        if page["next"] is None:
            return pages
        after = page["next"]


def test_a_pulse_shows_what_has_changed(office: Office) -> None:
    accepted(office)
    first = office.call("GET", "campaigns/c1/pulse").json()
    whole = office.call("GET", "campaigns/c1").json()
    assert first["latest"] is None
    assert {name: whole[name] for name in first if name != "latest"} | {"latest": None} == first
    answer(office, LEE, "Tell me more.")
    second = office.call("GET", "campaigns/c1/pulse").json()
    [shown] = office.call("GET", "campaigns/c1").json()["answers"]
    assert second["latest"] == {"id": shown["id"], "received_at": shown["received_at"]}
    assert (second["figures"]["replied"], first["figures"]["replied"]) == (1, 0)
    office.call("POST", "campaigns/c1/pause", json={"why": "filled"})
    third = office.call("GET", "campaigns/c1/pulse").json()
    assert (third["status"], third["why"]) == ("paused", "filled")
    admin = office.token("user-9", "ada@example.com", "acme", "admin")
    assert office.call("GET", "campaigns/c1/pulse", admin).json() == third | {"latest": None}


def test_a_pulse_costs_two_reads_the_counts_and_one_document(office: Office) -> None:
    accepted(office)
    answer(office, LEE, "Tell me more.")
    calls = office.store.calls  # type: ignore[attr-defined] # the one in memory counts
    calls.clear()
    office.call("GET", "campaigns/c1/pulse")
    # A query of the one in memory for all that Firestore counts with up to sixteen.
    assert dict(calls) == {"read": 2, "query": 2}


def test_answers_come_page_by_page_the_latest_first(office: Office) -> None:
    accepted(office)
    for candidate, text in ((KIM, "Tell me more."), (LEE, "Not now.")):
        office.cloud.advance(office.cloud.clock.now() + timedelta(minutes=1))
        answer(office, candidate, text)
    whole = office.call("GET", "campaigns/c1/answers").json()
    assert whole == {"answers": office.call("GET", "campaigns/c1").json()["answers"], "next": None}
    ids = [one["id"] for one in whole["answers"]]
    assert len(set(ids)) == 2
    assert paged(office, "campaigns/c1/answers", "answers", limit=1) == [[one] for one in ids]
    office.call("PATCH", f"campaigns/c1/answers/{ids[1]}", json={"interest": "later"})
    for query, found in (
        ({"interest": "later"}, ids[1:]),
        ({"interest": "interested"}, []),
        ({"kind": "person", "limit": 2}, ids),
        ({"kind": "automatic"}, []),
        ({"kind": "person", "interest": "later"}, ids[1:]),
    ):
        assert paged(office, "campaigns/c1/answers", "answers", **query) == [found]


@pytest.mark.parametrize(
    ("query", "field"),
    [("after=x", "after"), ("kind=nothing", "kind"), ("interest=nothing", "interest"), ("limit=x", "limit")],
)
def test_what_no_list_of_answers_has_is_named(office: Office, query: str, field: str) -> None:
    accepted(office)
    refused = office.call("GET", f"campaigns/c1/answers?{query}")
    assert (refused.status_code, [one for _, one, _ in faults(refused)]) == (422, [field])


def test_candidates_of_a_status_cost_one_query(office: Office) -> None:
    mailbox = office.connected()
    many = "email,name,city\n" + "".join(f"c{number}@example.net,C,Oslo\n" for number in range(5))
    assert enqueue(office, request(mailbox, shortlist=many)).status_code == 202
    everybody = paged(office, "campaigns/c1/candidates", "candidates", limit=5)[0]
    assert len(everybody) == 5
    out = sorted(everybody)[1:4]
    for id_ in out:
        assert office.call("POST", f"campaigns/c1/candidates/{id_}/skip").status_code == 200
    found = paged(office, "campaigns/c1/candidates", "candidates", status="cancelled", limit=2)
    assert found == [out[:2], out[2:]]
    rest = sorted(set(everybody) - set(out))
    calls = office.store.calls  # type: ignore[attr-defined] # the one in memory counts
    calls.clear()
    assert paged(office, "campaigns/c1/candidates", "candidates", status="waiting") == [rest]
    assert dict(calls) == {"read": 2, "query": 1}
    assert paged(office, "campaigns/c1/candidates", "candidates", status="held") == [[]]
    refused = office.call("GET", "campaigns/c1/candidates?after=a/b")
    assert (refused.status_code, [one for _, one, _ in faults(refused)]) == (422, ["after"])


def test_a_candidate_is_found_by_their_address(office: Office) -> None:
    accepted(office)
    listed = office.call("GET", "campaigns/c1/candidates").json()["candidates"]
    [kim] = [one for one in listed if one["email"] == KIM]
    for address in (KIM, f"  {KIM.upper()} "):
        found = office.call("POST", "campaigns/c1/candidates/search", json={"address": address})
        assert found.json() == {"candidate": kim}
    for address in ("nobody@example.net", "", "no address", "@"):
        found = office.call("POST", "campaigns/c1/candidates/search", json={"address": address})
        assert (found.status_code, found.json()) == (200, {"candidate": None})


def test_days_add_up_to_the_figures(office: Office) -> None:
    accepted(office)
    answer(office, LEE, "Tell me more.")
    found = office.call("GET", "campaigns/c1/days").json()
    figures = office.call("GET", "campaigns/c1/figures").json()
    days = found["days"]
    assert found["timezone"] == "UTC"
    assert {name: sum(one[name] for one in days) for name in ("sent", "planned", "answers")} == {
        "sent": figures["sent"],
        "planned": office.call("GET", "campaigns/c1/forecast").json()["mails"],
        "answers": figures["replied"],
    }
    assert (figures["sent"], figures["replied"]) == (2, 1)
