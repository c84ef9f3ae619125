"""Own the erasure."""

from __future__ import annotations

from lib.core.records import Erasure
from lib.ports import Services


def erase_on(services: Services, erasure: Erasure) -> None:
    """Do the next part of it."""
    raise NotImplementedError
