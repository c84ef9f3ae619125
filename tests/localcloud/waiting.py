"""Own waiting for a condition: soon noticed, and never for ever."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK = 0.005


def wait_until(condition: Callable[[], object], timeout: float = 20) -> None:
    """Return once the condition holds; raise TimeoutError when it does not in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("waited in vain")
        time.sleep(LOOK)
