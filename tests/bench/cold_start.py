"""Cold start of each function: from spawning a process to its first useful answer; memory beside it.

Each is deployed as on Google: its archive alone, compiled, under the bare functions-framework command, on a
port of its own; the stand-ins are warm and in another process. ``send_step`` and ``watch_notification`` (a
mail sent, an answer found and its candidate stopped) stand beside a floor that makes the same first calls
with the same clients; a page stands beside a hello that makes its calls. Whether a floor still makes the same
calls is counted before. The others stand beside the bare hello, without a target.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.deployed import Ask, Deployment, Running, deploy, deploy_floor
from tests.bench.first_asks import FirstAsks
from tests.bench.floor_calls import FloorCalls
from tests.bench.rows import Row, compared
from tests.bench.stage import Stage, staged
from tests.e2e.counting import measured

REPETITIONS, QUICK_REPETITIONS = 9, 1
SAME_CALLS, PAGE = "<= 1.25", "<= 1.3"
HELLO = Ask(words="hello")
#: A function, and its floor.
Sides = tuple[Deployment, Deployment]


@dataclass(frozen=True)
class Start:
    """Hold one cold start."""

    milliseconds: float
    cpu_milliseconds: float
    megabytes: float


@dataclass(frozen=True)
class Pair:
    """Hold what is compared: a function's first answer, and its floor's."""

    function: str
    answer: str
    floor: str
    #: Ours and the floor's.
    asks: tuple[Callable[[], Ask], Callable[[], Ask]]
    target: str = ""


def measure(*, quick: bool) -> Iterator[Row]:
    """Start everything in turn, several times; once before, so that all there is to be cached on disk is.

    ``quick`` takes those for measured too.
    """
    with staged() as stage, tempfile.TemporaryDirectory() as folder:
        repetitions = QUICK_REPETITIONS if quick else REPETITIONS
        asks = FirstAsks(stage, repetitions + 1)
        calls = FloorCalls(stage, asks.office, asks.first, repetitions + 1)
        pairs = _pairs(asks, calls)
        if quick:
            pairs = [pair for pair in pairs if pair.target and pair.answer != "one click"]
        ours = {name: deploy(name, Path(folder)) for name in {pair.function for pair in pairs}}
        floors = {name: deploy_floor(name, Path(folder)) for name in {pair.floor for pair in pairs}}
        for pair in pairs:
            sides = ours[pair.function], floors[pair.floor]
            starts = [_counted(pair, sides, stage)]
            starts += [
                [_start(one, stage, ask()) for one, ask in zip(sides, pair.asks, strict=True)]
                for _ in range(repetitions)
            ]
            # The first ones find nothing cached on disk, unless the stage's own functions have seen to that.
            starts = starts if quick else starts[1:]
            yield from _rows(pair, *zip(*starts, strict=True))


def _pairs(asks: FirstAsks, calls: FloorCalls) -> list[Pair]:
    def hello() -> Ask:
        return HELLO

    return [
        Pair("send_step", "a mail sent", "send_step", (asks.send, calls.send_ask), SAME_CALLS),
        Pair(
            "watch_notification",
            "an answer stops its candidate",
            "watch_notification",
            (asks.notification, calls.notification_ask),
            SAME_CALLS,
        ),
        Pair("unsubscribe", "the page", "hello_secret", (asks.opt_out_page, calls.secret_ask), PAGE),
        Pair("unsubscribe", "one click", "hello_stored", (asks.one_click, calls.one_click_ask), PAGE),
        Pair("oauth_callback", "on to Google", "hello_stored", (asks.start, calls.start_ask), PAGE),
        Pair("console", "the page", "hello", (asks.console, hello), PAGE),
        Pair("unsubscribe", "the page", "hello", (asks.opt_out_page, hello)),
        Pair("oauth_callback", "on to Google", "hello_firestore", (asks.start, hello)),
        Pair("campaigns", "a list", "hello", (asks.listed, hello)),
        Pair("enqueue_campaign", "a preview", "hello", (asks.preview, hello)),
        Pair("mailboxes", "a list", "hello", (asks.listed, hello)),
        Pair("settings", "the org's", "hello", (asks.settings, hello)),
        Pair("maintain", "a look around", "hello", (asks.maintain, hello)),
        Pair("deliver_event", "nobody listens", "hello", (asks.event, hello)),
    ]


def _counted(pair: Pair, deployments: Sides, stage: Stage) -> list[Start]:
    """Start both once; RuntimeError when the floor, which has a target, does not make the same calls."""
    starts: list[Start] = []

    def start(deployment: Deployment, ask: Ask) -> None:
        starts.append(_start(deployment, stage, ask))

    mine, floor = (
        measured(stage.cloud, partial(start, one, ask()))
        for one, ask in zip(deployments, pair.asks, strict=True)
    )
    if pair.target and mine != floor:
        raise RuntimeError(f"{pair.function}, {pair.answer}: {mine}, but the floor {floor}")
    return starts


def _start(deployment: Deployment, stage: Stage, ask: Ask) -> Start:
    with Running(deployment, stage.environment) as running:
        running.ask(ask)
        seconds = running.age()
        return Start(seconds * 1000, running.cpu_seconds() * 1000, running.peak_mb())


def _rows(pair: Pair, ours: Sequence[Start], floor: Sequence[Start]) -> Iterator[Row]:
    what = f"{pair.function}: {pair.answer} / {pair.floor}"
    times = [one.milliseconds for one in ours], [one.milliseconds for one in floor]
    yield compared(what, "ms", *times, pair.target)
    cpu = [one.cpu_milliseconds for one in ours], [one.cpu_milliseconds for one in floor]
    yield compared("  processor time", "ms", *cpu, pair.target)
    yield compared("  memory", "MB", [one.megabytes for one in ours], [one.megabytes for one in floor])
