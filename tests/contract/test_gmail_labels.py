"""Our Gmail adapter makes labels, puts them on, and sees which of the user's own were taken off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lib.core.errors import Permanent, Unavailable
from lib.core.mails import HistoryRecord, Unlabelled
from tests.contract.gmail_connection import RECRUITER, Connected, arriving, letter
from tests.localcloud.gmail.faults import SAYS

NAMES = ["Outreach/Spring", "Outreach/Spring/replied", "Outreach/Spring/interested"]


@pytest.fixture
def here() -> Iterator[Connected]:
    running = Connected()
    yield running
    running.stop()


def unlabelled(records: tuple[HistoryRecord, ...]) -> list[Unlabelled]:
    return [one for record in records for one in record.unlabelled]


def test_labels_are_made_in_one_request_and_found_in_two(here: Connected) -> None:
    before = here.world.requests
    made = here.mailbox.ensure_labels(NAMES)
    assert here.world.requests - before == 1
    assert len(set(made)) == 3
    assert here.mailbox.ensure_labels(NAMES) == made
    assert here.world.requests - before == 3
    assert set(made) < here.mailbox.labels()


def test_only_missing_labels_are_made_whatever_their_case(here: Connected) -> None:
    first = here.mailbox.ensure_labels(["outreach/spring"])
    made = here.mailbox.ensure_labels(NAMES)
    assert made[:1] == first
    assert len(set(made)) == 3


def test_a_label_that_cannot_be_made_is_an_error(here: Connected) -> None:
    here.fault("labels.create", **SAYS["backend"])
    with pytest.raises(Unavailable):
        here.mailbox.ensure_labels(NAMES)
    here.fault("labels.create", **SAYS["delegation"])
    with pytest.raises(Permanent):
        here.mailbox.ensure_labels(NAMES)


def test_labels_are_put_on_many_messages_in_one_request(here: Connected) -> None:
    label = here.mailbox.ensure_labels(["Outreach"])[0]
    ids = [here.world.deliver(arriving(), RECRUITER)["id"] for _ in range(3)]
    before = here.world.requests
    here.mailbox.label([*ids, "beef"], [label, "Label_gone"])
    here.mailbox.label([*ids, "beef"], [label])
    assert here.world.requests - before == 2
    found = here.mailbox.headers(ids, ["From"]).values()
    assert all(one is not None and label in one.labels for one in found)


def test_a_label_taken_off_a_thread_is_seen_on_each_of_its_messages(here: Connected) -> None:
    label = here.mailbox.ensure_labels(["Outreach"])[0]
    first = here.mailbox.send_draft(here.mailbox.create_draft(letter(), None).id)
    second = here.mailbox.send_draft(here.mailbox.create_draft(letter(), first.thread).id)
    here.mailbox.label([first.gmail_id, second.gmail_id], [label])
    start = here.mailbox.profile()[1]
    here.world.by_hand(RECRUITER).take_off(first.thread, "Outreach")
    page = here.mailbox.history(start)
    assert unlabelled(page.records) == [
        Unlabelled(gmail_id=one.gmail_id, thread=first.thread, labels=frozenset({label}))
        for one in (first, second)
    ]
    assert [record.added for record in page.records] == [(), ()]
    assert page.records[-1].id == page.history_id


def test_gmails_own_labels_are_left_out_and_still_move_the_cursor(here: Connected) -> None:
    label = here.mailbox.ensure_labels(["Outreach"])[0]
    mail = here.world.deliver(arriving(), RECRUITER)
    here.mailbox.label([mail["id"]], [label])
    start = here.mailbox.profile()[1]
    owner = here.world.by_hand(RECRUITER)
    owner.modify_message(mail["id"], ["STARRED"], ["UNREAD"])
    owner.modify_message(mail["id"], [], ["INBOX", label])
    page = here.mailbox.history(start)
    assert [one.labels for one in unlabelled(page.records)] == [{label}]
    assert len(page.records) == 2
    assert int(page.records[0].id) > int(start)


def test_a_deleted_label_is_gone_from_the_list_and_off_its_threads(here: Connected) -> None:
    label = here.mailbox.ensure_labels(["Outreach"])[0]
    mail = here.world.deliver(arriving(), RECRUITER)
    here.mailbox.label([mail["id"]], [label])
    start = here.mailbox.profile()[1]
    here.world.by_hand(RECRUITER).delete_label(label)
    assert label not in here.mailbox.labels()
    assert [one.labels for one in unlabelled(here.mailbox.history(start).records)] == [{label}]
    assert here.mailbox.ensure_labels(["Outreach"])[0] != label
