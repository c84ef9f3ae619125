"""What each person finds in their list of campaigns, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lib.core import keys
from lib.core.keys import Changes, Snapshot
from lib.core.records import Campaign
from tests.contract.store_records import made
from tests.functions.campaigning import LEE, accepted, answer, enqueue, request
from tests.functions.office import OTHER, RECRUITER, Office, faults

#: Accepted in this order, by whom and from which mailbox; None: the office's own.
WRITTEN = (
    ("c1", "user-2", None),
    ("c2", "user-1", None),
    ("c3", "user-2", "elsewhere"),
    ("c4", "user-3", "elsewhere"),
    ("c5", "user-2", "elsewhere"),
)
WHO = {
    "owner": ("user-1", RECRUITER),
    "author": ("user-2", OTHER),
    "delegate": ("user-5", "kit@example.com"),
    "for one": ("user-6", "lin@example.com"),
    "stranger": ("user-4", "max@example.com"),
}


@pytest.fixture
def written(office: Office) -> Office:
    """Put campaigns into the store: two of a mailbox that is there, three of one that is not."""
    mailbox = office.connected()
    for email, campaign in ((WHO["delegate"][1], ""), (WHO["for one"][1], "c1")):
        given = {"email": email, "campaign": campaign}
        assert office.call("POST", f"mailboxes/{mailbox}/grants", json=given).status_code == 200
    first = datetime(2026, 3, 2, 9, tzinfo=UTC)
    records = [
        made(
            Campaign,
            org="acme",
            id=id_,
            name=f"Search {id_}",
            author=author,
            author_email=f"{author}@example.com",
            mailbox=at or mailbox,
            status="active",
            candidates=7,
            accepted_at=first + timedelta(hours=number // 2),
        )
        for number, (id_, author, at) in enumerate(WRITTEN)
    ]
    writes = {keys.campaign("acme", one.id): one for one in records}
    office.store.commit(Snapshot(), Changes(None, writes=writes))
    return office


def token(office: Office, who: str) -> str:
    if who == "admin":
        return office.token("user-9", "ada@example.com", "acme", "admin")
    if who == "foreign admin":
        return office.token("user-9", "ada@example.com", "globex", "admin")
    return office.token(*WHO[who])


def paged(office: Office, who: str, limit: int) -> list[list[str]]:
    """Return the ids of a list, page by page."""
    pages, after = [], ""
    while True:
        query: dict[str, Any] = {"limit": limit, "after": after}
        page = office.call("GET", "campaigns", token(office, who), params=query).json()
        pages.append([one["id"] for one in page["campaigns"]])
        if page["next"] is None:
            return pages
        after = page["next"]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("owner", ["c2", "c1"]),
        ("author", ["c5", "c3", "c1"]),
        ("delegate", ["c2", "c1"]),
        ("for one", ["c1"]),
        ("stranger", []),
        ("admin", ["c5", "c4", "c3", "c2", "c1"]),
        ("foreign admin", []),
    ],
)
def test_a_list_holds_what_one_may_see_whole_and_once(written: Office, who: str, seen: list[str]) -> None:
    assert paged(written, who, 50) == [seen]
    for limit in (1, 2):
        pages = paged(written, who, limit)
        assert [id_ for page in pages for id_ in page] == seen
        assert pages == [seen[at : at + limit] for at in range(0, max(len(seen), 1), limit)]


def test_an_ended_grant_shows_nothing_any_more(written: Office) -> None:
    [mailbox] = written.mailboxes()
    for grant in mailbox.grants:
        ended = written.call("DELETE", f"mailboxes/{mailbox.id}/grants/{grant.id}")
        assert ended.status_code == 200
    assert paged(written, "delegate", 50) == paged(written, "for one", 50) == [[]]


def test_the_owner_sees_who_sends_in_their_name(office: Office) -> None:
    mailbox = office.connected()
    office.call("POST", f"mailboxes/{mailbox}/grants", json={"email": OTHER, "approval": True})
    assert enqueue(office, request(mailbox), office.token("user-2", OTHER)).status_code == 202
    [shown] = office.call("GET", "campaigns").json()["campaigns"]
    assert shown.pop("accepted_at")
    assert shown == {
        "id": "c1",
        "name": "Engineers",
        "mailbox": mailbox,
        "author_email": OTHER,
        "status": "active",
        "why": "",
        "paused_for": "",
        "needs_approval": True,
        "approved_at": None,
        "candidates": 2,
        "figures": None,
    }


def test_figures_are_counted_when_asked_for_and_for_those_shown_alone(office: Office) -> None:
    mailbox = accepted(office)
    other = request(mailbox, id="c2", shortlist="email,name,city\nzoe@example.net,Zoe,\n")
    assert enqueue(office, other).status_code == 202
    answer(office, LEE, "Tell me more.")
    page = office.call("GET", "campaigns?figures=true").json()
    whole = office.call("GET", "campaigns/c1/figures").json()
    counted = {one["id"]: one["figures"] for one in page["campaigns"]}
    assert counted["c1"] == {name: whole[name] for name in ("sent", "waiting", "replied")}
    assert counted["c1"] == {"sent": 2, "waiting": 1, "replied": 1}
    assert counted["c2"]["replied"] == 0
    [shown] = office.call("GET", "campaigns?figures=true&limit=1").json()["campaigns"]
    assert shown["figures"] == counted[shown["id"]]


@pytest.mark.parametrize("after", ["x", "-", "1-", "-c1", "1-a/b", "9" * 30 + "-c1", "9" * 5000 + "-c1"])
def test_a_place_that_no_page_gave_is_refused(office: Office, after: str) -> None:
    refused = office.call("GET", "campaigns", params={"after": after})
    assert refused.status_code == 422
    assert [field for _, field, _ in faults(refused)] == ["after"]
