"""Own the counting of what is read from a mailbox, so that a minute's allowance is never overdrawn.

Invariant: every read of the receive path goes through here, and is counted before it is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lib.core.incoming import reading_quota
from lib.core.incoming.reading_quota import Allowance
from lib.core.mails import HistoryPage, MailHeaders, MessagePage, RawMail
from lib.core.records import Reads
from lib.flows.reading import RecordedGmail


class MeteredGmail:
    """Reach one mailbox on record, and count the units of each read."""

    def __init__(self, gmail: RecordedGmail, allowance: Allowance) -> None:
        """Count down from an allowance."""
        self.allowance, self._gmail = allowance, gmail
        self.headers_only = gmail.inbox.access == "headers"

    def history(self, start: str, page: str | None, *, why: str) -> HistoryPage:
        """Return what was added and unlabelled after ``start``."""
        self.allowance.take(reading_quota.HISTORY)
        return self._gmail.history(start, page, why=why)

    def messages_since(self, since: datetime, page: str | None, *, why: str) -> MessagePage:
        """List messages since a time; where the mailbox cannot be searched, older ones too."""
        self.allowance.take(reading_quota.LIST)
        return self._gmail.messages_since(since, page, why=why)

    def headers(self, ids: Sequence[str], names: Sequence[str], *, why: str) -> dict[str, MailHeaders | None]:
        """Return the named headers; no request for no messages."""
        if not ids:
            return {}
        self.allowance.take(reading_quota.MESSAGE * len(ids))
        return self._gmail.headers(ids, names, why=why)

    def message(self, gmail_id: str, *, why: str) -> RawMail | None:
        """Return a whole message, None when it is gone."""
        self.allowance.take(reading_quota.MESSAGE)
        return self._gmail.message(gmail_id, why=why)

    def labels(self, *, why: str) -> frozenset[str]:
        """Return the ids of all labels there are."""
        self.allowance.take(reading_quota.LABELS)
        return self._gmail.labels(why=why)

    def newest(self) -> str:
        """Return the mailbox's newest history id."""
        self.allowance.take(reading_quota.PROFILE)
        return self._gmail.profile()[1]

    def label(self, gmail_ids: Sequence[str], labels: Sequence[str]) -> None:
        """Put labels on messages; one that cannot be put on is no error."""
        self._gmail.label(gmail_ids, labels)

    def delete_draft(self, draft: str) -> bool:
        """Delete a draft; False when it is gone already."""
        return self._gmail.delete_draft(draft)

    def taken(self, now: datetime) -> Reads | None:
        """Return the record of what was read since the last call."""
        return self._gmail.taken(now)
