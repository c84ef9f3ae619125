"""Show how little is read of a full mailbox: 2,000 unrelated mails, and 20 answers between them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_reads import READS, pass_time

if TYPE_CHECKING:
    from tests.e2e.conftest import Office
    from tests.localcloud.gmail.records import AccessEntry

pytestmark = pytest.mark.emulator

UNRELATED, ANSWERS = 2_000, 20
#: What Gmail allows one user in a minute, all methods together.
QUOTA = 6_000


def most_in_a_minute(entries: list[AccessEntry]) -> int:
    """Return the most units that were read within any sixty seconds."""
    reads = [(entry.time, entry.units) for entry in entries if entry.method in READS]
    starts: set[datetime] = {at for at, _ in reads}
    minute = timedelta(minutes=1)
    return max(sum(units for at, units in reads if start <= at < start + minute) for start in starts)


def test_only_answers_are_read_and_never_more_than_half_of_the_quota_in_a_minute(office: Office) -> None:
    cloud = office.cloud
    assert cloud.tasks is not None
    cloud.tasks.queue.faults.lose_if = lambda _task: False
    body = office.campaign(ANSWERS) | {"window": "always"}
    # One step alone: as many mails as a new mailbox sends on its first day.
    body["steps"] = body["steps"][:1]
    office.call("POST", "enqueue_campaign", json=body)
    pass_time(cloud, timedelta(hours=1, minutes=30))
    candidates = [str(one["email"]) for one in body["candidates"]]
    assert all(office.inbox(candidate) for candidate in candidates)
    office.push()
    pass_time(cloud, timedelta(minutes=2))
    answers, unrelated = set(), set()
    for number in range(UNRELATED):
        unrelated.add(office.write(f"friend{number}@family.example.net", f"Lunch {number}?", "Today?"))
        if number % (UNRELATED // ANSWERS) == 0:
            candidate = candidates[number * ANSWERS // UNRELATED]
            answers.add(office.answer(candidate, "Thank you, let us talk."))
    calls, began = len(cloud.world.access_log), cloud.clock.now()
    office.push()
    pass_time(cloud, timedelta(minutes=25))
    entries = [one for one in cloud.world.access_log[calls:] if one.account == office.address]
    bodies = [id_ for entry in entries if entry.body for id_ in entry.message_ids]
    headers = [id_ for entry in entries if entry.format == "metadata" for id_ in entry.message_ids]
    minutes = (max(entry.time for entry in entries if entry.method in READS) - began) / timedelta(minutes=1)
    print(
        f"{UNRELATED} unrelated mails and {ANSWERS} answers: {len(bodies)} bodies and {len(headers)} headers "
        f"read in {minutes:.0f} minutes, at most {most_in_a_minute(entries)} of {QUOTA} units in a minute"
    )
    assert (len(bodies), set(bodies)) == (ANSWERS, answers)
    assert (len(headers), set(headers)) == (UNRELATED, unrelated)
    assert not any(entry.snippet for entry in entries)
    assert most_in_a_minute(entries) <= QUOTA / 2
    figures = office.call("GET", f"campaigns/{body['id']}").json()["figures"]
    assert figures["replied"] == ANSWERS
