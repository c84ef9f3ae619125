"""Own reading and committing: one call each, and a precondition for every write of what was read."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping
from typing import Any

from google.cloud.firestore import DocumentReference, WriteBatch

from lib.adapters.firestore_store.calls import CALL, translated
from lib.adapters.firestore_store.documents import decode, encode
from lib.adapters.firestore_store.engagement import Engagement
from lib.core.errors import Contended
from lib.core.keys import Changes, Key, Snapshot, Versioned

#: Measured on one hot document: 8 workers waste a quarter of the commits they waste without it.
_LOSERS_PAUSE_SECONDS = 0.1


class _Batch(WriteBatch):
    """Collect writes, each with its precondition, which the client lets single fields alone have."""

    def write(self, reference: DocumentReference, data: Mapping[str, Any], option: Any) -> None:
        """Replace the whole document."""
        self.set(reference, dict(data))
        if option is not None:
            option.modify_write(self._write_pbs[-1])


class FirestoreStore(Engagement):
    """Keep the records in a project's default database."""

    def read(self, keys: Iterable[Key[Any]]) -> Snapshot:
        """Read with one BatchGetDocuments."""
        by_path = {key.path: key for key in keys}
        if not by_path:
            return Snapshot()
        references = [self._client.document(path) for path in by_path]
        documents: dict[Key[Any], Versioned] = {}
        with translated():
            for found in self._client.get_all(references, **CALL):
                key = by_path[found.reference.path]
                record = decode(key.kind, found.to_dict()) if found.exists else None
                documents[key] = Versioned(record, found.update_time if found.exists else None)
        return Snapshot(documents)

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        """Write with one Commit."""
        if not changes.writes and not changes.deletes:
            return snapshot
        batch = _Batch(self._client)
        for key, record in changes.writes.items():
            batch.write(self._client.document(key.path), encode(record), self._unchanged(snapshot, key))
        for key in changes.deletes:
            batch.delete(self._client.document(key.path), option=self._unchanged(snapshot, key))
        try:
            with translated():
                results = batch.commit(**CALL)
        except Contended:
            # In lockstep one worker can lose every race; losers step aside for a moment of random length.
            time.sleep(random.uniform(0, _LOSERS_PAUSE_SECONDS))  # noqa: S311 - spreads workers, no secret
            raise
        after = {
            key: Versioned(record, result.update_time)
            for (key, record), result in zip(changes.writes.items(), results, strict=False)
        }
        return snapshot | Snapshot(after | {key: Versioned(None, None) for key in changes.deletes})

    def _unchanged(self, snapshot: Snapshot, key: Key[Any]) -> Any:
        """Return the precondition of a write: none for a key that was not read."""
        if key not in snapshot:
            return None
        version = snapshot.version(key)
        if version is None:
            return self._client.write_option(exists=False)
        return self._client.write_option(last_update_time=version)
