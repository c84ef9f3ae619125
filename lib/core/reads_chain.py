"""Own the chain of a mailbox's record of reads: how entries are linked, and what gets out of it.

Invariant: the hash of a link covers its whole content, its number and the hash before it; so a link that is
removed, altered, moved or doubled shows, and so does a cut at either end as long as the head is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from lib.core.records import ReadEntry, Reads, ReadsHead


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Show one link as it is exported: what one run read, and its place in the chain."""

    number: int
    before: str
    hash: str
    mailbox: str
    run: str
    sequence: int
    at: datetime
    entries: tuple[ReadEntry, ...]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Show the ends of the chain, first in an export: the last link, and the last one that was removed."""

    mailbox: str
    number: int
    hash: str
    removed_number: int
    removed_hash: str


def hash_of(reads: Reads | Link, *, number: int, before: str) -> str:
    """Return the hash of a link: SHA-256 over its content in one canonical form (JSON, times in UTC)."""
    content = [
        number,
        before,
        reads.mailbox,
        reads.run,
        reads.sequence,
        reads.at.astimezone(UTC).isoformat(timespec="microseconds"),
        [[entry.method, entry.format, list(entry.ids), entry.why] for entry in reads.entries],
    ]
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def linked(head: ReadsHead, unchained: Iterable[Reads]) -> tuple[ReadsHead, list[Reads]]:
    """Return the head and the links after numbering and hashing reads that are in no chain yet."""
    links: list[Reads] = []
    for reads in sorted(unchained, key=lambda one: (one.at, one.run, one.sequence)):
        number, before = head.number + 1, head.hash
        hash_ = hash_of(reads, number=number, before=before)
        links.append(msgspec.structs.replace(reads, number=number, before=before, hash=hash_))
        head = msgspec.structs.replace(head, number=number, hash=hash_)
    return head, links


def without_old(head: ReadsHead, links: Sequence[Reads], before: datetime) -> tuple[ReadsHead, list[Reads]]:
    """Return the head after the links of reads before a time are removed from the front, and these links.

    links: in order, from the first one that is left. A gap ends it: what is missing there is to be seen.
    """
    removed: list[Reads] = []
    for link in links:
        if link.at >= before or link.number != head.removed_number + 1:
            break
        removed.append(link)
        head = msgspec.structs.replace(head, removed_number=link.number, removed_hash=link.hash)
    return head, removed


def exported_head(head: ReadsHead) -> bytes:
    """Return the first line of an export."""
    shown = Head(
        mailbox=head.mailbox,
        number=head.number,
        hash=head.hash,
        removed_number=head.removed_number,
        removed_hash=head.removed_hash,
    )
    return msgspec.json.encode(shown) + b"\n"


def exported(reads: Reads) -> bytes:
    """Return the line of one link in an export."""
    link = Link(
        number=reads.number,
        before=reads.before,
        hash=reads.hash,
        mailbox=reads.mailbox,
        run=reads.run,
        sequence=reads.sequence,
        at=reads.at,
        entries=reads.entries,
    )
    return msgspec.json.encode(link) + b"\n"
