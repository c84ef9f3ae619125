"""Own what is read of a campaign's candidates: when each step is due and why, what went out."""

from __future__ import annotations

from datetime import datetime

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.fields import is_id
from lib.core.errors import Fault, InvalidRequest
from lib.core.ids import address_id, enrollment_id
from lib.core.records import Enrollment, Interest, Slot, Status
from lib.flows import controlling
from lib.flows.permitting import permitted
from lib.ports import Services

PAGE_LIMIT = 200


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the query of a list: which status, from behind which candidate, how many."""

    status: Status | None = None
    after: str = ""
    limit: int = 50


class ShownMail(msgspec.Struct, frozen=True, kw_only=True):
    """Show one mail that went out; gmail_id: empty where a person said so."""

    step: str
    at: datetime
    subject: str
    gmail_id: str
    version: int
    variant: str


class ShownCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """Show one candidate; why: of the status, or why the next step waits. due: None when nothing comes."""

    id: str
    email: str
    name: str
    status: Status
    why: str
    step: str
    due: datetime | None
    slots: tuple[Slot, ...]
    sent: tuple[ShownMail, ...]
    answered: str
    interest: Interest | None


class SkippedCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """Show a candidate to who may stop, and read nothing."""

    id: str
    status: Status


class ShownCandidates(msgspec.Struct, frozen=True, kw_only=True):
    """List candidates by id; next: what the next page comes after, None when there is none."""

    candidates: tuple[ShownCandidate, ...]
    next: str | None


class Sought(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the wish for a candidate of an address."""

    address: str


class FoundCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """Show the candidate of an address, None where there is none in the campaign."""

    candidate: ShownCandidate | None


def list_candidates(services: Services, caller: VerifiedCaller, id_: str, page: Page) -> ShownCandidates:
    """List a campaign's candidates, or those in a status, who may change it between two pages."""
    permitted(services, caller, id_, "read")
    if page.after and not is_id(page.after):
        fault = Fault(field="after", why="is not what a page of this list gave as next")
        raise InvalidRequest("no such page", (fault,))
    store, limit = services.store, min(max(page.limit, 1), PAGE_LIMIT)
    if page.status is None:
        found = store.enrollments(caller.org, id_, after=page.after, limit=limit + 1)
    else:
        found = store.enrollments_in(caller.org, id_, page.status, limit + 1, after=page.after)
    shown = found[:limit]
    return ShownCandidates(
        candidates=tuple(map(shown_candidate, shown)),
        next=shown[-1].id if len(found) > limit else None,
    )


def find_candidate(services: Services, caller: VerifiedCaller, id_: str, sought: Sought) -> FoundCandidate:
    """Find a campaign's candidate by their address, in whatever form it is written.

    The address is in the body: it stands in no log of requests then.
    """
    permitted(services, caller, id_, "read")
    contact = address_id(services.address_key, sought.address)
    key = keys.enrollment(caller.org, enrollment_id(id_, contact))
    one = services.store.read([key])[key]
    return FoundCandidate(candidate=None if one is None else shown_candidate(one))


def skip(
    services: Services, caller: VerifiedCaller, id_: str, enrollment: str
) -> ShownCandidate | SkippedCandidate:
    """Take a candidate out of a campaign, and show how they are then, as far as the caller may read it."""
    one = controlling.skip(services, caller, id_, enrollment)
    if "read" in permitted(services, caller, id_, "stop").rights:
        return shown_candidate(one)
    return SkippedCandidate(id=one.id, status=one.status)


def shown_candidate(one: Enrollment) -> ShownCandidate:
    """Return a candidate as they are shown."""
    return ShownCandidate(
        id=one.id,
        email=one.email,
        name=one.name,
        status=one.status,
        why=one.why,
        step=one.step,
        due=one.due if one.status is Status.WAITING else None,
        slots=one.slots,
        sent=tuple(
            ShownMail(
                step=mail.step,
                at=mail.at,
                subject=mail.subject,
                gmail_id=mail.gmail_id,
                version=mail.version,
                variant=mail.variant,
            )
            for mail in one.sent
        ),
        answered=one.answered,
        interest=one.interest,
    )
