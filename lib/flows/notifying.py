"""Own the way from a body that arrives to the receive path: which mailbox, and whether it was seen before."""

from __future__ import annotations

import msgspec

from lib.core.ids import address_id
from lib.core.notifications import read_push
from lib.flows.receiving import Continuation, receive
from lib.ports import Services


def on_notification(services: Services, body: bytes) -> str:
    """Work off what a push, or a task that goes on, points to; one for an unknown mailbox has no effect."""
    push = read_push(body)
    if push is None:
        go_on = msgspec.json.decode(body, type=Continuation)
        done = receive(services, go_on.inbox, go_on=go_on)
    else:
        done = receive(services, address_id(services.address_key, push.address), push=push.id)
    return "worked off" if done else "to be continued"
