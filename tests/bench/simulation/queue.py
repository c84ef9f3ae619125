"""Own a queue of Cloud Tasks: in the order of their time, so many a second, and so many at once."""

from __future__ import annotations

import heapq


class Queue:
    """Say when each task is handed out; they come in the order in which they are due."""

    def __init__(self, per_second: float, at_once: int) -> None:
        self._apart, self._at_once = 1 / per_second, at_once
        self._next = 0.0
        #: Until when those take that are worked on.
        self._busy: list[float] = []

    def hand_out(self, at: float) -> float:
        """Return when a task that is due is begun, as the rate and the others allow."""
        start = max(at, self._next)
        while self._busy and self._busy[0] <= start:
            heapq.heappop(self._busy)
        if len(self._busy) >= self._at_once:
            start = max(start, heapq.heappop(self._busy))
        self._next = start + self._apart
        return start

    def take_until(self, at: float) -> None:
        """Note when the task handed out last will be through."""
        heapq.heappush(self._busy, at)
