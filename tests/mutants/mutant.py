"""Own what a mutant is: a patch, and the tests that must go red for it."""

from __future__ import annotations

from dataclasses import dataclass

MODEL = "tests/properties"
#: The flows by which mails go out and answers come in, those first that most often notice.
FLOWS = (
    "tests/flows/test_sending.py",
    "tests/flows/test_sending_workers.py",
    "tests/flows/test_sending_headers_only.py",
    "tests/flows/test_settling.py",
    "tests/flows/test_receiving.py",
    "tests/flows/test_receiving_acting.py",
    "tests/flows/test_receiving_cursor.py",
    "tests/flows/test_last_look.py",
    "tests/flows/test_deciding.py",
    "tests/flows/test_reading.py",
    "tests/flows/test_own_answers.py",
    "tests/flows/test_parking.py",
    "tests/flows/test_gmail_says_no.py",
    "tests/flows/test_replanning.py",
)
CORE = (
    "tests/core/test_enrollment.py",
    "tests/core/test_enrollment_decisions.py",
    "tests/core/test_enrollment_times.py",
    "tests/core/test_freeing.py",
    "tests/core/test_reading_plan.py",
    "tests/core/test_receiving.py",
    "tests/core/test_receiving_last_look.py",
    "tests/core/test_sending.py",
)
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
    tests: tuple[str, ...] = (*FLOWS, MODEL)
    also: tuple[str, str, str] | None = None
