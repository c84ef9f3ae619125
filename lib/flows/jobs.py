"""Own how due work is done: job by job, or several mailboxes at a time, each failure by itself.

Invariant: what a job counts and what it fails with come back to one thread; no two jobs work on one mailbox
at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec

from lib.core.keys import Key


class Tally(msgspec.Struct, kw_only=True):
    """Count what one run did."""

    queued: int = 0
    settled: int = 0
    repaired: int = 0
    renewed: int = 0
    resealed: int = 0
    looked: int = 0
    chained: int = 0
    campaigns: int = 0
    left: int = 0
    erased: int = 0
    swept: int = 0
    events: int = 0
    held: int = 0
    failed: int = 0
    more: bool = False

    def add(self, other: Tally) -> None:
        """Count what another one counted, too."""
        for name in self.__struct_fields__:
            both = getattr(self, name), getattr(other, name)
            setattr(self, name, any(both) if name == "more" else sum(both))

    def counts(self) -> dict[str, int]:
        """Return the counts alone, for the log."""
        return {name: int(value) for name, value in msgspec.structs.asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Job:
    """Hold one thing that is due.

    event: by which its failure is reported. time: the field of its record that says when it is due; it is
    looked at again a while after a failure. "": the work sees to that itself. alone: what two never work on
    at the same time, a mailbox above all.
    """

    event: str
    id: str
    key: Key[Any]
    time: str
    alone: str
    work: Callable[[Tally], Any]


#: A job that was done: what it counted, and its error.
Done = tuple[Job, Tally, Exception | None]


def done(jobs: Sequence[Job], at_once: int) -> Iterator[Done]:
    """Do jobs, so many at a time, and yield each; those of one mailbox follow each other."""
    if at_once == 1:
        yield from map(_do, jobs)
        return
    rows: dict[str, list[Job]] = {}
    for job in jobs:
        rows.setdefault(job.alone, []).append(job)
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        for row in pool.map(lambda some: [_do(job) for job in some], rows.values()):
            yield from row


def _do(job: Job) -> Done:
    tally = Tally()
    try:
        job.work(tally)
    except Exception as error:  # noqa: BLE001 - even a bug met in one must not hold up the others
        return job, tally, error
    return job, tally, None
