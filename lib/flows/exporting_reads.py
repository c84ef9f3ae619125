"""Own the export of a mailbox's record of reads, for the person whose mailbox it is.

Invariant: it begins with the head and ends with the link that the head names, so that the check can say
whether anything is missing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.reads_chain import exported, exported_head
from lib.core.records import ReadsHead
from lib.core.rights import owned
from lib.flows.chaining import BATCH, chain_reads
from lib.ports import Services


def export(services: Services, caller: VerifiedCaller, mailbox: str) -> Iterator[bytes]:
    """Return the record of reads as lines of JSON: the head, then every link in order.

    For the mailbox's owner alone; NotFound for all others. What is in no chain yet is chained first.
    """
    key = keys.mailbox(caller.org, mailbox)
    owned(services.store.read([key]), key, caller)
    chain_reads(services, caller.org, mailbox)
    head_key = keys.reads_head(caller.org, mailbox)
    head = services.store.read([head_key])[head_key] or ReadsHead(org=caller.org, mailbox=mailbox)
    return _lines(services, head)


def _lines(services: Services, head: ReadsHead) -> Iterator[bytes]:
    yield exported_head(head)
    number = head.removed_number
    while number < head.number:
        links = services.store.reads(head.org, head.mailbox, after=number, limit=BATCH)
        for link in links:
            # What was chained since is behind the head of this export.
            if link.number <= head.number:
                yield exported(link)
        if not links:
            return
        number = links[-1].number
