"""Own the log lines: one line of JSON on standard output, with ids only.

Never an address, a subject, a body or a token: so no error's text is logged either, but its kind and place.
"""

from __future__ import annotations

import sys
import traceback
from contextvars import ContextVar
from pathlib import Path

import msgspec

#: Name of the function that runs.
FUNCTION: ContextVar[str] = ContextVar("function", default="")

ROOT = Path(__file__).resolve().parents[2]


def log(event: str, severity: str = "INFO", /, **ids: str | int | bool | None) -> None:
    """Write one line; Cloud Logging reads ``severity``."""
    line = {"severity": severity, "event": event, "function": FUNCTION.get(), **ids}
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


def log_error(event: str, error: BaseException, *, severity: str, **ids: str | int | bool | None) -> None:
    """Write one line about an error: its kind, and where it was raised and left our code."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{_module(Path(frame.filename))}:{frame.lineno}" for frame in frames]
    ours = [place for place in places if place.startswith(("lib.", "functions.", "main:"))]
    log(
        event,
        severity,
        error=type(error).__name__,
        at=places[-1] if places else "",
        via=ours[-1] if ours else "",
        **ids,
    )


def _module(file: Path) -> str:
    try:
        return ".".join(file.resolve().relative_to(ROOT).with_suffix("").parts)
    except ValueError:
        return file.stem
