"""Owns the state of one mailbox: every change of a message leaves a history record with a higher id.

Called with the world's lock held; nothing here knows of callers, scopes or faults.
"""

from bisect import bisect_right
from collections import Counter
from datetime import datetime

from tests.localcloud.gmail import mail
from tests.localcloud.gmail.errors import invalid, not_found
from tests.localcloud.gmail.records import (
    SYSTEM_LABELS,
    Draft,
    HistoryRecord,
    Ids,
    Json,
    Label,
    Message,
    Watch,
)


class Mailbox:
    """Messages, drafts, labels, history and the watch of one account."""

    def __init__(
        self, address: str, sub: str, aliases: tuple[str, ...], *, has_gmail: bool, ids: Ids
    ) -> None:
        self.address = address
        self.sub = sub
        self.aliases = aliases
        self.has_gmail = has_gmail
        self.messages: dict[str, Message] = {}
        self.drafts: dict[str, Draft] = {}
        self.labels = {name: Label(name, name, system=True) for name in SYSTEM_LABELS}
        self.history: list[HistoryRecord] = []
        self.history_id = 1000 + ids.history_step()
        self.expired_before = 0
        self.watch: Watch | None = None
        self.units = 0
        self.units_by_minute: Counter[datetime] = Counter()
        self.in_flight = 0
        self.changed = False  #: since the last look of `World.publish_changes`
        self._ids = ids
        self._unseen: list[tuple[datetime, Message]] = []
        self._by_message_id: dict[str, Message] = {}

    def record(self, kind: str, message: Message, changed: tuple[str, ...] = ()) -> None:
        self.history_id += self._ids.history_step()
        message.history_id = self.history_id
        labels = tuple(message.labels)
        self.history.append(
            HistoryRecord(self.history_id, kind, message.id, message.thread_id, labels, changed)
        )
        self.changed = True

    def add(
        self,
        raw: bytes,
        labels: list[str],
        at: datetime,
        thread: str | None,
        visible_at: datetime | None = None,
    ) -> Message:
        """Put a mail in; one that is `visible_at` later gets its place and its history record only then."""
        message_id = self._ids.message(at)
        message = Message(message_id, thread or message_id, raw, labels, at)
        if "DRAFT" not in labels:
            self._by_message_id[message.message_id] = message
        if visible_at is not None and visible_at > at:
            self._unseen.append((visible_at, message))
        else:
            self._show(message)
        return message

    def _show(self, message: Message) -> None:
        self.messages[message.id] = message
        self.record("messagesAdded", message)

    def settle(self, now: datetime) -> None:
        """Let those sent mails show whose time has come."""
        due = [message for visible_at, message in self._unseen if visible_at <= now]
        self._unseen = [(visible_at, message) for visible_at, message in self._unseen if visible_at > now]
        for message in due:
            self._show(message)

    def history_after(self, history_id: int) -> list[HistoryRecord]:
        return self.history[bisect_right(self.history, history_id, key=lambda record: record.id) :]

    def message(self, message_id: str) -> Message:
        if message_id not in self.messages:
            raise not_found()
        return self.messages[message_id]

    def draft(self, draft_id: str) -> Draft:
        if draft_id not in self.drafts:
            raise not_found()
        return self.drafts[draft_id]

    def remove(self, message_id: str) -> None:
        message = self.message(message_id)
        del self.messages[message_id]
        if self._by_message_id.get(message.message_id) is message:
            del self._by_message_id[message.message_id]
        self.drafts = {draft.id: draft for draft in self.drafts.values() if draft.message.id != message_id}
        self.record("messagesDeleted", message)

    def thread(self, thread_id: str) -> list[Message]:
        found = [message for message in self.messages.values() if message.thread_id == thread_id]
        if not found:
            raise not_found()
        return found

    def has_thread(self, thread_id: str) -> bool:
        everything = [*self.messages.values(), *(message for _, message in self._unseen)]
        return any(message.thread_id == thread_id for message in everything)

    def thread_by_headers(self, raw: bytes) -> str | None:
        """Find the thread of a mail that names an earlier one and has the same bare subject."""
        parsed = mail.parse(raw)
        subject = mail.bare_subject(mail.header(parsed, "Subject"))
        for reference in mail.references(parsed):
            earlier = self._by_message_id.get(reference)
            if earlier is not None and earlier.bare_subject == subject:
                return earlier.thread_id
        return None

    def relabel(self, message: Message, add: list[str], remove: list[str]) -> None:
        self.check_labels([*add, *remove])
        came = [label for label in add if label not in message.labels]
        went = [label for label in remove if label in message.labels]
        if came:
            message.labels.extend(came)
            self.record("labelsAdded", message, tuple(came))
        if went:
            message.labels[:] = [label for label in message.labels if label not in went]
            self.record("labelsRemoved", message, tuple(went))

    def check_labels(self, labels: list[str]) -> None:
        for label in labels:
            if label not in self.labels:
                raise invalid(f"Invalid label: {label}")

    def drop_label(self, label_id: str) -> None:
        label = self.labels.get(label_id)
        if label is None or label.system:
            raise not_found()
        for message in self.messages.values():
            self.relabel(message, [], [label_id])
        del self.labels[label_id]

    def spend(self, units: int, now: datetime) -> None:
        self.units += units
        self.units_by_minute[now.replace(second=0, microsecond=0)] += units

    def active_watch(self, now: datetime) -> Watch | None:
        return self.watch if self.watch is not None and self.watch.expires > now else None

    def forget_history_before(self, history_id: int) -> None:
        self.expired_before = history_id
        self.history = [record for record in self.history if record.id >= history_id]

    def profile(self) -> Json:
        threads = {message.thread_id for message in self.messages.values()}
        return {
            "emailAddress": self.address,
            "messagesTotal": len(self.messages),
            "threadsTotal": len(threads),
            "historyId": str(self.history_id),
        }
