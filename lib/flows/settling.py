"""Own the settling of attempts whose worker died, stalled, or got an unclear answer.

Invariant: the same draft is tried again, never a new one; once the draft is gone only a mail found among SENT
counts as sent, and where none is found the step is held and shown.
"""

from __future__ import annotations

from lib.core.enrollment import LIVE, holds, lease, stopped, unclear, withdrawn
from lib.core.keys import Changes, Snapshot
from lib.core.records import Enrollment
from lib.core.sending import DISCONNECTED_WAIT, Later, Never, Papers, Send, Stop, next_settlement, task_of
from lib.flows.delivering import Delivery, deliver, look_for
from lib.flows.reading import RecordedGmail, noting_disconnection
from lib.flows.receiving import receive
from lib.flows.sending import AWAITED, GMAIL_WAIT, LAST_LOOKS, awaits_mail, something_new
from lib.ports import Services


def settle(services: Services, stuck: Enrollment) -> str:
    """Take an open attempt over once its deadline has passed, and bring it to an end."""
    papers = Papers.of(task_of(stuck))
    now = services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[Enrollment | None]:
        after = lease(snapshot[papers.enrollment], now)
        return Changes(after, writes={} if after is None else {papers.enrollment: after})

    enrollment, snapshot = services.store.changed(papers.all(), decide)
    if enrollment is None or enrollment.attempt is None:
        return "nothing to settle"
    inbox = snapshot[papers.inbox]
    if inbox is None or inbox.status != "connected":
        return _wait(services, papers, enrollment, Later("the mailbox is disconnected", DISCONNECTED_WAIT))
    with noting_disconnection(services, inbox.id):
        gmail = RecordedGmail(services, inbox)
        delivery = Delivery(services, gmail, papers, enrollment.attempt, enrollment)
        return _try_again(delivery, snapshot) if enrollment.status in LIVE else _close(delivery)


def _try_again(delivery: Delivery, snapshot: Snapshot) -> str:
    """Send the same draft again, after a last look like a first try's."""
    services, gmail, papers = delivery.services, delivery.gmail, delivery.papers
    for look in range(LAST_LOOKS):
        move = next_settlement(snapshot, papers, delivery.attempt)
        if not isinstance(move, Send):
            return _wait(services, papers, delivery.enrollment, move)
        inbox = snapshot.need(papers.inbox)
        if not (delivery.enrollment.sent and something_new(gmail, inbox, first_look=look == 0)):
            if awaits_mail(services, inbox, delivery.enrollment):
                gmail.record()
                return _wait(services, papers, delivery.enrollment, Later(AWAITED, GMAIL_WAIT))
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


def _wait(services: Services, papers: Papers, stuck: Enrollment, move: Later | Stop | Never) -> str:
    """Write down why the mail does not go out now; a stopped one is closed at the next look."""
    now, attempt = services.clock.now(), stuck.attempt
    if isinstance(move, Never) or attempt is None:
        return move.why

    def decide(snapshot: Snapshot) -> Changes[str]:
        enrollment = snapshot[papers.enrollment]
        if enrollment is None or not holds(enrollment, attempt):
            return Changes(move.why)
        if isinstance(move, Stop):
            after = stopped(enrollment, move.event, move.why, now)
        else:
            after = unclear(enrollment, attempt, move.why, now + move.wait, now)
        return Changes(move.why, writes={papers.enrollment: after} if after != enrollment else {})

    return services.store.change([papers.enrollment], decide)
