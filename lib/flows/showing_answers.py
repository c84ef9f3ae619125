"""Own the list of a campaign's answers, page by page.

Invariant: it holds them all, the latest first, for whoever may read them, and nobody else.
"""

from __future__ import annotations

import msgspec

from lib.core.callers import VerifiedCaller
from lib.core.cursors import cursor_of, place_of
from lib.core.records import Interest, ReplyKind
from lib.flows.permitting import permitted
from lib.flows.showing_campaigns import ShownAnswer, shown_answer
from lib.ports import Services

PAGE_LIMIT = 200


class AnswersPage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Be the query of a list of answers: from behind which place (``next`` of the last page), how many.

    kind, interest: only those that are of this kind, that a user has marked so.
    """

    after: str = ""
    limit: int = 50
    kind: ReplyKind | None = None
    interest: Interest | None = None


class ShownAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """List answers, the latest first; next: what the next page comes after, None: it ends."""

    answers: tuple[ShownAnswer, ...]
    next: str | None


def list_answers(services: Services, caller: VerifiedCaller, id_: str, page: AnswersPage) -> ShownAnswers:
    """List a campaign's answers to whoever may read them: all, or those of a kind, or marked so."""
    permitted(services, caller, id_, "read")
    behind, limit = place_of(page.after), min(max(page.limit, 1), PAGE_LIMIT)
    found = services.store.replies(
        caller.org, id_, limit + 1, kind=page.kind, interest=page.interest, behind=behind
    )
    shown = found[:limit]
    return ShownAnswers(
        answers=tuple(map(shown_answer, shown)),
        next=cursor_of(shown[-1].received_at, shown[-1].id) if len(found) > limit else None,
    )
