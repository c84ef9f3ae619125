"""Own the finding of what an erasure removes, one bounded piece after the other.

Invariant: each piece is looked for after the one before it is gone, so that nothing has to be remembered;
what leads to others (a campaign to its attachments, a thread to what waits for it) goes after them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from lib.core import keys
from lib.core.erasing import enrollments_removed, inbox_keys, own_inboxes, removed, upload_removed
from lib.core.ids import normalise_address
from lib.core.keys import Changes, Key, R, Snapshot
from lib.core.records import (
    AttachmentContent,
    AuditEntry,
    Campaign,
    Connection,
    Contact,
    Correspondence,
    Day,
    Enrollment,
    Erasure,
    Invitation,
    Mailbox,
    OAuthState,
    OutgoingEvent,
    Pending,
    Reads,
    ReadsHead,
    Record,
    Reply,
    Suppression,
    Upload,
    Usage,
)
from lib.ports import Services

#: How many documents are found and removed at once; attachments hold up to a megabyte each.
CHUNK = 200
ATTACHMENTS = 8
#: What of an org lies beside its mailboxes and campaigns, and leads to nothing else.
_FLAT: tuple[type[Record], ...] = (
    Enrollment,
    Reply,
    Correspondence,
    OutgoingEvent,
    Pending,
    Contact,
    Suppression,
    OAuthState,
    Connection,
    Invitation,
    Usage,
    AuditEntry,
)
_OF_MAILBOX: tuple[type[Record], ...] = (Day, Reads, ReadsHead)


class _Removal(Protocol):
    def __call__(self, snapshot: Snapshot, *, seen: Erasure) -> Changes[Erasure]: ...


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold what one commit removes: the decision, and the documents to read for it."""

    decide: _Removal
    keys: list[Key[Any]]


def of_candidate(services: Services, erasure: Erasure) -> Iterator[Piece]:
    """Yield what is held about a candidate: in campaigns, in answers, and of mail that may be theirs."""
    org, subject = erasure.org, erasure.subject
    # Who is in an upload is not known before a campaign reads it: all that are open go.
    yield from _uploads(services, org)
    yield from _enrollments(services, org, ("contact", subject))
    yield from _all(services, OutgoingEvent, org, ("contact", subject))
    yield from _all(services, Reply, org, ("contact", subject))
    # What they wrote in answer to a mail to somebody else.
    yield from _all(services, Reply, org, ("sender_id", subject))
    yield from _all(services, Pending, org, ("contacts", subject))
    while some := services.store.held(Correspondence, org, where=("contact", subject), limit=CHUNK):
        for _, one in some:
            yield from _all(services, Pending, org, ("lookups", one.id))
        yield _piece(some)


def of_mailbox(services: Services, erasure: Erasure) -> Iterator[Piece]:
    """Yield what is held of a disconnected mailbox, but for itself."""
    org, id_ = erasure.org, erasure.subject
    # The campaigns first: without them no acceptance and no addition under way gets through.
    yield from _campaigns(services, org, ("mailbox", id_))
    yield from _enrollments(services, org, ("mailbox", id_))
    for kind in (Reply, Correspondence, OutgoingEvent, Pending):
        yield from _all(services, kind, org, ("mailbox", id_))
    yield from _below(services, org, id_)
    key = keys.mailbox(org, id_)
    mailbox = services.store.read([key])[key]
    if mailbox is not None:
        yield from _wishes(services, mailbox)


def of_org(services: Services, erasure: Erasure) -> Iterator[Piece]:
    """Yield all that is held of an org, but for its settings and this erasure."""
    org = erasure.org
    yield from _campaigns(services, org, None)
    yield from _uploads(services, org)
    for kind in _FLAT:
        yield from _all(services, kind, org, None)
    yield from _other_erasures(services, erasure)
    for mailbox in services.store.mailboxes(org):
        yield from _below(services, org, mailbox.id)
        yield _mailbox_itself(services, mailbox)


def _enrollments(services: Services, org: str, where: tuple[str, str]) -> Iterator[Piece]:
    while some := [one for _, one in services.store.held(Enrollment, org, where=where, limit=CHUNK)]:
        yield Piece(partial(enrollments_removed, some=some), [keys.contact(org, one.contact) for one in some])


def _campaigns(services: Services, org: str, where: tuple[str, str] | None) -> Iterator[Piece]:
    while some := services.store.held(Campaign, org, where=where, limit=CHUNK):
        for _, one in some:
            yield from _all(services, AttachmentContent, org, None, of=one.id, limit=ATTACHMENTS)
        yield _piece(some)


def _uploads(services: Services, org: str) -> Iterator[Piece]:
    while some := services.store.held(Upload, org, limit=CHUNK):
        for key, _ in some:
            yield Piece(partial(upload_removed, key=key), [key])


def _below(services: Services, org: str, mailbox: str) -> Iterator[Piece]:
    for kind in _OF_MAILBOX:
        yield from _all(services, kind, org, None, of=mailbox)


def _wishes(services: Services, mailbox: Mailbox) -> Iterator[Piece]:
    """Yield invitations, wishes and consents under way for a mailbox's address, however it was written."""
    kinds: tuple[type[Connection | Invitation], ...] = (Connection, Invitation)
    for kind in kinds:
        after = ""
        while some := services.store.held(kind, mailbox.org, after=after, limit=CHUNK):
            after = some[-1][1].id
            wanted = normalise_address(mailbox.address)
            its = [(key, one) for key, one in some if normalise_address(one.address) == wanted]
            for _, one in its:
                yield from _all(services, OAuthState, mailbox.org, ("connection", one.id))
            if its:
                yield _piece(its)


def _other_erasures(services: Services, erasure: Erasure) -> Iterator[Piece]:
    while some := services.store.held(Erasure, erasure.org, limit=CHUNK):
        others = [(key, one) for key, one in some if one.id != erasure.id]
        if not others:
            return
        yield _piece(others)


def _mailbox_itself(services: Services, mailbox: Mailbox) -> Piece:
    """Return the removal of a mailbox and of its inboxes, but for those that are another's by now."""
    inboxes = own_inboxes(services.store.read(inbox_keys(mailbox)), mailbox)
    return Piece(partial(removed, some=[keys.mailbox(mailbox.org, mailbox.id), *inboxes]), [])


def _all(
    services: Services,
    kind: type[R],
    org: str,
    where: tuple[str, str] | None,
    *,
    of: str = "",
    limit: int = CHUNK,
) -> Iterator[Piece]:
    while some := services.store.held(kind, org, of=of, where=where, limit=limit):
        yield _piece(some)


def _piece(some: Sequence[tuple[Key[Any], Any]]) -> Piece:
    return Piece(partial(removed, some=[key for key, _ in some]), [])
