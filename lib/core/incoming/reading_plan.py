"""Own how much is read of each new message, before anything is: nothing, its headers, or its body.

Invariant: what the labels, the thread and our own records tell without reading is never read for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.utils import getaddresses
from enum import Enum

from lib.core.answers.mail_headers import HEADER_NAMES
from lib.core.enrollment import LIVE
from lib.core.ids import normalise_address
from lib.core.incoming.last_look import BULK_LABELS, NOISE_LABELS
from lib.core.incoming.reading_quota import FOR_BODIES, MESSAGE, Allowance
from lib.core.mails import MARKER_HEADER, HistoryRecord, MailHeaders, MessageRef
from lib.core.records import Enrollment, Status

#: What is read of a mail in a known thread that may be the user's own: ours carry the marker.
OWN_NAMES = (*HEADER_NAMES, MARKER_HEADER, "To", "Cc")


class Plan(Enum):
    """Name what is done with a message."""

    SKIP = "skip"
    WAIT = "wait"
    HEADERS = "headers"
    OWN_HEADERS = "own headers"
    BODY = "body"


def plan_of(ref: MessageRef, enrollment: Enrollment | None, *, known: bool, headers_only: bool) -> Plan:
    """Say what to read of a message. known: its thread is ours; enrollment: the one of that thread."""
    labels = ref.labels or frozenset()
    ours = enrollment is not None and any(mail.gmail_id == ref.gmail_id for mail in enrollment.sent)
    if labels & NOISE_LABELS or ours or (labels & BULK_LABELS and not known):
        return Plan.SKIP
    if "SENT" in labels:
        if not known or enrollment is None or enrollment.status not in LIVE:
            return Plan.SKIP
        return Plan.WAIT if is_under_way(enrollment) else Plan.OWN_HEADERS
    if known and ref.labels is None:
        return Plan.OWN_HEADERS
    return Plan.BODY if known and not headers_only else Plan.HEADERS


def is_under_way(enrollment: Enrollment) -> bool:
    """Say whether a mail of ours may be out that is not on record yet."""
    return enrollment.attempt is not None and enrollment.status in {Status.SENDING, Status.UNCERTAIN}


def is_own_answer(mail: MailHeaders, enrollment: Enrollment) -> bool:
    """Say whether a sent mail is the user's own answer to the candidate: not ours, and addressed to them."""
    if mail.headers.get(MARKER_HEADER.lower()):
        return False
    try:
        to = getaddresses([value for name in ("to", "cc") for value in mail.headers.get(name, ())])
    except Exception:  # noqa: BLE001 - broken headers break the parser in many ways
        return False
    return normalise_address(enrollment.email) in {normalise_address(address) for _, address in to}


def affordable(records: Sequence[HistoryRecord], plans: Mapping[str, Plan], allowance: Allowance) -> int:
    """Return how many records, from the first on, can be worked off with what may still be read."""
    left = allowance.left - FOR_BODIES
    for number, record in enumerate(records):
        cost = sum(_COST[plans[ref.gmail_id]] for ref in record.added if ref.gmail_id in plans)
        if cost > left:
            return number
        left -= cost
    return len(records)


def whole(records: Sequence[HistoryRecord], count: int) -> int:
    """Return the count, or less, so that the cursor does not cut between records of the same id."""
    while 0 < count < len(records) and records[count].id == records[count - 1].id:
        count -= 1
    return count


_COST: Mapping[Plan, int] = {
    Plan.SKIP: 0,
    Plan.WAIT: 0,
    Plan.HEADERS: MESSAGE,
    Plan.OWN_HEADERS: 2 * MESSAGE,
    Plan.BODY: MESSAGE,
}
