"""A warm ``send_step``: what one send takes, alone and with several in flight.

Ours and a floor, both deployed and warm, take turns in blocks, against the same stand-ins. The floor makes
the same calls with the same clients (batch read, draft, commit, send, commit, Message-ID and label, the next
task) and nothing in between: no decision, no letter, no record. Processor time is the function's alone.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.bench.deployed import Ask, Running, deploy, deploy_floor
from tests.bench.first_asks import FirstAsks
from tests.bench.floor_calls import FloorCalls
from tests.bench.rows import Row, compared
from tests.bench.stage import staged

#: As terraform/functions.tf has it for send_step.
IN_FLIGHT = 16
BLOCKS, QUICK_BLOCKS = 7, 2
#: Sends of a block, one after the other and in flight.
BLOCK, QUICK_BLOCK = 16, 8
TARGET = "<= 1.25"
Sides = tuple[tuple[Running, Callable[[], Ask]], tuple[Running, Callable[[], Ask]]]


@dataclass(frozen=True)
class Block:
    """Hold what a send took on average in a block: from outside, and of the function's processor."""

    milliseconds: float
    cpu_milliseconds: float


def measure(*, quick: bool) -> Iterator[Row]:
    """Send in turns."""
    blocks, block = 1 + (QUICK_BLOCKS if quick else BLOCKS), QUICK_BLOCK if quick else BLOCK
    with staged() as stage, tempfile.TemporaryDirectory() as name:
        asks, folder = FirstAsks(stage, 2 * block * blocks), Path(name)
        floor_calls = FloorCalls(stage, asks.office, asks.first, 0)
        environment = stage.environment | {"THREADS": str(IN_FLIGHT)}
        with (
            Running(deploy("send_step", folder), environment) as ours,
            Running(deploy_floor("send_step", folder), environment) as floor,
            ThreadPoolExecutor(IN_FLIGHT) as pool,
        ):
            sides: Sides = (ours, asks.send), (floor, floor_calls.send_ask)
            yield from _rows("one after the other", _in_turns(sides, blocks, block, map))
            yield from _rows(f"{block} in flight", _in_turns(sides, blocks, block, pool.map))


def _in_turns(
    sides: Sides, blocks: int, block: int, mapped: Callable[..., Iterator[float]]
) -> list[tuple[Block, ...]]:
    """Measure both sides in turns; the first block warms up."""
    return [tuple(_block(*side, block, mapped) for side in sides) for _ in range(blocks)][1:]


def _block(
    running: Running, ask: Callable[[], Ask], sends: int, mapped: Callable[..., Iterator[float]]
) -> Block:
    asks = [ask() for _ in range(sends)]
    cpu, started = running.cpu_seconds(), time.perf_counter()
    list(mapped(running.ask, asks))
    seconds = time.perf_counter() - started
    return Block(seconds * 1000 / sends, (running.cpu_seconds() - cpu) * 1000 / sends)


def _rows(how: str, blocks: list[tuple[Block, ...]]) -> Iterator[Row]:
    ours, floor = zip(*blocks, strict=True)
    what = f"a send, {how} / the same calls"
    yield compared(
        what, "ms", [one.milliseconds for one in ours], [one.milliseconds for one in floor], TARGET
    )
    cpu = [one.cpu_milliseconds for one in ours], [one.cpu_milliseconds for one in floor]
    yield compared("  processor time", "ms", *cpu, TARGET)
