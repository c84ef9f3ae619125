"""Own the record of a mail that went out, for its worker and its settler alike.

Invariant: a mail that is out gets on record whatever else fails, with what answers are found by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lib.core import keys
from lib.core.auditing import audited
from lib.core.enrollment import sent
from lib.core.errors import OutreachError
from lib.core.ids import message_key, thread_key
from lib.core.keys import Changes, Key, Snapshot
from lib.core.mails import Sent
from lib.core.records import Attempt, Campaign, Correspondence, Enrollment, Record, SentMail
from lib.core.sending import Papers
from lib.flows.labelling import labels_of, mail_labels
from lib.flows.queueing import queue_step
from lib.flows.reading import RecordedGmail, with_reads
from lib.ports import Services


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hold what is needed to send one claimed attempt.

    raw: the mail itself, in a header-only mailbox, which has no drafts; only the worker that claimed has it,
    so that no settler can send it again.
    """

    services: Services
    gmail: RecordedGmail
    papers: Papers
    attempt: Attempt
    enrollment: Enrollment
    campaign: Campaign | None
    raw: bytes | None = None


def record_sent(delivery: Delivery, mail: Sent, known: Snapshot | None = None) -> str:
    """Record a mail that went out with its Message-ID, in one commit; queue the next step."""
    message_id = _message_id(delivery, mail.gmail_id, known)
    now = delivery.services.clock.now()
    attempt = delivery.attempt
    on_record = SentMail(
        step=attempt.step,
        gmail_id=mail.gmail_id,
        thread=mail.thread,
        message_id=message_id,
        subject=attempt.subject,
        at=now,
        version=attempt.version,
        variant=attempt.variant,
    )
    reads, found = delivery.gmail.taken(now), _correspondence(delivery.enrollment, on_record)
    key = delivery.papers.enrollment

    def decide(snapshot: Snapshot) -> Changes[Enrollment | None]:
        enrollment = snapshot[key]
        if enrollment is None:
            return Changes(None, writes=with_reads({}, reads))
        after = sent(enrollment, attempt.id, on_record, now)
        new = {**found, **_audited(delivery, now), key: after} if after != enrollment else {}
        return Changes(after, writes=with_reads(new, reads))

    # Whether anybody listens to events is in the org's record, which is not read for it.
    about = (key, keys.org(delivery.enrollment.org))
    known_one = known.only(*(one for one in about if one in known)) if known is not None else None
    after = delivery.services.store.change([key], decide, known=known_one)
    if after is not None:
        queue_step(delivery.services, after)
    return "sent"


def _message_id(delivery: Delivery, gmail_id: str, known: Snapshot | None) -> str | None:
    """Ask for the Message-ID and put the labels on; whatever fails, ``maintain`` asks again."""
    try:
        labels = None
        if delivery.campaign is not None:
            labels = labels_of(delivery.services, delivery.gmail, delivery.campaign, known)
        # "Gone" may mean "not there yet" this early.
        return delivery.gmail.note_sent(gmail_id, mail_labels(labels)) or None
    except OutreachError:
        return None


def _audited(delivery: Delivery, now: datetime) -> dict[Key[Any], Record]:
    """Return the entry by which the mailbox's owner sees who sent what in their name."""
    enrollment = delivery.enrollment
    entry = audited(
        "sent",
        enrollment.org,
        now,
        by=delivery.campaign.author if delivery.campaign is not None else "",
        mailbox=enrollment.mailbox,
        campaign=enrollment.campaign,
        about=(f"enrollment:{enrollment.id}", f"step:{delivery.attempt.step}"),
    )
    return dict(entry)


def _correspondence(enrollment: Enrollment, mail: SentMail) -> dict[Key[Any], Record]:
    ids = [thread_key(enrollment.mailbox, mail.thread)]
    if mail.message_id:
        ids.append(message_key(enrollment.mailbox, mail.message_id))
    return dict(correspondence_of(enrollment, id_) for id_ in ids)


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
