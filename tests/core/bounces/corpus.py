"""Own the public bounces that recall is measured on: the test messages in flufl.bounce's source distribution.

They are fetched by hash and kept in build/, never in the repository. Every second file was looked at while
the reading of bounces was built, the others were not.
"""

from __future__ import annotations

import ast
import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NAME = "flufl_bounce-6.0.0"
URL = (
    "https://files.pythonhosted.org/packages/36/df/ef02be153e34314595ccc4d8d903dfa4ab2f23c94481e6e8bbe2e1bf368b/"
    f"{NAME}.tar.gz"
)
SHA256 = "a1df16b9d1877ae4536f7d76c00d8421fcefbe694f80f5285d05c45a2547b1bc"
CACHED = Path(__file__).parents[3] / "build" / "corpora" / f"{NAME}.tar.gz"


@dataclass(frozen=True)
class Known:
    """Hold one message, and the addresses that flufl.bounce's own tests expect of it.

    temporary: what they say of the severity; a full mailbox is permanent to them.
    """

    name: str
    raw: bytes
    expected: frozenset[str]
    temporary: bool
    looked_at: bool


def is_cached() -> bool:
    return CACHED.is_file() and hashlib.sha256(CACHED.read_bytes()).hexdigest() == SHA256


def messages() -> Iterator[Known]:
    """Return the messages of the cached distribution in the order of their names."""
    with tarfile.open(CACHED) as archive:
        held = {
            Path(member.name).name: (archive.extractfile(member) or CACHED.open("rb")).read()
            for member in archive.getmembers()
            if f"{NAME}/tests/" in member.name and member.isfile()
        }
    expected = _expected(held["test_detectors.py"].decode())
    names = sorted(name for name in held if name.endswith(".txt"))
    for number, name in enumerate(names):
        addresses, temporary = expected.get(name, (frozenset(), False))
        yield Known(name, held[name], addresses, temporary, looked_at=number % 2 == 0)


def _expected(source: str) -> dict[str, tuple[frozenset[str], bool]]:
    """Return the table DETECTORS of their tests; a message that one detector fails to read another does."""
    table: dict[str, tuple[frozenset[str], bool]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DETECTORS":
            for _, name, addresses, temporary in ast.literal_eval(node.value):
                if addresses:
                    folded = frozenset(address.decode().lower() for address in addresses)
                    table[name] = (folded, temporary)
    return table
