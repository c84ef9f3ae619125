"""Own the user's word on what an answer comes to; it outranks what rules propose.

Invariant: the answer and its candidate are marked in one commit; the label in Gmail is a courtesy and never
stands in the way.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import NotFound, OutreachError
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Campaign, Enrollment, Interest, Record, Reply
from lib.flows.labelling import labels_of
from lib.flows.permitting import permitted
from lib.flows.reading import RecordedGmail, noting_trouble
from lib.flows.reading_answers import read_answer
from lib.flows.showing_answers import ShownAnswer, reply_key, shown_answer, shown_answers
from lib.ports import Services


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the body of a mark; null takes it off again."""

    interest: Interest | None


def mark(services: Services, caller: VerifiedCaller, id_: str, reply_id: str, given: Mark) -> ShownAnswer:
    """Mark an answer and its candidate, for whoever may read it."""
    permit, about = permitted(services, caller, id_, "read"), reply_key(caller.org, reply_id)
    known = services.store.read([about])
    reply = _of(known, about, id_)
    if given.interest is Interest.INTERESTED and reply.interest is not Interest.INTERESTED:
        with suppress(OutreachError):
            _label(services, permit.campaign, reply)
    candidate, now = keys.enrollment(caller.org, reply.enrollment), services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[ShownAnswer]:
        permit.again(snapshot)
        before, enrollment = _of(snapshot, about, id_), snapshot[candidate]
        after = msgspec.structs.replace(before, interest=given.interest)
        writes: dict[Key[Any], Record] = {} if after == before else {about: after}
        marked = _marked(candidate, enrollment, given.interest, now)
        return Changes(shown_answer(after, enrollment), writes | marked)

    wanted = [*permit.wanted, about, candidate]
    return services.store.change(wanted, decide, known=known)


def read(services: Services, caller: VerifiedCaller, id_: str, reply_id: str) -> ShownAnswer:
    """Show an answer with its text, which is fetched if it was not read yet."""
    [shown] = shown_answers(services, [read_answer(services, caller, id_, reply_id)])
    return shown


def _marked(
    key: Key[Enrollment], enrollment: Enrollment | None, interest: Interest | None, now: datetime
) -> dict[Key[Any], Record]:
    if enrollment is None or enrollment.interest is interest:
        return {}
    return {key: msgspec.structs.replace(enrollment, interest=interest, moved_at=now)}


def _of(snapshot: Snapshot, key: Key[Reply], campaign: str) -> Reply:
    reply = snapshot[key]
    if reply is None or reply.campaign != campaign:
        raise NotFound("no such answer")
    return reply


def _label(services: Services, campaign: Campaign, reply: Reply) -> None:
    """Put the label for interest on the answer in the user's own Gmail, where there are labels."""
    inbox_key = keys.inbox(campaign.inbox)
    inbox = services.store.read([inbox_key])[inbox_key]
    if inbox is None or (inbox.status, inbox.mailbox, inbox.access) != ("connected", reply.mailbox, "full"):
        return
    with noting_trouble(services, inbox):
        gmail = RecordedGmail(services, inbox)
        labels = labels_of(services, gmail, campaign)
        if labels is not None:
            gmail.label([reply.gmail_id], [labels.interested])
        gmail.record()
