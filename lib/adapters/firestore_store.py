"""Own the records in Firestore; every write of a document that was read depends on its update time.

So a decision never overwrites what it has not seen. A read is one BatchGetDocuments, a commit one Commit.
``FIRESTORE_EMULATOR_HOST`` is honoured by the client. Each query names the composite index that it needs.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.cloud.firestore import Client, DocumentReference, Query, WriteBatch
from google.cloud.firestore_v1.base_query import FieldFilter

from lib.core.errors import Contended, Unavailable
from lib.core.keys import Changes, Key, R, Snapshot, Versioned
from lib.core.records import Enrollment, Inbox, Mailbox, Pending, Record, Reply, Status
from lib.ports import Store

# The client's own policies, cut down to what a function has time for; its queue tries again later.
#
# A Commit is tried again too. If the first try had its effect, the next one fails its preconditions, which is
# Contended: the caller reads its own write and decides on that. Writes without a precondition are the same
# document again.
_CALL: Mapping[str, Any] = {
    "timeout": 20.0,
    "retry": Retry(
        if_exception_type(exceptions.ServiceUnavailable, exceptions.ResourceExhausted),
        initial=0.1,
        multiplier=2.0,
        maximum=2.0,
        timeout=15.0,
    ),
}

#: NotFound: a document that should be replaced is gone.
_CONTENDED = (
    exceptions.FailedPrecondition,
    exceptions.AlreadyExists,
    exceptions.NotFound,
    exceptions.Aborted,
)
#: The effect may have happened. All else (bad arguments, no permission) is a fault of ours and stays.
_UNAVAILABLE = (
    exceptions.ServerError,
    exceptions.ResourceExhausted,
    exceptions.Cancelled,
    exceptions.RetryError,
    ConnectionError,
)

#: Measured on one hot document: 8 workers waste a quarter of the commits they waste without it.
_LOSERS_PAUSE_SECONDS = 0.1

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


@contextmanager
def translated() -> Iterator[None]:
    """Turn the client's errors into the system's."""
    try:
        yield
    except _CONTENDED as error:
        raise Contended("a document was changed by another worker") from error
    except _UNAVAILABLE as error:
        raise Unavailable("Firestore failed or did not answer") from error


class _Batch(WriteBatch):
    """Collect writes, each with its precondition, which the client lets single fields alone have."""

    def write(self, reference: DocumentReference, data: Mapping[str, Any], option: Any) -> None:
        """Replace the whole document."""
        self.set(reference, dict(data))
        if option is not None:
            option.modify_write(self._write_pbs[-1])


class FirestoreStore(Store):
    """Keep the records in a project's default database."""

    def __init__(self, project: str) -> None:
        """Remember the project; the client is made at first use."""
        self._project = project

    @cached_property
    def _client(self) -> Client:
        return Client(project=self._project)

    def read(self, keys: Iterable[Key[Any]]) -> Snapshot:
        """Read with one BatchGetDocuments."""
        by_path = {key.path: key for key in keys}
        if not by_path:
            return Snapshot()
        references = [self._client.document(path) for path in by_path]
        documents: dict[Key[Any], Versioned] = {}
        with translated():
            for found in self._client.get_all(references, **_CALL):
                key = by_path[found.reference.path]
                record = _decode(key.kind, found.to_dict()) if found.exists else None
                documents[key] = Versioned(record, found.update_time if found.exists else None)
        return Snapshot(documents)

    def commit(self, snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        """Write with one Commit."""
        if not changes.writes and not changes.deletes:
            return snapshot
        batch = _Batch(self._client)
        for key, record in changes.writes.items():
            batch.write(self._client.document(key.path), _encode(record), self._unchanged(snapshot, key))
        for key in changes.deletes:
            batch.delete(self._client.document(key.path), option=self._unchanged(snapshot, key))
        try:
            with translated():
                results = batch.commit(**_CALL)
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

    def due_enrollments(self, now: datetime, limit: int) -> list[Enrollment]:
        """Query with one call; index: collection group enrollments, wake_at."""
        enrollments = self._client.collection_group("enrollments")
        return _records(
            Enrollment, enrollments.where(filter=FieldFilter("wake_at", "<=", now)), "wake_at", limit
        )

    def due_inboxes(self, now: datetime, limit: int) -> list[Inbox]:
        """Query with two calls; indexes: inboxes, status + renew_at and status + look_at."""
        connected = self._client.collection("inboxes").where(filter=FieldFilter("status", "==", "connected"))
        found = {
            inbox.id: inbox
            for due in ("renew_at", "look_at")
            for inbox in _records(Inbox, connected.where(filter=FieldFilter(due, "<=", now)), due, limit)
        }
        return sorted(found.values(), key=_first_due)[:limit]

    def has_open_send(self, org: str, mailbox: str) -> bool:
        """Query with one call that fetches no fields; no composite index."""
        enrollments = self._client.collection(f"orgs/{org}/enrollments")
        is_open = FieldFilter(field_path="open", op_string="==", value=True)
        query = enrollments.where(filter=FieldFilter("mailbox", "==", mailbox)).where(filter=is_open)
        with translated():
            return bool(query.select(()).limit(1).get(**_CALL))

    def pending(self, org: str, mailbox: str, limit: int) -> list[Pending]:
        """Query with one call; index: pending, mailbox + seen_at."""
        mails = self._client.collection(f"orgs/{org}/pending")
        return _records(Pending, mails.where(filter=FieldFilter("mailbox", "==", mailbox)), "seen_at", limit)

    def mailboxes(self, org: str) -> list[Mailbox]:
        """Query with one call; no composite index."""
        return _records(Mailbox, self._client.collection(f"orgs/{org}/mailboxes"), "address")

    def replies(self, org: str, campaign: str, limit: int) -> list[Reply]:
        """Query with one call; index: replies, campaign + received_at descending."""
        replies = self._client.collection(f"orgs/{org}/replies")
        query = replies.where(filter=FieldFilter("campaign", "==", campaign))
        return _records(Reply, query, "received_at", limit, Query.DESCENDING)

    def figures(self, org: str, campaign: str) -> Mapping[str, int]:
        """Count with one call for all and one for each status until all are found, at one point in time.

        Index: enrollments, campaign + auto_replies + sent_count.
        """
        enrollments = self._client.collection(f"orgs/{org}/enrollments")
        query = enrollments.where(filter=FieldFilter("campaign", "==", campaign))
        sums: Any = query.count("candidates")
        sums = sums.sum("sent_count", "sent").sum("auto_replies", "auto_replies")
        figures = dict.fromkeys((status.value for status in Status), 0)
        with translated():
            (results,) = sums.get(**_CALL)
            # An empty sum comes as 0.0.
            figures |= {result.alias: int(result.value) for result in results}
            uncounted, read_time = figures["candidates"], results[0].read_time
            for status in _LIKELY_FIRST:
                if not uncounted:
                    break
                count: Any = query.where(filter=FieldFilter("status", "==", status.value)).count("count")
                ((result,),) = count.get(read_time=read_time, **_CALL)
                figures[status.value] = int(result.value)
                uncounted -= figures[status.value]
        return figures


def _records(
    kind: type[R], query: Any, by: str, limit: int | None = None, direction: str = Query.ASCENDING
) -> list[R]:
    ordered = query.order_by(by, direction=direction)
    with translated():
        found = (ordered if limit is None else ordered.limit(limit)).get(**_CALL)
    return [_decode(kind, document.to_dict()) for document in found]


def _first_due(inbox: Inbox) -> tuple[datetime, str]:
    return min(due for due in (inbox.renew_at, inbox.look_at) if due), inbox.id


def _encode(record: Record) -> dict[str, Any]:
    """Return a document's fields: times as Firestore's own, durations as ISO 8601 text."""
    fields: dict[str, Any] = _escaped(msgspec.to_builtins(record, builtin_types=(datetime,)))
    return fields


def _decode(kind: type[R], fields: Any) -> R:
    """Return the record of a document, which may hold fields of a later version."""
    return msgspec.convert(_unescaped(fields), kind)


def _escaped(value: Any) -> Any:
    """Mark the keys that Firestore refuses ("", ``__x__``): people name the columns of their shortlists."""
    if isinstance(value, dict):
        return {
            f"%{key}" if key[:1] in {"", "_", "%"} else key: _escaped(item) for key, item in value.items()
        }
    return [_escaped(item) for item in value] if isinstance(value, list | tuple) else value


def _unescaped(value: Any) -> Any:
    """Undo ``_escaped``, and make the client's own kind of time an ordinary one."""
    if isinstance(value, dict):
        return {key.removeprefix("%"): _unescaped(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    return [_unescaped(item) for item in value] if isinstance(value, list) else value
