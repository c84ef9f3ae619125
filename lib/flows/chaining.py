"""Own the chaining of a mailbox's record of reads, after the fact, so that no send or answer waits for it.

Invariant: each link follows from the one before it, also with two runs at once: the head is written with
every link, on condition that it is still the head that was read. What expires goes from the front, and its
hash is kept.
"""

from __future__ import annotations

from lib.core import keys
from lib.core.keys import Changes, Key, Snapshot
from lib.core.reads_chain import linked, without_expired
from lib.core.records import Inbox, Reads, ReadsHead
from lib.ports import Services

#: How many links one commit makes, and how many commits one run; the next run goes on.
BATCH = 100
COMMITS = 10


def chain(services: Services, inbox: Inbox) -> int:
    """Chain the mailbox's reads that are in no chain yet, remove the expired ones; return the new links."""
    made = 0
    for _ in range(COMMITS):
        unchained = services.store.unchained_reads(inbox.org, inbox.mailbox, BATCH)
        if unchained:
            made += _link(services, inbox, unchained)
        if len(unchained) < BATCH:
            break
    for _ in range(COMMITS):
        if _remove(services, inbox) < BATCH:
            break
    return made


def _link(services: Services, inbox: Inbox, unchained: list[Reads]) -> int:
    """Link what still is in no chain, with the head, in one commit."""
    head_key = keys.reads_head(inbox.org, inbox.mailbox)
    wanted = [_key(reads) for reads in unchained]

    def decide(snapshot: Snapshot) -> Changes[int]:
        head = snapshot[head_key] or ReadsHead(org=inbox.org, mailbox=inbox.mailbox)
        there = [reads for key in wanted if (reads := snapshot[key]) is not None and reads.number == 0]
        after, links = linked(head, there)
        if not links:
            return Changes(0)
        return Changes(len(links), writes={head_key: after, **{_key(link): link for link in links}})

    return services.store.change([head_key, *wanted], decide)


def _remove(services: Services, inbox: Inbox) -> int:
    """Remove expired links from the front; return how many were looked at and gone."""
    head_key = keys.reads_head(inbox.org, inbox.mailbox)
    now = services.clock.now()
    snapshot = services.store.read([head_key])
    known = snapshot[head_key]
    if known is None:
        return 0
    links = services.store.reads(inbox.org, inbox.mailbox, after=known.removed_number, limit=BATCH)
    if not links or links[0].expires_at > now:
        return 0

    def decide(snapshot: Snapshot) -> Changes[int]:
        head = snapshot.need(head_key)
        left = [link for link in links if link.number > head.removed_number]
        after, removed = without_expired(head, left, now)
        if not removed:
            return Changes(0)
        return Changes(
            len(removed), writes={head_key: after}, deletes=frozenset(_key(link) for link in removed)
        )

    return services.store.change([head_key], decide, known=snapshot)


def _key(reads: Reads) -> Key[Reads]:
    return keys.reads(reads.org, reads.mailbox, reads.run, reads.sequence)
