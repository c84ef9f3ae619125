"""Own how a flow finds a campaign that its caller may do something with: the one way to it for all of them.

Invariant: who may not see a campaign is not told that there is one. What writes asks again in its commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lib.core import keys, rights
from lib.core.auditing import audited
from lib.core.callers import VerifiedCaller
from lib.core.keys import Key, Snapshot
from lib.core.records import Campaign, Deed, Mailbox, Record
from lib.core.rights import Right
from lib.ports import Services


@dataclass(frozen=True, slots=True)
class Permit:
    """Hold a campaign with which a caller may do something, and by what that was decided.

    read: both documents as they were read. now: when it was decided.
    """

    caller: VerifiedCaller
    right: Right
    key: Key[Campaign]
    mailbox_key: Key[Mailbox]
    read: Snapshot
    now: datetime

    @property
    def campaign(self) -> Campaign:
        """Return the campaign as it was read."""
        return self.read.need(self.key)

    @property
    def mailbox(self) -> Mailbox | None:
        """Return its mailbox as it was read, None when it is gone."""
        return self.read[self.mailbox_key]

    @property
    def rights(self) -> tuple[Right, ...]:
        """Return all that the caller may do with it."""
        found = rights.rights(self.campaign, self.mailbox, self.caller, self.now)
        return tuple(right for right in rights.RIGHTS if right in found)

    @property
    def wanted(self) -> tuple[Key[Any], ...]:
        """Return the keys that a decision reads to ask again."""
        return (self.key, self.mailbox_key)

    def again(self, snapshot: Snapshot) -> Campaign:
        """Return the campaign as it is in a commit's snapshot, if the caller still may."""
        return rights.permitted(snapshot, self.key, self.caller, self.right, self.now)

    def known(self, mailbox: Mailbox | None) -> dict[Key[Any], Record]:
        """Return what a deed writes of the mailbox, so that it knows the caller by their id from then on."""
        after = None if mailbox is None else rights.bound(mailbox, self.caller)
        return {} if after is None or after == mailbox else {self.mailbox_key: after}

    def audited(self, deed: Deed, *about: str) -> dict[Key[Any], Record]:
        """Return the entry of a deed of the caller's with the campaign, for the commit that does it."""
        campaign = self.campaign
        entry = audited(
            deed,
            campaign.org,
            self.now,
            by=self.caller.user,
            mailbox=campaign.mailbox,
            campaign=campaign.id,
            about=about,
        )
        return {**entry}


def permitted(services: Services, caller: VerifiedCaller, id_: str, right: Right) -> Permit:
    """Return a campaign that the caller may do something with; NotFound, or Forbidden, when they may not."""
    key = keys.campaign(caller.org, id_)
    known = services.store.read([key])
    mailbox_key = keys.mailbox(caller.org, known.need(key).mailbox)
    found = Permit(
        caller, right, key, mailbox_key, known | services.store.read([mailbox_key]), services.clock.now()
    )
    found.again(found.read)
    return found
