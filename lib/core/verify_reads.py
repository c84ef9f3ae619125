"""Own the check of an exported record of reads: what was removed, altered, moved or doubled in it.

Invariant: a file as it was exported has no fault; any change to its links has one that names the place.
Whoever rewrites the whole file, head and all, is found by the head's hash alone: compare it with one noted
before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from lib.core.reads_chain import Head, Link, hash_of


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what the check found: the links it saw, the head's hash, and every fault in words."""

    links: int
    hash: str
    faults: tuple[str, ...]


def verify(lines: Iterable[bytes]) -> Checked:
    """Check an export: its first line is the head, each further one a link, in the order of their numbers."""
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    first = next(numbered, None)
    try:
        head = msgspec.json.decode(first[1], type=Head, strict=True) if first is not None else None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        head = None
    if head is None:
        return Checked(links=0, hash="", faults=("line 1 is no head of a record of reads",))
    check = _Check(head)
    faults = [fault for number, line in numbered for fault in check.line(number, line)]
    faults += check.end()
    return Checked(links=check.seen, hash=head.hash, faults=tuple(faults))


class _Check:
    """Go along the chain, link by link."""

    def __init__(self, head: Head) -> None:
        self.head, self.seen = head, 0
        self.number, self.hash = head.removed_number, head.removed_hash
        self.known: dict[int, str] = {}

    def line(self, number: int, line: bytes) -> Iterator[str]:
        """Say what is wrong with one line."""
        try:
            link = msgspec.json.decode(line, type=Link)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            yield f"line {number} is altered: it is no link of a record of reads"
            return
        self.seen += 1
        intact = link.hash == hash_of(link, number=link.number, before=link.before)
        if not intact or link.mailbox != self.head.mailbox:
            yield f"link {link.number} (line {number}) is altered: its hash does not fit its content"
        if link.number in self.known:
            again = "doubled" if self.known[link.number] == link.hash else "there twice, with two contents"
            yield f"link {link.number} (line {number}) is {again}"
            return
        self.known[link.number] = link.hash
        yield from self._place(number, link)

    def _place(self, number: int, link: Link) -> Iterator[str]:
        if link.number <= self.number:
            yield f"link {link.number} (line {number}) is moved: it stands behind link {self.number}"
            return
        if link.number == self.number + 1 and link.before != self.hash:
            yield f"link {link.number} (line {number}) does not follow link {self.number}: one is altered"
        self.number, self.hash = link.number, link.hash

    def end(self) -> Iterator[str]:
        """Say what is missing, and whether the chain ends where the head says."""
        expected = self.head.removed_number + 1
        for number in sorted(self.known):
            if number > expected:
                yield _removed(expected, number - 1)
            expected = max(expected, number + 1)
        if expected <= self.head.number:
            yield _removed(expected, self.head.number)
        elif self.number > self.head.number:
            yield f"links after {self.head.number} are not known to the head: one is altered"
        elif self.number == self.head.number and self.hash != self.head.hash:
            yield f"link {self.number} is not the one that the head knows: one is altered"


def _removed(first: int, last: int) -> str:
    return f"link {first} is removed" if first == last else f"links {first} to {last} are removed"
