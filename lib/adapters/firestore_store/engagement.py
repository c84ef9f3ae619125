"""Own the counting over campaigns, by hours, by days and of times to answer; nothing counted is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from google.cloud.firestore import Query

from lib.adapters.firestore_store.calls import CALL, translated
from lib.adapters.firestore_store.figures import Figures, answered, count, tallied, totals_of
from lib.adapters.firestore_store.queries import where
from lib.core.campaigns.steps import STEP_LIMIT
from lib.core.enrollment.hours import HOURS, hour_text, nth_text
from lib.core.records import ReplyKind, Status
from lib.ports import Counted

K = TypeVar("K")

#: How many counts are under way at once.
_AT_ONCE = 8
#: Where the search for a median begins: most answers come within a day.
_FIRST_BOUND = 86_400


class Engagement(Figures):
    """Count by aggregation, each method at one point in time."""

    def tally(self, org: str, of: Counted, id_: str = "") -> Mapping[str, int]:
        """Count with three calls more than ``figures``; indexes as there, for mailbox and org too."""
        query = self._counted(org, of, id_)
        with translated():
            figures, read_time = tallied(query)
            unreached = where(query, "sent_count", "==", 0)
            bounced = where(unreached, "status", "==", Status.BOUNCED.value)
            return figures | {
                "reached": figures["candidates"] - count(unreached, read_time),
                "answered": count(answered(query), read_time),
                "bounced_unreached": count(bounced, read_time) if figures[Status.BOUNCED] else 0,
            }

    def hour_figures(self, org: str, of: Counted, id_: str = "") -> Mapping[str, Mapping[int, int]]:
        """Count with a call for each hour of the week, eight at once; no composite index.

        Hours in which mail went out take one more for each further mail in such an hour to one candidate.
        """
        query = self._counted(org, of, id_)
        with translated():
            (totals,) = query.count("all").get(**CALL)
            read_time = totals[0].read_time

            def sent_in(hour: int) -> int:
                found = 0
                for nth in range(1, STEP_LIMIT + 1):
                    text = nth_text(hour_text(hour), nth)
                    again = where(query, "sent_hours", "array_contains", text)
                    one = count(again, read_time)
                    if not one:
                        break
                    found += one
                return found

            def answered_in(hour: int) -> int:
                return count(where(query, "answer_hour", "==", hour_text(hour)), read_time)

            with ThreadPoolExecutor(_AT_ONCE) as pool:
                return {
                    "sent": _without_zeros(pool.map(sent_in, HOURS)),
                    "answered": _without_zeros(pool.map(answered_in, HOURS)),
                }

    def median_answer(self, org: str, of: Counted, id_: str = "") -> timedelta | None:
        """Find it by halving, with some twenty calls; index: enrollments, campaign + answer_seconds.

        The same for mailbox; none for the org.
        """
        query = self._counted(org, of, id_)
        with translated():
            (total,) = where(query, "answer_seconds", ">=", 0).count("all").get(**CALL)
            answers, read_time = int(total[0].value), total[0].read_time
            if not answers:
                return None
            lower = _ranked(query, read_time, (answers + 1) // 2, 0)
            upper = lower if answers % 2 else _ranked(query, read_time, answers // 2 + 1, lower)
            return timedelta(seconds=(lower + upper) / 2)

    def progress(self, org: str, campaigns: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Count with three calls for each campaign, eight at once; indexes as for ``figures``."""

        def counted(campaign: str) -> dict[str, int]:
            query = self._of_campaign(org, campaign)
            totals, read_time = totals_of(query)
            waiting = where(query, "status", "==", Status.WAITING.value)
            return {
                "sent": totals["sent"],
                "waiting": count(waiting, read_time),
                "answered": count(answered(query), read_time),
            }

        with translated(), ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(campaigns, pool.map(counted, campaigns), strict=True))

    def sent_days(self, org: str, campaign: str, days: Sequence[str]) -> Mapping[str, int]:
        """Count with a call for all and one for each day until all are found, eight at once.

        Days on which a candidate got more than one take one more each. No composite index but for all.
        """
        query = self._of_campaign(org, campaign)
        with translated():
            totals, read_time = totals_of(query)
            found: Counter[str] = Counter()
            some: Sequence[str] = days
            for nth in range(1, STEP_LIMIT + 1):

                def sent_on(day: str, nth: int = nth) -> int:
                    again = where(query, "sent_days", "array_contains", nth_text(day, nth))
                    return count(again, read_time)

                more = _until(totals["sent"] - found.total(), some, sent_on)
                found.update(more)
                some = list(more)
                if not some:
                    break
            return found

    def answers_between(self, org: str, campaign: str, bounds: Sequence[datetime]) -> Sequence[int]:
        """Count with a call for all and one for each until all are found; index: as ``replies`` of a kind."""
        replies = where(self._client.collection(f"orgs/{org}/replies"), "campaign", "==", campaign)
        query = where(replies, "kind", "==", ReplyKind.PERSON.value)
        spans = list(pairwise(bounds))
        with translated():
            (total,) = query.count("all").get(**CALL)
            read_time = total[0].read_time

            def came_in(span: tuple[datetime, datetime]) -> int:
                since = where(query, "received_at", ">=", span[0])
                within = where(since, "received_at", "<", span[1])
                return count(within.order_by("received_at", direction=Query.DESCENDING), read_time)

            found = _until(int(total[0].value), spans, came_in)
        return [found.get(span, 0) for span in spans]

    def _counted(self, org: str, of: Counted, id_: str) -> Any:
        enrollments = self._client.collection(f"orgs/{org}/enrollments")
        return enrollments if of == "org" else where(enrollments, of, "==", id_)


def _ranked(query: Any, read_time: Any, rank: int, least: int) -> int:
    """Return the time to answer that is in this place of all in their order; it is not below ``least``."""

    def is_enough(seconds: int) -> bool:
        return count(where(query, "answer_seconds", "<=", seconds), read_time) >= rank

    if is_enough(least):
        return least
    below, bound = least, max(least * 2, _FIRST_BOUND)
    while not is_enough(bound):
        below, bound = bound, bound * 4
    while bound - below > 1:
        middle = (below + bound) // 2
        below, bound = (below, middle) if is_enough(middle) else (middle, bound)
    return bound


def _until(total: int, wanted: Sequence[K], one: Callable[[K], int]) -> dict[K, int]:
    """Count each of what is wanted, some at once, until a total is found; what has none is left out."""
    found: dict[K, int] = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for at in range(0, len(wanted), _AT_ONCE):
            if total <= sum(found.values()):
                break
            some = wanted[at : at + _AT_ONCE]
            found |= {key: one for key, one in zip(some, pool.map(one, some), strict=True) if one}
    return found


def _without_zeros(counts: Any) -> dict[int, int]:
    return {hour: found for hour, found in enumerate(counts) if found}
