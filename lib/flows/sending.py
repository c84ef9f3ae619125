"""Own the path of one step to one candidate, from a task to a mail on record.

Invariant: nothing is sent without a claim, no claim without a decision on what is known now and, for a
follow-up, a last look into the mailbox; the draft is the one-time token of the claim. What can never be sent
fails once, and is not queued for ever; what Gmail does not take now waits for its mailbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec

from lib.core.claiming import Claim, Claimed, attempt_for, claim
from lib.core.enrollment import Event, cleared
from lib.core.errors import (
    Contended,
    HistoryExpired,
    InvalidRequest,
    MailboxRefused,
    OutreachError,
    RecipientRefused,
    Retryable,
    Unavailable,
)
from lib.core.ids import thread_key
from lib.core.incoming.last_look import PENDING_BATCH, may_matter
from lib.core.keys import Changes, Snapshot
from lib.core.mails import MARKER_HEADER
from lib.core.records import Attempt, Enrollment, Inbox, Reads, Step
from lib.core.sending import (
    Later,
    Papers,
    Send,
    SendTask,
    Stop,
    jittered,
    next_move,
)
from lib.flows.delivering import deliver, lasting
from lib.flows.drafting import composed_for, drafted
from lib.flows.labelling import mail_labels
from lib.flows.putting_off import note_trouble, put_off
from lib.flows.reading import RecordedGmail, noting_trouble, with_reads
from lib.flows.recording import Delivery, correspondence_of
from lib.flows.repairing import find_message_ids
from lib.ports import Services

AWAITED = "a new mail in the thread, maybe an answer, cannot be read yet"
#: How often one task looks into the mailbox before it lets the queue try again.
LAST_LOOKS = 4
#: How long a follow-up waits for what Gmail does not have yet: its predecessor, or a new mail in its thread.
GMAIL_WAIT = timedelta(minutes=2)


def send_step(services: Services, task: SendTask, *, retried: bool) -> str:
    """Send a step if it is to be sent now; return what became of it, in a word.

    retried: the queue has delivered this task before, so that an earlier worker may have left a draft, and
    a refusal without a reason is no accident.
    """
    try:
        return _send_step(services, task, retried=retried)
    except Contended:
        raise
    except OutreachError as error:
        note_trouble(services, task, str(error))
        if isinstance(error, Retryable):
            error.retry_after = jittered(error.retry_after, task.enrollment)
        raise


def _send_step(services: Services, task: SendTask, *, retried: bool) -> str:
    papers = Papers.of(task)
    worked_off = False
    for _ in range(LAST_LOOKS):
        snapshot = services.store.read(papers.all())
        decided_at = services.clock.now()
        move = next_move(snapshot, papers, task.step, decided_at)
        if not isinstance(move, Send):
            return put_off(services, papers, snapshot, move, decided_at)
        inbox, enrollment = snapshot.need(papers.inbox), snapshot.need(papers.enrollment)
        with _noting(services, inbox, retried=retried):
            gmail = RecordedGmail(services, inbox)
            labels = mail_labels(snapshot.need(papers.campaign).labels)
            if find_message_ids(services, gmail, enrollment, labels) != enrollment:
                continue
            if any(mail.message_id is None for mail in enrollment.sent):
                later = Later("Gmail does not have the mail before this one yet", GMAIL_WAIT)
                return put_off(services, papers, snapshot, later, decided_at)
            if enrollment.sent and something_new(gmail, inbox, enrollment, first_look=not worked_off):
                _work_off(services, task, gmail)
                worked_off = True
                continue
            if awaits_mail(services, inbox, enrollment):
                gmail.record()
                return put_off(services, papers, snapshot, Later(AWAITED, GMAIL_WAIT), decided_at)
            if retried or enrollment.requeues > 0 or enrollment.tries > 0:
                snapshot = _clear_strays(services, gmail, papers, snapshot)
            return _send(services, gmail, papers, snapshot, move.step, decided_at)
    raise Retryable("the mailbox is busy: there is more new mail than one look can work off")


def _work_off(services: Services, task: SendTask, gmail: RecordedGmail) -> None:
    from lib.flows.receiving import receive  # noqa: PLC0415 - cold start: most sends find nothing new

    receive(services, task.inbox, gmail=gmail)


@contextmanager
def _noting(services: Services, inbox: Inbox, *, retried: bool) -> Iterator[None]:
    """Note what concerns the mailbox as a whole; a refusal without a reason does so when it lasts."""
    with noting_trouble(services, inbox):
        try:
            yield
        except MailboxRefused as error:
            raise (lasting(error) if retried else Unavailable(str(error))) from None


def something_new(gmail: RecordedGmail, inbox: Inbox, enrollment: Enrollment, *, first_look: bool) -> bool:
    """Say whether the mailbox may hold what stops the candidate and is not worked off: the last look.

    Pending mail is looked up again once: what matches nothing even now is no answer to what is on record.
    """
    if first_look and inbox.pending_marks != inbox.pending_done:
        return True
    try:
        page = gmail.history(inbox.cursor, why="the last look before a follow-up")
    except HistoryExpired:
        return True
    return may_matter(page, enrollment)


def awaits_mail(services: Services, inbox: Inbox, enrollment: Enrollment) -> bool:
    """Say whether a mail that may be the candidate's answer could not be read yet.

    One that Gmail names in a thread of the enrollment, or any that it fails to give: its thread may be new.
    """
    if not enrollment.sent or inbox.pending_marks == inbox.pending_done:
        return False
    threads = {thread_key(enrollment.mailbox, mail.thread) for mail in enrollment.sent}
    waiting = services.store.pending(inbox.org, inbox.mailbox, PENDING_BATCH)
    unread = [item for item in waiting if not item.fetched]
    return any(item.tries or threads & set(item.lookups) for item in unread)


def _send(
    services: Services,
    gmail: RecordedGmail,
    papers: Papers,
    snapshot: Snapshot,
    step: Step,
    decided_at: datetime,
) -> str:
    """Write, claim, send; a mail that cannot be written never will be."""
    enrollment, campaign = snapshot.need(papers.enrollment), snapshot.need(papers.campaign)
    attempt_id = services.new_id()
    try:
        composed = composed_for(services, papers, snapshot, step, attempt_id, decided_at)
        draft = drafted(gmail, enrollment, step, composed)
    except (InvalidRequest, RecipientRefused) as error:
        gmail.record()
        never = Stop(Event.FAILED, f"this mail cannot be written: {error.slug}")
        return put_off(services, papers, snapshot, never, decided_at)
    attempt = attempt_for(
        enrollment,
        snapshot.need(papers.inbox),
        step,
        id_=attempt_id,
        draft=draft.id,
        thread=draft.thread,
        subject=composed.subject,
        decided_at=decided_at,
    )
    reads = gmail.taken(services.clock.now())
    claimed, after = _claim(services, papers, snapshot, attempt, reads)
    if claimed is Claimed.OURS:
        raw = composed.raw if gmail.headers_only else None
        return deliver(Delivery(services, gmail, papers, attempt, enrollment, campaign, raw), after)
    if claimed is Claimed.LOST:
        gmail.delete_draft(draft.id)
        if reads is not None:
            gmail.record(reads)
    return str(claimed)


def _claim(
    services: Services, papers: Papers, snapshot: Snapshot, attempt: Attempt, reads: Reads | None
) -> tuple[Claimed, Snapshot]:
    """Take the step for an attempt, in the commit that stores by which thread its answers are found."""
    enrollment, now = snapshot.need(papers.enrollment), services.clock.now()
    key, record = correspondence_of(enrollment, thread_key(enrollment.mailbox, attempt.thread))
    writes = with_reads({key: record} if attempt.thread else {}, reads)
    wanted = Claim(attempt=attempt, tries=enrollment.tries, writes=writes)
    return services.store.changed(papers.all(), lambda seen: claim(seen, papers, wanted, now), known=snapshot)


def _clear_strays(services: Services, gmail: RecordedGmail, papers: Papers, snapshot: Snapshot) -> Snapshot:
    """Delete drafts that earlier workers left; Contended when another worker has taken the step since.

    First those workers lose the right to claim, then their drafts go: no attempt loses its draft.
    """
    enrollment = snapshot.need(papers.enrollment)
    if gmail.headers_only:
        return snapshot
    strays = [
        draft
        for draft, value in gmail.drafts_to(enrollment.email, MARKER_HEADER, why="a retry: stray drafts?")
        if value.partition(".")[0] == enrollment.id
    ]
    if not strays:
        return snapshot

    def decide(seen: Snapshot) -> Changes[None]:
        after = cleared(seen.need(papers.enrollment), enrollment.step, enrollment.tries)
        return Changes(None, writes={papers.enrollment: after})

    _, snapshot = services.store.changed(papers.all(), decide, known=snapshot)
    for draft in strays:
        gmail.delete_draft(draft)
    return snapshot


def task_from(body: bytes) -> SendTask:
    """Return the task that a queue's request holds; msgspec.ValidationError when it is none."""
    return msgspec.json.decode(body, type=SendTask)
