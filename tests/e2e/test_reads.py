"""Show that our record of reads is what Gmail's own log says, and that only answers were read."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from google.cloud import firestore

from tests.e2e.conftest import NEXT_STEP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import Office
    from tests.localcloud.cloud import LocalCloud
    from tests.localcloud.gmail.records import AccessEntry

pytestmark = pytest.mark.emulator

#: What Gmail is asked for; all else writes.
READS = {"messages.get", "messages.list", "history.list", "drafts.list", "drafts.get", "threads.get"}
#: Methods whose calls name the messages that they want; of the others the calls are compared.
BY_MESSAGE = {"messages.get", "drafts.get", "threads.get"}


@pytest.fixture
def records(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The documents, as they lie in the emulator."""
    assert cloud.emulators is not None
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", cloud.emulators.firestore_host)
    client = firestore.Client(project=cloud.project)
    yield client
    client.close()  # type: ignore[no-untyped-call] # partly typed


def pass_time(cloud: LocalCloud, by: timedelta) -> None:
    """Let time pass, and all be done that comes due on the way."""
    until = cloud.clock.now() + by
    cloud.wait_idle()
    while (due := cloud.next_due()) is not None and due <= until:
        cloud.advance(due)
        cloud.wait_idle()
    cloud.advance(until)
    cloud.wait_idle()


@pytest.fixture(params=[False, True], ids=["tasks once", "tasks twice"])
def campaign_run(
    office: Office, request: pytest.FixtureRequest
) -> tuple[list[AccessEntry], set[str], set[str]]:
    """Run a campaign by queue and notifications: calls that Gmail saw, answers to it, and other mail."""
    cloud, doubled = office.cloud, bool(request.param)
    assert cloud.tasks is not None
    calls = len(cloud.world.access_log)
    cloud.world.notifier.lose_notifications = 0
    cloud.tasks.queue.faults.lose_if = lambda _task: False
    cloud.tasks.queue.faults.double_if = lambda _task: doubled
    bounced = f"nobody.{office.mailbox}@bounces.example.org"
    cloud.world.bouncing.add(bounced)
    body = office.campaign(5) | {"window": "always"}
    body["candidates"].append({"email": bounced, "name": "Nobody"})
    office.call("POST", "enqueue_campaign", json=body)
    pass_time(cloud, timedelta(minutes=30))
    addresses = [str(one["email"]) for one in body["candidates"]]
    answers = {
        office.answer(addresses[0], "Let us talk."),
        office.answer(addresses[1], "I am away.", **{"Auto-Submitted": "auto-replied"}),
        office.answer(addresses[2], "From another thread.", References="", **{"In-Reply-To": ""}),
    }
    friends = {office.write(f"friend{n}@family.example.net", "Lunch?", "Today?") for n in range(3)}
    # The candidate's address alone: the campaign stops, and nothing but the headers is read.
    friends.add(office.write(addresses[3], "Something else", "Not about your mail."))
    cloud.wait_idle()
    pass_time(cloud, NEXT_STEP + timedelta(hours=2))
    requests.post(f"{cloud.base_url}/maintain", timeout=60).raise_for_status()
    cloud.wait_idle()
    assert [len(office.inbox(address)) for address in addresses] == [1, 2, 1, 1, 2, 0]
    account = cloud.world.find_account(office.address)
    assert account is not None
    bounce = {one.id for one in account.messages.values() if "mailer-daemon" in str(one.parsed["From"])}
    assert len(bounce) == 1
    mine = [entry for entry in cloud.world.access_log[calls:] if entry.account == office.address]
    return mine, answers | bounce, friends


def logged(entries: list[AccessEntry]) -> Counter[tuple[str, str]]:
    """Return what Gmail's log holds: each read, by method and message."""
    return Counter(
        (entry.method, id_)
        for entry in entries
        if entry.method in READS
        for id_ in (entry.message_ids if entry.method in BY_MESSAGE else [""])
    )


def recorded(records: Any, mailbox: str) -> Counter[tuple[str, str]]:
    """Return the same from our own record."""
    entries = [
        entry
        for document in records.collection_group("reads").stream()
        if (fields := document.to_dict())["mailbox"] == mailbox
        for entry in fields["entries"]
    ]
    return Counter(
        (entry["method"], id_)
        for entry in entries
        for id_ in (entry["ids"] if entry["method"] in BY_MESSAGE else [""])
    )


def test_every_read_is_on_record_and_only_answers_are_read(
    office: Office, campaign_run: tuple[list[AccessEntry], set[str], set[str]], records: Any
) -> None:
    entries, answers, friends = campaign_run
    assert recorded(records, office.mailbox) == logged(entries)
    assert not [entry for entry in entries if entry.snippet]
    read = {id_ for entry in entries if entry.body for id_ in entry.message_ids}
    assert read == answers
    # Their headers were looked at: the run did meet them.
    assert friends <= {
        id_ for entry in entries if entry.method == "messages.get" for id_ in entry.message_ids
    }


def test_a_last_look_that_finds_an_answer_is_on_record(office: Office, records: Any) -> None:
    calls = len(office.cloud.world.access_log)
    (candidate,) = office.accept(1)
    office.send_next()
    answer = office.answer(candidate, "Let us talk.")
    assert office.send_next()[1] == "already replied"
    entries = office.cloud.world.access_log[calls:]
    assert recorded(records, office.mailbox) == logged(entries)
    assert [entry.message_ids for entry in entries if entry.body] == [[answer]]
