"""Own the sending of a claimed draft and what follows from it, for its worker and its settler alike.

Invariant: an attempt is closed only by a mail on record, or by a draft that surely was deleted; whatever else
happens leaves it open, and the same draft is tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from lib.core import keys
from lib.core.composing import MARKER_HEADER
from lib.core.enrollment import Event, not_found, sent, stopped, unclear
from lib.core.errors import (
    HistoryExpired,
    MailboxDisconnected,
    NotFound,
    OutreachError,
    Permanent,
    Retryable,
    SendUncertain,
)
from lib.core.ids import message_key, thread_key
from lib.core.keys import Changes, Key, Snapshot
from lib.core.mails import MessageRef, Sent
from lib.core.records import Attempt, Correspondence, Enrollment, Record, SentMail
from lib.core.sending import DISCONNECTED_WAIT, Papers, marker
from lib.flows.queueing import queue_step
from lib.flows.reading import RecordedGmail, with_reads
from lib.ports import Services

#: How soon an attempt with an unclear result is settled.
SETTLE_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hold what is needed to send one claimed draft."""

    services: Services
    gmail: RecordedGmail
    papers: Papers
    attempt: Attempt
    enrollment: Enrollment


def correspondence_of(enrollment: Enrollment, id_: str) -> tuple[Key[Correspondence], Correspondence]:
    """Return the record that leads from a thread or Message-ID to an enrollment."""
    return keys.correspondence(enrollment.org, id_), Correspondence(
        org=enrollment.org,
        id=id_,
        mailbox=enrollment.mailbox,
        enrollment=enrollment.id,
        contact=enrollment.contact,
        campaign=enrollment.campaign,
    )


def deliver(delivery: Delivery, known: Snapshot) -> str:
    """Send the draft of a claimed attempt, record the result; return what became of it, in a word."""
    attempt, now = delivery.attempt, delivery.services.clock.now()
    if now >= attempt.deadline:
        return "left to the settler"
    try:
        mail = delivery.gmail.send_draft(attempt.draft)
    except NotFound:
        return look_for(delivery)
    except (SendUncertain, Retryable) as error:
        # The more often it was tried, the longer the wait: a refusal that looks unclear may last.
        wait = SETTLE_AFTER * 2 ** min(attempt.lease, 6)
        wait = max(wait, error.retry_after) if isinstance(error, Retryable) else wait
        return _left_unclear(delivery, error.slug, wait)
    except MailboxDisconnected:
        _left_unclear(delivery, MailboxDisconnected.slug, DISCONNECTED_WAIT)
        raise
    except Permanent as error:
        return _refused(delivery, error)
    return record_sent(delivery, mail, known)


def record_sent(delivery: Delivery, mail: Sent, known: Snapshot | None = None) -> str:
    """Record a mail that went out with its Message-ID, in one commit; queue the next step."""
    try:
        # "Gone" may mean "not there yet" this early: then maintain asks again.
        message_id = delivery.gmail.note_sent(mail.gmail_id) or None
    except OutreachError:
        # The mail is out, and that must be recorded now; maintain asks for the Message-ID again.
        message_id = None
    now = delivery.services.clock.now()
    attempt = delivery.attempt
    on_record = SentMail(
        step=attempt.step,
        gmail_id=mail.gmail_id,
        thread=mail.thread,
        message_id=message_id,
        subject=attempt.subject,
        at=now,
    )
    reads, found = delivery.gmail.taken(now), _correspondence(delivery.enrollment, on_record)
    key = delivery.papers.enrollment

    def decide(snapshot: Snapshot) -> Changes[Enrollment | None]:
        enrollment = snapshot[key]
        if enrollment is None:
            return Changes(None, writes=with_reads({}, reads))
        after = sent(enrollment, attempt.id, on_record, now)
        return Changes(after, writes=with_reads({**found, key: after} if after != enrollment else {}, reads))

    known_one = known.only(key) if known is not None else None
    after = delivery.services.store.change([key], decide, known=known_one)
    if after is not None:
        queue_step(delivery.services, after)
    return "sent"


