"""Print recall and false alarms on flufl.bounce's test messages: ``python -m tests.core.bounces.measure``.

Fetches them when they are not there yet. The half that was not looked at is the one that counts.
"""

from __future__ import annotations

import hashlib
import sys
import urllib.request
from dataclasses import dataclass

from tests.core.bounces.corpus import CACHED, SHA256, URL, Known, is_cached, messages
from tests.core.bounces.people import MACHINES, PEOPLE
from tests.core.test_bounces import read


@dataclass
class Half:
    """Count one half."""

    bounces: int = 0
    addressed: int = 0
    graded: int = 0
    others: int = 0
    alarms: int = 0


def fetch() -> None:
    """Fetch the distribution; anything but the known bytes is refused."""
    with urllib.request.urlopen(URL, timeout=60) as answer:  # noqa: S310 - a fixed https address
        source = answer.read()
    if hashlib.sha256(source).hexdigest() != SHA256:
        sys.exit("not the distribution that is known by its hash")
    CACHED.parent.mkdir(parents=True, exist_ok=True)
    CACHED.write_bytes(source)


def measure() -> tuple[Half, Half]:
    """Return the counts of the half that was looked at, and of the other."""
    halves = (Half(), Half())
    for known in messages():
        _count(halves[not known.looked_at], known)
    return halves


def _count(half: Half, known: Known) -> None:
    found = read(known.raw)
    if not known.expected:
        half.others += 1
        half.alarms += found is not None and bool(found.failed)
        return
    half.bounces += 1
    if found is not None and known.expected <= {address.lower() for address in found.failed}:
        half.addressed += 1
        # To them a full mailbox, and a server out of reach for days, is permanent; to us it may pass.
        half.graded += not known.temporary or found.severity == "soft"


def main() -> None:
    """Print the figures."""
    if not is_cached():
        fetch()
    for name, half in zip(("looked at", "held out"), measure(), strict=True):
        share = half.addressed / half.bounces
        print(
            f"{name}: {half.addressed} of {half.bounces} bounces with their addresses ({share:.0%}),", end=" "
        )
        print(f"{half.graded} of {half.bounces} with no delay taken for final,", end=" ")
        print(f"{half.alarms} of {half.others} messages without a failed address given one")
    alarms = sum(read(raw) is not None for raw in (PEOPLE | MACHINES).values())
    print(f"people and other machines taken for a bounce: {alarms} of {len(PEOPLE | MACHINES)} written ones")


if __name__ == "__main__":
    main()
