"""Own who gets no mail of a campaign: suppressed addresses and domains, and whom a colleague writes to.

Invariant: a suppression cannot be passed over; the guard against being contacted twice can, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from lib.core import keys
from lib.core.enrollment import LIVE
from lib.core.erasing import BEING_ERASED
from lib.core.keys import Key, Snapshot
from lib.core.records import Contact, Enrollment, Org

_SUPPRESSED = {
    "opted_out": "has opted out",
    "bounced": "the address bounced",
    "listed": "the address is on the suppression list",
}


class Contacted(msgspec.Struct, frozen=True, kw_only=True):
    """Name a candidate to whom somebody of the org writes already, by its place in the request.

    live: that campaign still goes on. at: when its last mail went out, None before the first.
    """

    index: int
    campaign: str
    mailbox: str
    live: bool
    at: datetime | None

    @property
    def reason(self) -> str:
        """Return why the candidate is left out, in words."""
        if self.live:
            return f"is in campaign {self.campaign} already"
        last = f" on {self.at:%Y-%m-%d}" if self.at else ""
        return f"got a mail from a colleague{last}, in campaign {self.campaign}"


def suppressed_because(contact: Contact | None, domain: str, settings: Org) -> str:
    """Return why an address gets no mail at all, "" when it may get some."""
    if contact is not None and contact.erasing:
        return BEING_ERASED
    if contact is not None and contact.suppressed is not None:
        return _SUPPRESSED[contact.suppressed]
    labels = domain.split(".")
    for at in range(len(labels)):
        # A suppressed domain stands for all below it.
        if (suffix := ".".join(labels[at:])) in settings.suppressed_domains:
            return f"the domain {suffix} is suppressed"
    return ""


def other_enrollments(org: str, contact: Contact | None, own: str) -> list[Key[Enrollment]]:
    """Return the enrollments of a contact to read for ``contacted``; ``own`` is the one it would get."""
    refs = contact.enrollments if contact is not None else ()
    return [keys.enrollment(org, ref.enrollment) for ref in refs if ref.enrollment != own]


def contacted(
    snapshot: Snapshot,
    others: list[Key[Enrollment]],
    *,
    index: int,
    mailbox: str,
    settings: Org,
    now: datetime,
) -> Contacted | None:
    """Return where a candidate is written to already: another live campaign, or a colleague's recent mail."""
    since = now - timedelta(days=settings.guard_days)
    found = list(_found(snapshot, others, index, mailbox, since))
    return max(found, key=lambda one: (one.live, one.at is not None, one.at or now), default=None)


def _found(
    snapshot: Snapshot, others: list[Key[Enrollment]], index: int, mailbox: str, since: datetime
) -> Iterator[Contacted]:
    for key in others:
        enrollment = snapshot[key]
        if enrollment is None:
            continue
        at = max((mail.at for mail in enrollment.sent), default=None)
        live = enrollment.status in LIVE
        recent = at is not None and at >= since and enrollment.mailbox != mailbox
        if live or recent:
            yield Contacted(
                index=index, campaign=enrollment.campaign, mailbox=enrollment.mailbox, live=live, at=at
            )
