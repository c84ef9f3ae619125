"""From a notification's arrival to the stop of who answered: idle, and with 50 mailboxes getting 20 mails.

The time runs from the request that Pub/Sub makes to its answer, which comes after the commit that stops.
Beside it stands the sum of the calls that have to be made: a floor that makes them and nothing else
(``floors.py``). Idle, both take turns. Under load each mailbox gets one mail after the other, two in twenty
of them answers, and a notification after each, as many mailboxes at a time as one instance takes requests.
So many at a time may take so many times as long as one alone, which is what they take one after the other:
more would mean that they wait for each other, or do work twice. The tail of that is shown, not judged.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.deployed import Running, deploy, deploy_floor
from tests.bench.first_asks import Answered, FirstAsks, push_ask
from tests.bench.floor_calls import FloorCalls
from tests.bench.rows import Row, compared, spread
from tests.bench.stage import Stage, staged

#: Requests to one instance at once, as terraform/functions.tf has it for watch_notification.
IN_FLIGHT = 8
REPETITIONS, QUICK_REPETITIONS = 40, 6
MAILBOXES, QUICK_MAILBOXES = 50, 3
MAILS = 20
#: Notifications before any is measured.
WARM = 2
#: Which of a mailbox's mails are answers.
ANSWERS = (6, 13)


def measure(*, quick: bool) -> Iterator[Row]:
    """Notify of answers one by one, then of everything."""
    repetitions = QUICK_REPETITIONS if quick else REPETITIONS
    with staged() as stage, tempfile.TemporaryDirectory() as name:
        asks, folder = FirstAsks(stage, WARM), Path(name)
        floor_calls = FloorCalls(stage, asks.office, asks.first, repetitions + WARM)
        answered = Answered(stage, repetitions)
        environment = stage.environment | {"THREADS": str(IN_FLIGHT)}
        with (
            Running(deploy("watch_notification", folder), environment) as ours,
            Running(deploy_floor("watch_notification", folder), environment) as floor,
        ):
            for _ in range(WARM):
                ours.ask(asks.notification())
                floor.ask(floor_calls.notification_ask())
            idle, calls = [], []
            for place in range(repetitions):
                answered.answer()
                idle.append(1000 * ours.ask(push_ask(answered.office, f"idle-{place}")))
                calls.append(1000 * floor.ask(floor_calls.notification_ask()))
            yield compared("idle, p50 / the calls alone", "ms", idle, calls, "<= 1.25")
            yield _at("idle, p99 / the calls alone, p99", 0.99, idle, calls)
            mailboxes = QUICK_MAILBOXES if quick else MAILBOXES
            loaded = [seconds * 1000 for seconds in _under_load(stage, ours, mailboxes)]
            in_turn = f"<= {min(mailboxes, IN_FLIGHT)}"
            what = f"{mailboxes} mailboxes, {MAILS} mails each"
            yield _at(f"{what}, p50 / the calls alone, idle, p50", 0.5, loaded, calls, in_turn)
            yield _at(f"{what}, p99 / the calls alone, idle, p99", 0.99, loaded, calls)


def _under_load(stage: Stage, ours: Running, mailboxes: int) -> list[float]:
    """Return the seconds from each answer's notification to the stop."""
    boxes = [Answered(stage, len(ANSWERS)) for _ in range(mailboxes)]

    def live(box: Answered) -> list[float]:
        times = []
        for place in range(MAILS):
            if place in ANSWERS:
                box.answer()
            else:
                box.office.write(f"friend{place}@family.example.net", f"Lunch {place}", "Nobody's business.")
            seconds = ours.ask(push_ask(box.office, f"load-{box.office.address}-{place}"))
            times += [seconds] if place in ANSWERS else []
        return times

    with ThreadPoolExecutor(IN_FLIGHT) as several:
        return [seconds for times in several.map(live, boxes) for seconds in times]


def _at(figure: str, share: float, ours: Sequence[float], calls: Sequence[float], target: str = "") -> Row:
    """Make the row of a percentile."""
    return Row(
        figure=figure,
        unit="ms",
        value=_percentile(ours, share),
        against=_percentile(calls, share),
        target=target,
        repetitions=len(ours),
        spread=spread(ours),
        against_spread=spread(calls),
    )


def _percentile(samples: Sequence[float], share: float) -> float:
    return statistics.quantiles(samples, n=100, method="inclusive")[round(share * 100) - 1]
