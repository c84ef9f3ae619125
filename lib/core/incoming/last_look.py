"""Own what of a mailbox's new mail may matter, by ids and labels alone: nothing is read for it."""

from __future__ import annotations

from lib.core.mails import HistoryPage
from lib.core.records import Enrollment

SKIPPED_LABELS = frozenset({"DRAFT", "SENT", "CHAT"})
NOISE_LABELS = frozenset({"DRAFT", "CHAT"})
#: Mail in unknown threads under these is no answer to a person's mail.
BULK_LABELS = frozenset({"CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "CATEGORY_FORUMS"})
#: How many pending mails are looked up again at once.
PENDING_BATCH = 200


def is_quiet(labels: frozenset[str] | None) -> bool:
    """Say whether a message is surely no incoming mail: a draft, chat, or sent by the user."""
    return labels is not None and bool(labels & SKIPPED_LABELS)


def may_matter(page: HistoryPage, enrollment: Enrollment) -> bool:
    """Say whether what is new in a mailbox may stop an enrollment: the last look before a follow-up.

    Any incoming mail may be an answer; a mail that the user sent in its thread, or a label taken off there,
    may stop it too.
    """
    threads = {mail.thread for mail in enrollment.sent}
    ours = {mail.gmail_id for mail in enrollment.sent}
    for record in page.records:
        if any(one.thread in threads for one in record.unlabelled):
            return True
        for ref in record.added:
            if not is_quiet(ref.labels):
                return True
            sent = ref.labels is not None and "SENT" in ref.labels
            if sent and ref.thread in threads and ref.gmail_id not in ours:
                return True
    return page.next_page is not None
