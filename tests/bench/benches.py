"""Own which benches there are, and that each runs in a process of its own.

So what one has imported, cached or set is nothing to the next.
"""

from __future__ import annotations

import importlib
import multiprocessing
import pkgutil
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import tests.bench

if TYPE_CHECKING:
    from tests.bench.rows import Row


def names() -> list[str]:
    """Return the benches there are: the modules and packages here that have a ``measure``."""
    found = sorted(one.name for one in pkgutil.iter_modules(tests.bench.__path__))
    return [name for name in found if not name.startswith(("test_", "__")) and _is_bench(name)]


def run(name: str, *, quick: bool) -> list[Row]:
    """Run one bench in a process of its own; what it raises is raised here."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_rows, name, quick=quick).result()


def _rows(name: str, *, quick: bool) -> list[Row]:
    rows: list[Row] = list(importlib.import_module(f"tests.bench.{name}").measure(quick=quick))
    return rows


def _is_bench(name: str) -> bool:
    return hasattr(importlib.import_module(f"tests.bench.{name}"), "measure")
