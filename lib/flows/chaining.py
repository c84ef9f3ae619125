"""Own the chaining of a mailbox's record of reads, after the fact, so that no send or answer waits for it.

Invariant: each link follows from the one before it, also with two runs at once: the head is written with
every link, on condition that it is still the head that was read. What the org keeps no longer goes from the
front, and its hash is kept.
"""

from __future__ import annotations

from lib.core import keys
from lib.core.keys import Changes, Key, Snapshot
from lib.core.reads_chain import linked, without_old
from lib.core.records import Inbox, Org, Reads, ReadsHead
from lib.core.retention import reads_before
from lib.ports import Services

#: How many links one commit makes, and how many commits one run; the next run goes on.
BATCH = 100
COMMITS = 10


def chain(services: Services, inbox: Inbox) -> int:
    """Do as ``chain_reads`` for the mailbox of a connection."""
    return chain_reads(services, inbox.org, inbox.mailbox)


def chain_reads(services: Services, org: str, mailbox: str) -> int:
    """Chain a mailbox's reads that are in no chain yet, remove the old ones; return the new links."""
    made = 0
    for _ in range(COMMITS):
        unchained = services.store.unchained_reads(org, mailbox, BATCH)
        if unchained:
            made += _link(services, keys.reads_head(org, mailbox), unchained)
        if len(unchained) < BATCH:
            break
    for _ in range(COMMITS):
        if _remove(services, org, mailbox) < BATCH:
            break
    return made


def _link(services: Services, head_key: Key[ReadsHead], unchained: list[Reads]) -> int:
    """Link what still is in no chain, with the head, in one commit."""
    wanted = [_key(reads) for reads in unchained]

    def decide(snapshot: Snapshot) -> Changes[int]:
        head = snapshot[head_key] or ReadsHead(org=unchained[0].org, mailbox=unchained[0].mailbox)
        there = [reads for key in wanted if (reads := snapshot[key]) is not None and reads.number == 0]
        after, links = linked(head, there)
        if not links:
            return Changes(0)
        return Changes(len(links), writes={head_key: after, **{_key(link): link for link in links}})

    return services.store.change([head_key, *wanted], decide)


def _remove(services: Services, org: str, mailbox: str) -> int:
    """Remove from the front what the org keeps no longer; return how many were looked at and gone."""
    head_key, org_key = keys.reads_head(org, mailbox), keys.org(org)
    snapshot = services.store.read([head_key, org_key])
    known = snapshot[head_key]
    if known is None:
        return 0
    before = reads_before(snapshot[org_key] or Org(org=org), services.clock.now())
    links = services.store.reads(org, mailbox, after=known.removed_number, limit=BATCH)
    if not links or links[0].at >= before:
        return 0

    def decide(snapshot: Snapshot) -> Changes[int]:
        head = snapshot.need(head_key)
        left = [link for link in links if link.number > head.removed_number]
        after, removed = without_old(head, left, before)
        if not removed:
            return Changes(0)
        return Changes(
            len(removed), writes={head_key: after}, deletes=frozenset(_key(link) for link in removed)
        )

    return services.store.change([head_key], decide, known=snapshot.only(head_key))


def _key(reads: Reads) -> Key[Reads]:
    return keys.reads(reads.org, reads.mailbox, reads.run, reads.sequence)
