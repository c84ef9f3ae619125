"""Put a delegate's campaign on in-memory services: Robin's mailbox, Sam's campaign, a grant between them."""

from __future__ import annotations

from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.delegating import Gift
from lib.core.records import AuditEntry, Grant, Mailbox
from lib.flows.delegating import ShownGrant, end, give
from tests.flows.controlling_scene import AUTHOR, COLLEAGUE, Control
from tests.flows.memory_services import MAILBOX, ORG
from tests.flows.outreach import ANN, BEN

ROBIN, SAM = AUTHOR, COLLEAGUE
LEE = VerifiedCaller(org=ORG, user="user-4", email="lee@example.com", role="member")
#: The same user id and address in another company.
ELSEWHERE = msgspec.structs.replace(SAM, org="globex")


class Delegation(Control):
    """Sam sends a campaign from Robin's mailbox, by a grant on these terms."""

    def __init__(self, *candidates: str, **terms: Any) -> None:
        super().__init__(*(candidates or (ANN, BEN)))
        self.change_campaign(author=SAM.user, author_email=SAM.email)
        self.grant = self.give(**terms).id
        grants = tuple(msgspec.structs.replace(one, user=SAM.user) for one in self.mailbox().grants)
        self.change_mailbox(grants=grants)

    def give(self, **terms: Any) -> ShownGrant:
        return give(self, ROBIN, MAILBOX, Gift(**{"email": SAM.email, **terms}))

    def end(self, caller: VerifiedCaller = ROBIN, id_: str = "") -> ShownGrant:
        return end(self, caller, MAILBOX, id_ or self.grant)

    def mailbox(self) -> Mailbox:
        key = keys.mailbox(ORG, MAILBOX)
        return self.store.read([key]).need(key)

    def change_mailbox(self, **changes: Any) -> None:
        self.put(keys.mailbox(ORG, MAILBOX), msgspec.structs.replace(self.mailbox(), **changes))

    def the_grant(self) -> Grant:
        (found,) = [one for one in self.mailbox().grants if one.id == self.grant]
        return found

    def deeds(self) -> list[tuple[str, str]]:
        """Return who did what, the oldest first."""
        return [(one.deed, one.by) for one in sorted(self.kept(AuditEntry), key=lambda one: one.id)]
