"""Own the wish to connect a mailbox: what it says, and what can be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from lib.core.campaigns.shortlist import is_timezone
from lib.core.errors import Fault

NAME_LIMIT = 100
_ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")


class ConnectionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a mailbox to be connected; return_url is where the browser ends.

    access: "headers" for a mailbox whose texts are never read; answers still stop the campaign. timezone: in
    which the mailbox's days begin and end, for its daily cap.
    """

    address: str
    sender_name: str
    return_url: str
    access: Literal["full", "headers"] = "full"
    timezone: str = "UTC"


def wish_faults(request: ConnectionRequest, origins: tuple[str, ...]) -> Iterator[Fault]:
    """Say all that is wrong with a wish; origins: under which its return URL must lie."""
    if not _ADDRESS.fullmatch(request.address.strip()):
        yield Fault(field="address", why="is no e-mail address")
    name = request.sender_name.strip()
    if not name or not name.isprintable() or len(name) > NAME_LIMIT:
        yield Fault(field="sender_name", why=f"must be a name of 1 to {NAME_LIMIT} printable characters")
    if not _leads_to(request.return_url, origins):
        yield Fault(field="return_url", why="must lie under one of OUTREACH_ALLOWED_ORIGINS")
    if not is_timezone(request.timezone):
        yield Fault(field="timezone", why="is no time zone; one is Europe/Berlin")


def _leads_to(url: str, origins: tuple[str, ...]) -> bool:
    """Say whether a URL lies under one of the origins, and can stand in a header."""
    under = any(url == origin or url.startswith(f"{origin}/") for origin in origins)
    return under and url.isprintable()
