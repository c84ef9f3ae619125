"""Own the counting of the in-memory store, in the plainest way: by looking at every enrollment."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from lib.core.keys import R
from lib.core.records import Enrollment, Interest, Reply, ReplyKind, Status
from lib.ports import Counted, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class MemoryFigures(Store):
    """Count what ``_query`` finds."""

    @abstractmethod
    def _query(
        self, kind: type[R], under: str, matches: Callable[[R], bool] = lambda _record: True
    ) -> list[R]: ...

    def _counted(self, org: str, of: Counted, id_: str) -> list[Enrollment]:
        return self._query(Enrollment, f"orgs/{org}", lambda one: of == "org" or getattr(one, of) == id_)

    def tally(self, org: str, of: Counted, id_: str = "") -> Mapping[str, int]:
        found = self._counted(org, of, id_)
        return _figures(found) | {
            "reached": sum(one.sent_count > 0 for one in found),
            "answered": sum(bool(one.answered) for one in found),
            "bounced_unreached": sum(one.status is Status.BOUNCED and not one.sent_count for one in found),
        }

    def hour_figures(self, org: str, of: Counted, id_: str = "") -> Mapping[str, Mapping[int, int]]:
        found = self._counted(org, of, id_)
        return {
            "sent": Counter(int(text.partition("x")[0]) for one in found for text in one.sent_hours),
            "answered": Counter(int(one.answer_hour) for one in found if one.answer_hour),
        }

    def median_answer(self, org: str, of: Counted, id_: str = "") -> timedelta | None:
        found = self._counted(org, of, id_)
        seconds = [one.answer_seconds for one in found if one.answer_seconds is not None]
        return timedelta(seconds=median(seconds)) if seconds else None

    def progress(self, org: str, campaigns: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        whole = {one: self.tally(org, "campaign", one) for one in campaigns}
        return {
            one: {name: all_[name] for name in ("sent", "waiting", "answered")} for one, all_ in whole.items()
        }

    def sent_days(self, org: str, campaign: str, days: Sequence[str]) -> Mapping[str, int]:
        found = self._counted(org, "campaign", campaign)
        counted = Counter(text.partition("x")[0] for one in found for text in one.sent_days)
        return {day: counted[day] for day in days if counted[day]}

    def answers_between(self, org: str, campaign: str, bounds: Sequence[datetime]) -> Sequence[int]:
        found = self._query(
            Reply,
            f"orgs/{org}",
            lambda one: one.campaign == campaign and one.kind is ReplyKind.PERSON,
        )
        times = [one.received_at for one in found]
        return [sum(since <= at < until for at in times) for since, until in pairwise(bounds)]

    def figures(self, org: str, campaign: str) -> Mapping[str, int]:
        return _figures(self._counted(org, "campaign", campaign))

    def variant_figures(
        self, org: str, campaign: str, variants: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
        found = self._counted(org, "campaign", campaign)
        return {
            step: {variant: _variant(found, step, variant) for variant in ids}
            for step, ids in variants.items()
        }


def _figures(found: Sequence[Enrollment]) -> dict[str, int]:
    by_status = Counter(one.status for one in found)
    return {status.value: by_status[status] for status in Status} | {
        "candidates": len(found),
        "sent": sum(one.sent_count for one in found),
        "auto_replies": sum(one.auto_replies for one in found),
        **{
            interest.value: sum(1 for one in found if one.interest is interest and one.answered)
            for interest in Interest
        },
    }


def _variant(found: Sequence[Enrollment], step: str, variant: str) -> dict[str, int]:
    sent = [one for one in found if one.got.get(step) == variant]
    answered = [one for one in sent if one.answered == step and one.status is Status.REPLIED]
    interested = [one for one in sent if one.answered == step and one.interest is Interest.INTERESTED]
    return {"sent": len(sent), "replied": len(answered), "interested": len(interested)}
