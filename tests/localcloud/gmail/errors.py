"""Owns the one exception of the local Gmail and the JSON body in which Google words it."""

from typing import Any

USAGE_REASONS = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded", "quotaExceeded"}
)

#: Status of a request whose connection was cut: the caller never saw an answer.
CUT = 0


class GmailError(Exception):
    """An answer other than 200; status `CUT` means that there was none."""

    def __init__(self, status: int, reason: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        domain = "usageLimits" if self.reason in USAGE_REASONS else "global"
        detail = {"domain": domain, "reason": self.reason, "message": self.message}
        return {"error": {"code": self.status, "message": self.message, "errors": [detail]}}


def not_found() -> GmailError:
    return GmailError(404, "notFound", "Requested entity was not found.")


def invalid(message: str) -> GmailError:
    return GmailError(400, "invalidArgument", message)
