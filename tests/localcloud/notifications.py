"""Own the way of Gmail's notifications to the functions, and the count of those that are not settled yet.

Publishing returns at once; a thread hands the message on, so that no request to Gmail waits for it.
"""

from __future__ import annotations

import base64
import itertools
import json
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import urllib3

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


class Notifications:
    """Hand published messages to ``send(topic, data) -> message id`` on threads of our own."""

    def __init__(self, send: Callable[[str, bytes], str], threads: int = 1) -> None:
        self._send = send
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="notification")
        self._lock = threading.Lock()
        self._under_way = 0
        self._ids: set[str] = set()
        self.published = 0

    def publish(self, topic: str, message: Mapping[str, Any]) -> None:
        with self._lock:
            self._under_way += 1
            self.published += 1
        self._pool.submit(self._hand_on, topic, json.dumps(message).encode())

    def unsettled(self, handled: Collection[str]) -> int:
        """Count the messages that are not among those answered with 2xx."""
        with self._lock:
            return self._under_way + len(self._ids - set(handled))

    def stop(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _hand_on(self, topic: str, data: bytes) -> None:
        try:
            message_id = self._send(topic, data)
        except Exception:
            # It stays unsettled for ever, so that who waits for it fails; here is why.
            traceback.print_exc()
            raise
        with self._lock:
            self._under_way -= 1
            self._ids.add(message_id)


class DirectPush:
    """Post messages to the push URL without Pub/Sub, in its envelope, until they are answered with 2xx."""

    def __init__(self, url: str, subscription: str) -> None:
        self._url = url
        self._subscription = subscription
        self._numbers = itertools.count(1)
        self._http = urllib3.PoolManager(maxsize=4)
        self._stopped = threading.Event()

    def send(self, _topic: str, data: bytes) -> str:
        message_id = str(next(self._numbers))
        message = {
            "data": base64.b64encode(data).decode(),
            "messageId": message_id,
            "publishTime": datetime.now(UTC).isoformat(),
        }
        pause = FIRST_PAUSE
        while not self._accepted({"message": message, "subscription": self._subscription}):
            if self._stopped.wait(pause):
                break
            pause = min(2 * pause, LONGEST_PAUSE)
        return message_id

    def stop(self) -> None:
        self._stopped.set()

    def _accepted(self, envelope: dict[str, Any]) -> bool:
        try:
            answer = self._http.request("POST", self._url, json=envelope, retries=False, timeout=60.0)
        except urllib3.exceptions.HTTPError:
            return False
        return 200 <= answer.status < 300
