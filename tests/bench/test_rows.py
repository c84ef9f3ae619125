"""Show that the table says ok, short and how far the repetitions lie apart as they are."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from tests.bench import table as printed
from tests.bench.benches import names
from tests.bench.rows import Row, compared, shown, spread
from tests.localcloud.child_process import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("value", "against", "target", "verdict"),
    [
        (125.0, 100.0, "<= 1.25", "ok"),
        (126.0, 100.0, "<= 1.25", "short"),
        (300.0, 100.0, ">= 2", "ok"),
        (150.0, 100.0, ">= 2", "short"),
        (0.0, None, "== 0", "ok"),
        (1.0, None, "== 0", "short"),
        (4.0, None, "<= 5", "ok"),
        (126.0, 100.0, "", "shown"),
        # There is no ratio to nothing, and what cannot be said is not ok.
        (5.0, 0.0, "<= 1.25", "short"),
    ],
)
def test_a_target_holds_for_the_ratio_and_without_one_for_the_value(
    value: float, against: float | None, target: str, verdict: str
) -> None:
    assert Row(figure="f", value=value, unit="ms", against=against, target=target).verdict == verdict


def test_one_outlier_moves_neither_the_figure_nor_its_spread() -> None:
    ours, floor = [100.0, 102.0, 98.0, 101.0, 900.0], [50.0, 51.0, 49.0, 50.0, 50.0]
    row = compared("f", "ms", ours, floor, "<= 2")
    assert (row.value, row.against, row.ratio, row.verdict) == (101, 50, 2.02, "short")
    assert (row.repetitions, row.against_spread) == (5, 0)
    assert row.spread == pytest.approx(2 / 101)


def test_the_spread_is_that_of_the_middle_half() -> None:
    assert spread([1, 2, 3, 4, 5]) == pytest.approx(2 / 3)
    assert spread([7]) == 0
    assert spread([0, 0, 0]) == 0


def test_every_figure_is_printed_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "REPORT", tmp_path / "build" / "bench.json")
    rows = [compared("cold", "ms", [120.0, 120.0], [100.0, 100.0], "<= 1.1"), shown("memory", "MB", [81.25])]
    console = Console(width=140, file=StringIO())
    with console.capture() as captured:
        console.print(printed.table({"starts": rows}))
    written = captured.get()
    for seen in ("starts", "cold", "120 ms", "100", "1.20", "<= 1.1", "short", "memory", "81.2 MB", "shown"):
        assert seen in written
    printed.write_report({"starts": rows}, quick=True)
    report = json.loads(printed.REPORT.read_text())
    assert [(row["bench"], row["figure"], row["verdict"]) for row in report["rows"]] == [
        ("starts", "cold", "short"),
        ("starts", "memory", "shown"),
    ]


def test_each_bench_is_found_and_says_what_it_measures() -> None:
    folder = ROOT / "tests" / "bench"
    for name in names():
        source = folder / f"{name}.py" if (folder / f"{name}.py").exists() else folder / name / "__init__.py"
        assert source.read_text().startswith('"""')
    assert names()
