"""Take a campaign in: preview it, or accept it with all its candidates.

Invariants: nothing is written before everything is valid; a plan that was previewed is accepted exactly, or
not at all, with the new plan as the answer. The client's campaign id is the idempotency key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.accepting import Order, campaign_of, mailbox_faults, there_already
from lib.core.campaigns.admitting import LOOKING_TIME, Skipped, enrollment_of, examined, places
from lib.core.campaigns.fields import is_id
from lib.core.campaigns.guarding import Contacted
from lib.core.campaigns.lint import Finding, lint
from lib.core.campaigns.request import Draft, content_digest, read_request, refused
from lib.core.campaigns.reserving import digest_of, wishes_of
from lib.core.errors import Conflict
from lib.core.keys import Key, Snapshot
from lib.core.letters.wording import sample
from lib.core.plans.planning import start_of, terms_of
from lib.core.records import Campaign, Enrollment, Mailbox, Slot
from lib.core.rights import NO_GRANT, may_send, refuse_erased
from lib.flows.accepting import activate, admit, begin, looked_up, reserved, rules_of, sketched
from lib.ports import Services

#: How many candidates a preview shows the whole mails for.
SAMPLES = 3


class PlannedCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """Hold when each step goes to one candidate, and why then."""

    index: int
    email: str
    slots: tuple[Slot, ...]
    variants: dict[str, str]


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
    contacted: tuple[Contacted, ...]
    samples: tuple[SampleMail, ...]
    lint: tuple[Finding, ...]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """Answer an acceptance: 202, or 200 when the same was accepted before; candidates are those enrolled."""

    status: int
    id: str
    plan_digest: str
    candidates: int
    skipped: tuple[Skipped, ...]
    contacted: tuple[Contacted, ...]


class HowTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the query of a request: whether it is only planned and shown."""

    dry_run: bool = False


def enqueue(services: Services, caller: VerifiedCaller, how: HowTo, body: bytes) -> Preview | Accepted:
    """Plan a request and write nothing, or accept it."""
    return (preview if how.dry_run else accept)(services, caller, body)


def preview(services: Services, caller: VerifiedCaller, body: bytes) -> Preview:
    """Plan a request and write nothing."""
    order, known = examined_request(services, caller, body)
    return _preview(services, order, known, looked_up(services, caller.org, order.places))


def accept(services: Services, caller: VerifiedCaller, body: bytes) -> Accepted:
    """Accept a campaign and all its candidates, and queue what is due within the horizon.

    InvalidRequest lists every fault; Conflict: the id has other content, or the plan is another one (its
    ``now`` is then a new Preview).
    """
    order, known = examined_request(services, caller, body)
    people = looked_up(services, caller.org, order.places)
    campaign, slots, now = known[order.key], None, known.only(order.key)
    if campaign is None:
        token = order.plan_digest
        start = services.clock.now() if token is None else start_of(token)
        begun = None
        if start is not None:
            begun, now = begin(services, order, known, people, start)
        if begun is None:
            anew = _preview(services, order, known, people)
            raise Conflict("the plan is no longer the one that was previewed: look at the new one", anew)
        campaign, slots = begun.campaign, begun.slots
    if slots is None:
        slots = reserved(services, order, campaign, known.get(keys.mailbox(caller.org, campaign.mailbox)))
    rules = rules_of(order, known, campaign.accepted_at)
    outcome, now = admit(services, order, slots, rules, now, people)
    activate(services, order, slots, outcome, now, people)
    planned = {enrollment.id: enrollment.slots for _, enrollment in outcome.enrolled}
    return Accepted(
        status=202 if campaign.status == "accepting" else 200,
        id=campaign.id,
        plan_digest=digest_of(order.content, campaign.accepted_at, planned),
        candidates=len(outcome.enrolled),
        skipped=outcome.skipped,
        contacted=outcome.contacted,
    )


