"""Own the storm: many things at random and fast, as on busy days, where single steps would seldom meet."""

from __future__ import annotations

import random
from typing import Any

from tests.properties.scene import ERRORS, FAULTY, HOW, Scene

#: What happens in a storm, and how often relative to the rest.
STORM = {
    "task": 8,
    "push": 4,
    "lost": 1,
    "move": 9,
    "crash": 1.5,
    "maintain": 3,
    "time": 3,
    "fault": 1.5,
    "answer": 0.4,
    "friend": 0.7,
    "expiry": 0.2,
}
STORM_LENGTH = 80


def _go(chance: random.Random) -> int:
    """Return how far a worker gets: to its end, or it stalls on the way."""
    return 99 if chance.random() < 0.5 else chance.randrange(24)


class Storm(Scene):
    """A scene on which a storm can break loose."""

    def storm(self, seed: int) -> None:
        """Let many things happen at random, as on busy days; the single rules go on from there."""
        chance = random.Random(seed)
        names, weights = zip(*STORM.items(), strict=True)
        for _ in range(STORM_LENGTH):
            getattr(self, f"_random_{chance.choices(names, weights)[0]}")(chance)

    def _random_task(self, chance: random.Random) -> None:
        if due := self.due():
            self.take_task(chance.choice(due), twice=chance.random() < 0.3, steps=_go(chance))

    def _random_push(self, chance: random.Random) -> None:
        if self.notifications:
            self.take_push(chance.choice(self.notifications), twice=chance.random() < 0.2, steps=_go(chance))

    def _random_lost(self, _chance: random.Random) -> None:
        self.notifications.clear()

    def _random_move(self, chance: random.Random) -> None:
        if self.workers:
            self.move(chance.choice(self.workers), _go(chance))

    def _random_crash(self, chance: random.Random) -> None:
        if self.workers:
            self.kill(chance.choice(self.workers), chance.randrange(12))

    def _random_maintain(self, chance: random.Random) -> None:
        self.start_maintain_for(_go(chance))

    def _random_time(self, chance: random.Random) -> None:
        self.pass_time(chance.choice((1, 2, 4, 6, 11, 35, 60 * 24)))

    def _random_fault(self, chance: random.Random) -> None:
        when: Any = chance.choice(("before", "after"))
        self.call_will_fail(chance.choice(FAULTY), when, chance.choice(ERRORS))

    def _random_answer(self, chance: random.Random) -> None:
        if received := self.received():
            self.answer(chance.randrange(len(received)), chance.choice(HOW))

    def _random_friend(self, chance: random.Random) -> None:
        self.friend_writes(bulk=chance.random() < 0.3)

    def _random_expiry(self, _chance: random.Random) -> None:
        self.expire_history()
