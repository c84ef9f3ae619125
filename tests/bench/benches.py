"""Own which benches there are, and that each runs in a process of its own.

So what one has imported, cached or set is nothing to the next.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pkgutil
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import tests.bench
from tests.localcloud.child_process import ROOT

if TYPE_CHECKING:
    from tests.bench.rows import Row


#: Where the standard output of each bench is kept.
LOGS = ROOT / "build" / "bench"


def names() -> list[str]:
    """Return the benches there are: the modules and packages here that have a ``measure``."""
    found = sorted(one.name for one in pkgutil.iter_modules(tests.bench.__path__))
    return [name for name in found if not name.startswith(("test_", "__")) and _is_bench(name)]


def run(name: str, *, quick: bool) -> list[Row]:
    """Run one bench in a process of its own; what it raises is raised here."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_rows, name, quick=quick).result()


def _rows(name: str, *, quick: bool) -> list[Row]:
    # What functions say of themselves goes into a file: the table is for people.
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{name}.log").open("w") as log:
        os.dup2(log.fileno(), 1)
    rows: list[Row] = list(importlib.import_module(f"tests.bench.{name}").measure(quick=quick))
    return rows


def _is_bench(name: str) -> bool:
    return hasattr(importlib.import_module(f"tests.bench.{name}"), "measure")
