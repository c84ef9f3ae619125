"""Own the settling of attempts whose worker died, stalled, or got an unclear answer.

Invariant: the same draft is tried again, within its slot only; later it is deleted, and the step gets a
new slot. Once the draft is gone only a mail found among SENT counts as sent, and where none is found the step
is held and shown. What had no draft is never sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lib.core.enrollment import LIVE, holds, is_seen, lease, leased, stopped, unclear, withdrawn
from lib.core.keys import Changes, Snapshot
from lib.core.plans.freeing import stop_and_free
from lib.core.records import Enrollment, Inbox, Status
from lib.core.sending import DISCONNECTED_WAIT, Never, Papers, Send, Stop, next_settlement, task_of
from lib.flows.delivering import deliver, give_back
from lib.flows.looking import look_for
from lib.flows.reading import RecordedGmail, noting_trouble
from lib.flows.receiving import receive
from lib.flows.recording import Delivery
from lib.flows.sending import AWAITED, LAST_LOOKS, awaits_mail, something_new
from lib.ports import Services


def settle(services: Services, stuck: Enrollment) -> str:
    """Take an open attempt over once its deadline has passed, and bring it to an end."""
    return _settle(services, stuck, lease)


def settle_at_once(services: Services, stuck: Enrollment) -> str:
    """Take an open attempt over whatever its deadline: there is no later time, or nobody can hold it."""
    return _settle(services, stuck, _lease_at_once)


def _lease_at_once(enrollment: Enrollment | None, now: datetime) -> Enrollment | None:
    if enrollment is None or enrollment.attempt is None or enrollment.status is Status.HELD:
        return None
    return leased(enrollment, now)


def _is_reached(inbox: Inbox | None, mailbox: str) -> bool:
    """Say whether a mailbox can be reached; a leaving one can, until all its sends are settled."""
    return inbox is not None and inbox.status in ("connected", "leaving") and inbox.mailbox == mailbox


def _settle(
    services: Services,
    stuck: Enrollment,
    take: Callable[[Enrollment | None, datetime], Enrollment | None],
) -> str:
    papers = Papers.of(task_of(stuck))
    now = services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[Enrollment | None]:
        after = take(snapshot[papers.enrollment], now)
        return Changes(after, writes={} if after is None else {papers.enrollment: after})

    enrollment, snapshot = services.store.changed(papers.all(), decide)
    if enrollment is None or enrollment.attempt is None:
        return "nothing to settle"
    inbox = snapshot[papers.inbox]
    if inbox is None or not _is_reached(inbox, enrollment.mailbox):
        return _wait(services, papers, enrollment)
    with noting_trouble(services, inbox):
        gmail = RecordedGmail(services, inbox)
        campaign = snapshot[papers.campaign]
        delivery = Delivery(services, gmail, papers, enrollment.attempt, enrollment, campaign)
        if not enrollment.attempt.draft:
            return look_for(delivery)
        if is_seen(enrollment.attempt):
            return give_back(delivery, enrollment.why)
        return _try_again(delivery, snapshot) if enrollment.status in LIVE else _close(delivery)


def _try_again(delivery: Delivery, snapshot: Snapshot) -> str:
    """Send the same draft again, after a last look like a first try's; outside its slot take it back."""
    services, gmail, papers = delivery.services, delivery.gmail, delivery.papers
    for look in range(LAST_LOOKS):
        move = next_settlement(snapshot, papers, delivery.attempt, services.clock.now())
        if isinstance(move, Stop):
            return _stop(delivery, move)
        if isinstance(move, Never):
            return move.why
        if not isinstance(move, Send):
            return give_back(delivery, move.why)
        inbox, enrollment = snapshot.need(papers.inbox), delivery.enrollment
        if not (enrollment.sent and something_new(gmail, inbox, enrollment, first_look=look == 0)):
            if awaits_mail(services, inbox, enrollment):
                return give_back(delivery, AWAITED)
            return deliver(delivery, snapshot)
        receive(services, inbox.id, gmail=gmail)
        snapshot = services.store.read(papers.all())
    return "the mailbox is busy"


def _close(delivery: Delivery) -> str:
    """End the attempt of a stopped enrollment: delete its draft, or find the mail that went out."""
    if not delivery.gmail.delete_draft(delivery.attempt.draft):
        return look_for(delivery)
    key = delivery.papers.enrollment
    now = delivery.services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[str]:
        enrollment = snapshot[key]
        if enrollment is None:
            return Changes("erased")
        after = withdrawn(enrollment, delivery.attempt, now)
        return Changes("withdrawn", writes={key: after} if after != enrollment else {})

    return delivery.services.store.change([key], decide)


def _stop(delivery: Delivery, move: Stop) -> str:
    """Stop the enrollment; its attempt is closed at the next look."""
    key, now = delivery.papers.enrollment, delivery.services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[str]:
        enrollment = snapshot[key]
        if enrollment is None or not holds(enrollment, delivery.attempt):
            return Changes(move.why)
        return stop_and_free(snapshot, key, stopped(enrollment, move.event, move.why, now), now, move.why)

    return delivery.services.store.change([key], decide)


def _wait(services: Services, papers: Papers, stuck: Enrollment) -> str:
    """Leave the attempt as it is while nothing in its mailbox can be reached."""
    now, attempt, why = services.clock.now(), stuck.attempt, "the mailbox is disconnected"

    def decide(snapshot: Snapshot) -> Changes[str]:
        enrollment = snapshot[papers.enrollment]
        if enrollment is None or attempt is None or not holds(enrollment, attempt):
            return Changes(why)
        after = unclear(enrollment, attempt, why, now + DISCONNECTED_WAIT, now)
        return Changes(why, writes={papers.enrollment: after} if after != enrollment else {})

    return services.store.change([papers.enrollment], decide)
