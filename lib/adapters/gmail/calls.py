"""Own how Gmail is called: one request at a time, or up to 100 in one; each goes out once.

A part of a batch fails by itself. What that means for the others depends on why: when Gmail asks to slow down
or no longer knows us, asking for the others is no use; one message that it cannot give is no reason to lose
sight of the rest.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

from lib.adapters.gmail.errors import from_http
from lib.core.errors import MailboxDisconnected, MailboxPaused, OutreachError, RateLimited

#: What Gmail answered to a part of a batch.
Part = dict[str, Any] | HttpError


@dataclass(frozen=True, slots=True)
class Caller:
    """Hold what a call needs: the API's methods, the batch URL, a lender of connections, the time."""

    users: Any
    batch_url: str
    lend: Callable[[Callable[[Any], Any]], Any]
    now: Callable[[], datetime]

    def execute(self, request: Any) -> Any:
        """Make one request, once."""
        return self.lend(lambda http: request.execute(http=http, num_retries=0))

    def batch(self, requests: Sequence[Any]) -> list[Part]:
        """Make up to 100 requests in one, and return an answer or error for each, in order."""
        parts: dict[str, Part] = {}

        def keep(name: str, answer: Any, error: HttpError | None) -> None:
            parts[name] = answer if error is None else error

        batch = BatchHttpRequest(callback=keep, batch_uri=self.batch_url)
        for number, request in enumerate(requests):
            batch.add(request, request_id=str(number))
        self.lend(lambda http: batch.execute(http=http))
        return [parts[str(number)] for number in range(len(requests))]


def unless_gone(part: Part, now: Callable[[], datetime]) -> dict[str, Any] | None:
    """Return what a read in a batch gave, None for a 404; its other errors are raised."""
    if not isinstance(part, HttpError):
        return part
    if part.resp.status == http.client.NOT_FOUND:
        return None
    raise from_http(part, "gmail messages.get", "read", now)


def readable(parts: Mapping[str, Part], now: Callable[[], datetime]) -> dict[str, dict[str, Any] | None]:
    """Return what a batch of reads gave, by id (None: it is gone), without those that failed.

    Raised is what concerns all: RateLimited, MailboxPaused, MailboxDisconnected, a token that is refused; and
    the error of the first when each of several failed, since then it is hardly theirs.
    """
    found: dict[str, dict[str, Any] | None] = {}
    failed: list[OutreachError] = []
    for id_, part in parts.items():
        try:
            found[id_] = unless_gone(part, now)
        except (RateLimited, MailboxPaused, MailboxDisconnected):
            raise
        except OutreachError as error:
            if isinstance(part, HttpError) and part.resp.status == http.client.UNAUTHORIZED:
                raise
            failed.append(error)
    if len(failed) > 1 and not found:
        raise failed[0]
    return found
