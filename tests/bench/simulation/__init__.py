"""Measure on paper: a load far beyond one machine, simulated event by event over the real core.

10,000 mailboxes, a million candidates, three steps, sixty days: planning and decisions are the core's;
quotas, queues, maintain and latencies are simulated (parameters.py has the assumptions and their sources).
It says which limit comes first (resources come in the order of their use), how late steps go out, what a
month costs at list prices, and how large a load one project carries. ``quick`` takes a hundredth of the
mailboxes, and of every limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tests.bench.rows import Row
from tests.bench.simulation.parameters import Deployment, Load, Platform, deployed
from tests.bench.simulation.resources import Resource, bill, resources
from tests.bench.simulation.running import Simulation
from tests.bench.simulation.tallies import Tally

#: What a load must keep to be carried: share of steps that miss their slot, of a limit, seconds that a look
#: or an event is late.
MISSED, FULL, LATE_LOOK, LATE_EVENT = 0.001, 1.0, 3600.0, 3600.0
#: Loads that are tried, as multiples of the one above, each on a hundredth of the mailboxes.
SEARCH = (1, 1.25, 1.5, 2, 3, 4)
SHARE = 100
WIDER = "200 tasks and events a second, 480 tasks at a time"


def measure(*, quick: bool) -> Iterator[Row]:
    whole = Load()
    load, ours = (shared(whole, SHARE), deployed().scaled(1 / SHARE)) if quick else (whole, deployed())
    tally = Simulation(load, ours).run()
    scale = SHARE if quick else 1
    yield from _waits(tally)
    for one in resources(load, ours, tally, platform(scale)):
        yield _used(one)
    dollars = bill(load, tally, scale)
    for product, amount in dollars.items():
        yield Row(figure=f"bill a month: {product}", value=amount, unit="$")
    yield Row(figure="bill a month, all", value=sum(dollars.values()), unit="$")
    mails = scale * tally.sends.total * 30 / load.days
    yield Row(figure="bill for a thousand mails", value=sum(dollars.values()) / mails * 1000, unit="$")
    for name, deployment in (("as deployed", deployed()), (f"with {WIDER}", wider(deployed()))):
        if quick and deployment != deployed():
            return
        # A quick run is the first of its search, and all of it.
        known: dict[float, Tally] = {SEARCH[0]: tally} if quick else {}
        times, limit = largest(whole, deployment, SEARCH[:1] if quick else SEARCH, known)
        yield Row(figure=f"largest load tried that is carried, {name}; then: {limit}", value=times, unit="x")


def wider(deployment: Deployment) -> Deployment:
    """Return what WIDER says: values of Terraform, no change of code."""
    return replace(
        deployment, tasks_per_second=200, events_per_second=200, queue_concurrency=480, send_slots=480
    )


def shared(load: Load, share: float) -> Load:
    """Return a share of a load; of few mailboxes each needs its own plan, or too many would send at once."""
    return replace(load, mailboxes=round(load.mailboxes / share), twins=1)


def platform(share: float) -> Platform:
    """Return the project's limits for a share of its load; a user's and a document's stay."""
    all_of_it = Platform()
    return replace(
        all_of_it,
        gmail_project_minute=round(all_of_it.gmail_project_minute / share),
        gmail_project_day=round(all_of_it.gmail_project_day / share),
        growing_index_writes=all_of_it.growing_index_writes / share,
    )


def largest(
    load: Load, deployment: Deployment, search: tuple[float, ...], known: Mapping[float, Tally]
) -> tuple[float, str]:
    """Return the largest multiple of a load that is carried, and what breaks with the next one.

    A run ends early once it has missed more than all its steps may: what it has missed by then breaks it.
    """
    carried = 0.0
    for times in search:
        some = shared(load, SHARE / times)
        ours = deployment.scaled(1 / SHARE)
        enough = MISSED * some.candidates * len(some.delays)
        tally = known.get(times) or Simulation(some, ours, enough=enough).run()
        if broken := broken_by(some, ours, tally):
            return carried, broken
        carried = times
    return carried, "nothing yet"


def broken_by(load: Load, deployment: Deployment, tally: Tally) -> str:
    """Return the limit that a hundredth of a load passes, "" when it is carried."""
    sends = max(1.0, tally.sends.total)
    if tally.missed / sends > MISSED:
        return "steps miss their slots: the queue's rate and workers"
    if tally.looks_late.at(0.99) > LATE_LOOK:
        return "looks into silent mailboxes are late: maintain"
    if tally.told_late.at(0.99) > LATE_EVENT:
        return "events are told late: maintain and the events' queue"
    for one in resources(load, deployment, tally, platform(SHARE)):
        queue = one.name.startswith(("Cloud Tasks", "sends at", "events told at"))
        if one.utilisation > FULL and not queue:
            return one.name
    return ""


def _waits(tally: Tally) -> Iterator[Row]:
    sends = tally.sends.total
    yield Row(figure="mails sent", value=sends, unit="")
    yield Row(figure="mails a minute, at the peak", value=tally.sends.peak, unit="")
    for name, waits in (
        ("from due to sent", tally.due_to_sent),
        ("queued by maintain after its time", tally.queueing_late),
        ("silent mailbox looked into after its time", tally.looks_late),
        ("event queued after its deed", tally.events_late),
        ("event told after its deed", tally.told_late),
    ):
        for word, value in (("p50", waits.at(0.5)), ("p99", waits.at(0.99)), ("max", waits.longest)):
            target = "<= 90" if (name, word) == ("from due to sent", "p99") else ""
            yield Row(figure=f"{name}, {word}", value=value, unit="s", target=target)
    yield Row(
        figure="steps that missed their slot and took a new one",
        value=tally.missed / max(1, sends),
        unit="",
        target=f"<= {MISSED}",
    )


def _used(one: Resource) -> Row:
    if one.limit == float("inf"):
        return Row(figure=f"{one.name}: peak", value=one.peak, unit="")
    return Row(figure=f"{one.name}: peak / limit", value=one.peak, unit="", against=one.limit)
