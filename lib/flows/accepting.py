"""Carry out an acceptance: begin the campaign with all its places, let its candidates in, make it active.

Invariants: nobody is let in before all places are reserved, and no step is sent before the last candidate is
in (the campaign is ``accepting`` until then); the same again, after a crash at any point, ends in the same
records. What is kept of very many candidates is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import msgspec

from lib.core import keys
from lib.core.campaigns.accepting import (
    Admitted,
    Begun,
    Order,
    admitted,
    begun,
    campaign_of,
    reserved,
)
from lib.core.campaigns.activating import activated, freed_of
from lib.core.campaigns.admitting import LeftOut, Rules, documents
from lib.core.campaigns.reserving import Seating, day_keys
from lib.core.enrollment import is_soon
from lib.core.errors import Contended
from lib.core.keys import Snapshot
from lib.core.plans.ledger import slot_end
from lib.core.plans.planning import PlanDigest
from lib.core.records import Campaign, Enrollment, Org
from lib.flows.arranging import Arrangement, People, chunks, in_chunks
from lib.flows.queueing import queue_step
from lib.flows.undoing import take_back
from lib.ports import CHANGE_TRIES, Services

#: How many tasks are created at a time.
TASK_THREADS = 16
#: Days with so many places in all are freed with one commit.
FREED_AT_ONCE = 20_000


@dataclass(slots=True)
class Reserved:
    """Hold what an acceptance goes on with: who has which places (None: it is through), who is known."""

    seating: Seating | None
    people: People
    campaign: Snapshot


@dataclass(slots=True)
class Outcome:
    """Hold what came of letting everybody in: how many are, who is not, and what is due soon."""

    digest: PlanDigest
    marks: bytearray
    count: int = 0
    left_out: LeftOut = field(default_factory=LeftOut)
    soon: list[Enrollment] = field(default_factory=list)

    def take(self, found: Admitted, now: datetime) -> None:
        """Take what came of a chunk."""
        for place, enrollment in found.enrolled:
            self.marks[place.index] = 1
            self.digest.add(enrollment.id, enrollment.slots)
            if is_soon(enrollment, now):
                self.soon.append(enrollment)
        self.count += len(found.enrolled)
        self.left_out.take(found.skipped, found.contacted)


def rules_of(order: Order, known: Snapshot, now: datetime) -> Rules:
    """Return by what it is decided who gets in."""
    return Rules(
        org=order.org,
        mailbox=order.draft.mailbox,
        settings=known[keys.org(order.org)] or Org(org=order.org),
        despite=bool(order.draft.despite),
        now=now,
    )


def begin(services: Services, order: Order, known: Snapshot, start: datetime) -> Reserved | Begun:
    """Begin a campaign whose steps count from ``start``.

    Returns its places; or that it is there already; or that the plan is not the previewed one (any more).
    """
    for _ in range(CHANGE_TRIES):
        now = services.clock.now()
        mailbox = known.need(keys.mailbox(order.org, order.draft.mailbox))
        campaign = campaign_of(order, mailbox, start, now)
        arranged = Arrangement(services, order, campaign, mailbox, rules_of(order, known, start))
        digest = PlanDigest(order.content, start)
        for fit in arranged.through():
            for place in fit if order.plan_digest is not None else ():
                digest.add(place.enrollment_id, arranged.slots(place))
        if order.plan_digest is not None and (digest.token() != order.plan_digest or _is_late(arranged, now)):
            return Begun.STALE
        campaign = msgspec.structs.replace(campaign, days=arranged.schedule.span())
        found = _reserve(services, order, known, campaign, arranged)
        if isinstance(found, Reserved) or found is Begun.THERE_ALREADY:
            return found
        # Its limits may be what has changed.
        known |= services.store.read([keys.mailbox(order.org, order.draft.mailbox)])
    raise Contended("too many workers change the same days")


def _is_late(arranged: Arrangement, now: datetime) -> bool:
    first = arranged.schedule.first_due()
    return first is not None and slot_end(first, arranged.schedule.terms.limits) <= now


def _reserve(
    services: Services, order: Order, known: Snapshot, campaign: Campaign, arranged: Arrangement
) -> Reserved | Begun:
    """Write all places, with the campaign in each commit; undo them when a day has changed meanwhile."""
    # One at a time: together they take far more memory than the schedule they are made of.
    some = arranged.batches()
    first, batch = next(some), next(some, None)
    run = services.new_id() if batch is not None else ""
    campaign = msgspec.structs.replace(campaign, reserving=run)
    mailbox_key, org_key = keys.mailbox(order.org, campaign.mailbox), keys.org(order.org)
    days, now = arranged.known_days(), services.clock.now()
    outcome, after = services.store.changed(
        [order.key, mailbox_key, org_key, *first.keys],
        partial(begun, order=order, campaign=campaign, batch=first, now=now),
        known=known.only(order.key, mailbox_key, org_key) | days,
    )
    while batch is not None and outcome is Begun.RESERVED:
        now, following = services.clock.now(), next(some, None)
        outcome, after = services.store.changed(
            [order.key, *batch.keys],
            partial(reserved, order=order, run=run, batch=batch, now=now, last=following is None),
            known=after.only(order.key) | days,
        )
        batch = following
    if outcome is not Begun.RESERVED:
        if outcome is Begun.STALE and run:
            take_back(services, campaign)
        return outcome
    return Reserved(arranged.seating, arranged.people, after.only(order.key))


def admit(services: Services, order: Order, reserved: Reserved, rules: Rules, outcome: Outcome) -> None:
    """Let all candidates in, chunk by chunk."""
    for chunk in in_chunks(services, order):
        now = services.clock.now()
        found, after = services.store.changed(
            [order.key, *documents(chunk)],
            partial(admitted, order=order, chunk=chunk, seating=reserved.seating, rules=rules, now=now),
            known=reserved.people.known(chunk) | reserved.campaign,
        )
        reserved.campaign = after.only(order.key)
        outcome.take(found, now)


def activate(services: Services, order: Order, reserved: Reserved, outcome: Outcome) -> None:
    """Make the campaign active, and queue what is due within the horizon."""
    count = outcome.count + _freed(services, order, reserved, outcome.marks)
    services.store.change(
        [order.key],
        partial(
            activated, order=order, enrolled=count, planned=outcome.digest.token(), now=services.clock.now()
        ),
        known=reserved.campaign,
    )
    queue(services, outcome.soon)


def _freed(services: Services, order: Order, reserved: Reserved, marks: bytearray) -> int:
    """Free the places of who was not let in; return how many of them another worker has let in."""
    if reserved.seating is None:
        return 0
    schedule, admitted_elsewhere = reserved.seating.schedule, 0
    left = reserved.seating.without(marks)
    steps = max(1, len(schedule.terms.steps))
    pieces = max(1, FREED_AT_ONCE // (steps * max(1, schedule.terms.limits.daily_cap)))
    for some in chunks(left, pieces):
        ids = [schedule.enrollment(number) for number in some]
        days = day_keys(schedule.terms, schedule.days_of(some))
        count, after = services.store.changed(
            [order.key, *days, *(keys.enrollment(order.org, id_) for id_ in ids)],
            partial(freed_of, order=order, out=ids, days=days, now=services.clock.now()),
            known=reserved.campaign,
        )
        reserved.campaign = after.only(order.key)
        admitted_elsewhere += count
    return admitted_elsewhere


def queue(services: Services, enrollments: Sequence[Enrollment]) -> None:
    """Create the tasks of what is due; names make a repetition harmless."""
    with ThreadPoolExecutor(max_workers=TASK_THREADS) as pool:
        for _ in pool.map(lambda enrollment: queue_step(services, enrollment), enrollments):
            pass
