"""Own who of a shortlist gets into a campaign, and the records that this makes.

Invariants: who is in stays as they are; nobody gets in who is suppressed, or, without a reason given, whom
somebody of the org writes to already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lib.core import keys
from lib.core.campaigns.guarding import Contacted, contacted, other_enrollments, suppressed_because
from lib.core.campaigns.shortlist import Candidate
from lib.core.campaigns.variants import variants_for
from lib.core.enrollment import wake_for
from lib.core.ids import address_id, enrollment_id
from lib.core.keys import Key, Snapshot
from lib.core.records import Campaign, Contact, Enrollment, EnrollmentRef, Org, Record, Slot, Status

#: A preview plans from so much later on, so that there is time to look at it and accept just that.
LOOKING_TIME = timedelta(minutes=10)

#: So many of those who are skipped, or written to already, are named; the rest is counted.
LISTED = 1_000


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
class Rules:
    """Hold by what it is decided who gets in; despite: whoever is written to already does too."""

    org: str
    mailbox: str
    settings: Org
    despite: bool
    now: datetime


@dataclass(slots=True)
class LeftOut:
    """Collect who is not taken in, and who is written to already: the first ones, and how many there are."""

    skipped: list[Skipped] = field(default_factory=list)
    contacted: list[Contacted] = field(default_factory=list)
    skipped_count: int = 0
    contacted_count: int = 0

    def take(self, skipped: Sequence[Skipped], contacted: Sequence[Contacted]) -> None:
        """Take some more."""
        self.skipped_count += len(skipped)
        self.contacted_count += len(contacted)
        self.skipped += skipped[: max(0, LISTED - len(self.skipped))]
        self.contacted += contacted[: max(0, LISTED - len(self.contacted))]


@dataclass(frozen=True, slots=True)
class Examined:
    """Hold who is in, who could get in, and who could not; with ``need``, documents to read first."""

    enrolled: tuple[tuple[Place, Enrollment], ...]
    fit: tuple[Place, ...]
    skipped: tuple[Skipped, ...]
    contacted: tuple[Contacted, ...]
    need: frozenset[Key[Any]]


def places(org: str, campaign: str, candidates: Iterable[Candidate], address_key: bytes) -> Iterator[Place]:
    """Yield the place of each candidate of a request."""
    for index, candidate in enumerate(candidates):
        contact_id = address_id(address_key, candidate.email)
        id_ = enrollment_id(campaign, contact_id)
        yield Place(
            index=index,
            candidate=candidate,
            contact=keys.contact(org, contact_id),
            enrollment=keys.enrollment(org, id_),
            contact_id=contact_id,
            enrollment_id=id_,
        )


def documents(some: Iterable[Place]) -> list[Key[Any]]:
    """Return the keys of some candidates' contacts and enrollments."""
    return [key for place in some for key in (place.contact, place.enrollment)]


def written_to(org: str, snapshot: Snapshot, some: Iterable[Place]) -> list[Key[Enrollment]]:
    """Return the other enrollments of candidates whose contacts were read."""
    return [
        key for place in some for key in other_enrollments(org, snapshot[place.contact], place.enrollment_id)
    ]


def examined(snapshot: Snapshot, some: Sequence[Place], rules: Rules) -> Examined:
    """Sort candidates into those who are in, fit, or left out."""
    enrolled: list[tuple[Place, Enrollment]] = []
    fit: list[Place] = []
    skipped: list[Skipped] = []
    reported: list[Contacted] = []
    absent = [place for place in some if snapshot[place.enrollment] is None]
    if missing := snapshot.missing(written_to(rules.org, snapshot, absent)):
        return Examined((), (), (), (), frozenset(missing))
    for place in some:
        if (enrollment := snapshot[place.enrollment]) is not None:
            enrolled.append((place, enrollment))
            continue
        contact = snapshot[place.contact]
        if why := suppressed_because(contact, place.candidate.domain, rules.settings):
            skipped.append(Skipped(index=place.index, reason=why))
            continue
        found = contacted(
            snapshot,
            other_enrollments(rules.org, contact, place.enrollment_id),
            index=place.index,
            mailbox=rules.mailbox,
            settings=rules.settings,
            now=rules.now,
        )
        if found is not None:
            reported.append(found)
        if found is not None and not rules.despite:
            skipped.append(Skipped(index=place.index, reason=found.reason))
        else:
            fit.append(place)
    return Examined(tuple(enrolled), tuple(fit), tuple(skipped), tuple(reported), frozenset())


def enrollment_of(campaign: Campaign, place: Place, slots: tuple[Slot, ...], start: datetime) -> Enrollment:
    """Return the enrollment of a candidate with these slots; ``start`` is what they were planned from."""
    candidate, first = place.candidate, slots[0]
    return Enrollment(
        org=campaign.org,
        id=place.enrollment_id,
        campaign=campaign.id,
        mailbox=campaign.mailbox,
        inbox=campaign.inbox,
        contact=place.contact_id,
        email=candidate.email,
        domain=candidate.domain,
        name=candidate.name,
        timezone=candidate.timezone or campaign.timezone,
        country=candidate.country,
        variables=candidate.variables,
        words=candidate.words,
        variants=variants_for(campaign.steps, place.enrollment_id),
        slots=slots,
        status=Status.WAITING,
        step=first.step,
        due=first.due,
        # Not by now: a repeated request makes the same record. Acceptance comes before the plan's start by
        # the time for looking at it at most: what has no task by then must not be taken for queued.
        wake_at=wake_for(first.due, start - LOOKING_TIME),
        plan=campaign.plan,
    )


def records_of(
    snapshot: Snapshot, campaign: Campaign, place: Place, enrollment: Enrollment
) -> dict[Key[Any], Record]:
    """Return what is written for a candidate who gets in: the enrollment, and the contact that names it."""
    known = snapshot[place.contact] or Contact(org=campaign.org, id=place.contact_id)
    ref = EnrollmentRef(enrollment=place.enrollment_id, mailbox=campaign.mailbox, campaign=campaign.id)
    others = tuple(one for one in known.enrollments if one.enrollment != ref.enrollment)
    contact = msgspec.structs.replace(known, enrollments=(*others, ref))
    return {place.enrollment: enrollment, place.contact: contact}
