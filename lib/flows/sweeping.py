"""Own the falling away of what has been kept long enough."""

from __future__ import annotations

from lib.core.records import Org
from lib.ports import Services


def sweep(services: Services, org: Org) -> None:
    """Do the next part of it."""
    raise NotImplementedError
