"""Own which benches there are, which of them run beside each other, and in which processes.

What is timed runs alone, in a process of its own, so that what one has imported, cached or set is nothing to
the next. What counts rather than times may have a neighbour. A quick run has to be short before all: there
everything has one, and those that need a stage share it.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.localcloud.child_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.bench.rows import Row

#: Where the standard output of each bench is kept.
LOGS = ROOT / "build" / "bench"
FOLDER = Path(__file__).parent

#: Benches that share a process, one after the other; more than one share a stage too.
Group = tuple[str, ...]
#: What one lane does, group by group.
Lane = tuple[Group, ...]

#: Rounds, one after the other, of lanes that run beside each other.
FULL: tuple[tuple[Lane, ...], ...] = (
    ((("simulation",),), (("calls",), ("rival",), ("console_many",))),
    ((("cold_start",), ("enqueue",), ("push_to_stopped",), ("warm_send",)),),
)
#: ``calls`` moves the stage's clock: it comes last.
QUICK: tuple[tuple[Lane, ...], ...] = (
    (
        (("cold_start", "warm_send", "push_to_stopped", "calls"),),
        (("enqueue",), ("console_many",), ("simulation",), ("rival",)),
    ),
)


@dataclass(frozen=True)
class Done:
    """Hold what came of a bench: its rows, None when it failed."""

    name: str
    rows: list[Row] | None


def names() -> list[str]:
    """Return the benches there are: the modules and packages here that have a ``measure``."""
    sources = {path.stem: path for path in FOLDER.glob("*.py")}
    sources |= {path.parent.name: path for path in FOLDER.glob("*/__init__.py")}
    return sorted(name for name, path in sources.items() if "\ndef measure(" in path.read_text("utf-8"))


def plan(wanted: Sequence[str], *, quick: bool) -> tuple[tuple[Lane, ...], ...]:
    """Return the rounds of a run: those above for all benches, without neighbours for some of them."""
    if set(wanted) == set(names()):
        return QUICK if quick else FULL
    return ((tuple((name,) for name in wanted),),)


def run(lane: Lane, *, quick: bool) -> Iterator[Done]:
    """Run a lane, each group in a process of its own; what fails takes no other group with it."""
    for group in lane:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
            if len(group) > 1:
                alone.submit(_share_a_stage)
            running = [(name, alone.submit(_rows, name, quick=quick)) for name in group]
            for name, future in running:
                started = time.monotonic()
                try:
                    rows = future.result()
                except Exception:  # noqa: BLE001 - the other benches still have something to say
                    traceback.print_exc()
                    rows = None
                taken = time.monotonic() - started
                print(f"{name}: {taken:.0f} s{'' if rows else ', failed'}", file=sys.stderr, flush=True)
                yield Done(name, rows)
            if len(group) > 1:
                with suppress(BrokenProcessPool):
                    alone.submit(_strike_the_stage)


def _share_a_stage() -> None:
    from tests.bench import stage  # noqa: PLC0415 - for the processes that need one

    _log_to("stage")
    stage.share()


def _strike_the_stage() -> None:
    from tests.bench import stage  # noqa: PLC0415 - for the processes that need one

    stage.strike()


def _rows(name: str, *, quick: bool) -> list[Row]:
    _log_to(name)
    rows: list[Row] = list(importlib.import_module(f"tests.bench.{name}").measure(quick=quick))
    return rows


def _log_to(name: str) -> None:
    """Let what functions say of themselves go into a file: the table is for people."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{name}.log").open("w") as log:
        os.dup2(log.fileno(), 1)
