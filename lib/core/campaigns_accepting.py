"""Own the decisions by which a campaign comes to be: begun, its candidates admitted, made active.

Invariant: each decision may be taken again at any time, by a repeated request too, and ends in the same
records: what is there stays as it is, and an active campaign takes nobody in any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.campaigns import Draft, content_digest, is_id
from lib.core.enrollment import wake_for
from lib.core.errors import Conflict, Fault
from lib.core.ids import address_id, enrollment_id
from lib.core.keys import Changes, Key, Snapshot
from lib.core.planning import plan
from lib.core.records import Campaign, Contact, Enrollment, EnrollmentRef, Mailbox, Record, Status
from lib.core.shortlist import Candidate


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """Name a candidate who is not taken in, by its place in the request, and why."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """Hold a candidate of a request, and where its two documents lie."""

    index: int
    candidate: Candidate
    contact: Key[Contact]
    enrollment: Key[Enrollment]
    contact_id: str
    enrollment_id: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """Hold who is in the campaign, each with its place, and who is not."""

    enrolled: tuple[tuple[Place, Enrollment], ...]
    skipped: tuple[Skipped, ...]


def places(org: str, draft: Draft, address_key: bytes) -> list[Place]:
    """Return the place of each candidate of a draft."""
    found = []
    for index, candidate in enumerate(draft.candidates):
        contact_id = address_id(address_key, candidate.email)
        id_ = enrollment_id(draft.id, contact_id)
        found.append(
            Place(
                index=index,
                candidate=candidate,
                contact=keys.contact(org, contact_id),
                enrollment=keys.enrollment(org, id_),
                contact_id=contact_id,
                enrollment_id=id_,
            )
        )
    return found


def mailbox_faults(snapshot: Snapshot, org: str, draft: Draft, author: str) -> tuple[Fault, ...]:
    """Return what is wrong with the mailbox a new campaign names; a malformed id has its fault already.

    Sending for others is not there yet, so it has to be the author's own.
    """
    if not is_id(draft.mailbox):
        return ()
    mailbox = snapshot[keys.mailbox(org, draft.mailbox)]
    if mailbox is None or mailbox.owner != author:
        return (Fault(field="mailbox", why="you have no mailbox of this id; connect it first"),)
    inbox = snapshot[keys.inbox(mailbox.inbox)]
    if inbox is None or inbox.mailbox != mailbox.id or inbox.status != "connected":
        return (Fault(field="mailbox", why="the mailbox is disconnected; connect it again first"),)
    return ()


def begun(
    snapshot: Snapshot, org: str, draft: Draft, mailbox: Mailbox | None, author: str, now: datetime
) -> Changes[Campaign]:
    """Begin a campaign, or find the one that has its id; Conflict when that one says something else."""
    key = keys.campaign(org, draft.id)
    content = content_digest(draft)
    existing = snapshot[key]
    if existing is not None:
        if existing.content != content:
            raise Conflict(f"there is another campaign {draft.id!r}: choose another id")
        return Changes(existing)
    assert mailbox is not None
    campaign = Campaign(
        org=org,
        id=draft.id,
        name=draft.name,
        mailbox=mailbox.id,
        inbox=mailbox.inbox,
        author=author,
        timezone=draft.timezone,
        steps=draft.steps,
        status="accepting",
        content=content,
        candidates=len(draft.candidates),
        accepted_at=now,
    )
    return Changes(campaign, {key: campaign})


def admitted(snapshot: Snapshot, campaign: Campaign, chunk: Sequence[Place]) -> Changes[Admitted]:
    """Take some candidates into a campaign that is being accepted, but for suppressed ones."""
    enrolled: list[tuple[Place, Enrollment]] = []
    skipped: list[Skipped] = []
    writes: dict[Key[Any], Record] = {}
    for place in chunk:
        contact, enrollment = snapshot[place.contact], snapshot[place.enrollment]
        if enrollment is None and contact is not None and contact.suppressed is not None:
            reason = "has opted out" if contact.suppressed == "opted_out" else "the address bounced"
            skipped.append(Skipped(index=place.index, reason=reason))
            continue
        if enrollment is None and campaign.status != "accepting":
            # Erased since: nothing comes back by a repeated request.
            skipped.append(Skipped(index=place.index, reason="is no longer in the campaign"))
            continue
        if enrollment is None:
            enrollment = _enrollment(campaign, place)
            writes[place.enrollment] = enrollment
            writes[place.contact] = _with_enrollment(contact, campaign, place)
        enrolled.append((place, enrollment))
    return Changes(Admitted(enrolled=tuple(enrolled), skipped=tuple(skipped)), writes)


def activated(snapshot: Snapshot, org: str, id_: str, candidates: int) -> Changes[None]:
    """Make a campaign active, with the number of those who are in it."""
    key = keys.campaign(org, id_)
    campaign = snapshot.need(key)
    if campaign.status == "active":
        return Changes(None)
    active = msgspec.structs.replace(campaign, status="active", candidates=candidates)
    return Changes(None, {key: active})


def _enrollment(campaign: Campaign, place: Place) -> Enrollment:
    candidate = place.candidate
    slots = plan(campaign.steps, campaign.accepted_at)
    first = slots[0]
    return Enrollment(
        org=campaign.org,
        id=place.enrollment_id,
        campaign=campaign.id,
        mailbox=campaign.mailbox,
        inbox=campaign.inbox,
        contact=place.contact_id,
        email=candidate.email,
        name=candidate.name,
        timezone=candidate.timezone or campaign.timezone,
        variables=candidate.variables,
        slots=slots,
        status=Status.WAITING,
        step=first.step,
        due=first.due,
        # By the time of acceptance, not by now: a repeated request makes the same record.
        wake_at=wake_for(first.due, campaign.accepted_at),
    )


def _with_enrollment(contact: Contact | None, campaign: Campaign, place: Place) -> Contact:
    known = contact or Contact(org=campaign.org, id=place.contact_id)
    ref = EnrollmentRef(enrollment=place.enrollment_id, mailbox=campaign.mailbox)
    others = tuple(one for one in known.enrollments if one.enrollment != ref.enrollment)
    return msgspec.structs.replace(known, enrollments=(*others, ref))
