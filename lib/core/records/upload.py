"""Own a shortlist on its way in: a file that comes in parts, until a campaign has its candidates."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from lib.core.records.record import Record


class Upload(Record, frozen=True, kw_only=True):
    """Hold what is known of a file that comes in parts; user: who alone adds to it and uses it.

    bytes: of the whole file. parts: the digest of each part that has come, "" for one that has not.
    """

    org: str
    id: str
    user: str
    format: Literal["csv", "ndjson"]
    bytes: int
    parts: tuple[str, ...]
    expires_at: datetime


class UploadPart(Record, frozen=True, kw_only=True):
    """Hold one part of an upload, under its number; digest: of its content."""

    org: str
    upload: str
    number: int
    digest: str
    content: bytes
    expires_at: datetime
