"""Own the timeline of one candidate: all that was planned, went out and came back, each with its reason.

Invariant: it says nothing that is not on record; what is planned is shown only while it can still happen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.enrollment import LIVE
from lib.core.errors import NotFound
from lib.core.records import AuditEntry, Enrollment, Reply, Status
from lib.flows.permitting import permitted
from lib.flows.showing_candidates import ShownCandidate, shown_candidate
from lib.ports import Services


class Happening(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Show one event. what: "planned", "sent", "deed", or what an answer was ("person", "automatic" ...).

    planned: for when a sent mail was planned. why: the reason for its time, the deed, how bad a bounce was.
    about: what else is on record of a deed, as the audit has it: "skipped", "held: sent", "held: not sent".
    answer: id of the answer. returns_on: the day of return that it named.
    """

    at: datetime
    what: str
    step: str = ""
    planned: datetime | None = None
    why: str = ""
    about: tuple[str, ...] = ()
    subject: str = ""
    answer: str = ""
    returns_on: date | None = None


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Show a candidate, and what happens to them in the order of time; timezone: the candidate's."""

    candidate: ShownCandidate
    timezone: str
    events: tuple[Happening, ...]


def show_timeline(services: Services, caller: VerifiedCaller, id_: str, enrollment: str) -> Timeline:
    """Show one candidate's timeline to whoever may read the campaign."""
    permitted(services, caller, id_, "read")
    key, store = keys.enrollment(caller.org, enrollment), services.store
    one = store.read([key])[key]
    if one is None or one.campaign != id_:
        raise NotFound("no such candidate")
    replies = store.all_held(Reply, caller.org, where=("enrollment", one.id))
    theirs = f"enrollment:{one.id}"
    deeds = store.all_held(AuditEntry, caller.org, where=("about", theirs))
    events = [
        *_mails(one),
        *(_answer(reply) for _, reply in replies),
        # What was sent is among the mails, with more about it.
        *(_deed(deed, theirs) for _, deed in deeds if deed.deed != "sent"),
    ]
    return Timeline(
        candidate=shown_candidate(one),
        timezone=one.timezone,
        events=tuple(sorted(events, key=lambda event: event.at)),
    )


def _mails(one: Enrollment) -> Iterator[Happening]:
    """Yield what went out, and while the candidate is in the campaign, what is to come."""
    slots = {slot.step: slot for slot in one.slots}
    for mail in one.sent:
        slot = slots.pop(mail.step, None)
        planned, why = (slot.due, slot.reason) if slot is not None else (None, "")
        yield Happening(
            at=mail.at, what="sent", step=mail.step, planned=planned, why=why, subject=mail.subject
        )
    for slot in slots.values() if one.status in LIVE else ():
        is_next = slot.step == one.step and one.status is Status.WAITING
        # A step that waits for something else than its slot has a time and a reason of its own.
        at = one.due if is_next else slot.due
        yield Happening(
            at=at, what="planned", step=slot.step, why=(one.why if is_next else "") or slot.reason
        )


def _deed(entry: AuditEntry, theirs: str) -> Happening:
    about = tuple(one for one in entry.about if one != theirs)
    return Happening(at=entry.at, what="deed", why=entry.deed, about=about)


def _answer(reply: Reply) -> Happening:
    return Happening(
        at=reply.received_at,
        what=reply.kind,
        step=reply.step,
        why=reply.severity,
        subject=reply.subject,
        answer=reply.id,
        returns_on=reply.returns_on,
    )
