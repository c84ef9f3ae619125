"""Show that every bench has its place in a run, and that one that fails leaves the others theirs."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.bench.benches import FULL, QUICK, Done, Lane, names, plan, run


@pytest.mark.parametrize("rounds", [FULL, QUICK])
def test_a_whole_run_has_every_bench_once(rounds: tuple[tuple[Lane, ...], ...]) -> None:
    found = Counter(name for lanes in rounds for lane in lanes for group in lane for name in group)
    assert found == Counter(names())


def test_some_benches_run_one_after_the_other() -> None:
    assert plan(["rival", "calls"], quick=True) == (((("rival",), ("calls",)),),)


def test_a_bench_that_fails_takes_no_other_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    # Neither has a measure.
    assert list(run((("absent",), ("rows",)), quick=True)) == [Done("absent", None), Done("rows", None)]
    assert "No module named" in capsys.readouterr().err
