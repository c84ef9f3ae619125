"""Carry out an acceptance: begin the campaign with all its places, let its candidates in, make it active.

Invariants: one commit reserves all places; no step is sent before the last candidate is in (the campaign is
``accepting`` until then); the same again, after a crash at any point, ends in the same records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from lib.core import keys
from lib.core.campaigns.accepting import (
    Admitted,
    Begun,
    Order,
    activated,
    admitted,
    begun,
    campaign_of,
)
from lib.core.campaigns.admitting import Place, Rules, documents, examined, written_to
from lib.core.campaigns.reserving import (
    Sketch,
    Slots,
    dates_between,
    day_key,
    day_keys,
    days_to_come,
    planned,
    taken_over,
    wishes_of,
)
from lib.core.keys import Key, Snapshot
from lib.core.plans.ledger import READ_LIMIT
from lib.core.plans.planning import Terms, Wish, terms_of
from lib.core.records import Campaign, Enrollment, Mailbox, Org
from lib.flows.queueing import queue_step
from lib.ports import Services

T = TypeVar("T")

#: How many candidates are read and written at once: two documents each, 10 MiB a commit at most.
CHUNK = 200
#: How many tasks are created at a time.
TASK_THREADS = 16


def looked_up(services: Services, org: str, some: Sequence[Place]) -> Snapshot:
    """Read what is known of candidates: contacts, enrollments here, and those in other campaigns."""
    people = Snapshot()
    for chunk in chunks(some, CHUNK):
        found = services.store.read(documents(chunk))
        if others := found.missing(written_to(org, found, chunk)):
            found |= services.store.read(others)
        people |= found
    return people


def sketched(services: Services, terms: Terms, wishes: tuple[Wish, ...]) -> tuple[Sketch, Snapshot]:
    """Plan on the ledger as it is; return the plan, and the days as they were read for it."""
    known, days = Snapshot(), dict[str, Any]()
    while (found := planned(terms, wishes, days)).need:
        # With hundreds of days it would be planned too often by the few that are missing at a time.
        wanted = [*sorted(found.need), *days_to_come(terms, wishes, {*days, *found.need})]
        for dates in chunks(wanted, READ_LIMIT):
            known |= services.store.read(day_keys(terms, dates))
        days |= {date: known[day_key(terms, date)] for date in wanted}
    return Sketch(terms, wishes, days, found), known


def rules_of(order: Order, known: Snapshot, now: datetime) -> Rules:
    """Return by what it is decided who gets in."""
    return Rules(
        org=order.org,
        mailbox=order.draft.mailbox,
        settings=known[keys.org(order.org)] or Org(org=order.org),
        despite=bool(order.draft.despite),
        now=now,
    )


def begin(
    services: Services, order: Order, known: Snapshot, people: Snapshot, start: datetime
) -> tuple[Begun | None, Snapshot]:
    """Begin a campaign whose steps count from ``start``; None when the plan is not the previewed one.

    Returns the campaign as it is then, too.
    """
    now = services.clock.now()
    mailbox_key, org_key = keys.mailbox(order.org, order.draft.mailbox), keys.org(order.org)
    mailbox = known.need(mailbox_key)
    fit = examined(people, order.places, rules_of(order, known, start)).fit
    campaign = campaign_of(order, mailbox, start, now)
    sketch, days = sketched(services, terms_of(campaign, mailbox), wishes_of(campaign, fit, start))
    result, after = services.store.changed(
        [order.key, mailbox_key, org_key, *day_keys(sketch.terms, sketch.days)],
        lambda snapshot: begun(snapshot, order, campaign, sketch, now),
        known=known.only(order.key, mailbox_key, org_key) | days,
    )
    return result, after.only(order.key)


def reserved(services: Services, order: Order, campaign: Campaign, mailbox: Mailbox | None) -> Slots:
    """Return the places that an acceptance which is not through has reserved."""
    if campaign.status != "accepting" or mailbox is None:
        return {}
    terms, days = terms_of(campaign, mailbox), dict[str, Any]()
    for dates in chunks(dates_between(campaign.days), READ_LIMIT):
        found = services.store.read(day_keys(terms, dates))
        days |= {date: found[day_key(terms, date)] for date in dates}
    return taken_over(campaign, mailbox, order.places, days)


def admit(
    services: Services, order: Order, slots: Slots, rules: Rules, campaign: Snapshot, people: Snapshot
) -> tuple[Admitted, Snapshot]:
    """Let all candidates in, chunk by chunk; return the campaign as it is then, too."""
    outcomes: list[Admitted] = []
    for chunk in chunks(order.places, CHUNK):
        outcome, after = services.store.changed(
            [order.key, *documents(chunk)],
            partial(admitted, order=order, chunk=chunk, slots=slots, rules=rules, now=services.clock.now()),
            known=people | campaign,
        )
        campaign = after.only(order.key)
        outcomes.append(outcome)
    return (
        Admitted(
            enrolled=tuple(one for outcome in outcomes for one in outcome.enrolled),
            skipped=tuple(one for outcome in outcomes for one in outcome.skipped),
            contacted=tuple(one for outcome in outcomes for one in outcome.contacted),
        ),
        campaign,
    )


def activate(
    services: Services, order: Order, slots: Slots, outcome: Admitted, campaign: Snapshot, people: Snapshot
) -> None:
    """Make the campaign active, and queue what is due within the horizon."""
    enrolled = [enrollment for _, enrollment in outcome.enrolled]
    out = {id_: slots[id_] for id_ in slots.keys() - {one.id for one in enrolled}}
    now = services.clock.now()
    absent: list[Key[Enrollment]] = [keys.enrollment(order.org, id_) for id_ in out]
    services.store.change(
        [order.key, *absent],
        lambda snapshot: activated(snapshot, order, out, len(enrolled), now),
        known=campaign | people.only(*absent),
    )
    queue(services, enrolled)


def queue(services: Services, enrollments: Sequence[Enrollment]) -> None:
    """Create the tasks of what is due; names make a repetition harmless."""
    with ThreadPoolExecutor(max_workers=TASK_THREADS) as pool:
        for _ in pool.map(lambda enrollment: queue_step(services, enrollment), enrollments):
            pass


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield items in pieces of ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
