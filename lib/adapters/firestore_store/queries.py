"""Own the queries: each is one call, bounded by its caller, and names the composite index it needs.

Queries by equality alone, in the order of names, are answered from the indexes that every field has.
"""

from __future__ import annotations

import typing
from datetime import datetime
from functools import cached_property
from typing import Any

from google.cloud.firestore import Client, Query
from google.cloud.firestore_v1.base_query import FieldFilter

from lib.adapters.firestore_store.calls import CALL, translated
from lib.adapters.firestore_store.documents import decode
from lib.core.keys import Key, R, collection
from lib.core.records import (
    AuditEntry,
    Campaign,
    Enrollment,
    Erasure,
    Inbox,
    Interest,
    Mailbox,
    Org,
    OutgoingEvent,
    Pending,
    Reads,
    Reply,
    ReplyKind,
    Status,
    Suppression,
)
from lib.ports import Store, Whose

#: The order of names, which ties are broken by, too.
BY_NAME = "__name__"


class Queries(Store):
    """Find records of a project's default database."""

    def __init__(self, project: str) -> None:
        """Remember the project; the client is made at first use."""
        self._project = project

    @cached_property
    def _client(self) -> Client:
        return Client(project=self._project)

    def due_enrollments(self, now: datetime, limit: int) -> list[Enrollment]:
        """Query with one call; index: collection group enrollments, wake_at."""
        group = self._client.collection_group("enrollments")
        return _found(Enrollment, where(group, "wake_at", "<=", now), "wake_at", limit=limit)

    def due_campaigns(self, now: datetime, limit: int) -> list[Campaign]:
        """Query with one call; index: collection group campaigns, wake_at."""
        group = self._client.collection_group("campaigns")
        return _found(Campaign, where(group, "wake_at", "<=", now), "wake_at", limit=limit)

    def due_departures(self, now: datetime, limit: int) -> list[Inbox]:
        """Query with one call; no composite index."""
        inboxes = self._client.collection("inboxes")
        return _found(Inbox, where(inboxes, "leaving_at", "<=", now), "leaving_at", limit=limit)

    def due_erasures(self, now: datetime, limit: int) -> list[Erasure]:
        """Query with one call; index: collection group erasures, wake_at."""
        group = self._client.collection_group("erasures")
        return _found(Erasure, where(group, "wake_at", "<=", now), "wake_at", limit=limit)

    def due_orgs(self, now: datetime, limit: int) -> list[Org]:
        """Query with one call; no composite index."""
        orgs = self._client.collection("orgs")
        return _found(Org, where(orgs, "sweep_at", "<=", now), "sweep_at", limit=limit)

    def due_events(self, now: datetime, limit: int) -> list[OutgoingEvent]:
        """Query with one call; index: collection group events, wake_at."""
        group = self._client.collection_group("events")
        return _found(OutgoingEvent, where(group, "wake_at", "<=", now), "wake_at", limit=limit)

    def events(self, org: str, since: datetime, limit: int) -> list[OutgoingEvent]:
        """Query with one call; no composite index."""
        events = self._client.collection(f"orgs/{org}/events")
        return _found(OutgoingEvent, where(events, "at", ">=", since), "at", limit=limit)

    def due_inboxes(self, now: datetime, limit: int) -> list[Inbox]:
        """Query with two calls; indexes: inboxes, status + renew_at and status + look_at."""
        connected = where(self._client.collection("inboxes"), "status", "==", "connected")
        found = {
            inbox.id: inbox
            for due in ("renew_at", "look_at")
            for inbox in _found(Inbox, where(connected, due, "<=", now), due, limit=limit)
        }
        return sorted(found.values(), key=_first_due)[:limit]

    def enrollments(self, org: str, campaign: str, *, after: str = "", limit: int) -> list[Enrollment]:
        """Query with one call; no composite index."""
        return _found(Enrollment, _behind(self._of_campaign(org, campaign), after), limit=limit)

    def enrollments_in(
        self, org: str, campaign: str, status: Status, limit: int, *, after: str = ""
    ) -> list[Enrollment]:
        """Query with one call; no composite index."""
        query = where(self._of_campaign(org, campaign), "status", "==", status.value)
        return _found(Enrollment, _behind(query, after), limit=limit)

    def enrollments_to_plan(self, org: str, campaign: str, plan: int, limit: int) -> list[Enrollment]:
        """Query with one call; index: enrollments, campaign + status + plan + due."""
        waiting = where(self._of_campaign(org, campaign), "status", "==", Status.WAITING.value)
        return _found(Enrollment, where(waiting, "plan", "<", plan), "plan", "due", limit=limit)

    def has_open_send(self, org: str, mailbox: str) -> bool:
        """Query with one call that fetches no fields; no composite index."""
        enrollments = self._client.collection(f"orgs/{org}/enrollments")
        query = where(where(enrollments, "mailbox", "==", mailbox), "open", "==", value=True)
        with translated():
            return bool(query.select(()).limit(1).get(**CALL))

    def open_enrollments(self, org: str, mailbox: str, limit: int) -> list[Enrollment]:
        """Query with one call; no composite index."""
        enrollments = self._client.collection(f"orgs/{org}/enrollments")
        query = where(where(enrollments, "mailbox", "==", mailbox), "open", "==", value=True)
        return _found(Enrollment, query, limit=limit)

    def held(
        self,
        kind: type[R],
        org: str,
        *,
        of: str = "",
        where: tuple[str, str] | None = None,
        after: str = "",
        limit: int,
    ) -> list[tuple[Key[R], R]]:
        """Query with one call; no composite index."""
        path = collection(kind, org, of)
        query = _behind(_equal(kind, self._client.collection(path), where), after)
        with translated():
            found = query.limit(limit).get(**CALL)
        return [(Key(kind, f"{path}/{one.id}"), decode(kind, one.to_dict())) for one in found]

    def fading_replies(self, org: str, before: datetime, limit: int) -> list[Reply]:
        """Query with one call; index: replies, faded + received_at."""
        unfaded = where(self._client.collection(f"orgs/{org}/replies"), "faded", "==", value=False)
        return _found(Reply, where(unfaded, "received_at", "<", before), "received_at", limit=limit)

    def audit(self, org: str, *, mailbox: str = "", before: str = "", limit: int) -> list[AuditEntry]:
        """Query with one call; index: audit, mailbox + id descending."""
        query = self._client.collection(f"orgs/{org}/audit")
        if mailbox:
            query = where(query, "mailbox", "==", mailbox)
        if before:
            query = where(query, "id", "<", before)
        return _found(AuditEntry, query, "id", limit=limit, direction=Query.DESCENDING)

    def pending(self, org: str, mailbox: str, limit: int) -> list[Pending]:
        """Query with one call; index: pending, mailbox + parked + seen_at."""
        query = where(self._put_aside(org, mailbox), "parked", "==", "")
        return _found(Pending, query, "seen_at", limit=limit)

    def parked(self, org: str, mailbox: str, limit: int) -> list[Pending]:
        """Query with one call; index: pending, mailbox + seen_at + parked."""
        query = where(self._put_aside(org, mailbox), "parked", ">", "")
        return _found(Pending, query, "seen_at", "parked", limit=limit)

    def reads(self, org: str, mailbox: str, *, after: int, limit: int) -> list[Reads]:
        """Query with one call; no composite index."""
        query = where(self._reads(org, mailbox), "number", ">", after)
        return _found(Reads, query, "number", limit=limit)

    def unchained_reads(self, org: str, mailbox: str, limit: int) -> list[Reads]:
        """Query with one call; index: reads, number + at."""
        return _found(Reads, where(self._reads(org, mailbox), "number", "==", 0), "at", limit=limit)

    def suppressions(self, org: str, *, after: str = "", limit: int) -> list[Suppression]:
        """Query with one call; no composite index."""
        collection = self._client.collection(f"orgs/{org}/suppressions")
        return _found(Suppression, _behind(collection, after), limit=limit)

    def mailboxes(self, org: str) -> list[Mailbox]:
        """Query with one call; no composite index."""
        return _found(Mailbox, self._client.collection(f"orgs/{org}/mailboxes"), "address")

    def campaigns(
        self, org: str, whose: Whose, id_: str = "", *, behind: tuple[datetime, str] | None = None, limit: int
    ) -> list[Campaign]:
        """Query with one call; indexes: campaigns, author + and mailbox + accepted_at descending."""
        query: Any = self._client.collection(f"orgs/{org}/campaigns")
        if whose != "org":
            query = where(query, whose, "==", id_)
        return _found(Campaign, _latest_first(query, "accepted_at", behind), limit=limit)

    def replies(
        self,
        org: str,
        campaign: str,
        limit: int,
        *,
        kind: ReplyKind | None = None,
        interest: Interest | None = None,
        behind: tuple[datetime, str] | None = None,
    ) -> list[Reply]:
        """Query with one call; indexes: replies, campaign (+ each filter) + received_at descending."""
        query = where(self._client.collection(f"orgs/{org}/replies"), "campaign", "==", campaign)
        for field, value in (("kind", kind), ("interest", interest)):
            query = query if value is None else where(query, field, "==", value.value)
        return _found(Reply, _latest_first(query, "received_at", behind), limit=limit)

    def _of_campaign(self, org: str, campaign: str) -> Any:
        return where(self._client.collection(f"orgs/{org}/enrollments"), "campaign", "==", campaign)

    def _put_aside(self, org: str, mailbox: str) -> Any:
        return where(self._client.collection(f"orgs/{org}/pending"), "mailbox", "==", mailbox)

    def _reads(self, org: str, mailbox: str) -> Any:
        return self._client.collection(f"orgs/{org}/mailboxes/{mailbox}/reads")


