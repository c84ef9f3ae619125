"""Own how far an erasure is, and its receipt: what is gone, what is kept and why, until when backups are.

Invariant: done is only what was removed twice, the second time when no worker can be left that had begun
before the first; the marks that refuse what is new go in the commit that says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.erasing.removing import counted, inbox_keys, own_inboxes, still
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Contact, Erasure, KeptPart, Record

#: When all is removed once more. No function runs for longer, so whatever was under way has ended by then.
AGAIN_AFTER = timedelta(hours=1)

_IN_GMAIL = KeptPart(
    what="mails, drafts and labels in the mailbox itself",
    why="they are its owner's own; who wants them gone asks the owner. Only should Gmail forget what was new "
    "can an answer of the last hours in somebody else's thread be found there again",
)
_LOGS = KeptPart(
    what="log lines, which hold ids and keyed hashes only",
    why="to look into faults; they expire by themselves",
)
_AUDIT = KeptPart(
    what="entries of the audit, which hold ids and keyed hashes only",
    why="to show who did what with a mailbox",
)
_RECEIPT = KeptPart(
    what="this receipt, which holds ids and keyed hashes only",
    why="to erase the same again in a backup that is restored",
)
_SUPPRESSED = KeptPart(
    what="the keyed hash of the address, as one that gets no mail",
    why="so that nobody writes to it again by mistake",
)
_OTHERS = KeptPart(
    what="what other candidates wrote in their answers", why="it is theirs, even where it names somebody else"
)
_OWN_WORDS = KeptPart(
    what="what users wrote themselves, such as the texts of campaigns and reasons, and domains of companies",
    why="it is the organisation's own; look there whether it names somebody",
)
_PEOPLE = KeptPart(
    what="keyed hashes of candidates who get no mail, and the list of them",
    why="their wish, or that their address is dead, holds for the whole organisation",
)
_COLLEAGUE = KeptPart(
    what="what other mailboxes and campaigns say of its owner as a colleague, such as a grant",
    why="it belongs to those mailboxes; end the grant to have it go with them",
)


def later(snapshot: Snapshot, seen: Erasure, wake_at: datetime) -> Changes[Erasure]:
    """Go on at a later time: something is waited for, or the rest is left to the next run."""
    return _moved(snapshot, seen, wake_at=wake_at)


def swept(snapshot: Snapshot, seen: Erasure, now: datetime) -> Changes[Erasure]:
    """Note that all is removed once; it is removed again when whatever was under way has ended."""
    return _moved(snapshot, seen, stage="swept", wake_at=now + AGAIN_AFTER)


def candidate_done(snapshot: Snapshot, seen: Erasure, now: datetime, backup_days: int) -> Changes[Erasure]:
    """End a candidate's erasure: of the contact stays, if anything, that it is suppressed."""
    key = keys.contact(seen.org, seen.subject)
    contact = snapshot[key]
    hidden = contact is not None and contact.suppressed is not None
    kept = (*((_SUPPRESSED,) if hidden else ()), _IN_GMAIL, _OTHERS, _OWN_WORDS, _AUDIT, _RECEIPT, _LOGS)
    if contact is None:
        return _done(snapshot, seen, now, backup_days, kept)
    if contact.suppressed is None:
        return _done(snapshot, seen, now, backup_days, kept, gone=(key,))
    left = Contact(org=contact.org, id=contact.id, suppressed=contact.suppressed)
    return _done(snapshot, seen, now, backup_days, kept, writes={key: left})


def mailbox_done(snapshot: Snapshot, seen: Erasure, now: datetime, backup_days: int) -> Changes[Erasure]:
    """End a mailbox's erasure: the mailbox itself goes, and its inbox, unless that is another's by now."""
    key = keys.mailbox(seen.org, seen.subject)
    gone: tuple[Key[Any], ...] = ()
    if (mailbox := snapshot[key]) is not None:
        if missing := snapshot.missing(inbox_keys(mailbox)):
            return Changes(seen, need=frozenset(missing))
        gone = (key, *own_inboxes(snapshot, mailbox))
    kept = (_IN_GMAIL, _PEOPLE, _COLLEAGUE, _AUDIT, _RECEIPT, _LOGS)
    return _done(snapshot, seen, now, backup_days, kept, gone=gone)


def org_done(snapshot: Snapshot, seen: Erasure, now: datetime, backup_days: int) -> Changes[Erasure]:
    """End an org's erasure: its settings go; the receipt is all that is left."""
    key = keys.org(seen.org)
    erasure = still(snapshot, seen)
    ended = _ended(erasure, now, backup_days, (_IN_GMAIL, _RECEIPT, _LOGS))
    gone = frozenset({key} if snapshot[key] is not None else ())
    return Changes(ended, {keys.erasure(seen.org, seen.id): ended}, gone)


def _done(
    snapshot: Snapshot,
    seen: Erasure,
    now: datetime,
    backup_days: int,
    kept: tuple[KeptPart, ...],
    *,
    writes: dict[Key[Any], Record] | None = None,
    gone: tuple[Key[Any], ...] = (),
) -> Changes[Erasure]:
    ended = _ended(counted(still(snapshot, seen), gone), now, backup_days, kept)
    entry = audited(
        "erased",
        seen.org,
        now,
        mailbox=seen.subject if seen.kind == "mailbox" else "",
        about=(f"erasure:{seen.id}", f"{seen.kind}:{seen.subject}"),
    )
    own: dict[Key[Any], Record] = {keys.erasure(seen.org, seen.id): ended, **entry}
    return Changes(ended, {**(writes or {}), **own}, frozenset(gone))


def _ended(erasure: Erasure, now: datetime, backup_days: int, kept: tuple[KeptPart, ...]) -> Erasure:
    return msgspec.structs.replace(
        erasure,
        stage="done",
        wake_at=None,
        kept=kept,
        done_at=now,
        backups_until=now + timedelta(days=backup_days),
    )


def _moved(snapshot: Snapshot, seen: Erasure, **changes: Any) -> Changes[Erasure]:
    after = msgspec.structs.replace(still(snapshot, seen), **changes)
    return Changes(after, {keys.erasure(seen.org, seen.id): after} if after != seen else {})
