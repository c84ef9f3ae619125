"""Own the path of one step to one candidate, from a task to a mail on record.

Invariant: nothing is sent without a claim, no claim without a decision on what is known now and, for a
follow-up, a last look into the mailbox; the draft is the one-time token of the claim. What can never be sent
fails once, and is not queued for ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from lib.core.composing import MARKER_HEADER, compose_step
from lib.core.enrollment import Event, cleared, stopped
from lib.core.errors import HistoryExpired, InvalidRequest, NotFound, RecipientRefused, Retryable
from lib.core.ids import thread_key
from lib.core.keys import Changes, Snapshot
from lib.core.mails import Draft
from lib.core.optout import optout_token, optout_url
from lib.core.receiving import is_quiet
from lib.core.records import Enrollment, Inbox, Status, Step
from lib.core.sending import (
    Claim,
    Claimed,
    Later,
    Never,
    Papers,
    Send,
    SendTask,
    Stop,
    attempt_for,
    claim,
    marker,
    next_move,
    postponed,
)
from lib.flows.delivering import Delivery, correspondence_of, deliver
from lib.flows.reading import RecordedGmail, noting_disconnection, with_reads
from lib.flows.receiving import PENDING_BATCH, receive
from lib.flows.repairing import find_message_ids
from lib.ports import Services

AWAITED = "a new mail in the thread, maybe an answer, cannot be read yet"
#: How often one task looks into the mailbox before it lets the queue try again.
LAST_LOOKS = 4
#: How long a follow-up waits for what Gmail does not have yet: its predecessor, or a new mail in its thread.
GMAIL_WAIT = timedelta(minutes=2)


def send_step(services: Services, task: SendTask, *, retried: bool) -> str:
    """Send a step if it is to be sent now; return what became of it, in a word.

    retried: the queue has delivered this task before, so that an earlier worker may have left a draft.
    """
    papers = Papers.of(task)
    worked_off = False
    with noting_disconnection(services, task.inbox):
        for _ in range(LAST_LOOKS):
            snapshot = services.store.read(papers.all())
            decided_at = services.clock.now()
            move = next_move(snapshot, papers, task.step, decided_at)
            if not isinstance(move, Send):
                return _not_now(services, papers, move, decided_at)
            inbox, enrollment = snapshot.need(papers.inbox), snapshot.need(papers.enrollment)
            gmail = RecordedGmail(services, inbox)
            if find_message_ids(services, gmail, enrollment) != enrollment:
                continue
            if any(mail.message_id is None for mail in enrollment.sent):
                later = Later("Gmail does not have the mail before this one yet", GMAIL_WAIT)
                return _not_now(services, papers, later, decided_at)
            if enrollment.sent and something_new(gmail, inbox, first_look=not worked_off):
                receive(services, task.inbox, gmail=gmail)
                worked_off = True
                continue
            if awaits_mail(services, inbox, enrollment):
                gmail.record()
                return _not_now(services, papers, Later(AWAITED, GMAIL_WAIT), decided_at)
            if retried or enrollment.requeues > 0 or enrollment.tries > 0:
                snapshot = _clear_strays(services, gmail, papers, snapshot)
            return _send(services, gmail, papers, snapshot, move.step, decided_at)
    raise Retryable("the mailbox is busy: there is more new mail than one look can work off")


def something_new(gmail: RecordedGmail, inbox: Inbox, *, first_look: bool) -> bool:
    """Say whether the mailbox may hold an answer that is not worked off: the last look before a send.

    Pending mail is looked up again once: what matches nothing even now is no answer to what is on record.
    """
    if first_look and inbox.pending_marks != inbox.pending_done:
        return True
    try:
        page = gmail.history(inbox.cursor, why="the last look before a follow-up")
    except HistoryExpired:
        return True
    added = [ref for record in page.records for ref in record.added]
    return page.next_page is not None or not all(is_quiet(ref.labels) for ref in added)


def awaits_mail(services: Services, inbox: Inbox, enrollment: Enrollment) -> bool:
    """Say whether Gmail names a mail in a thread of the enrollment that it does not have yet."""
    if not enrollment.sent or inbox.pending_marks == inbox.pending_done:
        return False
    threads = {thread_key(enrollment.mailbox, mail.thread) for mail in enrollment.sent}
    waiting = services.store.pending(inbox.org, inbox.mailbox, PENDING_BATCH)
    return any(not item.fetched and threads & set(item.lookups) for item in waiting)


def _send(
    services: Services,
    gmail: RecordedGmail,
    papers: Papers,
    snapshot: Snapshot,
    step: Step,
    decided_at: datetime,
) -> str:
    """Draft, claim, send; a mail that cannot be drafted never will be."""
    enrollment = snapshot.need(papers.enrollment)
    attempt_id = services.new_id()
    try:
        draft, subject = _draft(services, gmail, papers, snapshot, step, attempt_id, decided_at)
    except (InvalidRequest, RecipientRefused) as error:
        gmail.record()
        never = Stop(Event.FAILED, f"this mail cannot be written: {error.slug}")
        return _not_now(services, papers, never, decided_at)
    attempt = attempt_for(
        enrollment,
        snapshot.need(papers.inbox),
        id_=attempt_id,
        draft=draft.id,
        thread=draft.thread,
        subject=subject,
        decided_at=decided_at,
    )
    key, record = correspondence_of(enrollment, thread_key(enrollment.mailbox, draft.thread))
    now = services.clock.now()
    reads = gmail.taken(now)
    writes = with_reads({key: record}, reads)
    wanted = Claim(attempt=attempt, tries=enrollment.tries, writes=writes)
    claimed, after = services.store.changed(
        papers.all(), lambda seen: claim(seen, papers, wanted, now), known=snapshot
    )
    if claimed is Claimed.OURS:
        return deliver(Delivery(services, gmail, papers, attempt, enrollment), after)
    if claimed is Claimed.LOST:
        gmail.delete_draft(draft.id)
        if reads is not None:
            gmail.record(reads)
    return str(claimed)


def _draft(
    services: Services,
    gmail: RecordedGmail,
    papers: Papers,
    snapshot: Snapshot,
    step: Step,
    attempt: str,
    now: datetime,
) -> tuple[Draft, str]:
    """Render a step into a draft, in the thread of the one before; return it and its bare subject."""
    enrollment = snapshot.need(papers.enrollment)
    token = optout_token(services.address_key, enrollment.org, enrollment.contact)
    composed = compose_step(
        snapshot.need(papers.campaign),
        step,
        enrollment,
        snapshot.need(papers.mailbox),
        marker=marker(enrollment.id, attempt),
        optout_url=optout_url(services.base_url, token),
        now=now,
    )
    thread = enrollment.sent[-1].thread if enrollment.sent and step.thread == "reply" else None
    try:
        return gmail.create_draft(composed.raw, thread), composed.subject
    except NotFound:
        # The user has deleted the thread; on the candidate's side References still join it.
        return gmail.create_draft(composed.raw, None), composed.subject


def _clear_strays(services: Services, gmail: RecordedGmail, papers: Papers, snapshot: Snapshot) -> Snapshot:
    """Delete drafts that earlier workers left; Contended when another worker has taken the step since.

    First those workers lose the right to claim, then their drafts go: no attempt loses its draft.
    """
    enrollment = snapshot.need(papers.enrollment)
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


def _not_now(services: Services, papers: Papers, move: Later | Stop | Never, now: datetime) -> str:
    """Write down why a step is not sent, where there is something to write."""
    if isinstance(move, Never):
        return move.why
    key = papers.enrollment

    def decide(snapshot: Snapshot) -> Changes[str]:
        enrollment = snapshot[key]
        if enrollment is None or enrollment.status is not Status.WAITING:
            return Changes(move.why)
        if isinstance(move, Stop):
            after = stopped(enrollment, move.event, move.why, now)
        else:
            after = postponed(enrollment, move.why, move.wait, now)
        return Changes(move.why, writes={key: after} if after != enrollment else {})

    return services.store.change([key], decide)


def task_from(body: bytes) -> SendTask:
    """Return the task that a queue's request holds; msgspec.ValidationError when it is none."""
    return msgspec.json.decode(body, type=SendTask)
