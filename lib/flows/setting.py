"""Own what an owner changes of a mailbox, and the end of a pause before its time."""

from __future__ import annotations

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.callers import VerifiedCaller
from lib.core.errors import InvalidRequest
from lib.core.keys import Changes, Snapshot
from lib.core.mailbox_settings import ChangedMailbox, changed_mailbox
from lib.core.records import Limits, Mailbox
from lib.core.rights import bound, owned
from lib.core.seen import ANYTHING, Seen, tag_of
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
    return _shown(owned(services.store.read([key]), key, caller))


def change_mailbox(
    services: Services, caller: VerifiedCaller, id_: str, wish: ChangedMailbox, seen: Seen = ANYTHING
) -> ShownMailboxSettings:
    """Change a mailbox's settings; InvalidRequest lists every fault, Outdated: they are not as seen.

    New limits hold for what is planned from now on; times that are planned already stay.
    """
    key, now = keys.mailbox(caller.org, id_), services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[Mailbox]:
        before = owned(snapshot, key, caller)
        seen.check(tag_of(_shown(before)))
        after, faults = changed_mailbox(before, wish)
        if faults:
            raise InvalidRequest("the mailbox can't be changed", tuple(faults))
        if after == before:
            return Changes(after)
        names = [name for name, value in msgspec.structs.asdict(wish).items() if value is not None]
        entry = audited("settings_changed", caller.org, now, by=caller.user, mailbox=id_, about=tuple(names))
        return Changes(after, writes={key: bound(after, caller), **entry})

    return _shown(services.store.change([key], decide))


def resume_mailbox(services: Services, caller: VerifiedCaller, id_: str) -> ShownMailboxSettings:
    """Let a mailbox send again that has paused itself; what is due gets new slots, and no burst goes out."""
    mailbox_key = keys.mailbox(caller.org, id_)
    mailbox = owned(services.store.read([mailbox_key]), mailbox_key, caller)
    inbox_key, now = keys.inbox(mailbox.inbox), services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[None]:
        inbox = snapshot[inbox_key]
        if inbox is None or inbox.mailbox != id_ or inbox.paused_until is None:
            return Changes(None)
        after = msgspec.structs.replace(inbox, paused_until=None, paused_why="", bounces=())
        entry = audited("resumed_mailbox", caller.org, now, by=caller.user, mailbox=id_)
        return Changes(None, writes={inbox_key: after, **entry})

    services.store.change([inbox_key], decide)
    return _shown(mailbox)


def _shown(mailbox: Mailbox) -> ShownMailboxSettings:
    return ShownMailboxSettings(
        id=mailbox.id,
        sender_name=mailbox.sender_name,
        signature_text=mailbox.signature_text,
        signature_html=mailbox.signature_html,
        timezone=mailbox.timezone,
        limits=mailbox.limits,
    )
