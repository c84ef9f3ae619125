"""Own the connections to Gmail; the invariant: a request goes out once, whatever happens to its connection.

httplib2 by itself sends a request again when the connection is cut before a status line, POST too. A draft
would be sent by the first try and refused to the second, and nobody would know that the mail went out. So the
connections here turn such a cut into an error that httplib2 does not try again. What makes a cut rare is that
a kept-alive connection is looked at before it is used again.
"""

from __future__ import annotations

import http.client
import queue
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httplib2

#: Seconds without an answer; a time-out says nothing about what happened at the other side.
TIMEOUT = 30.0
#: Seconds after which an idle connection is not trusted: something between may have forgotten it silently.
IDLE = 60.0
#: Idle connections kept in a process.
KEPT = 32


class NotConnectedError(OSError):
    """Say that no connection came about, so that surely nothing was sent."""


class _SendOnce(http.client.HTTPConnection):
    """Mix into httplib2's connections: no stale connection is used, no cut one is used again."""

    _used_at = 0.0

    def connect(self) -> None:
        try:
            super().connect()
        except httplib2.HttpLib2Error:
            raise
        except OSError as error:
            raise NotConnectedError(f"no connection: {type(error).__name__}") from None

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None and (time.monotonic() - self._used_at > IDLE or _readable(self.sock)):
            self.close()
        if self.sock is None:
            self.connect()
        try:
            super().request(*args, **kwargs)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # Without an errno: httplib2 tries some again.
            raise ConnectionResetError(f"cut while sending: {type(error).__name__}") from None

    def getresponse(self) -> http.client.HTTPResponse:
        try:
            response = super().getresponse()
        except (http.client.BadStatusLine, http.client.ResponseNotReady) as error:
            self.close()
            raise ConnectionResetError(f"cut before an answer: {type(error).__name__}") from None
        except BaseException:
            # A late answer must never be taken for the answer to the next request.
            self.close()
            raise
        self._used_at = time.monotonic()
        return response


class _Plain(_SendOnce, httplib2.HTTPConnectionWithTimeout):
    """Connect in plain text: the local stand-in."""


class _Tls(_SendOnce, httplib2.HTTPSConnectionWithTimeout):
    """Connect by TLS."""


class SendOnceHttp(httplib2.Http):
    """Be the httplib2.Http whose every request goes out at most once."""

    def __init__(self) -> None:
        super().__init__(timeout=TIMEOUT)
        # A redirect would be a second request.
        self.follow_redirects = False

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Any = None,
        redirections: int = 0,
        connection_type: Any = None,
    ) -> tuple[httplib2.Response, bytes]:
        """Make one request."""
        connection_type = _Tls if uri.startswith("https:") else _Plain
        try:
            response, content = super().request(uri, method, body, headers, redirections, connection_type)
        except BaseException:
            # Also after a cut while the answer was read.
            self.close()
            raise
        return response, bytes(content)


class Connections:
    """Lend connections; each is used by one thread at a time, since httplib2's Http is not thread-safe."""

    def __init__(self) -> None:
        # The one that was used last is the least likely to be stale.
        self._idle: queue.LifoQueue[SendOnceHttp] = queue.LifoQueue(KEPT)

    @contextmanager
    def lend(self) -> Iterator[SendOnceHttp]:
        """Lend one for the time of a request."""
        try:
            http = self._idle.get_nowait()
        except queue.Empty:
            http = SendOnceHttp()
        try:
            yield http
        finally:
            try:
                self._idle.put_nowait(http)
            except queue.Full:
                http.close()

    def close(self) -> None:
        """Close those that lie idle."""
        while not self._idle.empty():
            self._idle.get_nowait().close()


def _readable(sock: Any) -> bool:
    """Say whether something waits on an idle connection: that is its end, or an answer nobody asked for."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
