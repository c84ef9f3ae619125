"""Owns faults on demand: an error, a cut connection or a delay, before or after the effect of a named method.

A fault is used up when it strikes (`times`); chance comes from one seeded generator: a run can be repeated.
"""

import random
import threading
import time
from dataclasses import dataclass
from typing import Any, Literal

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
    id: str | None = None  #: of the one message, draft or thread that the call names
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

    def take(self, method: str, when: str, account: str | None, of: str | None = None) -> Fault | None:
        """Find the first fault that strikes here and count it."""
        with self._lock:
            for fault in self._planned:
                fits = fault.method in (method, "*") and fault.when == when
                if not fits or fault.account not in (None, account) or fault.id not in (None, of):
                    continue
                if fault.times is not None and fault.struck >= fault.times:
                    continue
                if fault.probability < 1.0 and self._random.random() >= fault.probability:
                    continue
                fault.struck += 1
                return fault
        return None

    def strike(self, method: str, when: str, account: str | None, of: str | None = None) -> None:
        """Let a fault strike if one is due; `of` is the id that the call names. Never with a lock held."""
        fault = self.take(method, when, account, of)
        if fault is not None:
            fault.strike()


#: What Gmail is known to refuse with, as arguments of a fault: `Fault(method=..., **SAYS["blocked"])`.
SAYS: dict[str, dict[str, Any]] = {
    "rate limit": {"status": 403, "reason": "rateLimitExceeded", "message": "Rate Limit Exceeded"},
    "user rate limit": {
        "status": 403,
        "reason": "userRateLimitExceeded",
        "message": "User Rate Limit Exceeded",
    },
    "quota": {
        "status": 429,
        "reason": "rateLimitExceeded",
        "message": "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'",
    },
    "sending limit": {
        "status": 429,
        "reason": "rateLimitExceeded",
        "message": "User-rate limit exceeded (Mail sending).  Retry after 2026-03-02T11:00:00.000Z",
    },
    "concurrent": {
        "status": 429,
        "reason": "rateLimitExceeded",
        "message": "Too many concurrent requests for user",
    },
    "daily limit": {"status": 403, "reason": "dailyLimitExceeded", "message": "Daily Limit Exceeded"},
    "blocked": {
        "status": 403,
        "reason": "domainPolicy",
        "message": "The domain administrators have disabled Gmail apps.",
    },
    "api off": {
        "status": 403,
        "reason": "accessNotConfigured",
        "message": "Gmail API has not been used in project 123 before or it is disabled.",
    },
    "delegation": {"status": 403, "reason": "forbidden", "message": "Delegation denied for user@example.com"},
    "no gmail": {"status": 400, "reason": "failedPrecondition", "message": "Mail service not enabled"},
    "precondition": {"status": 400, "reason": "failedPrecondition", "message": "Precondition check failed."},
    "refused token": {"status": 401, "reason": "authError", "message": "Invalid Credentials"},
    "recipient": {"status": 400, "reason": "invalidArgument", "message": "Invalid To header"},
    "backend": {"status": 500, "reason": "backendError", "message": "Backend Error"},
    "unavailable": {
        "status": 503,
        "reason": "backendError",
        "message": "The service is currently unavailable.",
    },
    "cut": {"drop": True},
}
