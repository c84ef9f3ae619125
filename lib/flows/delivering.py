"""Own the sending of a claimed attempt, for its worker and its settler alike.

Invariant: an attempt is closed only by a mail on record, or when its mail surely never goes out: its draft
was deleted, or the one worker that could send it without a draft knows that it did not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lib.core.enrollment import (
    Event,
    as_seen,
    holds,
    is_seen,
    seen_unsent,
    set_back,
    stopped,
    troubled,
    unclear,
)
from lib.core.errors import (
    Contended,
    MailboxDisconnected,
    MailboxPaused,
    MailboxRefused,
    NotFound,
    OutreachError,
    Permanent,
    RecipientRefused,
    Retryable,
    SendUncertain,
)
from lib.core.keys import Changes, Snapshot
from lib.core.mails import MARKER_HEADER, Sent
from lib.core.plans.freeing import stop_and_free
from lib.core.records import Enrollment
from lib.core.sending import DISCONNECTED_WAIT, jittered
from lib.flows.looking import look_for
from lib.flows.queueing import queue_step
from lib.flows.reading import with_reads
from lib.flows.recording import Delivery, record_sent

#: How soon an attempt with an unclear result is settled.
SETTLE_AFTER = timedelta(seconds=30)
#: How often a draft is tried that Gmail refuses without a reason, before the mailbox pauses, and how long.
REFUSALS = 3
REFUSED_PAUSE = timedelta(hours=1)
#: How Gmail refuses a mail for a thread that the user has deleted, or for the mail itself: without the thread
#: it is tried once more. More special errors mean other things.
THREAD_GONE = (NotFound, RecipientRefused, Permanent)


def deliver(delivery: Delivery, known: Snapshot) -> str:
    """Send the mail of a claimed attempt, record the result; return what became of it, in a word."""
    attempt, now = delivery.attempt, delivery.services.clock.now()
    if now >= attempt.deadline:
        # Whoever could send without a draft knows that it has not; a draft is left to the settler.
        return "left to the settler" if delivery.raw is None else give_back(delivery, "the worker was late")
    try:
        mail = _send(delivery)
    except NotFound:
        return look_for(delivery) if delivery.raw is None else _refused(delivery, NotFound.slug)
    except SendUncertain as error:
        return _unclear(delivery, error.slug, SETTLE_AFTER)
    except RecipientRefused as error:
        return _refused(delivery, error.slug)
    except (Permanent, Retryable) as error:
        return _surely_not_sent(delivery, error)
    return record_sent(delivery, mail, known)


def _send(delivery: Delivery) -> Sent:
    gmail, attempt = delivery.gmail, delivery.attempt
    if delivery.raw is None:
        return gmail.send_draft(attempt.draft)
    try:
        return gmail.send_message(delivery.raw, attempt.thread or None)
    except Permanent as error:
        if (
            type(error) not in THREAD_GONE
            or not attempt.thread
            or delivery.services.clock.now() >= attempt.deadline
        ):
            raise
        # The user has deleted the thread, nothing went out; on the candidate's side References still join it.
        return gmail.send_message(delivery.raw, None)


def _surely_not_sent(delivery: Delivery, error: Permanent | Retryable) -> str:
    """Let a mail wait that Gmail did not take, through no fault of its own.

    What passes soon is tried again with the same draft; else the step waits for the mailbox, or for a person.
    """
    if isinstance(error, MailboxRefused):
        return _mailbox_refused(delivery, error)
    if delivery.raw is None and isinstance(error, MailboxDisconnected):
        leave_open(delivery, error.slug, DISCONNECTED_WAIT)
        raise error
    if delivery.raw is None and isinstance(error, Retryable) and not isinstance(error, MailboxPaused):
        return _unclear(delivery, error.slug, max(SETTLE_AFTER, error.retry_after))
    give_back(delivery, str(error))
    raise error


def _mailbox_refused(delivery: Delivery, error: MailboxRefused) -> str:
    """Try a draft a few times; without one nobody knows, and the mailbox pauses at once."""
    few = max(delivery.attempt.lease, delivery.enrollment.requeues) < REFUSALS
    if delivery.raw is None and not few:
        give_back(delivery, str(error))
        raise lasting(error)
    outcome = _unclear(delivery, error.slug, SETTLE_AFTER)
    if delivery.raw is not None:
        raise lasting(error)
    return outcome


def lasting(error: OutreachError) -> OutreachError:
    """Return what becomes of a failure that lasts: a refusal without a reason pauses the mailbox."""
    if not isinstance(error, MailboxRefused):
        return error
    return MailboxPaused(str(error), retry_after=REFUSED_PAUSE, alert="gmail_refuses")


def give_back(delivery: Delivery, why: str) -> str:
    """Let the step wait again, once its draft surely is deleted; a draft that is gone may have been sent.

    That the draft is there is noted before it is deleted: a deletion whose answer is lost is no riddle then.
    """
    if delivery.attempt.draft:
        if not is_seen(delivery.attempt):
            if not _is_there(delivery):
                return look_for(delivery)
            delivery = _noted_seen(delivery)
        if not delivery.gmail.delete_draft(delivery.attempt.draft):
            return look_for(delivery)
    now = delivery.services.clock.now()
    key, reads = delivery.papers.enrollment, delivery.gmail.taken(now)

    def decide(snapshot: Snapshot) -> Changes[Enrollment | None]:
        enrollment = snapshot[key]
        if enrollment is None:
            return Changes(None, writes=with_reads({}, reads))
        after = set_back(enrollment, delivery.attempt, now)
        if after == enrollment:
            return Changes(None, writes=with_reads({}, reads))
        after = troubled(after, delivery.attempt.step, why)
        return Changes(after, writes=with_reads({key: after}, reads))

    after = delivery.services.store.change([key], decide)
    if after is not None:
        queue_step(delivery.services, after)
    return "set back"


def _is_there(delivery: Delivery) -> bool:
    why = "is the draft of an attempt still there?"
    found = delivery.gmail.drafts_to(delivery.enrollment.email, MARKER_HEADER, why=why)
    return any(draft == delivery.attempt.draft for draft, _ in found)


def _noted_seen(delivery: Delivery) -> Delivery:
    """Note that the draft is there, and return the delivery with its attempt as it is now."""
    now = delivery.services.clock.now()
    key, reads = delivery.papers.enrollment, delivery.gmail.taken(now)

    def decide(snapshot: Snapshot) -> Changes[None]:
        enrollment = snapshot[key]
        if enrollment is None or not holds(enrollment, delivery.attempt):
            raise Contended("another worker has taken the attempt over")
        after = seen_unsent(enrollment, delivery.attempt, now)
        return Changes(None, writes=with_reads({key: after}, reads))

    delivery.services.store.change([key], decide)
    return replace(delivery, attempt=as_seen(delivery.attempt))


def _unclear(delivery: Delivery, why: str, wait: timedelta) -> str:
    """Leave the attempt to be settled, the later the more often it was tried: a refusal may last."""
    lease = delivery.attempt.lease
    wait = max(wait, SETTLE_AFTER * 2 ** min(lease, 6))
    return leave_open(delivery, why, jittered(wait, delivery.enrollment.id, str(lease)))


def leave_open(delivery: Delivery, why: str, wait: timedelta) -> str:
    """Leave an attempt open, to be settled after a while."""
    now = delivery.services.clock.now()
    key, reads = delivery.papers.enrollment, delivery.gmail.taken(now)

    def decide(snapshot: Snapshot) -> Changes[str]:
        enrollment = snapshot[key]
        if enrollment is None:
            return Changes("erased", writes=with_reads({}, reads))
        after = unclear(enrollment, delivery.attempt, why, now + wait, now)
        return Changes("unclear", writes=with_reads({key: after} if after != enrollment else {}, reads))

    return delivery.services.store.change([key], decide)


def _refused(delivery: Delivery, slug: str) -> str:
    """Fail the enrollment when Gmail refuses its mail for good; closed only when the draft is deleted."""
    if delivery.raw is None and not delivery.gmail.delete_draft(delivery.attempt.draft):
        return look_for(delivery)
    delivery.gmail.record()
    now = delivery.services.clock.now()
    key, attempt = delivery.papers.enrollment, delivery.attempt

    def decide(snapshot: Snapshot) -> Changes[str]:
        enrollment = snapshot[key]
        if enrollment is None or enrollment.attempt is None or enrollment.attempt.id != attempt.id:
            return Changes("refused")
        why, closed = f"Gmail refuses this mail: {slug}", frozenset({attempt.id})
        after = stopped(enrollment, Event.FAILED, why, now, withdrawn=closed)
        return stop_and_free(snapshot, key, after, now, "refused")

    return delivery.services.store.change([key], decide)
