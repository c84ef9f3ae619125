"""Own the taking up again of what waited for a mailbox."""

from __future__ import annotations

from lib.core.records import Inbox
from lib.ports import Services


def resume_after_reconnect(services: Services, inbox: Inbox) -> None:
    """Do the next part of it."""
    raise NotImplementedError
