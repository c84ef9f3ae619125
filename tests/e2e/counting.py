"""Own the counting of what a path costs, where its calls arrive."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.localcloud.cloud import LocalCloud


@dataclass(frozen=True)
class Cost:
    """What was counted at the stand-ins: calls by kind, documents read and written, tasks created."""

    firestore: Counter[str]
    documents: Counter[str]
    gmail: Counter[str]
    tasks: int


def measured(cloud: LocalCloud, path: Callable[[], object]) -> Cost:
    """Go a path and count what it costs."""
    assert cloud.firestore is not None
    assert cloud.tasks is not None
    requests, tasks = cloud.world.requests, len(cloud.tasks.queue.created)
    cloud.firestore.clear()
    path()
    return Cost(
        firestore=cloud.firestore.calls.snapshot(),
        documents=cloud.firestore.documents.snapshot(),
        gmail=Counter(_kind(entry.request) for entry in cloud.world.request_log[requests:]),
        tasks=len(cloud.tasks.queue.created) - tasks,
    )


def _kind(request: str) -> str:
    """Name a request to Gmail by the collection or method that its path ends in."""
    *_, before, last = ("", *request.split("/"))
    return before if before == "messages" else last
