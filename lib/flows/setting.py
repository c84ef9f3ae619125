"""Own what an owner changes of a mailbox, and the end of a pause before its time."""

from __future__ import annotations

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import InvalidRequest, NotFound
from lib.core.keys import Changes, Key, Snapshot
from lib.core.mailbox_settings import ChangedMailbox, changed_mailbox
from lib.core.records import Limits, Mailbox
from lib.ports import Services


class ShownMailboxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Show what the owner of a mailbox may change, and the time zone in which its days are counted."""

    id: str
    sender_name: str
    signature_text: str
    signature_html: str
    timezone: str
    limits: Limits


def show_mailbox(services: Services, caller: VerifiedCaller, id_: str) -> ShownMailboxSettings:
    """Show a mailbox's settings to its owner; for all others it does not exist."""
    key = keys.mailbox(caller.org, id_)
    return _shown(_own(services.store.read([key]), key, caller))


def change_mailbox(
    services: Services, caller: VerifiedCaller, id_: str, wish: ChangedMailbox
) -> ShownMailboxSettings:
    """Change a mailbox's settings; InvalidRequest lists every fault.

    New limits hold for what is planned from now on; times that are planned already stay.
    """
    key = keys.mailbox(caller.org, id_)

    def decide(snapshot: Snapshot) -> Changes[Mailbox]:
        before = _own(snapshot, key, caller)
        after, faults = changed_mailbox(before, wish)
        if faults:
            raise InvalidRequest("the mailbox can't be changed", tuple(faults))
        return Changes(after, writes={key: after} if after != before else {})

    return _shown(services.store.change([key], decide))


def resume_mailbox(services: Services, caller: VerifiedCaller, id_: str) -> ShownMailboxSettings:
    """Let a mailbox send again that has paused itself; what is due gets new slots, and no burst goes out."""
    mailbox_key = keys.mailbox(caller.org, id_)
    mailbox = _own(services.store.read([mailbox_key]), mailbox_key, caller)
    inbox_key = keys.inbox(mailbox.inbox)

    def decide(snapshot: Snapshot) -> Changes[None]:
        inbox = snapshot[inbox_key]
        if inbox is None or inbox.paused_until is None:
            return Changes(None)
        after = msgspec.structs.replace(inbox, paused_until=None, paused_why="", bounces=())
        return Changes(None, writes={inbox_key: after})

    services.store.change([inbox_key], decide)
    return _shown(mailbox)


def _own(snapshot: Snapshot, key: Key[Mailbox], caller: VerifiedCaller) -> Mailbox:
    mailbox = snapshot.need(key)
    if mailbox.owner != caller.user:
        raise NotFound("no such mailbox")
    return mailbox


def _shown(mailbox: Mailbox) -> ShownMailboxSettings:
    return ShownMailboxSettings(
        id=mailbox.id,
        sender_name=mailbox.sender_name,
        signature_text=mailbox.signature_text,
        signature_html=mailbox.signature_html,
        timezone=mailbox.timezone,
        limits=mailbox.limits,
    )