def examined_request(services: Services, caller: VerifiedCaller, body: bytes) -> tuple[Order, Snapshot]:
    """Read a request and the documents that it names; raise with every fault of it."""
    reading = read_request(body)
    draft = reading.draft
    known = _named(services, caller.org, draft)
    key, mailbox_key = keys.campaign(caller.org, draft.id), keys.mailbox(caller.org, draft.mailbox)
    is_new = not is_id(draft.id) or known[key] is None
    # A campaign that is there already goes on whatever has become of its mailbox: sending will wait.
    missing = mailbox_faults(known, draft, caller, services.clock.now()) if is_new else ()
    if faults := [*reading.faults, *missing]:
        raise refused(faults)
    refuse_erased(known[keys.org(caller.org)], known.get(mailbox_key))
    order = Order(
        caller=caller,
        draft=draft,
        content=content_digest(draft),
        contents=reading.contents,
        plan_digest=reading.plan_digest,
        places=tuple(places(caller.org, draft.id, draft.candidates, services.address_key)),
    )
    there_already(known[key], order)
    _still_granted(known[key], known.get(mailbox_key), caller, services.clock.now())
    return order, known


def _still_granted(
    campaign: Campaign | None, mailbox: Mailbox | None, caller: VerifiedCaller, now: datetime
) -> None:
    """Let nobody go on with an acceptance from a mailbox for which they hold no grant any more."""
    if campaign is None or campaign.status != "accepting" or mailbox is None:
        return
    if not may_send(mailbox, caller, campaign.id, now):
        raise Conflict(NO_GRANT)


def _named(services: Services, org: str, draft: Draft) -> Snapshot:
    """Read org, campaign, mailbox and its live connection, as far as their ids are well-formed."""
    wanted: list[Key[Any]] = [keys.org(org)]
    if is_id(draft.id):
        wanted.append(keys.campaign(org, draft.id))
    if not is_id(draft.mailbox):
        return services.store.read(wanted)
    mailbox_key = keys.mailbox(org, draft.mailbox)
    snapshot = services.store.read([*wanted, mailbox_key])
    mailbox = snapshot[mailbox_key]
    return snapshot if mailbox is None else snapshot | services.store.read([keys.inbox(mailbox.inbox)])


def _preview(services: Services, order: Order, known: Snapshot, people: Snapshot) -> Preview:
    """Plan from a little later on; of a campaign that is there already, show who is in it."""
    start = (services.clock.now() + LOOKING_TIME).replace(microsecond=0)
    mailbox = known.get(keys.mailbox(order.org, order.draft.mailbox))
    found = examined(people, order.places, rules_of(order, known, start))
    campaign, enrolled = known[order.key], list(found.enrolled)
    if campaign is None:
        assert mailbox is not None
        campaign = campaign_of(order, mailbox, start, start)
        wishes = wishes_of(campaign, found.fit, start)
        slots = sketched(services, terms_of(campaign, mailbox), wishes)[0].slots
        enrolled = [
            (place, enrollment_of(campaign, place, slots[place.enrollment_id], start)) for place in found.fit
        ]
    planned = {enrollment.id: enrollment.slots for _, enrollment in enrolled}
    shown = [(place.index, enrollment) for place, enrollment in enrolled]
    return Preview(
        id=campaign.id,
        plan_digest=digest_of(order.content, campaign.accepted_at, planned),
        candidates=tuple(
            PlannedCandidate(index=index, email=one.email, slots=one.slots, variants=one.variants)
            for index, one in shown
        ),
        skipped=found.skipped,
        contacted=found.contacted,
        samples=tuple(_samples(campaign, shown[:SAMPLES], mailbox)),
        lint=tuple(lint(campaign, shown, mailbox)),
    )


def _samples(
    campaign: Campaign, enrolled: Iterable[tuple[int, Enrollment]], mailbox: Mailbox | None
) -> Iterator[SampleMail]:
    sender = (mailbox.sender_name, mailbox.address) if mailbox else ("(the mailbox is gone)", "")
    for index, enrollment in enrolled:
        for step, letter in sample(campaign, enrollment, *sender):
            yield SampleMail(index=index, step=step, subject=letter.subject, text=letter.text)
