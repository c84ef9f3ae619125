"""Show what an order comes to before anything is written: the plan, who is left out, how the mails look.

Invariant: nothing is written; the token of the plan stands for all of it, however little of it is listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from lib.core import keys
from lib.core.campaigns.accepting import Order, campaign_of
from lib.core.campaigns.admitting import (
    LOOKING_TIME,
    LeftOut,
    Place,
    Skipped,
    enrollment_of,
    examined,
)
from lib.core.campaigns.guarding import Contacted
from lib.core.campaigns.lint import Finding, is_looked_at, lint
from lib.core.campaigns.variants import variants_for
from lib.core.keys import Snapshot
from lib.core.letters.wording import sample
from lib.core.plans.planning import PlanDigest
from lib.core.records import Campaign, Enrollment, Mailbox, Slot
from lib.flows.accepting import rules_of
from lib.flows.arranging import Arrangement, in_chunks, looked_up
from lib.ports import Services

#: How many candidates a preview lists.
LISTED = 10_000
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


class CalendarDay(msgspec.Struct, frozen=True, kw_only=True):
    """Hold how many mails of each step, by its id, are planned for a day of the mailbox's calendar."""

    date: str
    mails: dict[str, int]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Answer a dry run; ``plan_digest`` is what acceptance carries to say: exactly this.

    count: how many are planned, of whom ``candidates`` lists the first 10,000. calendar: over all of them.
    Of those skipped, and of those written to already, the first 1,000 are named, all are counted.
    looked_at: for how many candidates, spread evenly, the mails were looked through for ``lint``.
    """

    id: str
    plan_digest: str
    count: int
    candidates: tuple[PlannedCandidate, ...]
    calendar: tuple[CalendarDay, ...]
    skipped: tuple[Skipped, ...]
    skipped_count: int
    contacted: tuple[Contacted, ...]
    contacted_count: int
    samples: tuple[SampleMail, ...]
    lint: tuple[Finding, ...]
    looked_at: int


class _Sheet:
    """Collect what a preview shows, candidate by candidate."""

    def __init__(self, order: Order, campaign: Campaign) -> None:
        self._order, self._campaign = order, campaign
        self.digest = PlanDigest(order.content, campaign.accepted_at)
        self.count, self.listed = 0, list[PlannedCandidate]()
        self.looked_at = list[tuple[int, Enrollment]]()
        self.samples = list[tuple[int, Enrollment]]()
        self._days: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, place: Place, slots: tuple[Slot, ...], enrollment: Enrollment | None = None) -> None:
        """Take the next candidate; of a new campaign there is no enrollment yet."""
        campaign, index = self._campaign, place.index
        self.digest.add(place.enrollment_id, slots)
        self.count += 1
        for slot in slots:
            if slot.day:
                self._days[slot.day][slot.step] += 1
        if len(self.listed) < LISTED:
            id_, email = place.enrollment_id, enrollment.email if enrollment else place.candidate.email
            variants = enrollment.variants if enrollment else variants_for(campaign.steps, id_)
            self.listed.append(PlannedCandidate(index=index, email=email, slots=slots, variants=variants))
        is_sample = len(self.samples) < SAMPLES
        if is_sample or is_looked_at(index, self._order.listed.count):
            shown = (index, enrollment or enrollment_of(campaign, place, slots, campaign.accepted_at))
            self.looked_at.append(shown)
            if is_sample:
                self.samples.append(shown)

    def calendar(self) -> Iterator[CalendarDay]:
        """Yield the days on which mails are planned."""
        for date, mails in sorted(self._days.items()):
            yield CalendarDay(date=date, mails=dict(mails))


def previewed(services: Services, order: Order, known: Snapshot) -> Preview:
    """Plan from a little later on; of a campaign that is there already, show who is in it."""
    start = (services.clock.now() + LOOKING_TIME).replace(microsecond=0)
    mailbox, campaign = known.get(keys.mailbox(order.org, order.draft.mailbox)), known[order.key]
    rules = rules_of(order, known, start)
    if campaign is None:
        assert mailbox is not None
        campaign = campaign_of(order, mailbox, start, start)
        arranged = Arrangement(services, order, campaign, mailbox, rules)
        left_out, sheet = arranged.left_out, _Sheet(order, campaign)
        for fit in arranged.through():
            for place in fit:
                sheet.add(place, arranged.slots(place))
    else:
        left_out, sheet = LeftOut(), _Sheet(order, campaign)
        for chunk in in_chunks(services, order):
            found = examined(looked_up(services, order.org, chunk), chunk, rules)
            left_out.take(found.skipped, found.contacted)
            for place, enrollment in found.enrolled:
                sheet.add(place, enrollment.slots, enrollment)
    return _shown(campaign, mailbox, sheet, left_out)


def _shown(campaign: Campaign, mailbox: Mailbox | None, sheet: _Sheet, left_out: LeftOut) -> Preview:
    return Preview(
        id=campaign.id,
        plan_digest=sheet.digest.token(),
        count=sheet.count,
        candidates=tuple(sheet.listed),
        calendar=tuple(sheet.calendar()),
        skipped=tuple(left_out.skipped),
        skipped_count=left_out.skipped_count,
        contacted=tuple(left_out.contacted),
        contacted_count=left_out.contacted_count,
        samples=tuple(_samples(campaign, sheet.samples, mailbox)),
        lint=tuple(lint(campaign, sheet.looked_at, sheet.count, mailbox)),
        looked_at=len(sheet.looked_at),
    )


def _samples(
    campaign: Campaign, enrolled: Iterable[tuple[int, Enrollment]], mailbox: Mailbox | None
) -> Iterator[SampleMail]:
    sender = (mailbox.sender_name, mailbox.address) if mailbox else ("(the mailbox is gone)", "")
    for index, enrollment in enrolled:
        for step, letter in sample(campaign, enrollment, *sender):
            yield SampleMail(index=index, step=step, subject=letter.subject, text=letter.text)
