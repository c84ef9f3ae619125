"""Check an exported record of reads: ``python -m lib.entrypoint.verify_reads FILE``.

Ends with 0 when the chain is whole, with 1 and every fault in words when it is not.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from lib.core.verify_reads import verify

USAGE = 2


def main(arguments: Sequence[str]) -> int:
    """Check the one file named, print what was found, return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m lib.entrypoint.verify_reads FILE\n")
        return USAGE
    try:
        with Path(arguments[0]).open("rb") as lines:
            checked = verify(lines)
    except OSError as error:
        sys.stderr.write(f"{arguments[0]}: {error.strerror}\n")
        return USAGE
    for fault in checked.faults:
        sys.stdout.write(f"{fault}\n")
    if checked.faults:
        return 1
    sys.stdout.write(
        f"{checked.links} links, all in place; the last one's hash is {checked.hash or 'empty'}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
