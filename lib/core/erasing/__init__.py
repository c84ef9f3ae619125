"""Own the erasure of a candidate, a mailbox or an org: its mark, what it removes, its receipt.

Invariant: a mark refuses what is new from its commit on; all that is removed is removed by a commit that
writes the erasure, so that two workers never do the same part, and the receipt counts what is gone.
"""

from lib.core.erasing.marking import (
    BEING_ERASED,
    candidate_marked,
    erasure_of,
    mailbox_joined,
    mailbox_marked,
    org_marked,
)
from lib.core.erasing.receipts import AGAIN_AFTER, candidate_done, later, mailbox_done, org_done, swept
from lib.core.erasing.removing import (
    PATIENCE,
    enrollments_removed,
    inbox_keys,
    may_be_removed,
    own_inboxes,
    removed,
    upload_removed,
)

__all__ = [
    "AGAIN_AFTER",
    "BEING_ERASED",
    "PATIENCE",
    "candidate_done",
    "candidate_marked",
    "enrollments_removed",
    "erasure_of",
    "inbox_keys",
    "later",
    "mailbox_done",
    "mailbox_joined",
    "mailbox_marked",
    "may_be_removed",
    "org_done",
    "org_marked",
    "own_inboxes",
    "removed",
    "swept",
    "upload_removed",
]
