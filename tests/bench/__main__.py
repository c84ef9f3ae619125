"""Run the benches: ``python -m tests.bench [--quick] [NAME ...]``.

A bench that fails makes the run fail, once the others are done; a figure that falls short does not.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rich.console import Console

from tests.bench.benches import names, plan, run
from tests.bench.table import REPORT, table, write_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.bench.benches import Done


def main() -> None:
    """Run what was asked for, print the table, write the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which benches; without any, all")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, smaller loads")
    arguments = parser.parse_args()
    there = names()
    if unknown := set(arguments.names) - set(there):
        parser.error(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(there)}")
    wanted = arguments.names or there
    done = {one.name: one.rows for one in _run(wanted, quick=arguments.quick)}
    found = {name: rows for name in wanted if (rows := done[name])}
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table(found))
    failed = [name for name in wanted if name not in found]
    write_report(found, failed, quick=arguments.quick)
    console.print(f"written to {REPORT}", soft_wrap=True)
    if failed:
        console.print(f"failed: {', '.join(failed)}")
    sys.exit(1 if failed else 0)


def _run(wanted: Sequence[str], *, quick: bool) -> Iterator[Done]:
    """Run benches, round by round."""
    for lanes in plan(wanted, quick=quick):
        with ThreadPoolExecutor(len(lanes)) as beside:
            for done in beside.map(lambda lane: list(run(lane, quick=quick)), lanes):
                yield from done


if __name__ == "__main__":
    main()
