"""Own the mark by which an erasure begins: from its commit on nothing new is taken in.

Invariant: the same wish while one is under way finds that one; who is marked gets nothing more, since each
live enrollment is stopped in the commit of the mark.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from lib.core import keys
from lib.core.auditing import audited
from lib.core.enrollment import Event
from lib.core.erasing.removing import still
from lib.core.ids import digest
from lib.core.keys import Changes, Key, Snapshot
from lib.core.leaving import asked
from lib.core.records import Contact, Erasure, Mailbox, Org, Record
from lib.core.rights import refuse_erased
from lib.core.stopping import stopped_everywhere

BEING_ERASED = "the candidate's data is being erased"


def erasure_of(
    org: str,
    kind: Literal["candidate", "mailbox", "org"],
    subject: str,
    *,
    by: str,
    new_id: str,
    now: datetime,
) -> Erasure:
    """Return an erasure as it begins. subject: id of the contact or mailbox, "" for the org."""
    id_ = digest("erasure", kind, subject, new_id)
    return Erasure(org=org, id=id_, kind=kind, subject=subject, by=by, asked_at=now, wake_at=now)


def candidate_marked(snapshot: Snapshot, fresh: Erasure) -> Changes[Erasure]:
    """Begin the erasure of a candidate, or find the one that is under way; Conflict when the org's is.

    The contact is made when there is none: what is under way for its address is refused by it.
    """
    refuse_erased(snapshot[keys.org(fresh.org)], None)
    key, listed_key = keys.contact(fresh.org, fresh.subject), keys.suppression(fresh.org, fresh.subject)
    contact = snapshot[key] or Contact(org=fresh.org, id=fresh.subject)
    if contact.erasing:
        return _under_way(snapshot, fresh, contact.erasing)
    stop = stopped_everywhere(snapshot, contact, Event.CANCELLED, BEING_ERASED, fresh.asked_at)
    if missing := {*snapshot.missing([listed_key]), *stop.need}:
        return Changes(fresh, need=frozenset(missing))
    writes: dict[Key[Any], Record] = {**stop.writes, **_begun(fresh)}
    writes[key] = msgspec.structs.replace(contact, erasing=fresh.id)
    listed = snapshot[listed_key]
    if listed is not None and listed.address:
        writes[listed_key] = msgspec.structs.replace(listed, address="")
    return Changes(fresh, writes)


def mailbox_marked(snapshot: Snapshot, fresh: Erasure) -> Changes[Erasure]:
    """Begin the erasure of a mailbox with its disconnecting, or find the one that is under way.

    NotFound when there is no such mailbox.
    """
    refuse_erased(snapshot[keys.org(fresh.org)], None)
    key = keys.mailbox(fresh.org, fresh.subject)
    mailbox = snapshot.need(key)
    if mailbox.erasing:
        return _under_way(snapshot, fresh, mailbox.erasing)
    inbox_key = keys.inbox(mailbox.inbox)
    if inbox_key not in snapshot:
        return Changes(fresh, need=frozenset({inbox_key}))
    return Changes(fresh, {**_left(snapshot, mailbox, fresh, fresh.asked_at), **_begun(fresh)})


def mailbox_joined(snapshot: Snapshot, seen: Erasure, mailbox_id: str, now: datetime) -> Changes[Erasure]:
    """Let an erasure under way mark a mailbox and disconnect it; again, if it was connected meanwhile."""
    still(snapshot, seen)
    mailbox = snapshot[keys.mailbox(seen.org, mailbox_id)]
    if mailbox is None:
        return Changes(seen)
    inbox_key = keys.inbox(mailbox.inbox)
    if inbox_key not in snapshot:
        return Changes(seen, need=frozenset({inbox_key}))
    return Changes(seen, _left(snapshot, mailbox, seen, now))


def org_marked(snapshot: Snapshot, fresh: Erasure) -> Changes[Erasure]:
    """Begin the erasure of an org, or find the one that is under way."""
    key = keys.org(fresh.org)
    org = snapshot[key] or Org(org=fresh.org)
    if org.erasing:
        return _under_way(snapshot, fresh, org.erasing)
    marked = msgspec.structs.replace(org, erasing=fresh.id, sweep_at=None)
    return Changes(fresh, {key: marked, **_begun(fresh)})


def _left(snapshot: Snapshot, mailbox: Mailbox, erasure: Erasure, now: datetime) -> dict[Key[Any], Record]:
    """Return the mailbox with the mark, and its inbox as one that leaves; another's inbox stays as it is."""
    marked = msgspec.structs.replace(mailbox, erasing=erasure.id)
    writes: dict[Key[Any], Record] = {}
    if marked != mailbox:
        writes[keys.mailbox(mailbox.org, mailbox.id)] = marked
    inbox_key = keys.inbox(mailbox.inbox)
    inbox = snapshot[inbox_key]
    if inbox is not None and (inbox.org, inbox.mailbox) == (mailbox.org, mailbox.id):
        writes |= asked(snapshot, inbox_key, mailbox.org, mailbox.id, erasure.by, now).writes
    return writes


def _under_way(snapshot: Snapshot, fresh: Erasure, id_: str) -> Changes[Erasure]:
    """Return the erasure that is under way already."""
    key = keys.erasure(fresh.org, id_)
    if key not in snapshot:
        return Changes(fresh, need=frozenset({key}))
    return Changes(snapshot.need(key))


def _begun(fresh: Erasure) -> dict[Key[Any], Record]:
    """Return what is written of any erasure as it begins: itself, and its entry in the audit."""
    entry = audited(
        "erasing",
        fresh.org,
        fresh.asked_at,
        by=fresh.by,
        mailbox=fresh.subject if fresh.kind == "mailbox" else "",
        about=(f"erasure:{fresh.id}", f"{fresh.kind}:{fresh.subject or fresh.org}"),
    )
    return {keys.erasure(fresh.org, fresh.id): fresh, **entry}
