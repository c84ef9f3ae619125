"""Own which wording of a step a candidate gets.

Invariant: by the ids alone, so that a repeated request gives everybody the same; each variant of a step goes
to about as many candidates, whatever they get in other steps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from lib.core.letters.wording import worded
from lib.core.records import Step, Words


def variants_for(steps: Sequence[Step], enrollment: str) -> dict[str, str]:
    """Return the variant of each step that has some, for one enrollment, by step id."""
    return {step.id: step.variants[_place(enrollment, step)].id for step in steps if step.variants}


def wordings(steps: Sequence[Step], own: Mapping[str, Words]) -> list[tuple[Step, ...]]:
    """Return the steps as a candidate may get them, one for each round through the variants.

    ``own``: the candidate's own words by step id, which outrank any variant's. A step whose variants run out
    comes with its last one again.
    """
    rounds = max((len(step.variants) for step in steps), default=0) or 1
    return [
        tuple(worded(step, variant_in(step, number), own.get(step.id)) for step in steps)
        for number in range(rounds)
    ]


def variant_in(step: Step, number: int) -> str:
    """Return the id of a step's variant in a round, "" for a step without any."""
    return step.variants[min(number, len(step.variants) - 1)].id if step.variants else ""


def _place(enrollment: str, step: Step) -> int:
    hashed = hashlib.sha256(f"variant\x1f{enrollment}\x1f{step.id}".encode()).digest()
    return int.from_bytes(hashed[:8]) % len(step.variants)
