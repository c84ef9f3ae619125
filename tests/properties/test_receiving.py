"""Show that no answer is lost in any order of events, whatever notifications, history, Gmail and workers do.

Beside what the protocol's model does, messages fail for a while or for good, the user answers by hand, and
many answers come at once.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib.core.incoming.reading_quota import MOST
from lib.core.records import Limits, Reads, Reply, Status
from tests.flows.memory_services import OWNER, connected, enrolled, in_slots
from tests.localcloud.gmail.errors import GmailError
from tests.properties.scene import CAMPAIGNS, HOW, steps_of
from tests.properties.storm import Storm

#: What happens, and how often relative to the rest.
EVENTS = {
    "task": 4,
    "push": 8,
    "lost": 1,
    "move": 12,
    "crash": 2,
    "maintain": 3,
    "time": 2,
    "fault": 1,
    "answer": 3,
    "friend": 2,
    "expiry": 0.4,
    "poison": 1,
    "cure": 0.7,
    "by_hand": 0.3,
}
LENGTH = 120
STOPPED = {Status.REPLIED, Status.CANCELLED}


class Weather(Storm):
    """A storm in which mail comes in all the time, and some of it cannot be read."""

    immortal = False

    def __init__(self) -> None:
        super().__init__()
        self.poisoned: set[str] = set()
        self.by_hand: set[tuple[str, str]] = set()

    def begin(self, chance: random.Random) -> None:
        """Enroll everybody, in a mailbox with some of Gmail's habits."""
        connected(self.services, limits=Limits(gap=timedelta(minutes=2)))
        self.world.history_labels = chance.random() < 0.7
        self.world.empty_pages = chance.choice((0, 0, 2))
        self.world.sent_visible_after = timedelta(minutes=chance.choice((0, 0, 1)))
        for campaign, candidates in CAMPAIGNS.items():
            enrolled(self.services, *candidates, campaign=campaign, steps=steps_of(campaign, 1))
            in_slots(self.services, *candidates, campaign=campaign)
        account = self.world.accounts[OWNER]
        look_up = account.message

        def message(message_id: str) -> Any:
            if message_id in self.poisoned:
                raise GmailError(500, "backendError", "Backend Error")
            return look_up(message_id)

        account.message = message  # type: ignore[method-assign] # faults are planted from inside

    def happen(self, chance: random.Random) -> None:
        """Let many things happen in a random order."""
        names, weights = zip(*EVENTS.items(), strict=True)
        for _ in range(LENGTH):
            getattr(self, f"_random_{chance.choices(names, weights)[0]}")(chance)

    def _random_crash(self, chance: random.Random) -> None:
        if not self.immortal:
            super()._random_crash(chance)

    def _random_poison(self, chance: random.Random) -> None:
        incoming = [*(id_ for _, _, id_ in self.answers), *self.unrelated]
        if incoming:
            self.poisoned.add(chance.choice(incoming))

    def _random_cure(self, _chance: random.Random) -> None:
        self.poisoned.clear()

    def _random_by_hand(self, chance: random.Random) -> None:
        sent = [one for one in self.enrollments() if one.sent]
        if sent:
            one = chance.choice(sent)
            raw = f"To: {one.email}\nSubject: Re: {one.sent[-1].subject}\n\n[by/hand]".encode()
            self.world.by_hand(OWNER).send_message(raw, one.sent[-1].thread)
            self.by_hand.add((one.email, one.campaign))

    def received(self) -> list[tuple[str, str, str, Any]]:
        """Return our own mails; the user's are none of them."""
        return [one for one in super().received() if one[1] in CAMPAIGNS]

    def come_to_an_end(self) -> None:
        """Let all faults stop, all workers end, and time pass until nothing is left to do."""
        self.world.faults.clear()
        while self.workers:
            worker = self.workers.pop(0)
            while worker.step():
                pass
        for minutes in (1, 2, 4, 8, 31, 12 * 60) * 10:
            if not self.tick(minutes):
                break


def weathered(seed: int, *, crashes: bool = True) -> Weather:
    """Run one random order of events to its end."""
    chance, weather = random.Random(seed), Weather()
    weather.begin(chance)
    if not crashes:
        weather.immortal = True
    weather.happen(chance)
    weather.come_to_an_end()
    return weather


@given(st.integers(0, 2**32))
@settings(max_examples=20)
def test_every_answer_is_stored_once_and_stops_the_candidate(seed: int) -> None:
    weather = weathered(seed)
    replies = Counter(one.gmail_id for one in weather.services.store._query(Reply, "orgs"))
    assert replies.keys() == {id_ for _, _, id_ in weather.answers}
    assert set(replies.values()) <= {1}
    answered = {who for who, _, _ in weather.answers}
    for record in weather.enrollments():
        if record.email in answered or (record.email, record.campaign) in weather.by_hand:
            assert record.status in STOPPED | {Status.COMPLETED}, record
        if record.email in answered:
            assert record.status is not Status.COMPLETED, record
    inbox = weather.services.inbox()
    assert inbox.pending_marks == inbox.pending_done


@given(st.integers(0, 2**32))
@settings(max_examples=12)
def test_nobody_gets_a_step_after_an_answer_that_was_there_to_be_seen(seed: int) -> None:
    weather = weathered(seed)
    assert not weather.violations
    assert max(Counter(one[:3] for one in weather.received()).values(), default=1) == 1


# Looks whether the draft of an attempt is still there.
@example(24)
@given(st.integers(0, 2**32))
@settings(max_examples=12)
def test_record_of_reads_is_gmails_own_log_when_nobody_dies(seed: int) -> None:
    weather = weathered(seed, crashes=False)
    made = Counter(
        (entry.method, id_)
        for entry in weather.world.access_log
        if entry.method == "messages.get" and entry.status == 200
        for id_ in entry.message_ids
    )
    recorded = Counter(
        (entry.method, id_)
        for record in weather.services.store._query(Reads, "orgs")
        for entry in record.entries
        if entry.method == "messages.get"
        for id_ in entry.ids
    )
    assert made <= recorded
    for entry in weather.world.access_log:
        assert not entry.snippet
        assert not (entry.body and weather.unrelated & set(entry.message_ids))


@pytest.mark.parametrize("seed", range(3))
def test_flood_in_a_storm_stays_within_the_allowance(seed: int) -> None:
    chance, weather = random.Random(seed), Weather()
    weather.begin(chance)
    weather.happen(chance)
    for _ in range(200):
        weather.friend_writes(bulk=False)
    for number in range(len(weather.received())):
        weather.answer(number, chance.choice(HOW))
    weather.come_to_an_end()
    assert weather.services.inbox().units <= MOST
    replies = {one.gmail_id for one in weather.services.store._query(Reply, "orgs")}
    assert replies == {id_ for _, _, id_ in weather.answers}
