"""Own made-up records, each valid by itself, for tests of a store."""

from __future__ import annotations

import types
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from lib.core import keys
from lib.core.keys import Changes, Key
from lib.core.records import Contact, Enrollment, Inbox, Mailbox, Pending, Record, Reply, Status
from lib.ports import Store

R = TypeVar("R", bound=Record)

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def put(store: Store, writes: dict[Key[Any], Record]) -> None:
    """Write without any condition."""
    store.commit(keys.Snapshot(), Changes(result=None, writes=writes))


def made(kind: type[R], **fields: Any) -> R:
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


def contact(id_: str = "c", **fields: Any) -> Contact:
    return made(Contact, **({"org": "acme", "id": id_} | fields))


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


def pending(gmail_id: str, **fields: Any) -> Pending:
    return made(Pending, **({"org": "acme", "mailbox": "m", "gmail_id": gmail_id} | fields))


def reply(gmail_id: str, **fields: Any) -> Reply:
    plain = {"org": "acme", "mailbox": "m", "gmail_id": gmail_id, "campaign": "spring"}
    return made(Reply, **(plain | fields))


def key_of(record: Record) -> Key[Any]:
    """Return where a record made here belongs."""
    match record:
        case Enrollment():
            return keys.enrollment(record.org, record.id)
        case Inbox():
            return keys.inbox(record.id)
        case Mailbox():
            return keys.mailbox(record.org, record.id)
        case Pending():
            return keys.pending(record.org, record.mailbox, record.gmail_id)
        case Reply():
            return keys.reply(record.org, record.mailbox, record.gmail_id)
        case Contact():
            return keys.contact(record.org, record.id)
    raise AssertionError(f"no key for {record!r}")
