"""Own the disconnecting of a mailbox."""

from __future__ import annotations

from lib.core.records import Inbox
from lib.ports import Services


def leave(services: Services, inbox: Inbox) -> None:
    """Do the next part of it."""
    raise NotImplementedError
