"""Show that a large shortlist comes in parts, in any order and however often, and is read as one file."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.errors import Conflict, InvalidRequest, NotFound
from lib.core.records import Day, Limits, Upload, UploadPart
from lib.core.uploads import KEPT, NewUpload
from lib.flows.adding import add
from lib.flows.enqueueing import accept, preview
from lib.flows.trying import Trial, send_test
from lib.flows.uploading import delete_upload, put_part, show_upload, start_upload
from lib.ports import Store
from tests.flows.enqueueing_office import ADA, AUTHOR, BEN, CAL, Crash, Office, body, ledger, planned, run
from tests.flows.memory_services import MAILBOX, ORG

#: Parts of so many bytes cut letters of more than one byte and quoted cells in two.
SIZE = 7
CSV = (
    "\ufeffemail,name,title,note\n"
    f'{ADA},"Zoë K","Engineer, ""senior""","a\nb"\n'
    f"{BEN},Kim K,Engineer,\n"
    f"{CAL},Kim K,Engineer,\n"
)
OTHER = msgspec.structs.replace(AUTHOR, user="user-2")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.core.uploads.PART_BYTES", SIZE)


@pytest.fixture
def office() -> Office:
    return Office()


def begun(office: Office, content: bytes, kind: Any = "csv") -> tuple[str, list[bytes]]:
    upload = start_upload(office, AUTHOR, NewUpload(format=kind, bytes=len(content)))
    parts = [content[at : at + SIZE] for at in range(0, len(content), SIZE)]
    assert upload.parts == len(parts)
    return upload.id, parts


def put(office: Office, content: str, kind: Any = "csv") -> str:
    id_, parts = begun(office, content.encode(), kind)
    for number, part in enumerate(parts):
        put_part(office, AUTHOR, id_, str(number), part)
    return id_


def request(upload: str, **changes: Any) -> bytes:
    whole = json.loads(body(**changes))
    del whole["candidates"]
    return json.dumps(whole | {"upload": upload}).encode()


def uploads(office: Office) -> list[Any]:
    return [*office.store._query(Upload, "orgs"), *office.store._query(UploadPart, "orgs")]


def faults(office: Office, upload: str) -> list[tuple[str, int | None]]:
    with pytest.raises(InvalidRequest) as caught:
        preview(office, AUTHOR, request(upload))
    return [(fault.field, fault.line) for fault in caught.value.faults]


def test_parts_come_in_any_order_and_again_until_none_is_missing(office: Office) -> None:
    id_, parts = begun(office, CSV.encode())
    for number in reversed(range(1, len(parts))):
        put_part(office, AUTHOR, id_, str(number), parts[number])
    put_part(office, AUTHOR, id_, "2", parts[2])
    assert show_upload(office, AUTHOR, id_).missing == (0,)
    assert faults(office, id_) == [("upload", None)]
    assert put_part(office, AUTHOR, id_, "0", parts[0]).missing == ()
    assert [one.email for one in preview(office, AUTHOR, request(id_)).candidates] == [ADA, BEN, CAL]


def test_letters_and_quoted_cells_that_parts_cut_in_two_are_whole(office: Office) -> None:
    run(office, request(put(office, CSV)))
    ada = office.enrollment(ADA)
    assert (ada.name, ada.variables) == ("Zoë K", {"title": 'Engineer, "senior"', "note": "a\nb"})
    assert ledger(office) == planned(office)


