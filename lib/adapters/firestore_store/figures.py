"""Own the counting of campaigns: exact, of one moment, and without reading what is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lib.adapters.firestore_store.calls import CALL, translated
from lib.adapters.firestore_store.documents import path_to
from lib.adapters.firestore_store.queries import Queries, where
from lib.core.records import Interest, Status

#: Statuses by how often a campaign's candidates are in them: figures() stops when all are found.
_LIKELY_FIRST = (
    Status.WAITING,
    Status.COMPLETED,
    Status.REPLIED,
    Status.OPTED_OUT,
    Status.BOUNCED,
    Status.SENDING,
    Status.UNCERTAIN,
    Status.HELD,
    Status.CANCELLED,
    Status.FAILED,
)


class Figures(Queries):
    """Count by aggregation; Firestore reads a thousand index entries for the price of one document."""

    def figures(self, org: str, campaign: str) -> Mapping[str, int]:
        """Count with one call for all and one for each status until all are found, at one point in time.

        One more call finds whether anyone has answered, and only then one for each Interest. Indexes of
        enrollments: campaign + auto_replies + sent_count; campaign + answered; campaign + interest +
        answered.
        """
        return tallied(self._of_campaign(org, campaign))[0]

    def variant_figures(
        self, org: str, campaign: str, variants: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
        """Count with three calls for each variant, one where it was not sent; no composite index.

        The keys of the map ``got`` must not be exempted from Firestore's own indexes.
        """
        query = self._of_campaign(org, campaign)
        with translated():
            _, read_time = totals_of(query)
            return {
                step: {id_: dict(_of_variant(query, read_time, step, id_)) for id_ in ids}
                for step, ids in variants.items()
            }


def tallied(query: Any) -> tuple[dict[str, int], Any]:
    """Return the figures of the enrollments that a query finds, and the moment they are of."""
    figures = dict.fromkeys((*Status, *Interest), 0) | {"candidates": 0}
    with translated():
        totals, read_time = totals_of(query)
        uncounted = totals["candidates"]
        for status in _LIKELY_FIRST:
            if not uncounted:
                break
            figures[status] = count(where(query, "status", "==", status.value), read_time)
            uncounted -= figures[status]
        if totals["candidates"] and count(answered(query), read_time):
            for interest in Interest:
                marked = where(query, "interest", "==", interest.value)
                figures[interest] = count(answered(marked), read_time)
    return {str(name): figure for name, figure in figures.items()} | totals, read_time


def totals_of(query: Any) -> tuple[dict[str, int], Any]:
    """Return count and sums of a campaign, and the moment they are of."""
    sums: Any = query.count("candidates").sum("sent_count", "sent").sum("auto_replies", "auto_replies")
    (results,) = sums.get(**CALL)
    # An empty sum comes as 0.0.
    return {result.alias: int(result.value) for result in results}, results[0].read_time


def _of_variant(query: Any, read_time: Any, step: str, variant: str) -> Iterator[tuple[str, int]]:
    got = where(query, path_to("got", step), "==", variant)
    answered = where(got, "answered", "==", step)
    sent = count(got, read_time)
    yield "sent", sent
    for name, field, value in (
        ("replied", "status", Status.REPLIED.value),
        ("interested", "interest", Interest.INTERESTED.value),
    ):
        yield name, count(where(answered, field, "==", value), read_time) if sent else 0


def answered(query: Any) -> Any:
    """Return the query for those who answered in person."""
    return where(query, "answered", ">", "")


def count(query: Any, read_time: Any) -> int:
    """Count what a query finds, at a moment."""
    ((result,),) = query.count("count").get(read_time=read_time, **CALL)
    return int(result.value)
