"""Owns faults on demand: an error, a cut connection or a delay, before or after the effect of a named method.

A fault is used up when it strikes (`times`); chance comes from one seeded generator: a run can be repeated.
"""

import random
import threading
import time
from dataclasses import dataclass
from typing import Literal

from tests.localcloud.gmail.errors import CUT, GmailError


@dataclass(kw_only=True)
class Fault:
    """What goes wrong; with neither status nor drop it only delays."""

    method: str  #: such as "drafts.send"; "*" strikes at any
    when: Literal["before", "after"] = "before"
    status: int | None = None
    reason: str = "backendError"
    message: str = "Backend Error"
    drop: bool = False  #: cut the connection before any answer
    delay: float = 0.0  #: real seconds
    times: int | None = 1  #: None: for ever
    probability: float = 1.0
    account: str | None = None
    retry_after: int | None = None
    struck: int = 0

    def strike(self) -> None:
        if self.delay:
            time.sleep(self.delay)
        if self.drop:
            raise GmailError(CUT, "connectionCut", "the connection was cut")
        if self.status is not None:
            raise GmailError(self.status, self.reason, self.message, self.retry_after)


class Faults:
    """The faults that are planned, in the order in which they were added."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._planned: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._planned.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def take(self, method: str, when: str, account: str | None) -> Fault | None:
        """Find the first fault that strikes here and count it."""
        with self._lock:
            for fault in self._planned:
                fits = fault.method in (method, "*") and fault.when == when
                if not fits or fault.account not in (None, account):
                    continue
                if fault.times is not None and fault.struck >= fault.times:
                    continue
                if fault.probability < 1.0 and self._random.random() >= fault.probability:
                    continue
                fault.struck += 1
                return fault
        return None

    def strike(self, method: str, when: str, account: str | None) -> None:
        """Let a fault strike if one is due; never call it with a lock held."""
        fault = self.take(method, when, account)
        if fault is not None:
            fault.strike()
