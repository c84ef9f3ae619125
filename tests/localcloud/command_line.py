"""Own the arguments of a part that starts alone."""

from __future__ import annotations

import argparse


def port_from(argv: list[str], part: str) -> int:
    """Return the port asked for; 0 picks a free one."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.localcloud {part}")
    parser.add_argument("--port", type=int, default=0, help="0, the default, picks a free one")
    return int(parser.parse_args(argv).port)