def _correspondence(enrollment: Enrollment, mail: SentMail) -> dict[Key[Correspondence], Record]:
    ids = [thread_key(enrollment.mailbox, mail.thread)]
    if mail.message_id:
        ids.append(message_key(enrollment.mailbox, mail.message_id))
    return dict(correspondence_of(enrollment, id_) for id_ in ids)


def _left_unclear(delivery: Delivery, why: str, wait: timedelta) -> str:
    now = delivery.services.clock.now()
    key, reads = delivery.papers.enrollment, delivery.gmail.taken(now)

    def decide(snapshot: Snapshot) -> Changes[str]:
        enrollment = snapshot[key]
        if enrollment is None:
            return Changes("erased", writes=with_reads({}, reads))
        after = unclear(enrollment, delivery.attempt, why, now + wait, now)
        return Changes("unclear", writes=with_reads({key: after} if after != enrollment else {}, reads))

    return delivery.services.store.change([key], decide)


def _refused(delivery: Delivery, error: Permanent) -> str:
    """Fail the enrollment when Gmail refuses its mail for good; closed only when the draft is deleted."""
    if not delivery.gmail.delete_draft(delivery.attempt.draft):
        return look_for(delivery)
    now = delivery.services.clock.now()
    key, reads = delivery.papers.enrollment, delivery.gmail.taken(now)
    why = f"Gmail refuses this mail: {error.slug}"

    def decide(snapshot: Snapshot) -> Changes[str]:
        enrollment = snapshot[key]
        if enrollment is None or enrollment.attempt is None or enrollment.attempt.id != delivery.attempt.id:
            return Changes("refused", writes=with_reads({}, reads))
        after = stopped(enrollment, Event.FAILED, why, now, withdrawn=frozenset({delivery.attempt.id}))
        return Changes("refused", writes=with_reads({key: after}, reads))

    return delivery.services.store.change([key], decide)


def look_for(delivery: Delivery) -> str:
    """Look among SENT for the mail of an attempt whose draft is gone, and record what was found."""
    mail = _find_sent(delivery)
    if mail is not None:
        return record_sent(delivery, mail)
    now = delivery.services.clock.now()
    key = delivery.papers.enrollment
    reads = delivery.gmail.taken(now)

    def decide(snapshot: Snapshot) -> Changes[str]:
        enrollment = snapshot[key]
        if enrollment is None:
            return Changes("erased", writes=with_reads({}, reads))
        after = not_found(enrollment, delivery.attempt, now)
        return Changes(str(after.status), writes=with_reads({key: after}, reads))

    return delivery.services.store.change([key], decide)


def _find_sent(delivery: Delivery) -> Sent | None:
    """Go through all that was sent since the attempt began, for the marker in the headers."""
    why = "was a mail of ours sent?"
    wanted = marker(delivery.enrollment.id, delivery.attempt.id)
    for refs in _sent_since(delivery, why):
        headers = delivery.gmail.headers([ref.gmail_id for ref in refs], [MARKER_HEADER], why=why)
        for ref in refs:
            mail = headers.get(ref.gmail_id)
            if mail is None or "SENT" not in mail.labels:
                continue
            if wanted in mail.headers.get(MARKER_HEADER.lower(), ()):
                return Sent(gmail_id=ref.gmail_id, thread=ref.thread)
    return None


def _sent_since(delivery: Delivery, why: str) -> list[Sequence[MessageRef]]:
    """Return the sent messages since the attempt's own history id, page by page, or since its time."""
    gmail, attempt, pages = delivery.gmail, delivery.attempt, []
    page = None
    try:
        while True:
            history = gmail.history(attempt.history_id, page, why=why)
            added = [ref for record in history.records for ref in record.added]
            pages.append([ref for ref in added if ref.labels is None or "SENT" in ref.labels])
            page = history.next_page
            if page is None:
                break
    except HistoryExpired:
        pages, page = [], None
        while True:
            listed = gmail.messages_since(attempt.started_at, page, sent=True, why=why)
            pages.append(list(listed.messages))
            page = listed.next_page
            if page is None:
                break
    return [refs for refs in pages if refs]
