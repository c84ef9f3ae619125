"""Own the taking up again of what waited for a mailbox, once it has caught up with its mail.

Invariant: nothing is sent until the mailbox is no longer marked as behind; that mark goes last, so that what
dies before is done again.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from lib.core import keys
from lib.core.errors import OutreachError
from lib.core.keys import Key
from lib.core.records import Campaign, Inbox
from lib.core.resuming import caught_up, is_behind, is_missed, is_put_off, resumed
from lib.flows.replanning import replan
from lib.flows.replanning_all import replan_all
from lib.flows.settling import settle_at_once
from lib.ports import Services

#: How many campaigns and missed steps one query finds, and how many open sends.
CHUNK = 100
OPEN = 500
#: How many missed steps one run gives new times; the next run goes on, and until then nothing is sent.
MISSED = 300
WHY = "the mailbox was disconnected"


def resume_after_reconnect(services: Services, inbox: Inbox) -> None:
    """Resume what the disconnect paused, give new times to what was missed, and let the mailbox send."""
    key = keys.inbox(inbox.id)
    current = services.store.read([key])[key]
    if current is None or not is_behind(current):
        return
    _settle_put_off(services, current)
    left = MISSED
    of_mailbox = services.store.all_held(Campaign, current.org, where=("mailbox", current.mailbox))
    for about, campaign in of_mailbox:
        if campaign.paused_for == "disconnect":
            _resume(services, key, about)
        elif campaign.status == "active":
            left -= _replan_missed(services, campaign, left)
    if left > 0:
        services.store.change([key], partial(caught_up, key=key, token=current.sealed_token))


def _settle_put_off(services: Services, inbox: Inbox) -> None:
    """Settle the attempts that were put off for as long as nothing of the mailbox could be reached."""
    for one in services.store.open_enrollments(inbox.org, inbox.mailbox, OPEN):
        if is_put_off(one, services.clock.now()):
            with suppress(OutreachError):
                settle_at_once(services, one)


def _resume(services: Services, inbox: Key[Inbox], about: Key[Campaign]) -> None:
    """Let a campaign go on at new times; ``maintain`` does the rest of a long one."""
    resume = partial(resumed, inbox=inbox, key=about, now=services.clock.now())
    campaign = services.store.change([inbox, about], resume)
    if campaign is not None:
        with suppress(OutreachError):
            replan_all(services, campaign)


def _replan_missed(services: Services, campaign: Campaign, most: int) -> int:
    """Give new times to steps whose time passed while Google let nothing out; return how many got some.

    Each would find out for itself in the end, up to an hour later; so does one that cannot be planned now.
    """
    now, done, seen = services.clock.now(), 0, set[str]()
    while done < most:
        waiting = services.store.enrollments_to_plan(campaign.org, campaign.id, campaign.plan + 1, CHUNK)
        missed = [one for one in waiting if is_missed(one, now) and one.id not in seen]
        for one in missed[: most - done]:
            seen.add(one.id)
            with suppress(OutreachError):
                replan(services, one, WHY)
                done += 1
        if not missed:
            break
    return done
