"""Repeat erasures in a restored database: ``python -m lib.entrypoint.replay_erasures FILE``.

FILE holds the log's ``erasing`` and ``erased`` events since the backup, one JSON object a line; other events
are passed over. It is read whole before anything is changed. Before the functions are started again; then
``maintain`` carries the erasures out. Ends with 0, or with 2 and the line that cannot be read.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from lib.entrypoint.wiring import services
from lib.flows.erasing.replaying import Erased, replay

USAGE = 2
EVENTS = frozenset({"erasing", "erased"})


class _Event(msgspec.Struct, frozen=True):
    event: str = "erased"


def main(arguments: Sequence[str]) -> int:
    """Begin the erasures of the one file named, print how many, return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m lib.entrypoint.replay_erasures FILE\n")
        return USAGE
    try:
        lines = Path(arguments[0]).read_bytes().splitlines()
    except OSError as error:
        sys.stderr.write(f"{arguments[0]}: {error.strerror}\n")
        return USAGE
    wanted: list[Erased] = []
    for number, line in enumerate(lines, 1):
        try:
            if line.strip() and msgspec.json.decode(line, type=_Event).event in EVENTS:
                wanted.append(msgspec.json.decode(line, type=Erased))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            sys.stderr.write(f"line {number} is no erasure: org, kind, subject and asked_at are needed\n")
            return USAGE
    begun = sum(replay(services(), one) for one in wanted)
    sys.stdout.write(f"{begun} erasures begun, {len(wanted) - begun} of {len(wanted)} known or needless\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
