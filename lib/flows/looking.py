"""Own the look among SENT for the mail of an attempt whose draft is gone, or that never had one.

Invariant: only a mail that carries the attempt's marker counts as sent; what is not found is looked for
again, and held in the end. A look that could not see every mail is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from lib.core.enrollment import not_found
from lib.core.errors import HistoryExpired, Unavailable
from lib.core.keys import Changes, Snapshot
from lib.core.mails import MARKER_HEADER, MailHeaders, MessageRef, Sent
from lib.core.sending import marker
from lib.flows.reading import with_reads
from lib.flows.recording import Delivery, record_sent

WHY = "was a mail of ours sent?"
#: How often single messages are asked for that Gmail fails to give.
TRIES = 6
#: How much Gmail's clock may differ from ours.
SKEW = timedelta(minutes=10)


def look_for(delivery: Delivery) -> str:
    """Look among SENT for the mail of an attempt, and record what was found, or that nothing was."""
    mail = find_sent(delivery)
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


def find_sent(delivery: Delivery) -> Sent | None:
    """Go through all that was sent since the attempt began, for the marker in the headers."""
    wanted = marker(delivery.enrollment.id, delivery.attempt.id)
    try:
        return _found(delivery, _by_history(delivery), wanted)
    except HistoryExpired:
        return _found(delivery, _by_time(delivery), wanted)


def _found(delivery: Delivery, pages: Iterator[Sequence[MessageRef]], wanted: str) -> Sent | None:
    for refs in pages:
        headers = _headers(delivery, refs)
        for ref in refs:
            mail = headers.get(ref.gmail_id)
            if mail is None or "SENT" not in mail.labels:
                continue
            if wanted in mail.headers.get(MARKER_HEADER.lower(), ()):
                return Sent(gmail_id=ref.gmail_id, thread=ref.thread)
        if any(ref.gmail_id not in headers for ref in refs):
            raise Unavailable("Gmail did not give all the headers that were asked for")
        if _before(delivery, [mail for mail in headers.values() if mail is not None]):
            return None
    return None


def _headers(delivery: Delivery, refs: Sequence[MessageRef]) -> dict[str, MailHeaders | None]:
    """Return the marker headers of a page; what Gmail failed to give is asked for again, a few times."""
    found: dict[str, MailHeaders | None] = {}
    for _ in range(TRIES):
        missing = [ref.gmail_id for ref in refs if ref.gmail_id not in found]
        if missing:
            found |= delivery.gmail.headers(missing, [MARKER_HEADER], why=WHY)
    return found


def _before(delivery: Delivery, mails: Sequence[MailHeaders]) -> bool:
    """Say whether a whole page lies before the attempt: a list that cannot be searched by time goes on."""
    begun = delivery.attempt.started_at - SKEW
    return bool(mails) and all(mail.received_at < begun for mail in mails)


def _by_history(delivery: Delivery) -> Iterator[Sequence[MessageRef]]:
    """Yield the sent messages since the attempt's own history id, page by page."""
    page = None
    while True:
        history = delivery.gmail.history(delivery.attempt.history_id, page, why=WHY)
        added = [ref for record in history.records for ref in record.added]
        refs = [ref for ref in added if ref.labels is None or "SENT" in ref.labels]
        if refs:
            yield refs
        page = history.next_page
        if page is None:
            return


def _by_time(delivery: Delivery) -> Iterator[Sequence[MessageRef]]:
    """Yield the sent messages since the attempt began, the newest first, page by page."""
    page = None
    while True:
        listed = delivery.gmail.messages_since(delivery.attempt.started_at, page, sent=True, why=WHY)
        if listed.messages:
            yield listed.messages
        page = listed.next_page
        if page is None:
            return
