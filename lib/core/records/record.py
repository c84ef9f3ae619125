"""Own the root of all stored records."""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Be the root of all stored records."""
