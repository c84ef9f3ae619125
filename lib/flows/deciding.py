"""Own a person's decision on a held step: nobody could find out whether its mail went out.

Invariant: Gmail is asked once more before anybody's word counts; what is found there counts more.
"""

from __future__ import annotations

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.enrollment import decided
from lib.core.errors import Conflict, MailboxDisconnected, NotFound
from lib.core.keys import Changes, Snapshot
from lib.core.records import Enrollment, Inbox, Status
from lib.core.sending import Papers, task_of
from lib.flows.looking import find_sent
from lib.flows.permitting import Permit, permitted
from lib.flows.queueing import queue_step
from lib.flows.reading import RecordedGmail, noting_trouble, with_reads
from lib.flows.recording import Delivery, record_sent
from lib.ports import Services

NOT_HELD = "this step is not held (any more); nothing has to be decided"


def decide_held(
    services: Services, caller: VerifiedCaller, campaign: str, enrollment: str, *, was_sent: bool
) -> str:
    """Take a person's word on a held step, unless the mail is found after all; say what is recorded.

    "sent": it counts as sent, and the next step waits for its time. "not sent": the step gets a new slot.
    Conflict when nothing is held, MailboxDisconnected when Gmail cannot be asked.
    """
    permit = permitted(services, caller, campaign, "write")
    held, inbox = _held(services, permit, enrollment)
    papers = Papers.of(task_of(held))
    if inbox is None or (inbox.status, inbox.mailbox) != ("connected", held.mailbox):
        raise MailboxDisconnected("the mailbox must be connected to look whether the mail went out")
    assert held.attempt is not None
    with noting_trouble(services, inbox):
        gmail = RecordedGmail(services, inbox)
        delivery = Delivery(services, gmail, papers, held.attempt, held, permit.campaign)
        mail = find_sent(delivery)
        if mail is not None:
            return record_sent(delivery, mail)
        if not was_sent:
            # It is gone as far as is known; if it is not, it must not go out beside the new one.
            gmail.delete_draft(held.attempt.draft)
    return _take_word(delivery, permit, was_sent=was_sent)


def _held(services: Services, permit: Permit, enrollment: str) -> tuple[Enrollment, Inbox | None]:
    """Return a held enrollment of a campaign, and its mailbox's connection."""
    key = keys.enrollment(permit.campaign.org, enrollment)
    record = services.store.read([key])[key]
    if record is None or record.campaign != permit.campaign.id:
        raise NotFound("there is no such candidate in this campaign")
    if record.status is not Status.HELD or record.attempt is None:
        raise Conflict(NOT_HELD)
    inbox_key = keys.inbox(record.inbox)
    return record, services.store.read([inbox_key])[inbox_key]


def _take_word(delivery: Delivery, permit: Permit, *, was_sent: bool) -> str:
    """Record the word; whether they may give it is not asked again, so that what was read is on record."""
    services, key = delivery.services, delivery.papers.enrollment
    now = services.clock.now()
    reads, outcome = delivery.gmail.taken(now), "sent" if was_sent else "not sent"

    def decide(snapshot: Snapshot) -> Changes[Enrollment | None]:
        enrollment = snapshot[key]
        if enrollment is None or enrollment.attempt is None or enrollment.attempt.id != delivery.attempt.id:
            return Changes(None, writes=with_reads({}, reads))
        after = decided(enrollment, None, now, was_sent=was_sent)
        if after == enrollment:
            return Changes(None, writes=with_reads({}, reads))
        entry = permit.audited("edited_campaign", f"enrollment:{after.id}", f"held: {outcome}")
        return Changes(after, writes=with_reads({key: after, **entry}, reads))

    after = services.store.change([key], decide)
    if after is None:
        raise Conflict(NOT_HELD)
    queue_step(services, after)
    return outcome
