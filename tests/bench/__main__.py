"""Run the benches: ``python -m tests.bench [--quick] [NAME ...]``.

A bench that fails makes the run fail, once the others are done; a figure that falls short does not.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from typing import TYPE_CHECKING

from rich.console import Console

from tests.bench.benches import names, run
from tests.bench.table import REPORT, table, write_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.rows import Row


def main() -> None:
    """Run what was asked for, print the table, write the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which benches; without any, all")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, smaller loads")
    arguments = parser.parse_args()
    there = names()
    if unknown := set(arguments.names) - set(there):
        parser.error(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(there)}")
    found, well = _run(arguments.names or there, quick=arguments.quick)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table(found))
    write_report(found, quick=arguments.quick)
    console.print(f"written to {REPORT}", soft_wrap=True)
    sys.exit(0 if well else 1)


def _run(wanted: Sequence[str], *, quick: bool) -> tuple[dict[str, list[Row]], bool]:
    """Run benches one after the other; return their figures, and whether all went well."""
    found: dict[str, list[Row]] = {}
    well = True
    for name in wanted:
        print(f"{name} ...", end="", file=sys.stderr, flush=True)
        started = time.monotonic()
        try:
            found[name] = run(name, quick=quick)
        except Exception:  # noqa: BLE001 - the other benches still have something to say
            traceback.print_exc()
            well = False
        print(f" {time.monotonic() - started:.0f} s", file=sys.stderr)
    return found, well


if __name__ == "__main__":
    main()