def test_lines_of_json_are_the_same_candidates_as_csv(office: Office) -> None:
    lines = "".join(
        json.dumps({"email": email, "name": "Kim K", "title": "Engineer"}) + "\n" for email in (ADA, BEN)
    )
    table = f"email,name,title\n{ADA},Kim K,Engineer\n{BEN},Kim K,Engineer\n"
    digests = {
        preview(office, AUTHOR, one).plan_digest
        for one in (
            request(put(office, lines, "ndjson")),
            request(put(office, table)),
            body(ADA, BEN),
        )
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("kind", "content", "found"),
    [
        ("csv", f"email,title\n{ADA},x\nnobody,x\n", [("email", 3)]),
        ("csv", f'email,title\n{ADA},"x\ny"\n{BEN},x\n{ADA},x\n', [("title", 2), ("email", 5)]),
        ("csv", f"email,title\n{ADA},x\n{BEN}\n", [("shortlist", 3)]),
        ("csv", f'email,title\n{ADA},"x\n', [("shortlist", None)]),
        ("csv", "email,title\n", [("shortlist", None)]),
        ("ndjson", '{"email":"x"}\n\n[]\n{"email":\n', [("email", 1), ("shortlist", 3), ("shortlist", 4)]),
        ("ndjson", "\n\n", [("shortlist", None)]),
    ],
)
def test_faults_are_named_by_the_line_of_the_whole_file(
    office: Office, kind: str, content: str, found: list[tuple[str, int | None]]
) -> None:
    seen = faults(office, put(office, content, kind))
    assert [one for one in seen if one[0] not in {"first_name", "steps[0].subject"}] == found


def test_what_is_no_utf8_is_named_by_its_line(office: Office) -> None:
    id_, parts = begun(office, f"email,title\n{ADA},Zoë\n{BEN},".encode() + b"Zo\xeb\n")
    for number, part in enumerate(parts):
        put_part(office, AUTHOR, id_, str(number), part)
    assert faults(office, id_) == [("shortlist", 3)]


def test_part_of_another_length_or_place_is_refused(office: Office) -> None:
    id_, parts = begun(office, CSV.encode())
    for content in (b"", parts[0] + b"x", parts[0][:-1]):
        with pytest.raises(InvalidRequest):
            put_part(office, AUTHOR, id_, "0", content)
    for number in (str(len(parts)), "-1", "x", "1.0", "²"):
        with pytest.raises(NotFound):
            put_part(office, AUTHOR, id_, number, parts[0])
    assert len(show_upload(office, AUTHOR, id_).missing) == len(parts)


def test_upload_is_its_authors_alone(office: Office) -> None:
    id_ = put(office, CSV)
    for act in (show_upload, delete_upload):
        with pytest.raises(NotFound):
            act(office, OTHER, id_)
    with pytest.raises(NotFound):
        put_part(office, OTHER, id_, "0", CSV.encode()[:SIZE])
    with pytest.raises(InvalidRequest) as caught:
        preview(office, OTHER, request(id_))
    assert "upload" in [fault.field for fault in caught.value.faults]
    assert delete_upload(office, AUTHOR, id_).id == id_
    assert uploads(office) == []


def test_upload_is_gone_after_a_day(office: Office) -> None:
    id_ = put(office, CSV)
    office.clock.move(KEPT)
    assert faults(office, id_) == [("upload", None)]
    with pytest.raises(NotFound):
        show_upload(office, AUTHOR, id_)


def test_acceptance_deletes_the_upload_and_the_same_request_again_is_no_conflict(office: Office) -> None:
    id_ = put(office, CSV)
    plan = preview(office, AUTHOR, request(id_))
    first = run(office, request(id_, plan_digest=plan.plan_digest))
    assert (first.status, first.candidates, first.plan_digest) == (202, 3, plan.plan_digest)
    assert uploads(office) == []
    before = office.store.records()
    again = run(office, request(id_))
    assert (again.status, again.candidates, again.plan_digest) == (200, 3, plan.plan_digest)
    assert office.store.records() == before
    with pytest.raises(Conflict, match="another campaign"):
        run(office, request(id_, name="Other"))
    assert faults(office, id_) == [("upload", None)]
    for other in (request(id_, id="c2"), request("another")):
        with pytest.raises(InvalidRequest):
            run(office, other)


