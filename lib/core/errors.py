"""Own the errors that the system tells apart, and the HTTP status each maps to.

OutreachError
├── Retryable (503, ``retry_after``)        the same call may work later
│   ├── RateLimited                         the other side asks us to slow down
│   ├── MailboxPaused                       nothing may be sent from this mailbox for a while
│   ├── Unavailable                         the other side failed or did not answer
│   └── Contended                           another worker changed the same document
├── Permanent                               the same call will fail again
│   ├── InvalidRequest (422/400, faults)    what the caller sent is wrong; every fault is listed
│   ├── Unauthenticated (401)
│   ├── Forbidden (403)
│   ├── NotFound (404)
│   ├── Conflict (409)
│   ├── Outdated (412)                      the caller has seen an earlier state (If-Match)
│   ├── MailboxDisconnected (409)           the person must connect the mailbox again
│   ├── MailboxRefused (409)                Gmail refuses the mailbox's calls, and does not say why
│   └── RecipientRefused (422)              Gmail refuses this one recipient
├── SendUncertain (503)                     a send may or may not have happened: settle, never repeat
└── HistoryExpired (503)                    the history id is too old: catch up
"""

from __future__ import annotations

from datetime import timedelta

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with an input: where, which field, why, and the way out."""

    field: str
    why: str
    line: int | None = None


class OutreachError(Exception):
    """Be the root of all errors that the system raises on purpose.

    alert: name of the log event by which the operator hears of it, "" when they need not.
    """

    status = 500
    slug = "internal"
    alert = ""


class Retryable(OutreachError):
    """Say that the same call may work later; ``retry_after`` is the least time to wait."""

    status = 503
    slug = "try-again"

    def __init__(self, why: str, *, retry_after: timedelta = timedelta(seconds=5)) -> None:
        """Keep the reason and the least time to wait."""
        super().__init__(why)
        self.retry_after = retry_after


class RateLimited(Retryable):
    """Say that the other side asks us to slow down."""

    slug = "rate-limited"


class MailboxPaused(Retryable):
    """Say that Gmail lets this mailbox send nothing for ``retry_after``; why: in words for its owner."""

    slug = "mailbox-paused"

    def __init__(self, why: str, *, retry_after: timedelta, alert: str = "") -> None:
        """Keep the reason, how long it lasts, and whether the operator has to know."""
        super().__init__(why, retry_after=retry_after)
        self.alert = alert


class Unavailable(Retryable):
    """Say that the other side failed or did not answer, and nothing happened there that matters."""

    slug = "unavailable"


class Contended(Retryable):
    """Say that a precondition failed: another worker changed the same document."""

    slug = "contended"


class Permanent(OutreachError):
    """Say that the same call will fail again."""

    status = 400
    slug = "invalid"


class InvalidRequest(Permanent):
    """Say that the input is wrong; ``faults`` lists every fault."""

    status = 422
    slug = "invalid-request"

    def __init__(self, why: str, faults: tuple[Fault, ...] = ()) -> None:
        """Keep the summary and all faults."""
        super().__init__(why)
        self.faults = faults


class Unauthenticated(Permanent):
    """Say that the caller has not proved who they are."""

    status = 401
    slug = "unauthenticated"


class Forbidden(Permanent):
    """Say that the caller may not do this."""

    status = 403
    slug = "forbidden"


class NotFound(Permanent):
    """Say that there is no such thing, for this caller."""

    status = 404
    slug = "not-found"


class Conflict(Permanent):
    """Say that the thing has changed, or exists already with other content; ``now`` is how it is now."""

    status = 409
    slug = "conflict"

    def __init__(self, why: str, now: msgspec.Struct | None = None) -> None:
        """Keep the reason, and what the caller should look at instead."""
        super().__init__(why)
        self.now = now


class Outdated(Permanent):
    """Say that the thing has changed since the caller saw it, who said what they saw (RFC 9110, 13.1.1)."""

    status = 412
    slug = "outdated"


class MailboxDisconnected(Permanent):
    """Say that the mailbox's grant is gone: a person must connect it again."""

    status = 409
    slug = "mailbox-disconnected"
    alert = "mailbox_disconnected"


class MailboxRefused(Permanent):
    """Say that Gmail refuses a call of this mailbox, through no fault of one message; nothing was sent."""

    status = 409
    slug = "mailbox-refused"


class RecipientRefused(Permanent):
    """Say that Gmail refuses this message or recipient for good; nothing was sent."""

    status = 422
    slug = "recipient-refused"


class SendUncertain(OutreachError):
    """Say that a send may or may not have happened: settle it, never simply repeat it."""

    status = 503
    slug = "send-uncertain"


class HistoryExpired(OutreachError):
    """Say that Gmail no longer knows the history id: catch up."""

    status = 503
    slug = "history-expired"
