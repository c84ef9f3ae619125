"""Own the falling away of what an org has kept long enough: the words of answers, the record of reads.

Invariant: each part may be done again at any time; an org is looked through daily from its first mailbox on,
and what could not be finished is gone on with at the next run.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from lib.core import keys
from lib.core.records import Mailbox, Org
from lib.core.retention import SWEEP_EVERY, all_faded, answers_before, swept
from lib.flows.chaining import chain_reads
from lib.ports import Services

#: How many answers fade in one commit, and how many commits one run makes.
CHUNK = 100
COMMITS = 20


def sweep(services: Services, org: Org) -> bool:
    """Let fade what has been kept long enough; return whether that was all of it."""
    now, key = services.clock.now(), keys.org(org.org)
    done = _fade(services, org, answers_before(org, now))
    if done:
        for mailbox in _silent(services, org.org):
            chain_reads(services, org.org, mailbox.id)
    again = now + SWEEP_EVERY if done else now
    services.store.change([key], lambda snapshot: swept(snapshot, key, org, again))
    return done


def _fade(services: Services, org: Org, before: datetime) -> bool:
    for _ in range(COMMITS):
        found = services.store.fading_replies(org.org, before, CHUNK)
        wanted = [keys.reply(one.org, one.mailbox, one.gmail_id) for one in found]
        services.store.change(wanted, partial(all_faded, wanted=wanted))
        if len(found) < CHUNK:
            return True
    return False


def _silent(services: Services, org: str) -> list[Mailbox]:
    """Return the mailboxes that nobody looks into any more: the reads of the others are chained then."""
    mailboxes = services.store.mailboxes(org)
    inboxes = services.store.read(keys.inbox(one.inbox) for one in mailboxes)

    def is_silent(mailbox: Mailbox) -> bool:
        inbox = inboxes[keys.inbox(mailbox.inbox)]
        live = inbox is not None and inbox.mailbox == mailbox.id and inbox.status == "connected"
        return not live and not mailbox.erasing

    return [mailbox for mailbox in mailboxes if is_silent(mailbox)]
