"""Read a request for a campaign together with what it names, and refuse it with all its faults at once.

Invariant: an Order is whole: valid, by somebody who may send from its mailbox, and no other campaign has its
id. So what is only accepted a second time is one too.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.campaigns.accepting import Order, is_of, mailbox_faults, there_already
from lib.core.campaigns.fields import is_id
from lib.core.campaigns.listed import Listed
from lib.core.campaigns.request import Draft, Reading, content_digest, read_request, refused
from lib.core.campaigns.rows import ListRows
from lib.core.errors import Conflict, Fault, InvalidRequest
from lib.core.keys import Key, Snapshot
from lib.core.records import Campaign, Mailbox
from lib.core.rights import NO_GRANT, may_send, refuse_erased
from lib.flows.uploading import opened
from lib.ports import Services


def examined_request(services: Services, caller: VerifiedCaller, body: bytes) -> tuple[Order, Snapshot]:
    """Read a request and the documents that it names; raise with every fault of it."""
    reading = read_request(body, partial(opened, services, caller))
    known = _named(services, caller.org, reading.draft)
    order = _order(services, caller, reading, known)
    campaign = known[order.key]
    if campaign is None or not campaign.reserving or not is_of(campaign, order):
        # What has not reserved all its places begins anew, even while it is being undone.
        there_already(campaign, order)
    mailbox = known.get(keys.mailbox(caller.org, order.draft.mailbox))
    _still_granted(campaign, mailbox, caller, services.clock.now())
    return order, known


def no_upload() -> InvalidRequest:
    """Return the error that there is no such upload."""
    return refused([Fault(field="upload", why="there is no upload of this id (any more): upload again")])


def _order(services: Services, caller: VerifiedCaller, reading: Reading, known: Snapshot) -> Order:
    draft, key = reading.draft, keys.campaign(caller.org, reading.draft.id)
    campaign = known[key] if is_id(draft.id) else None
    listed = reading.listed or _in_campaign(reading, campaign)
    # A campaign that is there already goes on whatever has become of its mailbox: sending will wait.
    missing = mailbox_faults(known, draft, caller, services.clock.now()) if campaign is None else ()
    if missing or reading.faults or listed is None:
        gone = no_upload().faults if listed is None else ()
        faults = (*reading.faults, *missing, *gone)
        raise refused(faults, reading.fault_count + len(missing) + len(gone))
    refuse_erased(known[keys.org(caller.org)], known.get(keys.mailbox(caller.org, draft.mailbox)))
    return Order(
        caller=caller,
        draft=draft,
        content=content_digest(draft, listed.digest),
        contents=reading.contents,
        plan_digest=reading.plan_digest,
        listed=listed,
        upload=reading.upload,
        is_over=reading.listed is None,
    )


def _in_campaign(reading: Reading, campaign: Campaign | None) -> Listed | None:
    """Return what stands for the candidates of an upload that is gone, once they are all in the campaign."""
    if campaign is None or campaign.upload != reading.upload or campaign.status in ("accepting", "undoing"):
        return None
    return Listed(
        rows=ListRows([]), steps=reading.draft.steps, count=campaign.candidates, digest=campaign.shortlist
    )


def _still_granted(
    campaign: Campaign | None, mailbox: Mailbox | None, caller: VerifiedCaller, now: datetime
) -> None:
    """Let nobody go on with an acceptance from a mailbox for which they hold no grant any more."""
    if campaign is None or campaign.status != "accepting" or mailbox is None:
        return
    if not may_send(mailbox, caller, campaign.id, now):
        raise Conflict(NO_GRANT)


def _named(services: Services, org: str, draft: Draft) -> Snapshot:
    """Read org, campaign, mailbox and its live connection, as far as their ids are well-formed."""
    wanted: list[Key[Any]] = [keys.org(org)]
    if is_id(draft.id):
        wanted.append(keys.campaign(org, draft.id))
    if not is_id(draft.mailbox):
        return services.store.read(wanted)
    mailbox_key = keys.mailbox(org, draft.mailbox)
    snapshot = services.store.read([*wanted, mailbox_key])
    mailbox = snapshot[mailbox_key]
    return snapshot if mailbox is None else snapshot | services.store.read([keys.inbox(mailbox.inbox)])
