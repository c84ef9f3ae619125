"""Own how the figures are printed, and the file that holds them."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table

from tests.localcloud.child_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.bench.rows import Row

REPORT = ROOT / "build" / "bench.json"
_COLOURS = {"ok": "green", "short": "bold red", "shown": ""}


def table(benches: Mapping[str, Sequence[Row]]) -> Table:
    """Lay the figures out, one section for each bench."""
    made = Table(
        title="Beside each figure its floor or rival, measured in the same run", title_justify="left"
    )
    made.add_column("figure", overflow="fold")
    for name in ("value", "beside it", "ratio", "target", "n", "spread", ""):
        made.add_column(name, justify="right", no_wrap=True)
    for name, rows in benches.items():
        made.add_row(f"[bold]{name}[/bold]")
        for row in rows:
            made.add_row(f"  {row.figure}", *_cells(row), style=_COLOURS[row.verdict])
        made.add_section()
    return made


def _cells(row: Row) -> list[str]:
    beside = row.against is not None
    spreads = [f"{row.spread:.0%}", *([f"{row.against_spread:.0%}"] if beside else [])]
    return [
        f"{_number(row.value)} {row.unit}".strip(),
        _number(row.against) if row.against is not None else "",
        f"{row.ratio:.2f}" if row.ratio is not None else "",
        row.target,
        str(row.repetitions),
        " / ".join(spreads) if row.repetitions > 1 else "",
        row.verdict,
    ]


def _number(value: float) -> str:
    """Return three digits that count, and whole numbers as they are."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def write_report(benches: Mapping[str, Sequence[Row]], failed: Sequence[str] = (), *, quick: bool) -> None:
    """Write build/bench.json."""
    report = {
        "quick": quick,
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "failed": list(failed),
        "rows": [
            {"bench": name, **asdict(row), "ratio": row.ratio, "verdict": row.verdict}
            for name, rows in benches.items()
            for row in rows
        ],
    }
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
