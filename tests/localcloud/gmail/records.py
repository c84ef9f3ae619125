"""Owns the records of the local Gmail: messages, drafts, labels, history, watches, deliveries, accesses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message as Mail
from functools import cached_property
from typing import Any

from tests.localcloud.gmail import mail

Json = dict[str, Any]

_CATEGORIES = ("PERSONAL", "SOCIAL", "PROMOTIONS", "UPDATES", "FORUMS")
SYSTEM_LABELS = (
    *("INBOX", "SENT", "DRAFT", "UNREAD", "STARRED", "IMPORTANT", "SPAM", "TRASH", "CHAT"),
    *(f"CATEGORY_{name}" for name in _CATEGORIES),
)

#: What a history record may say; the API's filter names are the singular of these.
HISTORY_KINDS = ("messagesAdded", "messagesDeleted", "labelsAdded", "labelsRemoved")


class Ids:
    """Ids that look like Gmail's, from a counter: the same calls under the same clock give the same ids."""

    def __init__(self, seed: int) -> None:
        self._count = seed

    def _next(self) -> int:
        # An odd factor makes this a permutation of 20 bits: no id comes twice within a millisecond.
        self._count += 1
        return (self._count * 0x9E375) & 0xFFFFF

    def message(self, now: datetime) -> str:
        return f"{int(now.timestamp() * 1000):011x}{self._next():05x}"

    def draft(self) -> str:
        return f"r{self._count:08d}{self._next():07d}"

    def label(self) -> str:
        self._next()
        return f"Label_{self._count}"

    def message_id(self) -> str:
        return f"<CA+{self._count:08x}{self._next():05x}gQ@mail.gmail.com>"

    def history_step(self) -> int:
        return 1 + self._next() % 9


@dataclass
class Message:
    id: str
    thread_id: str
    raw: bytes
    labels: list[str]
    at: datetime
    history_id: int = 0

    @cached_property
    def parsed(self) -> Mail:
        return mail.parse(self.raw)

    @cached_property
    def message_id(self) -> str:
        return mail.header(self.parsed, "Message-ID")

    @cached_property
    def bare_subject(self) -> str:
        return mail.bare_subject(mail.header(self.parsed, "Subject"))

    def stub(self) -> Json:
        return {"id": self.id, "threadId": self.thread_id}

    def brief(self) -> Json:
        return {**self.stub(), "labelIds": list(self.labels)}


@dataclass
class Draft:
    id: str
    message: Message


@dataclass
class Label:
    id: str
    name: str
    system: bool = False

    def view(self) -> Json:
        return {"id": self.id, "name": self.name, "type": "system" if self.system else "user"}


@dataclass(frozen=True)
class HistoryRecord:
    id: int
    kind: str
    message_id: str
    thread_id: str
    labels: tuple[str, ...]  #: of the message, after the change
    changed: tuple[str, ...] = ()  #: labels that came or went

    def view(self, *, with_labels: bool) -> Json:
        stub: Json = {"id": self.message_id, "threadId": self.thread_id}
        message = {**stub, "labelIds": list(self.labels)} if with_labels else dict(stub)
        change: Json = {"message": message}
        if self.changed:
            change["labelIds"] = list(self.changed)
        return {"id": str(self.id), "messages": [stub], self.kind: [change]}


@dataclass(frozen=True)
class Watch:
    topic: str
    client: str
    expires: datetime

    @classmethod
    def starting(cls, topic: str, client: str, now: datetime) -> "Watch":
        return cls(topic, client, now + timedelta(days=7))


@dataclass(frozen=True)
class Delivery:
    """A mail as it lies in a candidate's inbox."""

    raw: bytes
    at: datetime
    sender: str  #: the account that sent it
    recipient: str

    @property
    def message_id(self) -> str:
        return mail.header(mail.parse(self.raw), "Message-ID")


@dataclass
class AccessEntry:
    """One call of the API, parts of a batch each on their own; status 0: not answered (yet, or cut)."""

    seq: int
    time: datetime
    account: str
    method: str
    client: str
    fields: str | None = None
    batch: int | None = None
    format: str | None = None
    message_ids: list[str] = field(default_factory=list)
    thread_ids: list[str] = field(default_factory=list)
    body: bool = False
    snippet: bool = False
    effect: bool = False  #: the work was done, whatever the caller saw
    status: int = 0
    units: int = 0

    def touch(self, message: Message) -> None:
        self.message_ids.append(message.id)
        if message.thread_id not in self.thread_ids:
            self.thread_ids.append(message.thread_id)


@dataclass(frozen=True)
class RequestEntry:
    """One HTTP request; a batch is one."""

    seq: int
    account: str | None
    request: str


@dataclass(frozen=True)
class Caller:
    """Who calls and how; scopes None: everything is granted."""

    scopes: frozenset[str] | None = None
    client: str = "local"
    fields: str | None = None
    batch: int | None = None
    by_hand: bool = False  #: the person in Gmail's own pages: no log, no faults, no quota


Flag = int | Callable[[str, int], bool]
