"""Own the translation of Gmail's errors, by status and reason, in one context manager.

====== ============================================ ======================================================
status reason                                       becomes
====== ============================================ ======================================================
429    "(Mail sending)"                             MailboxPaused until the time that Gmail names
429    "Too many concurrent requests"               RateLimited, for a moment
429    any other                                    RateLimited, with Retry-After or "Retry after <time>"
403    rateLimitExceeded, userRateLimitExceeded,    RateLimited
       quotaExceeded
403    dailyLimitExceeded                           MailboxPaused until midnight Pacific, alert project_limit
403    domainPolicy                                 MailboxPaused for hours, alert admin_block
403    accessNotConfigured                          MailboxPaused for an hour, alert not_set_up
403    insufficientPermissions                      MailboxDisconnected: people must consent again
403    "Delegation denied"                          Permanent: a bug of ours
403    any other                                    MailboxRefused: a few tries, then a pause
401    any, after one new access token              Unavailable: the next new token tells
404    any                                          NotFound; HistoryExpired for history
409    any                                          Conflict
5xx    any, and time-outs and cut connections       Unavailable; SendUncertain for a send
400    failedPrecondition                           MailboxRefused; Permanent where there is no Gmail
400    a refused recipient, and 413                 RecipientRefused, for a send or a draft
400    any other                                    NotFound for a send (a used-up draft), RecipientRefused
                                                    for a draft and for a mail without one (this message's
                                                    fault), else Permanent
other                                               Permanent
====== ============================================ ======================================================

Messages never repeat what Gmail said, nor the request: both may hold addresses.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Literal
from zoneinfo import ZoneInfo

import httplib2
import msgspec
from googleapiclient.errors import Error as ClientError
from googleapiclient.errors import HttpError

from lib.adapters.gmail.transport import NotConnectedError
from lib.core.errors import (
    Conflict,
    HistoryExpired,
    MailboxDisconnected,
    MailboxPaused,
    MailboxRefused,
    NotFound,
    OutreachError,
    Permanent,
    RateLimited,
    RecipientRefused,
    SendUncertain,
    Unavailable,
)

#: What a failure of a call means: ``send`` (of a draft), ``message`` (sent without one) and ``draft`` may be
#: refused a recipient, ``history`` may expire.
Kind = Literal["read", "history", "draft", "send", "message", "write"]
#: Of these nobody knows what became when there is no answer.
SENDS: frozenset[Kind] = frozenset({"send", "message"})

#: 403 reasons that pass by themselves within minutes.
LIMITS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"})
#: 403 reasons for an API that is not enabled in the project: the old name, and google.rpc.ErrorInfo's.
OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
#: 403 reasons for a grant that lacks what we need.
LACKING = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
#: What has no reason of its own; the text is all there is.
REFUSED = re.compile(r"recipient|invalid (to|cc|bcc) header", re.IGNORECASE)
MAIL_SENDING = "mail sending"
CONCURRENT = "concurrent requests"
DELEGATION = "delegation denied"
NO_GMAIL = "mail service not enabled"
ANOTHER = "Only one user push notification client"
RETRY_AFTER = re.compile(r"retry after (\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))", re.IGNORECASE)
#: Longest wait that is believed.
LONGEST = timedelta(days=1)
DEFAULT_WAIT = timedelta(seconds=5)
#: Until one of several requests at once has ended.
CONCURRENT_WAIT = timedelta(seconds=2)
#: How long a mailbox pauses whose limit names no end, and for an admin to change their mind.
LIMIT_PAUSE = timedelta(hours=1)
BLOCK_PAUSE = timedelta(hours=6)
#: In which Google's daily quotas begin anew at midnight.
PACIFIC = ZoneInfo("America/Los_Angeles")
#: What is left when limits, failures, 400s and 403s have been told apart.
BY_STATUS: dict[int, type[OutreachError]] = {401: Unavailable, 404: NotFound, 409: Conflict}
BY_KIND: dict[tuple[int, Kind], type[OutreachError]] = {
    (404, "history"): HistoryExpired,
    (413, "draft"): RecipientRefused,
    (413, "send"): RecipientRefused,
    (413, "message"): RecipientRefused,
}


class _Detail(msgspec.Struct, frozen=True):
    reason: str = ""


class _Body(msgspec.Struct, frozen=True):
    message: str = ""
    errors: tuple[_Detail, ...] = ()


class _Envelope(msgspec.Struct, frozen=True):
    error: _Body = _Body()


@contextmanager
def translated(what: str, kind: Kind, now: Callable[[], datetime]) -> Iterator[None]:
    """Turn what the client raises into our errors; ``what`` names the call, ``now`` dates a "Retry after"."""
    try:
        yield
    except OutreachError:
        raise
    except HttpError as error:
        raise from_http(error, what, kind, now) from None
    except NotConnectedError:
        raise Unavailable(f"{what}: no connection") from None
    except (OSError, httplib2.HttpLib2Error, http.client.HTTPException) as error:
        raise _unclear(f"{what}: {type(error).__name__}", kind) from None
    except (ClientError, msgspec.MsgspecError, ValueError, KeyError) as error:
        # A success that cannot be read: of a send nobody knows what became.
        raise _unclear(f"{what}: unreadable answer, {type(error).__name__}", kind) from None


def from_http(error: HttpError, what: str, kind: Kind, now: Callable[[], datetime]) -> OutreachError:
    """Return our error for an HTTP status and reason."""
    status, body = int(error.resp.status), _body_of(error)
    reason = body.errors[0].reason if body.errors else ""
    why = f"{what}: {status} {reason}".rstrip()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _too_many(why, error.resp, body.message, now)
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden(why, reason, error.resp, body.message, now)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return _unclear(why, kind, _wait(error.resp, "", now))
    if status == HTTPStatus.BAD_REQUEST:
        return _bad_request(why, reason, body.message, kind)
    special = BY_KIND.get((status, kind)) or BY_STATUS.get(status, Permanent)
    return special(why)


def watched_by_another(error: HttpError) -> bool:
    """Say whether a watch was refused because of another client's; Gmail gives that no reason of its own."""
    return error.resp.status == http.client.BAD_REQUEST and ANOTHER in _body_of(error).message


