"""Own how often one user may do what costs: reading and writing in bulk, mails of their own, calls to Google.

A token bucket for each user and kind, kept in Firestore, since a function runs in many processes: as the
time at which it will be full again. It guards
the company's bill and quota against a loop in the web app, not against people: nobody meets it in daily work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.core.errors import RateLimited
from lib.core.ids import digest
from lib.core.records import Usage


@dataclass(frozen=True, slots=True)
class Limit:
    """Allow ``burst`` at once, and one more after each ``every``; kinds of their own do not add up."""

    kind: str
    burst: int
    every: timedelta


#: Previews while somebody writes, acceptances, additions, lists of addresses.
PLANNING = Limit("planning", 60, timedelta(seconds=5))
#: Parts of large shortlists: a whole one has 128 of them.
UPLOADING = Limit("uploading", 600, timedelta(seconds=1))
#: Looks at a campaign while somebody types: they cost a read.
RENDERING = Limit("rendering", 120, timedelta(seconds=1))
#: Test mails: they count towards the mailbox's day at Google.
TESTING = Limit("testing", 20, timedelta(minutes=3))
#: Connections, invitations, asking for a grant: each may end in somebody's inbox or browser.
ASKING = Limit("asking", 20, timedelta(minutes=3))
#: Texts that are read from Gmail at a click.
READING = Limit("reading", 60, timedelta(seconds=1))
#: Exports and erasures, which go through all that is held.
EXPORTING = Limit("exporting", 10, timedelta(minutes=6))


def usage_id(user: str, limit: Limit) -> str:
    """Return the id under which it is kept what a user has used."""
    return digest("usage", user, limit.kind)


def spent(before: Usage | None, org: str, user: str, limit: Limit, now: datetime) -> Usage:
    """Return what is used after one more; RateLimited says after which time there will be one again."""
    back = max(before.expires_at, now) if before is not None else now
    after = back + limit.every
    too_soon = after - now - limit.burst * limit.every
    if too_soon > timedelta():
        raise RateLimited("that was too often for one user", retry_after=too_soon)
    return Usage(org=org, id=usage_id(user, limit), expires_at=after)
