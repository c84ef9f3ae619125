"""Measure our flows against the plain worker of rival_plain.py, under the same bad luck.

Same local Gmail over HTTP, same people, candidates, pace and faults: sends that time out after their effect
or fail with 503 before or after it, reads that fail, a process that dies between a send and its record,
lost notifications, history that expires right after an answer, answers right before the next step, private
mail in between. A follow-up counts as sent after an answer when the answer had lain in the mailbox for a
second or more, which is what a mail takes from the last look to the send. Each repetition is another seed,
and a whole day with a campaign of twelve candidates for each mailbox: the worker looks into its mailboxes
every minute, at night too, as it must to know of answers soon; what it would cost if it looked every five
minutes is shown.

Seconds are wall time, ours on the in-memory store (which takes each decision twice and searches by
scanning), the worker's on SQLite: shown, not judged.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tests.bench.contest.living_world import LivingWorld
from tests.bench.contest.ours import Ours
from tests.bench.contest.people import STEPS, People
from tests.bench.contest.stage import Load, Stage
from tests.bench.contest.theirs import Rival
from tests.bench.rows import Row, compared, shown, spread
from tests.flows.memory_services import StillClock

#: What a follow-up may overlook: an answer that came within this time before it.
RACE = timedelta(seconds=1)


@dataclass(frozen=True)
class Result:
    """What came of a campaign under one contestant."""

    mails: int
    duplicates: int
    answers: int
    lost: int
    after_answer: int
    missing: int
    private_bodies: int
    units: int
    requests: int
    seconds: float
    polls: int


def measure(*, quick: bool) -> Iterator[Row]:
    load = Load(mailboxes=1, candidates=8, hours=12) if quick else Load(mailboxes=2, candidates=12, hours=24)
    ours: list[Result] = []
    rivals: list[Result] = []
    for seed in range(1 if quick else 3):
        ours.append(run(Ours, load, seed))
        rivals.append(run(Rival, load, seed))
    beside = "our flows / a plain worker"
    for name, what in (
        ("the same step twice", "duplicates"),
        ("answers lost", "lost"),
        ("follow-ups after an answer", "after_answer"),
        ("bodies of private mail read", "private_bodies"),
    ):
        yield _total(f"{name}: {beside}", what, ours, rivals, target="== 0")
    yield _total(f"steps that never went out: {beside}", "missing", ours, rivals, target="== 0")
    yield _total(f"mails without copies, in all: {beside}", "mails", ours, rivals)
    yield _total(f"answers, in all: {beside}", "answers", ours, rivals)
    yield compared(
        f"Gmail quota for a mail: {beside}",
        "units",
        [one.units / one.mails for one in ours],
        [one.units / one.mails for one in rivals],
        "<= 1",
    )
    yield compared(
        f"Gmail requests for a mail: {beside}",
        "requests",
        [one.requests / one.mails for one in ours],
        [one.requests / one.mails for one in rivals],
    )
    # A poll is a history.list of two units.
    seldom = [(one.units - 2 * one.polls * 4 / 5) / one.mails for one in rivals]
    yield shown("Gmail quota for a mail: the worker, if it polled every five minutes", "units", seldom)
    yield compared(
        f"a thousand mails, wall time: {beside}",
        "s",
        [one.seconds / one.mails * 1000 for one in ours],
        [one.seconds / one.mails * 1000 for one in rivals],
    )


def _total(figure: str, what: str, ours: list[Result], rivals: list[Result], target: str = "") -> Row:
    """Make the row of something counted over all seeds."""
    values, others = [[getattr(one, what) for one in some] for some in (ours, rivals)]
    return Row(
        figure=figure,
        value=sum(values),
        unit="",
        against=sum(others) or None,
        target=target,
        repetitions=len(values),
        spread=spread(values),
        against_spread=spread(others),
    )


def run(contestant: type[Ours | Rival], load: Load, seed: int) -> Result:
    """Run one contestant through a campaign, and judge what came of it."""
    clock = StillClock()
    world = LivingWorld(clock, People(seed))
    for number, address in enumerate(load.addresses()):
        world.add_account(address, f"sub-{number}")
        world.live(address, load.hours)
    stage = Stage(world, clock)
    begun = time.perf_counter()
    running = contestant(stage, load)
    try:
        running.run(clock.time + timedelta(hours=load.hours))
        return judged(world, load, running.found(), time.perf_counter() - begun)
    finally:
        running.close()


def judged(world: LivingWorld, load: Load, found: set[tuple[str, str]], seconds: float) -> Result:
    sent = world.sent()
    copies = Counter((address, step) for address, step, _ in sent)
    after = sum(
        any(mail.at - one.at >= RACE for one in world.answers if one.candidate == address)
        for address, _, mail in sent
    )
    everybody = [one for mailbox in load.addresses() for one in load.shortlist(mailbox)]
    answered = {one.candidate for one in world.answers}
    missing = sum(copies[one, step] == 0 for one in everybody if one not in answered for step in STEPS)
    bodies = {id_ for entry in world.access_log if entry.body for id_ in entry.message_ids}
    return Result(
        mails=len(copies),
        duplicates=sum(copies.values()) - len(copies),
        answers=len(world.answers),
        lost=sum((one.gmail_id, one.candidate) not in found for one in world.answers),
        after_answer=after,
        missing=missing,
        private_bodies=len(bodies & world.private),
        units=sum(one.units for one in world.accounts.values()),
        requests=world.requests,
        seconds=seconds,
        polls=sum(one.request.endswith("/history") for one in world.request_log),
    )