def _too_many(why: str, response: Any, message: str, now: Callable[[], datetime]) -> OutreachError:
    if MAIL_SENDING in message.lower():
        words = "Gmail's limit for sending from this mailbox is reached"
        return MailboxPaused(words, retry_after=_wait(response, message, now, otherwise=LIMIT_PAUSE))
    if CONCURRENT in message.lower():
        return RateLimited(why, retry_after=_wait(response, "", now, otherwise=CONCURRENT_WAIT))
    return RateLimited(why, retry_after=_wait(response, message, now))


def _forbidden(
    why: str, reason: str, response: Any, message: str, now: Callable[[], datetime]
) -> OutreachError:
    if reason in LIMITS:
        return RateLimited(why, retry_after=_wait(response, message, now))
    if reason == "dailyLimitExceeded":
        words = "the daily quota of Gmail calls of the whole company is used up"
        return MailboxPaused(words, retry_after=_until_midnight(now()), alert="project_limit")
    if reason == "domainPolicy":
        words = "the administrator of this Google Workspace has blocked the app"
        return MailboxPaused(words, retry_after=BLOCK_PAUSE, alert="admin_block")
    if reason in OFF:
        words = "the Gmail API is not turned on in the company's Google Cloud project"
        return MailboxPaused(words, retry_after=LIMIT_PAUSE, alert="not_set_up")
    if reason in LACKING:
        return MailboxDisconnected("the grant lacks a permission; the mailbox must be connected anew")
    return Permanent(f"{why} delegation") if DELEGATION in message.lower() else MailboxRefused(why)


def _bad_request(why: str, reason: str, message: str, kind: Kind) -> OutreachError:
    if kind in {"send", "message", "draft"} and REFUSED.search(message):
        return RecipientRefused(why)
    if reason == "failedPrecondition":
        return Permanent(why) if NO_GMAIL in message.lower() else MailboxRefused(why)
    if kind == "send":
        return NotFound(why)
    return RecipientRefused(why) if kind in {"draft", "message"} else Permanent(why)


def _until_midnight(now: datetime) -> timedelta:
    there = now.astimezone(PACIFIC)
    midnight = datetime.combine(there.date() + timedelta(days=1), time(), PACIFIC)
    return midnight.astimezone(UTC) - now


def _unclear(why: str, kind: Kind, wait: timedelta = DEFAULT_WAIT) -> OutreachError:
    return SendUncertain(why) if kind in SENDS else Unavailable(why, retry_after=wait)


def _body_of(error: HttpError) -> _Body:
    try:
        return msgspec.json.decode(error.content, type=_Envelope).error
    except msgspec.MsgspecError:
        return _Body()


def _wait(
    response: Any, message: str, now: Callable[[], datetime], otherwise: timedelta = DEFAULT_WAIT
) -> timedelta:
    """Return how long to wait: by the header Retry-After (RFC 9110 10.2.3), else by the text."""
    header = response.get("retry-after", "").strip()
    text = RETRY_AFTER.search(message)
    wait = otherwise
    if header.isdigit():
        wait = timedelta(seconds=min(int(header), LONGEST.total_seconds()))
    elif until := _date(header) or _iso(text[1] if text else ""):
        wait = until - now()
    return min(max(wait, timedelta(seconds=1)), LONGEST)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _date(header: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(header)
    except (ValueError, TypeError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