@pytest.mark.parametrize("after_effect", [False, True])
def test_crash_anywhere_and_a_repetition_end_in_the_same_records(*, after_effect: bool) -> None:
    whole, call = Office(), 1
    expected = run(whole, request(put(whole, CSV)))
    while True:
        office = Office()
        again = request(put(office, CSV))
        office.store.calls_made, office.store.dies_at = 0, call
        office.store.dies_after_effect = after_effect
        try:
            run(office, again)
        except Crash:
            office.store.dies_at = None
            accepted = run(office, again)
            assert (accepted.candidates, accepted.plan_digest) == (3, expected.plan_digest)
            assert office.store.records() == whole.store.records(), f"crash at call {call}"
            call += 1
        else:
            assert call > 20
            return


def test_part_that_is_replaced_meanwhile_is_never_mixed_with_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, read, seen = put(office, CSV), office.store.read, [0]
    before = office.store.records()

    def replaced_later(wanted: Any) -> Any:
        some = list(wanted)
        seen[0] += keys.upload_part(ORG, id_, 2) in some
        if seen[0] == 3:
            seen[0] += 1
            put_part(office, AUTHOR, id_, "5", b"x" * SIZE)
        return read(some)

    monkeypatch.setattr(office.store, "read", replaced_later)
    with pytest.raises(Conflict, match="upload has changed"):
        accept(office, AUTHOR, request(id_))
    assert seen[0] > 3
    assert {path for path in office.store.records() if "/campaigns/" in path} == set()
    assert set(office.store.records()) == set(before)


def test_candidates_of_an_upload_are_added_and_tried(office: Office) -> None:
    run(office, body("dan@example.com"))
    id_ = put(office, CSV)
    tried = send_test(office, AUTHOR, Trial(step="intro", candidate=0), request(id_, id="c2"))
    assert 'Engineer, "senior"' in tried.subject
    added = add(office, AUTHOR, "c1", json.dumps({"upload": id_}).encode())
    assert (added.added, added.candidates) == (3, 3)
    assert uploads(office) == []


def test_only_one_way_of_giving_candidates_is_taken(office: Office) -> None:
    both = json.loads(body()) | {"upload": put(office, CSV)}
    with pytest.raises(InvalidRequest) as caught:
        preview(office, AUTHOR, json.dumps(both).encode())
    assert [fault.field for fault in caught.value.faults] == ["upload"]


def test_twenty_thousand_candidates_come_in(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.core.uploads.PART_BYTES", 524_288)
    monkeypatch.setattr("tests.flows.test_uploading.SIZE", 524_288)
    # Decided once is enough here; and read by nobody, they need not be taken apart again.
    monkeypatch.setattr(office.store, "changed", partial(Store.changed, office.store))
    key = keys.mailbox(ORG, MAILBOX)
    much = Limits(
        daily_cap=2_000, domain_cap=2_000, ramp_start=2_000, gap=timedelta(seconds=5), jitter=timedelta()
    )
    office.put(key, msgspec.structs.replace(office.store.read([key]).need(key), limits=much))
    lines = "".join(f"c{number}@example.com,Kim K,Engineer\n" for number in range(20_000))
    steps = [{"id": "intro", "subject": "{{ title }}", "text": "Hi {{ first_name }}", "delay": "P0D"}]
    id_ = put(office, f"email,name,title\n{lines}")
    before = office.store.calls.copy()
    assert run(office, request(id_, steps=steps)).candidates == 20_000
    calls = office.store.calls - before
    assert calls["commit"] <= 20_000 / 200 + 5
    assert calls["read"] <= 20_000 / 100 + 10 / 100 + 5
    assert sum(len(day.entries) for day in office.store._query(Day, "orgs")) == 20_000


def test_upload_expires_by_itself_with_its_parts(office: Office) -> None:
    put(office, CSV)
    assert {one.expires_at for one in uploads(office)} == {office.clock.now() + timedelta(hours=24)}
