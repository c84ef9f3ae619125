"""Own the way from a body that arrives to the receive path: which mailbox, and whether it was seen before."""

from __future__ import annotations

import re

import msgspec

from lib.core.errors import InvalidRequest
from lib.core.ids import address_id
from lib.core.notifications import read_push
from lib.flows.receiving import Continuation, receive
from lib.ports import Services

#: The ids of inboxes, as ``address_id`` makes them.
_INBOX = re.compile(r"[a-z2-7]{32}")
#: Gmail's numbers: what is longer than 64 bits is none.
_HISTORY_ID = re.compile(r"[0-9]{1,20}")


def on_notification(services: Services, body: bytes) -> str:
    """Work off what a push, or a task that goes on, points to; one for an unknown mailbox has no effect."""
    push = read_push(body)
    if push is None:
        go_on = _continuation(body)
        done = receive(services, go_on.inbox, go_on=go_on)
    else:
        done = receive(services, address_id(services.address_key, push.address), push=push.id)
    return "worked off" if done else "to be continued"


def _continuation(body: bytes) -> Continuation:
    """Return where a task of ours goes on; InvalidRequest when it is none."""
    go_on = msgspec.json.decode(body, type=Continuation)
    numbers = [go_on.start, *([go_on.newest] if go_on.newest else [])]
    aware = go_on.since is None or go_on.since.tzinfo is not None
    if not _INBOX.fullmatch(go_on.inbox) or not all(map(_HISTORY_ID.fullmatch, numbers)) or not aware:
        raise InvalidRequest("this is no task of ours")
    return go_on
