"""Own made-up records, each valid by itself, for tests of a store."""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from lib.core import keys
from lib.core.keys import Changes, Key
from lib.core.records import (
    AuditEntry,
    Campaign,
    Contact,
    Enrollment,
    Erasure,
    Inbox,
    Mailbox,
    Org,
    OutgoingEvent,
    Pending,
    Reads,
    Record,
    Reply,
    Status,
    Suppression,
)
from lib.ports import Store

R = TypeVar("R", bound=Record)

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def put(store: Store, writes: dict[Key[Any], Record]) -> None:
    """Write without any condition."""
    store.commit(keys.Snapshot(), Changes(result=None, writes=writes))


def made(kind: type[R], /, **fields: Any) -> R:
    """Make a record with something plain in each required field that is not given."""
    hints = get_type_hints(kind)
    required = [field.name for field in msgspec.structs.fields(kind) if field.required]
    return kind(**({name: _plain(hints[name]) for name in required} | fields))


def _plain(hint: Any) -> Any:
    if get_origin(hint) is types.UnionType:
        return None
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    if hint is datetime:
        return NOW
    return next(iter(hint)) if hasattr(hint, "__members__") else (get_origin(hint) or hint)()


def campaign(id_: str = "spring", **fields: Any) -> Campaign:
    return made(Campaign, **({"org": "acme", "id": id_} | fields))


def contact(id_: str = "c", **fields: Any) -> Contact:
    return made(Contact, **({"org": "acme", "id": id_} | fields))


def entry(id_: str, **fields: Any) -> AuditEntry:
    return made(AuditEntry, **({"org": "acme", "id": id_} | fields))


def erasure(id_: str, **fields: Any) -> Erasure:
    return made(Erasure, **({"org": "acme", "id": id_} | fields))


def enrollment(id_: str = "e", **fields: Any) -> Enrollment:
    plain = {
        "org": "acme",
        "id": id_,
        "campaign": "spring",
        "mailbox": "m",
        "contact": "c",
        "status": Status.WAITING,
    }
    return made(Enrollment, **(plain | fields))


def inbox(id_: str = "i", **fields: Any) -> Inbox:
    return made(Inbox, **({"org": "acme", "id": id_, "status": "connected"} | fields))


def mailbox(id_: str = "m", **fields: Any) -> Mailbox:
    return made(Mailbox, **({"org": "acme", "id": id_} | fields))


def org(id_: str, **fields: Any) -> Org:
    return made(Org, **({"org": id_} | fields))


def pending(gmail_id: str, **fields: Any) -> Pending:
    return made(Pending, **({"org": "acme", "mailbox": "m", "gmail_id": gmail_id} | fields))


def reads(run: str, **fields: Any) -> Reads:
    return made(Reads, **({"org": "acme", "mailbox": "m", "run": run} | fields))


def event(id_: str = "e-000001", **fields: Any) -> OutgoingEvent:
    return made(OutgoingEvent, id=id_, **({"org": "acme"} | fields))


def reply(gmail_id: str, **fields: Any) -> Reply:
    plain = {"org": "acme", "mailbox": "m", "gmail_id": gmail_id, "campaign": "spring"}
    return made(Reply, **(plain | fields))


def suppression(id_: str, **fields: Any) -> Suppression:
    return made(Suppression, **({"org": "acme", "id": id_} | fields))


KEYS: dict[type[Record], Callable[[Any], Key[Any]]] = {
    AuditEntry: lambda one: keys.audit(one.org, one.id),
    Campaign: lambda one: keys.campaign(one.org, one.id),
    Contact: lambda one: keys.contact(one.org, one.id),
    Enrollment: lambda one: keys.enrollment(one.org, one.id),
    Erasure: lambda one: keys.erasure(one.org, one.id),
    Inbox: lambda one: keys.inbox(one.id),
    Mailbox: lambda one: keys.mailbox(one.org, one.id),
    OutgoingEvent: lambda one: keys.event(one.org, one.id),
    Org: lambda one: keys.org(one.org),
    Pending: lambda one: keys.pending(one.org, one.mailbox, one.gmail_id),
    Reads: lambda one: keys.reads(one.org, one.mailbox, one.run, one.sequence),
    Reply: lambda one: keys.reply(one.org, one.mailbox, one.gmail_id),
    Suppression: lambda one: keys.suppression(one.org, one.id),
}


def key_of(record: Record) -> Key[Any]:
    """Return where a record made here belongs."""
    return KEYS[type(record)](record)


def keep(store: Store, *records: Record) -> None:
    """Write records where they belong."""
    put(store, {key_of(record): record for record in records})
