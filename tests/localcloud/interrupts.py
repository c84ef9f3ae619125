"""Own how a part of the local cloud ends: on SIGINT or SIGTERM, after its own clean-up."""

from __future__ import annotations

import contextlib
import signal
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def run_until_stopped(*stops: Callable[[], object]) -> None:
    """Wait for SIGINT or SIGTERM, then call each of ``stops`` in order."""
    # An Event's set() may not interrupt its own wait(): a second signal would lock it up for ever.
    stopped: SimpleQueue[int] = SimpleQueue()

    def stop(signum: int, _frame: FrameType | None) -> None:
        stopped.put(signum)

    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, stop)
    # A signal that comes just before the wait begins does not interrupt it: so no wait is for ever.
    while stopped.empty():
        with contextlib.suppress(Empty):
            stopped.get(timeout=0.25)
            break
    for each in stops:
        each()
