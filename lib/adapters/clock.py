"""Own the domain's time: the system clock, or one that is asked over HTTP and may be moved."""

from __future__ import annotations

import http.client
import threading
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from lib.core.errors import Unavailable

#: Seconds; a clock that takes longer is down.
TIMEOUT = 10.0


class SystemClock:
    """Tell the system's time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)


class _Answer(msgspec.Struct, frozen=True):
    """Hold what the clock answers."""

    now: datetime


class HttpClock:
    """Ask a clock for its time, over one kept-alive connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        tls = parts.scheme == "https"
        kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
        self._connection = kind(parts.netloc, timeout=TIMEOUT)
        self._path = parts.path or "/"
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the clock's time, aware, in UTC; Unavailable when it does not answer."""
        with self._lock:
            try:
                body = self._get()
            except (OSError, http.client.HTTPException):
                # The kept-alive connection may have gone stale; asking twice harms nobody.
                body = self._get_again()
        try:
            now = msgspec.json.decode(body, type=_Answer).now
        except msgspec.MsgspecError:
            raise Unavailable("the clock gives no time") from None
        if now.tzinfo is None:
            raise Unavailable("the clock gives no time zone")
        return now.astimezone(UTC)

    def _get(self) -> bytes:
        self._connection.request("GET", self._path)
        return self._connection.getresponse().read()

    def _get_again(self) -> bytes:
        self._connection.close()
        try:
            return self._get()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise Unavailable("the clock does not answer") from None
