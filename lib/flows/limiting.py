"""Own the counting of what one user does that costs, before it is done."""

from __future__ import annotations

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.keys import Changes, Snapshot
from lib.core.limits import Limit, spent, usage_id
from lib.ports import Services


def spend(services: Services, caller: VerifiedCaller, limit: Limit) -> None:
    """Count one more; RateLimited when the caller has none left, and nothing is counted."""
    key, now = keys.usage(caller.org, usage_id(caller.user, limit)), services.clock.now()

    def decide(snapshot: Snapshot) -> Changes[None]:
        return Changes(None, writes={key: spent(snapshot[key], caller.org, caller.user, limit, now)})

    services.store.change([key], decide)