def where(query: Any, field: str, relation: str, value: Any) -> Any:
    """Return the query with one more condition."""
    return query.where(filter=FieldFilter(field, relation, value))


def _equal(kind: type[R], query: Any, condition: tuple[str, str] | None) -> Any:
    """Return the query for records in which a field equals, or holds, a value."""
    if condition is None:
        return query
    field, value = condition
    holds_several = typing.get_origin(typing.get_type_hints(kind)[field]) is tuple
    return where(query, field, "array_contains" if holds_several else "==", value)


def _behind(query: Any, after: str) -> Any:
    """Return the query in the order of names, from behind one of them, which need not exist."""
    ordered = query.order_by(BY_NAME)
    return ordered.start_after({BY_NAME: after}) if after else ordered


def _latest_first(query: Any, field: str, behind: tuple[datetime, str] | None) -> Any:
    """Return the query from the latest time on, or from behind a time and name, which need not exist."""
    for one in (field, BY_NAME):
        query = query.order_by(one, direction=Query.DESCENDING)
    return query if behind is None else query.start_after({field: behind[0], BY_NAME: behind[1]})


def _found(
    kind: type[R], query: Any, *by: str, limit: int | None = None, direction: str = Query.ASCENDING
) -> list[R]:
    for field in by:
        query = query.order_by(field, direction=direction)
    with translated():
        found = (query if limit is None else query.limit(limit)).get(**CALL)
    return [decode(kind, document.to_dict()) for document in found]


def _first_due(inbox: Inbox) -> tuple[datetime, str]:
    return min(due for due in (inbox.renew_at, inbox.look_at) if due), inbox.id
