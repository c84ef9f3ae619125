"""Own reading and committing: one call each, and a precondition for every write of what was read."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from typing import Any

from google.cloud.firestore import WriteBatch
from google.cloud.firestore_v1 import types

from lib.adapters.firestore_store.calls import CALL, translated
from lib.adapters.firestore_store.documents import fill, read
from lib.adapters.firestore_store.engagement import Engagement
from lib.core.errors import Contended
from lib.core.keys import Changes, Key, Snapshot, Versioned
from lib.core.records import Record

#: Measured on one hot document: 8 workers waste a quarter of the commits they waste without it.
_LOSERS_PAUSE_SECONDS = 0.1
#: The message itself, which the client's classes wrap.
_Write: Any = types.Write.pb()


class _Batch(WriteBatch):
    """Collect writes, each with its precondition, which the client lets single fields alone have."""

    def write(self, path: str, record: Record, option: Any) -> None:
        """Replace the whole document at a full path."""
        message = _Write()
        message.update.name = path
        fill(message.update.fields, record)
        write = types.Write.wrap(message)
        if option is not None:
            option.modify_write(write)
        self._add_write_pbs([write])


class FirestoreStore(Engagement):
    """Keep the records in a project's default database."""

    def read(self, keys: Iterable[Key[Any]]) -> Snapshot:
        """Read with one BatchGetDocuments."""
        by_path = {self._full(key): key for key in keys}
        if not by_path:
            return Snapshot()
        request = {"database": self._client._database_string, "documents": list(by_path)}  # noqa: SLF001 - as get_all does
        documents: dict[Key[Any], Versioned] = {}
        with translated():
            answers = self._client._firestore_api.batch_get_documents(  # noqa: SLF001 - get_all takes each apart
                request=request,
                metadata=self._client._rpc_metadata,  # noqa: SLF001 - as get_all does
                **CALL,
            )
            for answer in answers:
                message = types.BatchGetDocumentsResponse.pb(answer)
                if message.missing:
                    documents[by_path[message.missing]] = Versioned(None, None)
                elif message.HasField("found"):
                    key = by_path[message.found.name]
                    record = read(key.kind, message.found.fields)
                    documents[key] = Versioned(record, answer.found.update_time)
        return Snapshot(documents)

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        """Write with one Commit."""
        if not changes.writes and not changes.deletes:
            return snapshot
        batch = _Batch(self._client)
        for key, record in changes.writes.items():
            batch.write(self._full(key), record, self._unchanged(snapshot, key))
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

    def _full(self, key: Key[Any]) -> str:
        """Return the path of a document from the database on."""
        return f"{self._client._database_string}/documents/{key.path}"  # noqa: SLF001 - the public way splits it up

    def _unchanged(self, snapshot: Snapshot, key: Key[Any]) -> Any:
        """Return the precondition of a write: none for a key that was not read."""
        if key not in snapshot:
            return None
        version = snapshot.version(key)
        if version is None:
            return self._client.write_option(exists=False)
        return self._client.write_option(last_update_time=version)
