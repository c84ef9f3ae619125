"""Own what a mutant is: a patch, and the tests that must go red for it."""

from __future__ import annotations

from dataclasses import dataclass

MODEL = "tests/properties"
FLOWS = "tests/flows"
CORE = "tests/core"
GMAIL = ("tests/contract/test_gmail_adapter.py", "tests/contract/test_gmail_errors.py")


@dataclass(frozen=True)
class Mutant:
    """One patch: in ``file``, ``old`` becomes ``new``; ``tests`` must notice.

    also: a second patch (file, old, new), where two checks guard the same thing.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = (FLOWS, MODEL)
    also: tuple[str, str, str] | None = None
