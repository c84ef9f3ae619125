"""Own the plan: when each step of a candidate is due, and why.

Invariant: same input, same plan. Here a due time is the delay alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from lib.core.ids import digest
from lib.core.records import Slot, Step

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def plan(steps: Sequence[Step], accepted_at: datetime) -> tuple[Slot, ...]:
    """Return a slot for each step: each delay counts from the step before, the first from acceptance."""
    slots: list[Slot] = []
    due, before = accepted_at, "acceptance"
    for step in steps:
        due += step.delay
        reason = f"{in_words(step.delay)} after {before}" if step.delay else f"with {before}"
        slots.append(Slot(step=step.id, due=due, reason=reason))
        before = f"step {step.id}"
    return tuple(slots)


def plan_digest(content: str, steps: Sequence[Step]) -> str:
    """Return the digest of a whole plan, which acceptance carries to say: exactly that.

    It covers the content and the delays, not the times themselves: these count from acceptance, so that a
    preview is still the same plan a minute later.
    """
    relative = [(step.id, step.delay) for step in steps]
    return digest("plan", content, msgspec.json.encode(relative).decode())


def in_words(delay: timedelta) -> str:
    """Return a delay in words: ``1 day 2 hours``."""
    rest, words = int(delay.total_seconds()), []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            words.append(f"{count} {unit}" if count == 1 else f"{count} {unit}s")
    return " ".join(words) or "less than a second"
