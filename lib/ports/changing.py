"""Own the one way in which a decision becomes a commit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from lib.core.errors import Contended

if TYPE_CHECKING:
    # Named in signatures alone: a page that stores nothing starts without them.
    from lib.core.keys import Changes, Key, Snapshot

T = TypeVar("T")

#: How often a decision is taken anew when other workers change the same documents.
CHANGE_TRIES = 12


class Changing(ABC):
    """Read documents, decide, and commit what was decided if nothing has changed since."""

    @abstractmethod
    def read(self, keys: Iterable[Key[Any]]) -> Snapshot:
        """Read the named documents in one call; duplicates are read once, absent ones are in the snapshot."""

    @abstractmethod
    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        """Write all changes or none, in one call; return the snapshot as it is afterwards.

        A key in ``snapshot`` is written only if it is unchanged since (Contended otherwise), any other one
        unconditionally. Nothing to write: no call. May raise Unavailable after the effect.
        """

    def change(
        self,
        keys: Iterable[Key[Any]],
        decide: Callable[[Snapshot], Changes[T]],
        *,
        known: Snapshot | None = None,
    ) -> T:
        """Read, decide, commit; when another worker was faster, read and decide again.

        ``decide`` must be pure: it may run several times. The events that its changes tell of are written
        along with them, so that no flow can forget its own. ``known`` is what a caller has read of ``keys``
        already; it saves the first read, and is not trusted after a lost race.
        """
        return self.changed(keys, decide, known=known)[0]

    def changed(
        self,
        keys: Iterable[Key[Any]],
        decide: Callable[[Snapshot], Changes[T]],
        *,
        known: Snapshot | None = None,
    ) -> tuple[T, Snapshot]:
        """Do as ``change``, and return the snapshot after the commit too, which saves the next read."""
        from lib.core.events import with_events  # noqa: PLC0415 - cold start
        from lib.core.keys import Snapshot  # noqa: PLC0415 - cold start

        wanted = list(keys)
        for _ in range(CHANGE_TRIES):
            snapshot = self._with(known or Snapshot(), wanted)
            known = None
            changes = decide(snapshot)
            while changes.need:
                wanted += snapshot.missing(changes.need)
                snapshot = self._with(snapshot, wanted)
                changes = decide(snapshot)
            try:
                return changes.result, self.commit(snapshot, with_events(snapshot, changes))
            except Contended:
                continue
        raise Contended("too many workers change the same documents")

    def _with(self, snapshot: Snapshot, wanted: list[Key[Any]]) -> Snapshot:
        """Return the snapshot with what it lacks of the wanted documents."""
        absent = snapshot.missing(wanted)
        return snapshot | self.read(absent) if absent else snapshot
