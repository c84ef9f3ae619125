"""Owns the way from a change to a published notification: once for a request, lost, doubled or late."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.localcloud.gmail.records import Flag, Json

Publish = Callable[[str, Json], None]


@dataclass
class Notification:
    topic: str
    address: str
    history_id: int
    times: int  #: 0: lost, 2: doubled


@dataclass
class Counts:
    """What has become of the notifications; `published` counts each that was handed on, doubles as two."""

    published: int = 0
    lost: int = 0
    failed: int = 0
    waiting: int = 0
    sent: list[Notification] = field(default_factory=list)


class Notifier:
    """Hands notifications to `publish`, never under the world's lock."""

    def __init__(self, publish: Publish | None) -> None:
        self.publish = publish
        self.counts = Counts()
        self.lose_notifications: Flag = 0
        self.double_notifications: Flag = 0
        self.delay_notifications = 0.0  #: real seconds
        self._lock = threading.Lock()
        self._depth = threading.local()

    @contextmanager
    def coalescing(self, flush: Callable[[], None]) -> Iterator[None]:
        """Let one request, however many calls are in it, notify once for each mailbox."""
        self._depth.value = getattr(self._depth, "value", 0) + 1
        try:
            yield
        finally:
            self._depth.value -= 1
            if self._depth.value == 0:
                flush()

    def notify(self, topic: str, address: str, history_id: int) -> None:
        with self._lock:
            lost = self._struck("lose_notifications", address, history_id)
            times = 0 if lost else 1 + self._struck("double_notifications", address, history_id)
            self.counts.sent.append(Notification(topic, address, history_id, times))
            self.counts.lost += lost
            if self.publish is None:
                return
            # Counted before they are handed on: who waits for all of them must not overlook one on its way.
            self.counts.published += times
            self.counts.waiting += times if self.delay_notifications else 0
        # Google sends the id as a number in some messages and as text in others.
        data: Json = {"emailAddress": address, "historyId": history_id if history_id % 2 else str(history_id)}
        for _ in range(times):
            if self.delay_notifications:
                timer = threading.Timer(self.delay_notifications, self._hand_on_late, (topic, data))
                timer.daemon = True
                timer.start()
            else:
                self._hand_on(topic, data)

    def _struck(self, name: str, address: str, history_id: int) -> bool:
        flag: Flag = getattr(self, name)
        if callable(flag):
            return flag(address, history_id)
        if flag:
            setattr(self, name, flag - 1)
        return bool(flag)

    def _hand_on_late(self, topic: str, data: Json) -> None:
        self._hand_on(topic, data)
        with self._lock:
            self.counts.waiting -= 1

    def _hand_on(self, topic: str, data: Json) -> None:
        assert self.publish is not None
        try:
            self.publish(topic, data)
        except Exception as error:  # noqa: BLE001 - whatever a publisher raises, Gmail's own answer stands
            print(f"local Gmail: a notification could not be published: {error!r}", flush=True)
            with self._lock:
                self.counts.published -= 1
                self.counts.failed += 1
