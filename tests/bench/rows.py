"""Own a figure of the table: what was measured, beside what, and whether that is good enough.

A target holds for the ratio to what stands beside the figure, and for the value itself where nothing does.
"""

from __future__ import annotations

import operator
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Verdict = Literal["ok", "short", "shown"]
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """Hold one figure; make it with ``compared`` or ``shown`` where there are several repetitions."""

    #: What was measured, and against what: "send_step, cold start / the same calls alone".
    figure: str
    value: float
    #: "ms", "MB", "calls", "" ...; the one of ``against`` too.
    unit: str
    #: The floor's or the rival's value, measured in the same run.
    against: float | None = None
    #: "<= 1.25", ">= 2", "== 0"; none: the figure is only shown.
    target: str = ""
    repetitions: int = 1
    #: ``spread`` of the repetitions.
    spread: float = 0.0
    #: The same of ``against``.
    against_spread: float = 0.0

    @property
    def ratio(self) -> float | None:
        """The value over what stands beside it; None where nothing does, or where that is zero."""
        return self.value / self.against if self.against else None

    @property
    def verdict(self) -> Verdict:
        """Whether the target is met; a target for a ratio that there is not is not."""
        if not self.target:
            return "shown"
        sign, _, wanted = self.target.partition(" ")
        seen = self.value if self.against is None else self.ratio
        return "ok" if seen is not None and _COMPARE[sign](seen, float(wanted)) else "short"


def spread(samples: Sequence[float]) -> float:
    """Return how far apart the middle half of the samples lies, as a share of their median."""
    middle = statistics.median(samples)
    if len(samples) < 2 or not middle:
        return 0.0
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive")
    return (high - low) / middle


def shown(figure: str, unit: str, samples: Sequence[float], target: str = "") -> Row:
    """Make the row of repeated measurements with nothing beside them: their median."""
    return Row(
        figure=figure,
        unit=unit,
        value=statistics.median(samples),
        target=target,
        repetitions=len(samples),
        spread=spread(samples),
    )


def compared(
    figure: str, unit: str, ours: Sequence[float], against: Sequence[float], target: str = ""
) -> Row:
    """Make the row of repeated measurements of two things that took turns: their medians."""
    return Row(
        figure=figure,
        unit=unit,
        value=statistics.median(ours),
        against=statistics.median(against),
        target=target,
        repetitions=min(len(ours), len(against)),
        spread=spread(ours),
        against_spread=spread(against),
    )
