"""Own the finding of Message-IDs that a sender could not find out in time.

Invariant: as long as one is missing there is a time at which it is asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from lib.core import keys
from lib.core.enrollment import message_id_found, repair_later
from lib.core.ids import message_key
from lib.core.keys import Changes, Key, Snapshot
from lib.core.records import Enrollment, Record
from lib.flows.labelling import mail_labels
from lib.flows.reading import RecordedGmail, noting_trouble, with_reads
from lib.flows.recording import correspondence_of
from lib.ports import Services

#: How long after a send a message that Gmail does not have may still appear.
GONE_AFTER = timedelta(hours=1)


def find_message_ids(
    services: Services, gmail: RecordedGmail, enrollment: Enrollment, labels: Sequence[str]
) -> Enrollment:
    """Return the enrollment with the Message-ID of each mail that went out; asks Gmail for missing ones.

    The next step names them in its References, and answers are found by them. A mail that was deleted before
    Gmail was asked gets an empty one. labels: of the campaign, which its sender did not get to put on.
    """
    for mail in enrollment.sent:
        if mail.message_id is not None:
            continue
        message_id = gmail.note_sent(mail.gmail_id, labels)
        is_gone = message_id == "" and services.clock.now() - mail.at >= GONE_AFTER
        if message_id or is_gone:
            enrollment = _found(services, gmail, enrollment, mail.gmail_id, message_id or "")
        else:
            gmail.record()
    return enrollment


def repair(services: Services, enrollment: Enrollment) -> None:
    """Ask for missing Message-IDs; while the mailbox is disconnected there is nothing to ask."""
    inbox_key = keys.inbox(enrollment.inbox)
    campaign_key = keys.campaign(enrollment.org, enrollment.campaign)
    snapshot = services.store.read([inbox_key, campaign_key])
    inbox, campaign = snapshot[inbox_key], snapshot[campaign_key]
    if inbox is None or inbox.status != "connected":
        return
    labels = mail_labels(campaign.labels) if campaign is not None else []
    with noting_trouble(services, inbox):
        find_message_ids(services, RecordedGmail(services, inbox), enrollment, labels)


def put_off(services: Services, seen: Enrollment) -> None:
    """Note when to ask again for what is still missing, so that it does not stand in others' way."""
    key = keys.enrollment(seen.org, seen.id)
    now = services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[None]:
        record = snapshot[key]
        after = repair_later(record, now) if record is not None else None
        return Changes(None, writes={key: after} if after is not None and after != record else {})

    services.store.change([key], decide)


def _found(
    services: Services, gmail: RecordedGmail, enrollment: Enrollment, gmail_id: str, message_id: str
) -> Enrollment:
    key = keys.enrollment(enrollment.org, enrollment.id)
    now = services.clock.now()
    found: dict[Key[Any], Record] = {}
    if message_id:
        about, record_of = correspondence_of(enrollment, message_key(enrollment.mailbox, message_id))
        found[about] = record_of
    writes = with_reads(found, gmail.taken(now))

    def decide(snapshot: Snapshot) -> Changes[Enrollment]:
        record = snapshot[key]
        if record is None:
            return Changes(enrollment)
        after = message_id_found(record, gmail_id, message_id, now)
        return Changes(after, writes={**writes, key: after})

    return services.store.change([key], decide)
