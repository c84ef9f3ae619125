"""Take a campaign in: preview it, or accept it with all its candidates.

Invariants: nothing is written before everything is valid; no step is sent before the last candidate is in
(the campaign is ``accepting`` until then); the same request again, after a crash at any point, ends in the
same records. The client's campaign id is the idempotency key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec

from lib.core import keys
from lib.core.campaigns import Draft, content_digest, is_id, read_request, refused
from lib.core.campaigns_accepting import (
    Admitted,
    Place,
    Skipped,
    activated,
    admitted,
    begun,
    mailbox_faults,
    places,
)
from lib.core.composing import sample
from lib.core.errors import Conflict
from lib.core.keys import Key, Snapshot
from lib.core.planning import plan_digest
from lib.core.records import Campaign, Enrollment, Mailbox, Slot
from lib.flows.queueing import queue_step
from lib.ports import Services

#: How many candidates are read and written at once: two documents each, 10 MiB a commit at most.
CHUNK = 200
#: How many candidates a preview shows the whole mails for.
SAMPLES = 3
#: How many tasks are created at a time.
TASK_THREADS = 16


class PlannedCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """Hold when each step goes to one candidate, and why then."""

    index: int
    email: str
    slots: tuple[Slot, ...]


class SampleMail(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one mail as it will be written, but for the opt-out line, which is a live link."""

    index: int
    step: str
    subject: str
    text: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Answer a dry run; ``plan_digest`` is what acceptance carries to say: exactly this."""

    id: str
    plan_digest: str
    candidates: tuple[PlannedCandidate, ...]
    skipped: tuple[Skipped, ...]
    samples: tuple[SampleMail, ...]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """Answer an acceptance: 202, or 200 when the same was accepted before; candidates are those enrolled."""

    status: int
    id: str
    plan_digest: str
    candidates: int
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class _Order:
    """Hold a valid request, its place in the store, and what was read for it."""

    org: str
    author: str
    draft: Draft
    digest: str
    mailbox: Mailbox | None
    known: Snapshot

    @property
    def campaign(self) -> Key[Campaign]:
        return keys.campaign(self.org, self.draft.id)


def preview(services: Services, org: str, author: str, body: bytes) -> Preview:
    """Plan a request and write nothing; it takes the decisions of ``accept`` and drops their writes."""
    order = _examined(services, org, author, body)
    now = services.clock.now()
    campaign = begun(order.known, org, order.draft, order.mailbox, author, now).result
    outcomes = []
    for chunk in _chunks(places(org, order.draft, services.address_key)):
        snapshot = services.store.read(_documents(chunk))
        outcomes.append(admitted(snapshot, campaign, chunk).result)
    outcome = _together(outcomes)
    mailbox = order.mailbox
    sender = (mailbox.sender_name or mailbox.address) if mailbox else "(the mailbox is gone)"
    return Preview(
        id=campaign.id,
        plan_digest=order.digest,
        candidates=tuple(
            PlannedCandidate(index=place.index, email=enrollment.email, slots=enrollment.slots)
            for place, enrollment in outcome.enrolled
        ),
        skipped=outcome.skipped,
        samples=tuple(_samples(campaign, outcome.enrolled[:SAMPLES], sender)),
    )


def accept(services: Services, org: str, author: str, body: bytes) -> Accepted:
    """Accept a campaign and all its candidates, and queue what is due within the horizon.

    InvalidRequest lists every fault; Conflict: the id has other content, or the plan is another one.
    """
    order = _examined(services, org, author, body)
    draft, now = order.draft, services.clock.now()
    campaign, known = services.store.changed(
        [order.campaign],
        lambda snapshot: begun(snapshot, org, draft, order.mailbox, author, now),
        known=order.known,
    )
    outcome = _together(
        [_admit(services, order, chunk) for chunk in _chunks(places(org, draft, services.address_key))]
    )
    services.store.change(
        [order.campaign],
        lambda snapshot: activated(snapshot, org, draft.id, len(outcome.enrolled)),
        known=known,
    )
    _queue(services, [enrollment for _, enrollment in outcome.enrolled])
    return Accepted(
        status=202 if campaign.status == "accepting" else 200,
        id=campaign.id,
        plan_digest=order.digest,
        candidates=len(outcome.enrolled),
        skipped=outcome.skipped,
    )


def _examined(services: Services, org: str, author: str, body: bytes) -> _Order:
    """Read a request and the documents that it names; raise with every fault of it."""
    reading = read_request(body)
    draft = reading.draft
    known = _named(services, org, draft)
    is_new = not is_id(draft.id) or known[keys.campaign(org, draft.id)] is None
    # A campaign that is there already goes on whatever has become of its mailbox: sending will wait.
    faults = [*reading.faults, *(mailbox_faults(known, org, draft, author) if is_new else ())]
    if faults:
        raise refused(faults)
    digest = plan_digest(content_digest(draft), draft.steps)
    if reading.plan_digest not in (None, digest):
        raise Conflict("the plan is no longer the one that was previewed: look at a new preview first")
    mailbox = known[keys.mailbox(org, draft.mailbox)]
    return _Order(org=org, author=author, draft=draft, digest=digest, mailbox=mailbox, known=known)


def _named(services: Services, org: str, draft: Draft) -> Snapshot:
    """Read the campaign, the mailbox and its live connection, as far as they are named by well-formed ids."""
    wanted: list[Key[Any]] = []
    if is_id(draft.id):
        wanted.append(keys.campaign(org, draft.id))
    if not is_id(draft.mailbox):
        return services.store.read(wanted)
    mailbox_key = keys.mailbox(org, draft.mailbox)
    snapshot = services.store.read([*wanted, mailbox_key])
    mailbox = snapshot[mailbox_key]
    return snapshot if mailbox is None else snapshot | services.store.read([keys.inbox(mailbox.inbox)])


def _admit(services: Services, order: _Order, chunk: Sequence[Place]) -> Admitted:
    # The campaign is read along: should another worker have made it active meanwhile, nobody is added.
    return services.store.change(
        [order.campaign, *_documents(chunk)],
        lambda snapshot: admitted(snapshot, snapshot.need(order.campaign), chunk),
    )


def _queue(services: Services, enrollments: Sequence[Enrollment]) -> None:
    """Create the tasks of what is due; names make a repetition harmless."""
    with ThreadPoolExecutor(max_workers=TASK_THREADS) as pool:
        for _ in pool.map(lambda enrollment: queue_step(services, enrollment), enrollments):
            pass


def _samples(
    campaign: Campaign, enrolled: Iterable[tuple[Place, Enrollment]], sender: str
) -> Iterator[SampleMail]:
    for place, enrollment in enrolled:
        for step, words in sample(campaign, enrollment, sender):
            yield SampleMail(index=place.index, step=step, subject=words.subject, text=words.text)


def _documents(chunk: Sequence[Place]) -> list[Key[Any]]:
    return [key for place in chunk for key in (place.contact, place.enrollment)]


def _chunks(all_places: Sequence[Place]) -> Iterator[Sequence[Place]]:
    for start in range(0, len(all_places), CHUNK):
        yield all_places[start : start + CHUNK]


def _together(outcomes: Sequence[Admitted]) -> Admitted:
    return Admitted(
        enrolled=tuple(one for outcome in outcomes for one in outcome.enrolled),
        skipped=tuple(one for outcome in outcomes for one in outcome.skipped),
    )
