"""Show that an addition by upload may come again at any time, and leaves no upload behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec
import pytest

from lib.core import keys
from lib.core.campaigns.adding import REMEMBERED, remembered, request_of
from lib.core.enrollment import HORIZON
from lib.core.errors import Conflict, InvalidRequest
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Enrollment, Upload, UploadPart
from lib.core.uploads import NewUpload
from lib.flows.adding import Added, add
from lib.flows.uploading import delete_upload, put_part, start_upload
from tests.flows.enqueueing_office import ADA, AUTHOR, BEN, CAL, Crash, Office, body, ledger, planned, run
from tests.flows.memory_services import ORG

DAN, EVE = "dan@example.com", "eve@example.org"


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.flows.adding.CHUNK", 1)
    monkeypatch.setattr("lib.core.uploads.PART_BYTES", 64)


@pytest.fixture
def office() -> Office:
    return begun()


def begun() -> Office:
    made = Office()
    run(made, body(ADA))
    return made


def uploaded(office: Office, *emails: str) -> str:
    lines = "".join(f"{email},Kim K,Engineer\n" for email in emails or (BEN, CAL, DAN))
    content = f"email,name,title\n{lines}".encode()
    upload = start_upload(office, AUTHOR, NewUpload(format="csv", bytes=len(content)))
    for number in range(upload.parts):
        put_part(office, AUTHOR, upload.id, str(number), content[number * 64 : (number + 1) * 64])
    return upload.id


def added(office: Office, upload: str, **changes: Any) -> Added:
    return add(office, AUTHOR, "c1", json.dumps({"upload": upload} | changes).encode())


def left(office: Office) -> list[Any]:
    return [*office.store._query(Upload, "orgs"), *office.store._query(UploadPart, "orgs")]


def is_whole(office: Office, count: int = 4) -> bool:
    """Say whether everybody is in once, with their places and tasks, and nothing is left of the upload."""
    campaign = office.campaign()
    assert campaign is not None
    enrolled = office.store._query(Enrollment, f"orgs/{ORG}")
    soon = {one.id for one in enrolled if one.due - office.clock.now() <= HORIZON}
    tasks = [json.loads(task.body)["enrollment"] for task in office.tasks.waiting]
    assert soon
    return (campaign.candidates, len(enrolled), left(office)) == (count, count, []) and (
        (ledger(office), sorted(tasks)) == (planned(office), sorted(soon))
    )


def test_same_addition_whose_answer_was_lost_is_answered_again(office: Office) -> None:
    upload = uploaded(office)
    first = added(office, upload)
    assert (first.added, first.candidates) == (3, 3)
    assert is_whole(office)
    before = office.store.records()
    again = added(office, upload)
    assert (again.id, again.added, again.candidates) == ("c1", 0, 3)
    assert office.store.records() == before


def test_who_was_left_out_does_not_count_as_in_when_the_answer_comes_again(office: Office) -> None:
    office.suppress(CAL)
    upload = uploaded(office)
    first = added(office, upload)
    assert (first.added, first.candidates, first.skipped_count) == (2, 2, 1)
    assert added(office, upload).candidates == 2


@pytest.mark.parametrize("after_effect", [False, True])
def test_crash_anywhere_and_a_repetition_end_the_same(*, after_effect: bool) -> None:
    call = 1
    while True:
        office = begun()
        upload = uploaded(office)
        office.store.calls_made, office.store.dies_at = 0, call
        office.store.dies_after_effect = after_effect
        try:
            added(office, upload)
        except Crash:
            office.store.dies_at = None
            assert added(office, upload).candidates == 3
            assert is_whole(office), f"crash at call {call}"
            assert added(office, upload).added == 0
            call += 1
        else:
            assert call > 15
            return


def test_two_workers_at_once_both_answer_that_all_are_in() -> None:
    """The second one comes through while the first one stalls, before each of its calls in turn."""
    call = 1
    while True:
        office = begun()
        upload = uploaded(office)
        stalled = Stalled(office, call, partial(added, office, upload))
        slow = added(office, upload)
        assert slow.candidates == 3
        assert is_whole(office), f"stalled before call {call}"
        if not stalled.came:
            assert call > 15
            return
        call += 1


class Stalled:
    """Let something happen before a call of the store, by its number."""

    def __init__(self, office: Office, call: int, meanwhile: Callable[[], object]) -> None:
        self._calls, self._at, self._meanwhile, self.came = 0, call, meanwhile, False
        self._read, self._commit = office.store.read, office.store.commit
        vars(office.store)["read"] = self.read
        vars(office.store)["commit"] = self.commit

    def read(self, wanted: Iterable[Key[Any]]) -> Snapshot:
        self._pass()
        return self._read(wanted)

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        self._pass()
        return self._commit(snapshot, changes)

    def _pass(self) -> None:
        self._calls += 1
        if self._calls >= self._at and not self.came:
            self.came = True
            self._meanwhile()


def test_another_request_for_an_upload_that_is_gone_is_told_so(office: Office) -> None:
    upload = uploaded(office)
    added(office, upload)
    before, everybody = office.store.records(), {"action": "continue", "reason": "agreed"}
    for other in (partial(added, office, upload, contacted=everybody), partial(added, office, "another")):
        with pytest.raises(InvalidRequest) as caught:
            other()
        assert [fault.field for fault in caught.value.faults] == ["upload"]
    assert office.store.records() == before


def test_somebody_else_is_told_nothing_of_an_upload(office: Office) -> None:
    upload = uploaded(office)
    added(office, upload)
    campaign = office.campaign()
    assert campaign is not None
    other = msgspec.structs.replace(AUTHOR, user="user-2")
    known = [remembered(campaign, request_of(caller, upload, "")) for caller in (AUTHOR, other)]
    assert [one is not None for one in known] == [True, False]


def test_upload_that_is_taken_back_amid_an_addition_is_told_to_be_gone(office: Office) -> None:
    upload = uploaded(office)
    commit, once = office.store.commit, [1]

    def taken_back(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if once:
            once.clear()
            delete_upload(office, AUTHOR, upload)
        return commit(snapshot, changes)

    vars(office.store)["commit"] = taken_back
    with pytest.raises(Conflict, match="some of its candidates may be in: upload it again"):
        added(office, upload)
    assert ledger(office) == planned(office)


def test_only_the_last_uploads_are_remembered(office: Office) -> None:
    uploads = [uploaded(office, f"c{number}@example.com") for number in range(REMEMBERED + 1)]
    for upload in uploads:
        added(office, upload)
    campaign = office.campaign()
    assert campaign is not None
    assert len(campaign.added_uploads) == REMEMBERED
    assert added(office, uploads[1]).candidates == 1
    with pytest.raises(InvalidRequest):
        added(office, uploads[0])


def test_campaign_that_takes_nobody_any_more_says_so_again(office: Office) -> None:
    upload = uploaded(office)
    added(office, upload)
    key = keys.campaign(ORG, "c1")
    office.put(key, msgspec.structs.replace(office.store.read([key]).need(key), status="cancelled"))
    with pytest.raises(Conflict, match="cancelled"):
        added(office, upload)
