"""Own the reading of one answer at the user's click, where a candidate's address alone was no reason to.

Invariant: the body is fetched only then, and the read is on record with that reason. An opt-out that it turns
out to be holds, however late it is read.
"""

from __future__ import annotations

from typing import Any

import msgspec

from lib.core import keys
from lib.core.answers.understood import Understood
from lib.core.callers import VerifiedCaller
from lib.core.classify import understand
from lib.core.errors import Conflict, NotFound
from lib.core.ids import address_id
from lib.core.incoming.acting import opted_out
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Inbox, Record, Reply, ReplyKind
from lib.flows.permitting import Permit, permitted
from lib.flows.reading import RecordedGmail, noting_trouble, with_reads
from lib.ports import Services

WHY = "at the user's click"


def read_answer(services: Services, caller: VerifiedCaller, campaign: str, reply: str) -> Reply:
    """Return an answer with its text, fetched now if it was not read yet, for whoever may read it.

    NotFound when Gmail no longer has it; Conflict while the mailbox cannot be read.
    """
    permit = permitted(services, caller, campaign, "read")
    mailbox, _, gmail_id = reply.rpartition("-")
    if not mailbox or "/" in reply:
        raise NotFound("no such answer")
    key = keys.reply(caller.org, mailbox, gmail_id)
    found = services.store.read([key])[key]
    if found is None or found.campaign != campaign:
        raise NotFound("no such answer")
    if not found.unread:
        return found
    inbox_key = keys.inbox(permit.campaign.inbox)
    inbox = services.store.read([inbox_key])[inbox_key]
    if inbox is None or inbox.status != "connected" or inbox.mailbox != found.mailbox:
        raise Conflict("the mailbox is disconnected: connect it again to read this answer")
    return _fetch(services, permit, inbox, key, found)


def _fetch(services: Services, permit: Permit, inbox: Inbox, key: Key[Reply], found: Reply) -> Reply:
    """Fetch the text and store it; whether they may is not asked again: what was read has to be on record."""
    with noting_trouble(services, inbox):
        gmail = RecordedGmail(services, inbox)
        raw = gmail.message(found.gmail_id, why=WHY)
        if raw is None:
            gmail.record()
            raise NotFound("Gmail no longer has this mail")
    said, now = understand(raw.raw, raw.received_at), services.clock.now()
    reads = gmail.taken(now)

    def decide(snapshot: Snapshot) -> Changes[Reply]:
        reply = snapshot[key]
        if reply is None or not reply.unread:
            return Changes(reply or found, writes=with_reads({}, reads))
        after = _with_text(reply, said, said.sender and address_id(services.address_key, said.sender))
        entry = permit.audited("read_answer", f"reply:{after.id}")
        writes: dict[Key[Any], Record] = {key: after, **entry}
        if after.kind is ReplyKind.OPT_OUT:
            more, missing = opted_out(snapshot, inbox, after, now)
            if missing:
                return Changes(after, need=frozenset(missing))
            writes |= more
        return Changes(after, writes=with_reads(writes, reads))

    return services.store.change([key], decide)


def _with_text(reply: Reply, said: Understood, sender_id: str) -> Reply:
    opted_out = said.kind is ReplyKind.OPT_OUT
    return msgspec.structs.replace(
        reply,
        kind=said.kind if opted_out else reply.kind,
        sender=reply.sender or said.sender,
        sender_id=reply.sender_id or sender_id,
        subject=reply.subject or said.subject,
        text=said.text,
        unread=False,
        attachments=said.attachments,
        forwarded=said.forwarded,
        proposed=said.interest,
        proposed_by=said.interest_words,
    )
