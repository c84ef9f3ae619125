"""Show that a campaign's export can be made a campaign again, page by page, by who may read it alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import Forbidden, NotFound
from lib.core.records import AttachmentContent, Enrollment, Grant, Mailbox, Status
from lib.flows import exporting_campaigns
from lib.flows.exporting_campaigns import export_csv, export_json
from tests.flows.enqueueing_office import ADA, AUTHOR, BEN, CAL, Office, body, run
from tests.flows.memory_services import MAILBOX, ORG

STEPS: list[dict[str, Any]] = [
    {
        "id": "intro",
        "subject": "{{ title }} wanted",
        "text": "Hi {{ first_name }}",
        "delay": "P0D",
        "variants": [{"id": "a", "subject": "A {{ title }}?"}, {"id": "b", "text": "Dear {{ first_name }}"}],
        "attachments": [{"name": "job.txt", "type": "text/plain", "content": "d2FudGVk"}],
    },
    {"id": "nudge", "subject": "", "html": "<p>Again</p>", "delay": "2 business days"},
]
CANDIDATES = [
    {"email": ADA, "name": "Ada A", "title": "Engineer", "timezone": "Asia/Tokyo", "country": "JP"},
    {"email": BEN, "name": "Ben B", "title": "+Chef", "words": {"nudge": {"text": "Ben, again"}}},
    {"email": CAL, "name": "Cal C", "title": "Lead", "city": "Bonn"},
]
OWN = ("email", "name", "timezone", "country", "variables", "words", "variants", "status")


@pytest.fixture
def office() -> Office:
    made = Office()
    run(made, body(steps=STEPS, candidates=CANDIDATES, cc=["boss@example.com"]))
    return made


def enrollments(office: Office, campaign: str = "c1") -> list[Enrollment]:
    return office.store.enrollments(ORG, campaign, limit=99)


def whole(office: Office) -> dict[str, Any]:
    return json.loads(b"".join(export_json(office, AUTHOR, "c1")))  # type: ignore[no-any-return]


def of(one: Enrollment) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(one).items() if name in OWN}


def test_an_exported_campaign_is_accepted_again_as_it_is(office: Office) -> None:
    fresh = Office()
    run(fresh, b"".join(export_json(office, AUTHOR, "c1")))
    before, after = office.campaign(), fresh.campaign()
    assert before is not None
    assert after is not None
    assert (after.steps, after.cc, after.window) == (before.steps, before.cc, before.window)
    assert [of(one) for one in enrollments(fresh)] == [of(one) for one in enrollments(office)]
    assert fresh.store.held(AttachmentContent, ORG, of="c1", limit=9) == office.store.held(
        AttachmentContent, ORG, of="c1", limit=9
    )


def test_a_csv_is_accepted_again_as_a_shortlist(office: Office) -> None:
    fresh, steps = Office(), [{**STEPS[0], "text": "Hi {{ title }}, {{ city | default: 'there' }}"}]
    shortlist = "".join(export_csv(office, AUTHOR, "c1"))
    assert "'+Chef" in shortlist
    request = json.loads(body(steps=steps, shortlist=shortlist))
    del request["candidates"]
    run(fresh, json.dumps(request).encode())
    found = {one.email: one for one in enrollments(fresh)}
    for one in enrollments(office):
        again = found[one.email]
        assert (again.name, again.timezone, again.country) == (one.name, one.timezone, one.country)
        assert again.variables == {"city": "", "title": "", **one.variables}


def test_everybody_is_there_however_many_pages(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    as_json, as_csv = whole(office), list(export_csv(office, AUTHOR, "c1"))
    assert sorted(one["email"] for one in as_json["candidates"]) == sorted([ADA, BEN, CAL])
    assert len(as_csv) == 4
    for page in (1, 2, 3):
        monkeypatch.setattr(exporting_campaigns, "PAGE", page)
        assert whole(office) == as_json
        assert list(export_csv(office, AUTHOR, "c1")) == as_csv


def test_a_page_is_read_when_it_is_sent(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting_campaigns, "PAGE", 1)
    lines = export_json(office, AUTHOR, "c1")
    office.store.calls.clear()
    next(lines)
    assert office.store.calls["query"] == 0
    next(lines)
    assert office.store.calls["query"] == 1


def test_a_campaign_without_candidates_is_whole_json(office: Office) -> None:
    for one in enrollments(office):
        office.store._documents.pop(keys.enrollment(ORG, one.id).path)
    assert whole(office)["candidates"] == []


def test_how_they_fared_is_said_and_left_out_of_what_comes_in(office: Office) -> None:
    [one, *_] = enrollments(office)
    stopped = msgspec.structs.replace(one, status=Status.BOUNCED, why="=no such mailbox")
    office.put(keys.enrollment(ORG, one.id), stopped)
    [said] = [it for it in whole(office)["candidates"] if it["email"] == one.email]
    assert (said["outreach_status"], said["outreach_why"]) == ("bounced", "=no such mailbox")
    assert whole(office)["outreach_status"] == "active"
    [line] = [it for it in export_csv(office, AUTHOR, "c1") if it.startswith(one.email)]
    assert line.rstrip().endswith("bounced,0,,,'=no such mailbox")


def test_the_export_is_on_the_audit(office: Office) -> None:
    export_csv(office, AUTHOR, "c1")
    office.clock.move(timedelta(seconds=1))
    export_json(office, AUTHOR, "c1")
    found = [one for one in office.store.audit(ORG, mailbox=MAILBOX, limit=9) if one.deed == "exported"]
    assert [(one.by, one.campaign, one.about) for one in found] == [
        ("user-1", "c1", ("json",)),
        ("user-1", "c1", ("csv",)),
    ]


def test_who_may_not_read_the_candidates_exports_nothing(office: Office) -> None:
    admin = VerifiedCaller(org=ORG, user="user-9", email="admin@example.com", role="admin")
    stranger = msgspec.structs.replace(admin, role="member")
    for export in (export_csv, export_json):
        with pytest.raises(Forbidden):
            export(office, admin, "c1")
        with pytest.raises(NotFound):
            export(office, stranger, "c1")
        with pytest.raises(NotFound):
            export(office, msgspec.structs.replace(AUTHOR, org="other"), "c1")
    assert not [one for one in office.store.audit(ORG, limit=9) if one.deed == "exported"]


def test_a_delegate_exports_and_is_known_from_then_on(office: Office) -> None:
    key = keys.mailbox(ORG, MAILBOX)
    mailbox = office.store.read([key]).need(key)
    delegate = VerifiedCaller(org=ORG, user="user-2", email="sam@example.com", role="member")
    grant = Grant(id="g", email="sam@example.com", status="given", at=mailbox.connected_at, by="user-1")
    office.put(key, msgspec.structs.replace(mailbox, grants=(grant,)))
    assert b"".join(export_json(office, delegate, "c1"))
    bound: Mailbox = office.store.read([key]).need(key)
    assert [one.user for one in bound.grants] == ["user-2"]
