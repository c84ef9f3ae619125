"""Own what the web app reads: mailboxes without their secrets, a campaign with its figures and answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.errors import NotFound
from lib.core.keys import Key
from lib.core.records import Campaign, Inbox
from lib.ports import Services

#: How many answers are shown with a campaign, the latest first.
ANSWERS_SHOWN = 100


class ShownMailbox(msgspec.Struct, frozen=True, kw_only=True):
    """Show a mailbox; why: what to do when it is disconnected."""

    id: str
    address: str
    sender_name: str
    status: str
    why: str
    connected_at: datetime
    watch_expires: datetime | None


class ShownAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Show one answer; text is null where only its headers were read."""

    kind: str
    matched_by: str
    different_sender: bool
    sender: str
    subject: str
    text: str | None
    received_at: datetime


class ShownCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """Show a campaign: figures count its candidates by status, ``sent`` its mails."""

    id: str
    name: str
    mailbox: str
    status: str
    accepted_at: datetime
    figures: Mapping[str, int]
    answers: tuple[ShownAnswer, ...]


def list_mailboxes(services: Services, caller: VerifiedCaller) -> list[ShownMailbox]:
    """List the caller's own mailboxes, and for an admin all of the org."""
    found = [
        one
        for one in services.store.mailboxes(caller.org)
        if caller.role == "admin" or one.owner == caller.user
    ]
    wanted: list[Key[Any]] = [keys.inbox(one.inbox) for one in found]
    inboxes = services.store.read(wanted)
    shown = []
    for one in found:
        inbox: Inbox | None = inboxes[keys.inbox(one.inbox)]
        shown.append(
            ShownMailbox(
                id=one.id,
                address=one.address,
                sender_name=one.sender_name,
                status=inbox.status if inbox is not None else "disconnected",
                why=inbox.why if inbox is not None else "",
                connected_at=one.connected_at,
                watch_expires=inbox.watch_expires if inbox is not None else None,
            )
        )
    return shown


def show_campaign(services: Services, caller: VerifiedCaller, id_: str) -> ShownCampaign:
    """Show a campaign with exact figures; answers are for its author alone, admins see the figures."""
    campaign = _campaign(services, caller, id_)
    own = campaign.author == caller.user
    answers = services.store.replies(caller.org, id_, ANSWERS_SHOWN) if own else []
    return ShownCampaign(
        id=campaign.id,
        name=campaign.name,
        mailbox=campaign.mailbox,
        status=campaign.status,
        accepted_at=campaign.accepted_at,
        figures=services.store.figures(caller.org, id_),
        answers=tuple(
            ShownAnswer(
                kind=one.kind.value,
                matched_by=one.matched_by,
                different_sender=one.different_sender,
                sender=one.sender,
                subject=one.subject,
                text=one.text,
                received_at=one.received_at,
            )
            for one in answers
        ),
    )


def _campaign(services: Services, caller: VerifiedCaller, id_: str) -> Campaign:
    """Return a campaign that the caller may see; what they may not see does not exist for them."""
    key = keys.campaign(caller.org, id_)
    campaign = services.store.read([key]).need(key)
    if campaign.author != caller.user and caller.role != "admin":
        raise NotFound("no such campaign")
    return campaign
